"""Fixtures of verification and lists: the bureau, and what is asked there."""

from __future__ import annotations

from typing import Any

import pytest

from space.identity.tokens import Caller
from space.verification.prepare import Asked
from space.verification.verifier import Verifier
from tests.space.bureau import bureau, founded, pool
from tests.space.bureau_contracts import POPULATION, identity

__all__ = ["bureau", "founded", "pool"]

PEOPLE = {POPULATION.name: ("id_card", "sex", "district", "income")}


class Desk:
    """A bureau with a grant to verify, and what people ask there."""

    def __init__(self, bureau: Any) -> None:
        self.bureau = bureau

    @property
    def verifier(self) -> Verifier:
        """The one way of a verification, wired as the application wires it."""
        b = self.bureau
        return Verifier(b.engine, b.home, b.keys, b.pool, b.clock)

    def granted(self, to: Any = None, analyses: tuple[str, ...] = ("verify",), **terms: Any) -> Any:
        """A grant over persons with these analyses; `where` filters its rows, `rules` are its own."""
        to = to or self.bureau.department
        dataset: dict[str, Any] = {"name": POPULATION.name, "columns": list(PEOPLE[POPULATION.name])}
        dataset |= {name: terms.pop(name) for name in ("where", "rules") if name in terms}
        self.bureau.permitted(to, PEOPLE)
        return self.bureau.sign(to, PEOPLE, analyses=list(analyses), datasets=[dataset], **terms)

    def verify(self, held: Any, records: list[Any], *, who: str = "", key: str | None = None) -> Any:
        """Send a batch as the holder of the grant."""
        asked = Asked(held.id, held.terms.purpose, POPULATION.name, records)
        return self.verifier.verify(Caller(who or held.grantee), asked, key)


def about(number: int, **fields: Any) -> dict[str, Any]:
    """A record about the person of that number."""
    return {"id_card": identity(number), **fields}


@pytest.fixture
def desk(bureau: Any) -> Desk:
    """A desk of one's own."""
    return Desk(bureau)
