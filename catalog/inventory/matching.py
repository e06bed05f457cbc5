"""Which entry a table stands behind: certain where a contract names that very table, proposed where likely.

Decides when a match is certain enough to hold without a person: the contract reads the table from the
address its system was scanned at. Names, comments and columns that are alike give a proposal only, which
a person confirms or rejects. What a person decided is never overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from catalog import evidence
from catalog.inventory.accounting import OPEN, accounted, matches
from catalog.inventory.connector import address_of
from catalog.inventory.published import Known, known_entries
from catalog.store.schema import new_id
from catalog.store.tables.inventory import inventory_matches, inventory_systems, inventory_tables
from policies.clocks import local_date
from policies.rulebook import rule

# What a sign of likeness adds to the score of a match, which is at most 100.
_NAME: Final = 40
_TITLE: Final = 40
_COLUMNS: Final = 60
_DEPARTMENT: Final = 10
_MOST: Final = 100
# Proposals of one table, at most.
_PROPOSALS: Final = 3
# A column of more entries than this says nothing of one of them.
_COMMON: Final = 50
_PLAIN: Final = re.compile(r"[\s_\-（）()]+")


@dataclass(frozen=True, slots=True)
class Match:
    """A table and an entry it stands, or may stand, behind.

    Attributes:
        table: ``system/table``.
        dataset: name of the entry.
        certain: the entry's contract names this very table.
        score: 0–100.
        why: the signs, in words.
    """

    table_id: str
    table: str
    dataset: str
    certain: bool
    score: int
    why: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def match(
    connection: Connection, *, by: str, now: datetime, tables: Collection[str] | None = None
) -> tuple[Match, ...]:
    """Look for the entries of open tables; certain ones hold at once, others are proposed.

    Args:
        connection: a writing transaction.
        by: who asks.
        now: aware instant.
        tables: ids of those it asks for; every one where None.

    Returns:
        The matches that are new, the certain ones first.
    """
    on = local_date(now)
    least = int(rule("completeness", "match_score", on).value)
    decided = {(table, row.dataset) for table, rows in matches(connection).items() for row in rows}
    index = _Index(known_entries(connection))
    found = [
        m
        for table in _open_tables(connection, now)
        if tables is None or table.id in tables
        for m in _matches_of(table, index, least)
        if (m.table_id, m.dataset) not in decided
    ]
    found.sort(key=lambda m: (not m.certain, -m.score, m.table, m.dataset))
    if found:
        _write(connection, found, by, now)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Table:
    """An open table with what likeness is judged by."""

    id: str
    label: str
    name: str
    comment: str
    department: str
    address: str
    columns: frozenset[str]


def _open_tables(connection: Connection, now: datetime) -> Iterable[_Table]:
    states = {a.id: a for a in accounted(connection, local_date(now)) if a.state == OPEN}
    s, t = inventory_systems.c, inventory_tables.c
    query = select(t.id, t.columns, s.address).join(inventory_systems, s.id == t.system_id)
    for row in connection.execute(query):
        at = states.get(row.id)
        if at is not None:
            words = {_plain(str(c[key])) for c in row.columns for key in ("name", "comment")} - {""}
            yield _Table(at.id, at.label, at.name, at.comment, at.department, row.address, frozenset(words))


class _Index:
    """Entries by what a table that stands behind them would show."""

    def __init__(self, entries: Mapping[str, Known]) -> None:
        self.entries = entries
        self._queries: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        for name, entry in entries.items():
            for _, query in entry.database_sources:
                self._queries.setdefault(query.lower(), []).append(name)
            for bare in (*entry.table_names, _plain(entry.title)):
                self._names.setdefault(bare, []).append(name)
            for word in entry.field_words:
                self._words.setdefault(word, []).append(name)

    def reading(self, table: _Table) -> list[str]:
        """Entries whose contract reads this table, at the address of its system."""
        if not table.address:
            return []
        named = {n for spelt in _spellings(table.name) for n in self._queries.get(spelt, ())}
        return sorted(n for n in named if _reads(self.entries[n], table))

    def alike(self, table: _Table) -> set[str]:
        """Entries worth comparing: the same name or title, or a column few others have."""
        bare = _plain(table.name.rpartition(".")[2])
        found = {*self._names.get(bare, ()), *self._names.get(_plain(table.comment), ())}
        for word in table.columns:
            having = self._words.get(word, ())
            if len(having) <= _COMMON:
                found.update(having)
        return found


def _matches_of(table: _Table, index: _Index, least: int) -> list[Match]:
    certain = [
        Match(table.id, table.label, name, True, _MOST, "the contract reads this table at this address")
        for name in index.reading(table)
    ]
    if certain:
        return certain
    likely = []
    for name in index.alike(table):
        score, why = _likeness(table, index.entries[name])
        if score >= least:
            likely.append(Match(table.id, table.label, name, False, score, why))
    return sorted(likely, key=lambda m: (-m.score, m.dataset))[:_PROPOSALS]


def _reads(entry: Known, table: _Table) -> bool:
    return any(
        query.lower() in _spellings(table.name) and _address(path, entry) == table.address
        for path, query in entry.database_sources
    )


def _spellings(name: str) -> frozenset[str]:
    """How a query may spell a table: with its schema, and without where that is the usual one."""
    schema, _, bare = name.lower().rpartition(".")
    return frozenset({name.lower(), bare} if schema in ("", "public", "main") else {name.lower()})


def _address(path: str, entry: Known) -> str:
    """Where a source of a contract lies, spelt as a scan spells it."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if "://" not in path:
        folder = entry.folder
        return "" if folder is None else f"sqlite:{(folder / path).resolve().as_posix()}"
    try:
        return address_of(make_url(path))
    except (ArgumentError, ValueError):
        return ""


def _likeness(table: _Table, entry: Known) -> tuple[int, str]:
    """How alike a table and an entry are, and by which signs."""
    signs, score = [], 0
    bare = _plain(table.name.rpartition(".")[2])
    if bare in entry.table_names:
        signs.append("same name")
        score += _NAME
    if table.comment and _plain(table.comment) == _plain(entry.title):
        signs.append("same title")
        score += _TITLE
    both = table.columns & entry.field_words
    if both and entry.fields:
        share = min(1.0, len(both) / entry.fields)
        if share >= 0.5:
            signs.append(f"{share:.0%} of the items are columns of it")
            score += round(_COLUMNS * share)
    if signs and table.department == entry.department:
        signs.append("same department")
        score += _DEPARTMENT
    return min(score, _MOST - 1), ", ".join(signs)


def _plain(text: str) -> str:
    return _PLAIN.sub("", text).lower()


def _write(connection: Connection, found: list[Match], by: str, now: datetime) -> None:
    certain = [m for m in found if m.certain]
    evidence_id = evidence.record(
        connection,
        event="catalog:inventory:match",
        subject="inventory",
        body={
            "certain": [[m.table, m.dataset] for m in certain],
            "proposed": len(found) - len(certain),
            "actor": by,
        },
        now=now,
    )
    connection.execute(
        insert(inventory_matches),
        [
            {
                "id": new_id("mat"), "table_id": m.table_id, "dataset": m.dataset, "certain": m.certain,
                "state": "confirmed" if m.certain else "proposed", "score": m.score, "why": m.why,
                "made_at": now, "decided_by": by if m.certain else None,
                "decided_at": now if m.certain else None, "evidence_id": evidence_id,
            }
            for m in found
        ],
    )  # fmt: skip
