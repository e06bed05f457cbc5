"""What tests of contracts ask and how they read a refusal; the parties on either database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from policies.decision import Deny
from space.errors import Refused
from tests.space.bureau import Bureau
from tests.space.contracting.parties import (
    Parties,
)
from tests.stores import each_store, store_moved

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"

ALL = "SELECT count(*) AS firms FROM market.firms"


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def refused(parties: Parties, act: Any) -> str:
    """The reason code an act is refused with."""
    with pytest.raises(Refused) as told:
        parties.act(act)
    return told.value.decision.reasons[0].code


@pytest.fixture(params=each_store(pytest.mark.full))
def on_both(request: pytest.FixtureRequest, parties: Parties) -> Iterator[Parties]:
    """The parties with their store on one database or the other."""
    bureau: Bureau = parties.bureau
    with store_moved(request, bureau.home, bureau.engine) as engine:
        parties.bureau = replace(bureau, engine=engine)
        yield parties
