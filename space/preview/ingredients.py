"""What things shown are made of, read of all entries of a page at once 批量读取.

Decides how many statements that takes: one of each kind for up to 500 names, and one for each generation of
composed datasets; never one for each entry. What is made of it is :mod:`space.preview.views`'s to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from catalog.errors import UnknownDataset
from catalog.lineage.columns import LineageError, inputs_of
from catalog.linking.live import Live, live
from catalog.releases.published import Release, newest
from catalog.revisions import PUBLISHED, Revision, called, in_force
from catalog.store.prepared_lists import OneOf, PreparedList
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.releases import releases
from contracts.model import Contract

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What is read to show some entries anew.

    Attributes:
        revisions: in force, of them, of all they are composed of, and of what they are joined with.
        releases: the newest of each of them that has one.
        live: the best tested link of each of them that has one.
    """

    revisions: Mapping[str, Revision]
    releases: Mapping[str, Release]
    live: Mapping[str, Live]

    def revision(self, name: str) -> Revision:
        """The revision in force of an entry.

        Raises:
            UnknownDataset: the ledger has no such entry.
        """
        if name not in self.revisions:
            raise UnknownDataset(name)
        return self.revisions[name]

    def is_published(self, name: str) -> bool:
        """Whether others may know of an entry."""
        return name in self.revisions and self.revisions[name].state == PUBLISHED

    def others(self, name: str) -> tuple[str, ...]:
        """What an entry is composed of, at first or second hand, and what it is joined with."""
        joined = {join.dataset for join in self.revision(name).contract.joins}
        return tuple(sorted({*self.family(name), *joined} - {name}))

    def family(self, name: str) -> dict[str, Contract]:
        """The contract of an entry and those of every dataset it is composed of.

        Raises:
            UnknownDataset: one of them is not in the ledger.
        """
        found = {name: self.revision(name).contract}
        waiting = [found[name]]
        while waiting:
            for source in _inputs(waiting.pop()):
                if source not in found:
                    found[source] = self.revision(source).contract
                    waiting.append(found[source])
        return found


def read(connection: Connection, names: Collection[str], on: date) -> Ingredients:
    """All that is needed to show some entries anew; what the ledger lacks is left out.

    Args:
        connection: a reading transaction.
        names: of entries, a page of them at most.
        on: day whose links count.
    """
    known = called(connection, names)
    joined = {join.dataset for each in known.values() for join in each.contract.joins}
    generation = dict(known)
    while generation:
        sources = {source for each in generation.values() for source in _told(each.contract)}
        generation = called(connection, sources - known.keys())
        known |= generation
    known |= called(connection, joined - known.keys())
    return Ingredients(known, newest(connection, names), live(connection, on, names))


def rows_of(connection: Connection, names: Collection[str]) -> dict[str, Row]:
    """Of each of these entries all that may show: itself, its revision in force, its newest release.

    Entries the ledger lacks are left out.
    """
    return {row[0]: row for row in _ROWS.run(connection, names)}


def tests_of(connection: Connection, names: Collection[str], since: datetime) -> dict[str, tuple[Row, ...]]:
    """Of each of these datasets the tests of its links since an instant, and whether a link still stands.

    Datasets without any are left out.
    """
    found: dict[str, tuple[Row, ...]] = {}
    for row in _TESTS.run(connection, names, {"since": since}):
        found[row[0]] = (*found.get(row[0], ()), row)
    return found


def _inputs(contract: Contract) -> tuple[str, ...]:
    return () if contract.composed is None else inputs_of(contract.composed.sql)


def _told(contract: Contract) -> tuple[str, ...]:
    """The same where it can be told; where not, that is said when the turn of the entry comes."""
    try:
        return _inputs(contract)
    except LineageError:
        return ()


def _rows(one_of: OneOf) -> Select[Any]:
    r = releases.c
    number = select(func.max(r.number)).where(r.dataset == entries.c.name).correlate(entries)
    return (
        select(
            *entries.c["name", "id", "code", "state"],
            *revisions.c["number", "contract"],
            *r["id", "number", "published_at", "row_count", "quarantined", "quality", "dimensions", "grade"],
        )
        .join(revisions, revisions.c.entry_id == entries.c.id)
        .outerjoin(releases, and_(r.dataset == entries.c.name, r.number == number.scalar_subquery()))
        .where(one_of(entries.c.name), in_force())
    )


def _tests(one_of: OneOf) -> Select[Any]:
    p = link_probes.c
    return (
        select(
            links.c.dataset, *p["id", "link_id", "tested_at", "alive", "why"], *links.c["kind", "removed_at"]
        )
        .join(links, links.c.id == p.link_id)
        .where(one_of(links.c.dataset), p.tested_at >= bindparam("since", type_=p.tested_at.type))
        .order_by(p.id)
    )


_ROWS: Final = PreparedList(_rows)
_TESTS: Final = PreparedList(_tests)
