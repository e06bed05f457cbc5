"""The index follows the ledger: entries are put in and taken out in the transaction of the entry.

Decides what of an entry can be found: titles, names, codes, departments, subjects, field names and the
summary. No figure and no value is indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from catalog import revisions
from catalog.search import grams, texts
from catalog.search.bitmaps import Value
from catalog.search.facets import Changes, facets_of
from catalog.search.text import code_form, normal
from catalog.search.words import Text, words_of
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import (
    LAYOUT,
    search_entries,
    search_facets,
    search_pairs,
    search_state,
    search_texts,
)
from contracts.elements import elements
from contracts.model import Contract

# Names of one statement.
_BATCH: Final = 500
_LONGEST_TITLE: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of an entry.

    Attributes:
        doc: its number.
        name: ``schema.table``.
        code: resource code in the form of :func:`catalog.search.text.code_form`.
        facets: see :func:`catalog.search.facets.facets_of`.
        levels: a text in the normal form for each level.
    """

    doc: int
    name: str
    code: str
    facets: tuple[Value, ...]
    levels: tuple[str, ...]

    @property
    def place(self) -> int:
        """Its place among equals: the length of the title, then the number."""
        return min(len(self.levels[0]), _LONGEST_TITLE) << 32 | self.doc


def index(connection: Connection, contract: Contract) -> None:
    """Put an entry into the index, in the caller's writing transaction; its former text is replaced.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
    """
    index_all(connection, (contract,))


def index_all(connection: Connection, contracts: Sequence[Contract]) -> None:
    """Put many entries into the index at once, in the caller's writing transaction.

    Entries of equal worth and length of title stand in the order in which they first came.

    Args:
        connection: a writing transaction.
        contracts: of published entries; the last one counts where a name comes twice.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
    """
    latest = {contract.name: contract for contract in contracts}
    if not _current(connection):  # what was published before is indexed with it
        latest = {one.name: one for one in _published(connection)} | latest
        _start(connection)
    former = _former(connection, tuple(latest))
    codes = _codes(connection, tuple(latest))
    first, version = _number(connection, len(latest) - len(former))
    fresh = iter(range(first, first + len(latest)))
    coming = []
    for name, contract in latest.items():
        doc = former[name].doc if name in former else next(fresh)
        code = codes.get(name, "")
        coming.append(Entry(doc, name, code_form(code), facets_of(contract), _levels(contract, code)))
    _replace(connection, former, coming, version)
    words_of(connection).settle(connection, len(coming))


def remove(connection: Connection, names: Iterable[str]) -> None:
    """Take entries out of the index, in the caller's writing transaction: they are published no more."""
    if not _current(connection):
        rebuild(connection)
    former = _former(connection, tuple(dict.fromkeys(names)))
    _, version = _number(connection, 0)
    _replace(connection, former, (), version)


def rebuild(connection: Connection) -> int:
    """Make the index anew from the ledger, in the caller's writing transaction.

    Returns:
        How many entries it holds: all that are published, those known before in their former order.
    """
    found = _published(connection)
    _start(connection)
    index_all(connection, found)
    return len(found)


def _published(connection: Connection) -> list[Contract]:
    """Contracts of all published entries, those the index knows in the order in which they came."""
    query = select(*search_entries.c["dataset", "doc"])
    former: dict[str, int] = {row.dataset: row.doc for row in connection.execute(query)}
    found = sorted(
        revisions.all_current(connection, states=(revisions.PUBLISHED,)),
        key=lambda one: (one.name not in former, former.get(one.name, 0), one.published_at, one.name),
    )
    return [revision.contract for revision in found]


def _current(connection: Connection) -> bool:
    """Whether the index stands, in the shape this version keeps."""
    return connection.execute(select(search_state.c.layout)).scalar_one_or_none() == LAYOUT


def _start(connection: Connection) -> None:
    """An empty index. The order in which entries came is gone with it: ask before."""
    words_of(connection).create(connection)
    for table in (search_entries, search_facets, search_pairs, search_texts, search_state):
        connection.execute(delete(table))
    connection.execute(insert(search_state).values(store=new_id("idx"), version=1, next_doc=0, layout=LAYOUT))


def _number(connection: Connection, many: int) -> tuple[int, int]:
    """The first of ``many`` new numbers, and the version of this change."""
    row = connection.execute(
        update(search_state)
        .values(version=search_state.c.version + 1, next_doc=search_state.c.next_doc + many)
        .returning(search_state.c.version, search_state.c.next_doc)
    ).one()
    return row.next_doc - many, row.version


def _former(connection: Connection, names: Sequence[str]) -> dict[str, Entry]:
    """Entries as they stand in the index, by name."""
    made: dict[str, Entry] = {}
    columns = (*search_entries.c["doc", "dataset", "code", "facets"], search_texts.c.words)
    both = search_entries.join(search_texts, search_texts.c.doc == search_entries.c.doc)
    for batch in _batches(names):
        named = select(*columns).select_from(both).where(search_entries.c.dataset.in_(batch))
        for doc, name, code, values, words in connection.execute(named):
            facets = tuple((facet, value) for facet, value in values)
            made[name] = Entry(doc, name, code, facets, texts.parted(words))
    return made


def _replace(
    connection: Connection, former: Mapping[str, Entry], coming: Sequence[Entry], version: int
) -> None:
    """Put entries in the stead of former ones; a former one without a new one is taken out."""
    now = {entry.name: entry for entry in coming}
    gone = [entry for name, entry in former.items() if now.get(name) != entry]
    fresh = [entry for name, entry in now.items() if former.get(name) != entry]
    facets, held = Changes(), grams.Changes()
    for entry in gone:
        facets.take(entry.place, entry.facets)
    for entry in fresh:
        facets.add(entry.place, entry.facets)
        before = grams.best(former[entry.name].levels) if entry.name in former else None
        held.note(entry.doc, before, grams.best(entry.levels))
    for entry in gone:
        if entry.name not in now:
            held.note(entry.doc, grams.best(entry.levels), None)
    _rows(connection, gone, fresh, version)
    index = words_of(connection)
    index.remove(connection, [Text(entry.doc, entry.levels) for entry in gone])
    index.put(connection, [Text(entry.doc, entry.levels) for entry in fresh])
    facets.write(connection, version)
    held.write(connection)


def _rows(connection: Connection, gone: Sequence[Entry], fresh: Sequence[Entry], version: int) -> None:
    """The rows of entries and their texts."""
    for at in range(0, len(gone), _BATCH):
        docs = [entry.doc for entry in gone[at : at + _BATCH]]
        for table in (search_entries, search_texts):
            connection.execute(delete(table).where(table.c.doc.in_(docs)))
    if fresh:
        rows = [
            {
                "doc": entry.doc, "place": entry.place, "dataset": entry.name, "code": entry.code,
                "facets": entry.facets,
            }
            for entry in fresh
        ]  # fmt: skip
        connection.execute(insert(search_entries), rows)
        words = [
            {"doc": entry.doc, "words": texts.joined(entry.levels), "version": version} for entry in fresh
        ]
        connection.execute(insert(search_texts), words)


def _codes(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for batch in _batches(names):
        query = select(entries.c.name, entries.c.code).where(entries.c.name.in_(batch))
        made |= {row.name: row.code for row in connection.execute(query)}
    return made


def _levels(contract: Contract, code: str) -> tuple[str, ...]:
    """The texts of an entry, in the order of the levels."""
    library = elements()
    declared = [f.element for f in contract.fields if f.element is not None]
    named = (library[code].name for code in declared if code in library)
    subjects = (contract.department.name, *contract.tags, contract.domain, contract.classification)
    fields = (f"{f.business_name} {f.name}" for f in contract.fields)
    parts = (
        (contract.title,),
        (contract.name, code, contract.entry.code),
        subjects,
        (*fields, *dict.fromkeys(named), contract.summary),
    )
    return tuple(normal(" ".join(part)) for part in parts)


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))
