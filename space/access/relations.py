"""How one organisation stands to another as of a day: by the tree, by reforms, by region.

Decides the one relation of :class:`policies.access.Relation`, the nearest first. Things of a unit that was
merged, split or abolished belong to whoever stands in its place that day. An authority or registrar stands
above the units of its region; one without a region stands above all, and so it does to a unit that has none:
an installation is one city's, unless its tree says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import authority_on
from catalog.organisations import tree, units
from catalog.organisations.units import Span, UnitKind
from catalog.store.tables.identity import organisations
from policies.access import OrganisationKind, Relation
from policies.rulebook import places

_ABOVE_A_REGION: Final = frozenset({UnitKind.AUTHORITY, UnitKind.REGISTRAR, UnitKind.GOVERNMENT})


def relation(connection: Connection, mine: str, theirs: str, on: date) -> Relation:
    """How an organisation stands to the one a thing belongs to.

    Args:
        connection: to read the tree with.
        mine: code of the acting organisation.
        theirs: code of the organisation the thing belongs to, also of one that is over.
        on: day, Asia/Shanghai.
    """
    if mine == theirs:
        return Relation.OWN
    today = tree.successors(connection, theirs, on) or (theirs,)
    if mine in today:
        return Relation.OWN
    found = {_between(connection, mine, each, on) for each in today}
    return next(each for each in Relation if each in found)


def _between(connection: Connection, mine: str, theirs: str, on: date) -> Relation:
    here, there = units.span_on(connection, mine, on), units.span_on(connection, theirs, on)
    above_there = tuple(_above(connection, there, on))
    if mine in above_there or _stands_over(connection, mine, here, there, on):
        return Relation.PARENT
    if theirs in _above(connection, here, on):
        return Relation.CHILD
    if here and there and here.parent is not None and here.parent == there.parent:
        return Relation.SIBLING
    return Relation.FOREIGN


def _above(connection: Connection, span: Span | None, on: date) -> Iterator[str]:
    """Codes of the units above, the nearest first; a circle ends."""
    seen: set[str] = set()
    while span is not None and span.parent is not None and span.parent not in seen:
        seen.add(span.parent)
        yield span.parent
        span = units.span_on(connection, span.parent, on)


def _stands_over(connection: Connection, mine: str, here: Span | None, there: Span | None, on: date) -> bool:
    """Whether the acting organisation is an authority or registrar of the other's region."""
    if authority_on(connection, on)[1] == mine:
        return True
    if here is None:
        kind = connection.execute(select(organisations.c.kind).where(organisations.c.code == mine)).scalar()
        return kind == OrganisationKind.AUTHORITY.value
    if here.kind not in _ABOVE_A_REGION:
        return False
    if there is not None and there.kind in _ABOVE_A_REGION and there.region == here.region:
        return False  # two of one region stand beside each other
    if here.region is None or there is None or there.region is None:
        return True
    return here.region in places(there.region)
