"""Finding entries: the hits in their order, how many there are, and how they divide by facets.

Decides what a query matches and in which order its hits stand; the same on every database, because
nothing of the order comes from the database's own ranks. Within a tier shorter titles stand first, then
entries that came first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from catalog.errors import CatalogError
from catalog.search import grams
from catalog.search.bitmaps import FACETS, Bitmaps, bitmap, bitmaps, chosen, state_of
from catalog.search.phrases import Phrases
from catalog.search.ranking import Tier, tiers
from catalog.search.tallies import docs_in
from catalog.search.text import Query, normal, parse
from catalog.search.words import words_of
from catalog.store.prepared_lists import PreparedList
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import LAYOUT, search_entries
from catalog.store.tables.standards import own_standards
from contracts.elements import elements
from policies.rulebook import rule

# The day of the rules where the caller names none: those that came last.
NEWEST: Final = date.max
# So many docs are named to the database at once.
_NAMED: Final = 1000
# What is shown of hits; every search asks it.
_SHOWN: Final = PreparedList(
    lambda one_of: (
        select(search_entries.c.doc, *entries.c["name", "title", "department", "code"])
        .join(entries, entries.c.name == search_entries.c.dataset)
        .where(one_of(search_entries.c.doc), entries.c.state == "published")
    )
)


class UnknownFacet(CatalogError):
    """A facet entries do not have."""

    def __init__(self, facet: str) -> None:
        self.facet = facet
        super().__init__(f"there is no facet {facet} — use one of {', '.join(FACETS)}")


class IndexMissing(CatalogError):
    """Entries are published, but the index does not hold them: silence would look like an answer."""

    def __init__(self, *, earlier: bool) -> None:
        why = "is of an earlier version" if earlier else "was never made, though entries are published"
        super().__init__(f"the search index {why} — the operator makes it anew from the ledger")


@dataclass(frozen=True, slots=True)
class Hit:
    """A published entry that was found.

    Attributes:
        name: ``schema.table``.
        title: 信息资源名称.
        department: source department.
        code: resource code.
        score: what its tier is worth; more is better.
    """

    name: str
    title: str
    department: str
    code: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        total: how many entries, shown or not.
        facets: facet → its most frequent values among them, each with its count.
        hits: the first of them.
    """

    total: int = 0
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()


def search(connection: Connection, words: str, *, limit: int = 20, on: date = NEWEST) -> tuple[Hit, ...]:
    """Published entries that hold every word, the best first; none where nothing is asked.

    Args:
        connection: to read with.
        words: see :func:`catalog.search.text.parse`.
        limit: most hits.
        on: day whose boosts and synonyms apply.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
        IndexMissing: the index was never made, or by an earlier version.
    """
    index, query = words_of(connection), parse(words)
    if query.empty:
        return ()
    if query.elements or query.codes:
        return find(connection, words, limit=limit, on=on).hits
    known = bitmaps_in(connection)
    if not known.all:
        return ()
    levels = tiers(query.words, on)
    phrases = Phrases(connection, index, known, grams.held(connection, levels))
    return _hits(connection, _ranked(phrases, levels, known.all, limit))


def find(
    connection: Connection,
    words: str,
    *,
    narrowed: Mapping[str, Sequence[str]] = MappingProxyType({}),
    limit: int = 20,
    on: date = NEWEST,
    state: Row[Any] | None = None,
) -> Found:
    """Search, count and divide by facets; without words all entries, to be narrowed by facets.

    Args:
        connection: to read with.
        words: see :func:`catalog.search.text.parse`.
        narrowed: facet → values, one of which a hit must have; every facet named must hold.
        limit: most hits.
        on: day whose boosts and synonyms apply.
        state: what :func:`catalog.search.bitmaps.state_of` told in the same transaction; asked where None.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
        IndexMissing: the index was never made, or by an earlier version.
        UnknownFacet: ``narrowed`` names a facet entries do not have.
    """
    index = words_of(connection)
    for facet in narrowed:
        if facet not in FACETS:
            raise UnknownFacet(facet)
    known, query = bitmaps_in(connection, state), parse(words)
    if not known.all or (words.strip() and query.empty):
        return Found()
    docs = _scope(connection, known, query, narrowed)
    levels = tiers(query.words, on) if query.words else ()
    phrases = Phrases(connection, index, known, grams.held(connection, levels))
    if levels:
        docs = phrases.among(levels[-1], docs)
    total = docs.bit_count()
    if not total:
        return Found()
    if levels:
        ranked = _ranked(phrases, levels, docs, limit)
    else:
        ranked = _listed(connection, known, docs, limit, by_code=bool(query.codes))
    most = int(rule("search", "facet_values", on).value)
    return Found(total, known.counts(docs, most), _hits(connection, ranked))


def bitmaps_in(connection: Connection, state: Row[Any] | None = None) -> Bitmaps:
    """The facets of the store; an index that lacks what the ledger has is an error."""
    state = state or state_of(connection)
    if state is not None and state.layout == LAYOUT:
        return bitmaps(connection, state)
    published = select(entries.c.name).where(entries.c.state == "published").limit(1)
    if state is not None or connection.execute(published).first() is not None:
        raise IndexMissing(earlier=state is not None)
    return Bitmaps()


def _scope(
    connection: Connection, known: Bitmaps, query: Query, narrowed: Mapping[str, Sequence[str]]
) -> int:
    """Docs that are left by facets, elements and codes, before words are looked for."""
    docs = chosen(known, narrowed)
    for element in query.elements:
        either = 0
        for code in _element_codes(connection, known, element):
            either |= known.of("element", code)
        docs &= either
    for code in query.codes:
        found = select(search_entries.c.doc).where(_begins_with(connection, code))
        docs &= bitmap(list(connection.execute(found).scalars()))
    return docs


def _begins_with(connection: Connection, code: str) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":  # its LIKE folds case and would not use the index
        return (search_entries.c.code >= code) & (search_entries.c.code < code + chr(0x10FFFF))
    return search_entries.c.code.startswith(code, autoescape=True)


def _element_codes(connection: Connection, known: Bitmaps, asked: str) -> Iterator[str]:
    """Codes of the data elements called ``asked``: by code, name or synonym, a city's own included."""
    wanted, library = normal(asked), elements()
    own: dict[str, str] = {}
    if any("." in code for code in known.values("element")):
        query = select(*own_standards.c["code", "element"]).order_by(own_standards.c.number)
        own = {row.code: json.loads(row.element).get("name", "") for row in connection.execute(query)}
    for code in known.values("element"):
        names = [code, own.get(code, "")]
        if code in library:
            names += [library[code].name, *library[code].synonyms]
        if wanted in map(normal, names):
            yield code


def _ranked(phrases: Phrases, levels: Sequence[Tier], docs: int, limit: int) -> list[tuple[int, float]]:
    """The first of ``docs`` with their scores, tier after tier."""
    made: list[tuple[int, float]] = []
    for tier in levels:
        if len(made) >= limit or not docs:
            break
        found, docs = phrases.first(tier, docs, limit - len(made))
        made += [(doc, tier.score) for doc in found]
    return made


def _listed(
    connection: Connection, known: Bitmaps, docs: int, limit: int, *, by_code: bool
) -> list[tuple[int, float]]:
    """The first entries where no word is asked for; by code, the whole one is the first."""
    if by_code and docs.bit_count() <= _NAMED:
        doc = search_entries.c.doc
        query = select(doc).where(doc.in_(docs_in(docs))).order_by(search_entries.c.code).limit(limit)
        return [(each, 1.0) for each in connection.execute(query).scalars()]
    return [(doc, 1.0) for doc in known.first(docs, limit)]


def _hits(connection: Connection, ranked: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    """What is shown of the hits; what is not published just now is passed over."""
    rows = {row[0]: row for row in _SHOWN.run(connection, [doc for doc, _ in ranked])}
    found = ((*rows[doc], score) for doc, score in ranked if doc in rows)
    return tuple(
        Hit(name, title, department, code, score) for _, name, title, department, code, score in found
    )
