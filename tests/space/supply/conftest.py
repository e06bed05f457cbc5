"""Fixtures of supply: the bureau, a department that may have rows, and how it fetches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from catalog.store import reading, writing
from space.identity.tokens import Caller
from space.supply.files import Form
from space.supply.intents import Asked
from space.supply.links import link
from space.supply.making import Maker
from space.supply.supplies import Supply
from tests.space.bureau import bureau, busy, founded, granting, pool
from tests.space.bureau_contracts import POPULATION, identity

__all__ = ["bureau", "busy", "founded", "granting", "identity", "pool"]

ROWS = {POPULATION.name: ("id_card", "sex", "district", "income")}
SECOND = {"code": "11990100MB0000010X", "name": "统计局", "kind": "department"}


class Counter:
    """A bureau whose departments are supplied with rows."""

    def __init__(self, bureau: Any) -> None:
        self.bureau = bureau

    @property
    def maker(self) -> Maker:
        """Makes supplies, wired as the application wires it."""
        b = self.bureau
        return Maker(b.engine, b.home, b.keys, b.clock)

    def granted(
        self,
        to: Mapping[str, str] | None = None,
        items: Mapping[str, Sequence[str]] = ROWS,
        *,
        method: str = "file",
        analyses: Sequence[str] = ("list",),
        where: str | None = None,
        rules: Mapping[str, Any] | None = None,
        **terms: Any,
    ) -> Any:
        """A grant that opens rows."""
        to = to or self.bureau.department
        extra = {k: v for k, v in (("where", where), ("rules", rules)) if v is not None}
        datasets = [{"name": name, "columns": list(columns), **extra} for name, columns in items.items()]
        self.bureau.permitted(to, items, method=method)
        return self.bureau.sign(to, items, analyses=list(analyses), datasets=datasets, **terms)

    def supply(self, held: Any, form: str = "csv", who: str | None = None) -> Any:
        """Ask for a file as the holder."""
        return self.maker.file(Caller(who or held.grantee), Asked(held.id, None, Form(form), "周敏"))

    def path(self, made: Supply) -> Any:
        """Where the file of a supply lies."""
        return self.bureau.home.root / "supplies" / made.grant_id / f"{made.id}.{made.form}"

    def link(self, made: Supply) -> str:
        """A signed address, below the host."""
        b = self.bureau
        with writing(b.engine) as connection:
            return link(
                connection, b.keys.signer, made.id, by="周敏", receiver=made.receiver, now=b.clock()
            ).path

    def rows(self, statement: Any) -> list[Any]:
        """Rows of the store."""
        with reading(self.bureau.engine) as connection:
            return list(connection.execute(statement).all())


@pytest.fixture
def counter(bureau: Any) -> Counter:
    """A counter of one's own."""
    return Counter(bureau)
