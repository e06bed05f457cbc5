"""The index follows the ledger: entries are put in and taken out in the transaction of the entry.

Decides what of an entry can be found: titles, names, codes, departments, subjects, field names and the
summary. No figure and no value is indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from catalog import revisions
from catalog.search import pairs
from catalog.search.facets import Changes, Value, doc_of, facets_of
from catalog.search.text import code_form, normal
from catalog.search.words import Text, best_levels, words_of
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import LAYOUT, search_entries, search_facets, search_pairs, search_state
from contracts.elements import elements
from contracts.model import Contract

# Names of one statement.
_BATCH: Final = 500
_LONGEST_TITLE: Final = 0xFFFF


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
    changes, held = Changes(), pairs.Changes()
    known = _take_out(connection, tuple(latest), changes, held)
    codes = _codes(connection, tuple(latest))
    first, version = _number(connection, len(latest) - len(known))
    fresh = iter(range(first, first + len(latest)))
    texts, rows = [], []
    for name, contract in latest.items():
        doc = known[name] if name in known else next(fresh)
        levels = _levels(contract, codes.get(name, ""))
        place = min(len(levels[0]), _LONGEST_TITLE) << 32 | doc
        values = facets_of(contract)
        texts.append(Text(place, levels))
        rows.append(
            {
                "doc": doc, "place": place, "dataset": name, "code": code_form(codes.get(name, "")),
                "facets": [list(value) for value in values],
            }
        )  # fmt: skip
        changes.add(place, values)
        held.add(doc, best_levels(levels))
    if rows:
        connection.execute(insert(search_entries), rows)
        words_of(connection).put(connection, texts)
    changes.write(connection, version)
    held.write(connection)
    words_of(connection).settle(connection, len(rows))


def remove(connection: Connection, names: Iterable[str]) -> None:
    """Take entries out of the index, in the caller's writing transaction: they are published no more."""
    if not _current(connection):
        rebuild(connection)
    changes, held = Changes(), pairs.Changes()
    _take_out(connection, tuple(dict.fromkeys(names)), changes, held)
    _, version = _number(connection, 0)
    changes.write(connection, version)
    held.write(connection)


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
    words = words_of(connection)
    words.create(connection)
    words.clear(connection)
    for table in (search_entries, search_facets, search_pairs, search_state):
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


def _take_out(
    connection: Connection, names: Sequence[str], changes: Changes, held: pairs.Changes
) -> dict[str, int]:
    """Remove entries as they stand in the index; their numbers by name."""
    known: dict[str, int] = {}
    places: list[int] = []
    for batch in _batches(names):
        named = search_entries.c.dataset.in_(batch)
        for row in connection.execute(select(search_entries).where(named)):
            known[row.dataset] = row.doc
            places.append(row.place)
            values: Iterable[Value] = ((facet, value) for facet, value in row.facets)
            changes.take(row.place, values)
        if known:
            connection.execute(delete(search_entries).where(named))
    for at in range(0, len(places), _BATCH):
        gone = places[at : at + _BATCH]
        for place, tokens in words_of(connection).tokens(connection, gone):
            held.take(doc_of(place), tokens)
        words_of(connection).remove(connection, gone)
    return known


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
