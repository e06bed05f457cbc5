"""What the retention job drops, and that it never drops what is younger."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from click.testing import CliRunner

from catalog.evidence.prove import inclusion_holds, prove_inclusion
from catalog.evidence.publishing import publish
from catalog.keys import ring_of
from catalog.store import reading
from space.calls.keeping import drop_old
from space.calls.receipts import verify
from space.replaying import replay

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


def test_an_answer_goes_three_years_after_it_was_given_and_only_when_its_grant_is_over(busy: Any) -> None:
    held = busy.held(busy.trade)
    answer = busy.ask(held, BY_INDUSTRY)
    with reading(busy.engine) as connection:
        states = verify(answer.receipt, ring_of(connection, busy.keys.signer))
    young = busy.clock() + timedelta(days=3 * 365)
    old = busy.clock() + timedelta(days=3 * 365 + 2)

    assert drop_old(busy.engine, busy.home, old).answers == ()  # its grant is in force
    busy.revoke(held)
    assert drop_old(busy.engine, busy.home, young).kept == 1
    assert len(drop_old(busy.engine, busy.home, old, dry_run=True).answers) == 1
    assert replay(busy.engine, busy.home, states).answer == "same"

    assert len(drop_old(busy.engine, busy.home, old).answers) == 1

    assert replay(busy.engine, busy.home, states).answer == "not retained"
    assert drop_old(busy.engine, busy.home, old).answers == ()
    publish(busy.engine, busy.home, busy.keys.signer, old)
    with reading(busy.engine) as connection:  # the receipt's proof is there without end
        assert inclusion_holds(prove_inclusion(connection, states["entry"]), busy.keys.signer.public_raw)
    from ybz import ybz

    said = CliRunner().invoke(ybz, ["evidence", "retain", "--dry-run", "--json"])
    assert json.loads(said.stdout) == {"dropped": [], "kept": 0}
