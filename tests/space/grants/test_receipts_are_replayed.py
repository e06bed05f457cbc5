"""Answers and prices computed once more from what is retained."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from catalog.keys import ring_of
from catalog.store import reading
from space.calls.receipts import verify as opened
from space.cli.operation.queries import verify
from space.replaying import replay

BY_INDUSTRY = (
    "SELECT industry, count(*) AS firms, sum(capital) AS capital FROM market.firms GROUP BY industry"
)
BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district"


def states(bureau: Any, answer: Any) -> dict[str, Any]:
    with reading(bureau.engine) as connection:
        return opened(answer.receipt, ring_of(connection, bureau.keys.signer))


def test_a_threshold_answer_and_its_price_come_out_the_same_to_the_byte(busy: Any) -> None:
    answer = busy.ask(busy.held(busy.trade), BY_INDUSTRY)

    done = CliRunner().invoke(verify, [answer.receipt_id, "--replay", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["replay"] == {"answer": "same", "price": "same", "findings": []}


def test_of_a_private_answer_everything_but_the_noise_is_compared(busy: Any) -> None:
    answer = busy.ask(busy.held(busy.people), BY_DISTRICT)

    found = replay(busy.engine, busy.home, states(busy, answer))

    assert (found.answer, found.price, found.findings) == ("all but the noise", "same", ())
    stated = states(busy, answer)
    dearer = replay(busy.engine, busy.home, stated | {"nrho": stated["nrho"] + 1, "price_fen": 1})
    assert (dearer.answer, dearer.price, dearer.ok) == ("different", "different", False)
    assert any("privacy budget" in each for each in dearer.findings)


def test_another_answer_under_the_same_receipt_is_told(busy: Any) -> None:
    stated = states(busy, busy.ask(busy.held(busy.trade), BY_INDUSTRY))

    other = replay(busy.engine, busy.home, stated | {"answer": "0" * 64})

    assert (other.answer, other.ok) == ("different", False)


def test_what_was_erased_is_not_retained_and_no_contradiction(busy: Any) -> None:
    stated = states(busy, busy.ask(busy.held(busy.trade), BY_INDUSTRY))

    without_release = replay(busy.engine, busy.home, stated | {"releases": ["rel_0"]})
    (plan,) = (busy.home.root / "plans").iterdir()
    plan.unlink()
    without_plan = replay(busy.engine, busy.home, stated)

    assert (without_release.answer, without_release.price, without_release.ok) == (
        "not retained",
        "same",
        True,
    )
    assert (without_plan.answer, without_plan.ok) == ("not retained", True)


def test_a_plan_that_was_changed_is_not_taken_for_the_one_that_was_run(busy: Any) -> None:
    stated = states(busy, busy.ask(busy.held(busy.trade), BY_INDUSTRY))
    (path,) = (busy.home.root / "plans").iterdir()
    path.write_text(path.read_text().replace("制造业", "零售业") + " ")
    document = json.loads(path.read_text())
    document["limits"]["k"] += 1
    path.write_text(json.dumps(document))

    found = replay(busy.engine, busy.home, stated)

    assert (found.answer, found.ok) == ("different", False)
    assert "the plan that was kept is not the one the receipt names" in found.findings
