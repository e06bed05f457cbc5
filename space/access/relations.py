"""How one organisation stands to another as of a day: by the tree, by reforms, by region.

Decides the one relation of :class:`policies.access.Relation`, the nearest first. Things of a unit that was
merged, split or abolished belong to whoever stands in its place that day. An authority or registrar stands
above the units of its region; one without a region stands above all, and so it does to a unit that has none:
an installation is one city's, unless its tree says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Protocol

from sqlalchemy import Connection, select

from catalog.clocks.owed import authority_on
from catalog.organisations import tree, units
from catalog.organisations.units import Span, UnitKind
from catalog.store.tables.identity import organisations
from policies.access import OrganisationKind, Relation
from policies.rulebook import places

_ABOVE_A_REGION: Final = frozenset({UnitKind.AUTHORITY, UnitKind.REGISTRAR, UnitKind.GOVERNMENT})


class _Tree(Protocol):
    """The tree of a day: asked for each unit, or read at once."""

    def unit(self, code: str) -> Span | None:
        """A unit that exists that day."""

    def successors(self, code: str) -> tuple[str, ...]:
        """Who stands in a unit's place that day."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of one thing's organisations: a few units are asked for, whatever else the tree holds."""

    connection: Connection
    on: date

    def unit(self, code: str) -> Span | None:
        return units.span_on(self.connection, code, self.on)

    def successors(self, code: str) -> tuple[str, ...]:
        return tree.successors(self.connection, code, self.on)


@dataclass(frozen=True, slots=True)
class _Read:
    """Of a list's owners: the tree is read once, however many they are."""

    whole: tree.Tree

    def unit(self, code: str) -> Span | None:
        return self.whole.units.get(code)

    def successors(self, code: str) -> tuple[str, ...]:
        return self.whole.successors(code)


def relation(connection: Connection, mine: str, theirs: str, on: date) -> Relation:
    """How an organisation stands to the one a thing belongs to.

    Args:
        connection: to read the tree with.
        mine: code of the acting organisation.
        theirs: code of the organisation the thing belongs to, also of one that is over.
        on: day, Asia/Shanghai.
    """
    return _relation(_Mine(connection, mine, on, _Asked(connection, on)), theirs)


def relations(connection: Connection, mine: str, several: Collection[str], on: date) -> dict[str, Relation]:
    """How an organisation stands to each of several; see :func:`relation`.

    It takes as many statements of twenty organisations as of two.
    """
    if not set(several) - {mine}:
        return dict.fromkeys(several, Relation.OWN)
    here = _Mine(connection, mine, on, _Read(tree.whole(connection, on)))
    return {each: _relation(here, each) for each in several}


@dataclass(frozen=True)
class _Mine:
    """The acting organisation on a day; what is found out about it is found out once."""

    connection: Connection
    code: str
    on: date
    tree: _Tree

    @cached_property
    def span(self) -> Span | None:
        return self.tree.unit(self.code)

    @cached_property
    def above(self) -> tuple[str, ...]:
        return tuple(_above(self.tree, self.span))

    @cached_property
    def is_authority(self) -> bool:
        """Whether it is the data authority, by the tree or, where that has it not, as it is registered."""
        if authority_on(self.connection, self.on)[1] == self.code:
            return True
        if self.span is not None:
            return False
        of = select(organisations.c.kind).where(organisations.c.code == self.code)
        return self.connection.execute(of).scalar() == OrganisationKind.AUTHORITY.value


def _relation(mine: _Mine, theirs: str) -> Relation:
    if mine.code == theirs:
        return Relation.OWN
    today = mine.tree.successors(theirs) or (theirs,)
    if mine.code in today:
        return Relation.OWN
    found = {_between(mine, each) for each in today}
    return next(each for each in Relation if each in found)


def _between(mine: _Mine, theirs: str) -> Relation:
    here, there = mine.span, mine.tree.unit(theirs)
    if mine.code in _above(mine.tree, there) or _stands_over(mine, there):
        return Relation.PARENT
    if theirs in mine.above:
        return Relation.CHILD
    if here and there and here.parent is not None and here.parent == there.parent:
        return Relation.SIBLING
    return Relation.FOREIGN


def _above(of: _Tree, span: Span | None) -> Iterator[str]:
    """Codes of the units above, the nearest first; a circle ends."""
    seen: set[str] = set()
    while span is not None and span.parent is not None and span.parent not in seen:
        seen.add(span.parent)
        yield span.parent
        span = of.unit(span.parent)


def _stands_over(mine: _Mine, there: Span | None) -> bool:
    """Whether the acting organisation is an authority or registrar of the other's region."""
    if mine.is_authority:
        return True
    here = mine.span
    if here is None or here.kind not in _ABOVE_A_REGION:
        return False
    if there is not None and there.kind in _ABOVE_A_REGION and there.region == here.region:
        return False  # two of one region stand beside each other
    if here.region is None or there is None or there.region is None:
        return True
    return here.region in places(there.region)
