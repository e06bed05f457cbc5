"""Finding entries: the hits in their order, how many there are, and how they divide by facets.

Decides what a query matches and in which order its hits stand; the same on every database, because
nothing of the order comes from the database's own ranks. Within a tier shorter titles stand first, then
entries that came first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from catalog.errors import CatalogError
from catalog.search.facets import FACETS, Bitmaps, bitmap, bitmaps, chosen, docs_in
from catalog.search.ranking import Tier, tiers
from catalog.search.text import Query, normal, parse
from catalog.search.words import Page, words_of
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import search_entries
from catalog.store.tables.standards import own_standards
from contracts.elements import elements
from policies.rulebook import rule

# The day of the rules where the caller names none: those that came last.
NEWEST: Final = date.max
# So many docs are named to the database; of more it is asked page by page.
_NAMED: Final = 1000
_PAGE: Final = 2000

Places = Callable[[Page], list[int]]


class UnknownFacet(CatalogError):
    """A facet entries do not have."""

    def __init__(self, facet: str) -> None:
        self.facet = facet
        super().__init__(f"there is no facet {facet} — use one of {', '.join(FACETS)}")


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
    """
    words_of(connection)
    query = parse(words)
    if query.empty:
        return ()
    if query.elements or query.codes:
        return find(connection, words, limit=limit, on=on).hits
    if not bitmaps(connection).all:
        return ()
    return _hits(connection, _ranked(connection, tiers(query.words, on), None, limit))


def find(
    connection: Connection,
    words: str,
    *,
    narrowed: Mapping[str, Sequence[str]] = MappingProxyType({}),
    limit: int = 20,
    on: date = NEWEST,
) -> Found:
    """Search, count and divide by facets; without words all entries, to be narrowed by facets.

    Args:
        connection: to read with.
        words: see :func:`catalog.search.text.parse`.
        narrowed: facet → values, one of which a hit must have; every facet named must hold.
        limit: most hits.
        on: day whose boosts and synonyms apply.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
        UnknownFacet: ``narrowed`` names a facet entries do not have.
    """
    index = words_of(connection)
    for facet in narrowed:
        if facet not in FACETS:
            raise UnknownFacet(facet)
    known, query = bitmaps(connection), parse(words)
    if not known.all or (words.strip() and query.empty):
        return Found()
    docs = scope = _scope(connection, known, query, narrowed)
    levels = tiers(query.words, on) if query.words else ()
    if levels and scope:
        docs &= bitmap(index.docs(connection, index.condition(levels[-1], ())))
    total = docs.bit_count()
    if not total:
        return Found()
    within = None if scope == known.all else docs
    if levels:
        ranked = _ranked(connection, levels, within, limit)
    else:
        ranked = _listed(connection, within, limit, by_code=bool(query.codes))
    most = int(rule("search", "facet_values", on).value)
    return Found(total, known.counts(docs, most), _hits(connection, ranked))


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


def _ranked(
    connection: Connection, levels: Sequence[Tier], within: int | None, limit: int
) -> list[tuple[int, float]]:
    """Places of the first hits with their scores, tier after tier."""
    index = words_of(connection)
    made: list[tuple[int, float]] = []
    before: dict[object, Tier] = {}
    for tier in levels:
        found = index.condition(tier, tuple(before.values()))
        places: Places = lambda page, found=found: index.places(connection, found, page)  # type: ignore[misc]  # noqa: E731
        made += [(place, tier.score) for place in _first(places, within, limit - len(made))]
        if len(made) >= limit:
            break
        before[tier.words] = tier  # it holds the better tiers of the same words
    return made


def _listed(
    connection: Connection, within: int | None, limit: int, *, by_code: bool
) -> list[tuple[int, float]]:
    """Places of the first entries where no word is asked for; by code, the whole one is the first."""
    place, doc = search_entries.c.place, search_entries.c.doc

    def places(page: Page) -> list[int]:
        query = select(place).where(place > page.after).order_by(place).limit(page.limit)
        if page.within is not None:
            query = query.where(doc.in_(page.within))
        return list(connection.execute(query).scalars())

    if by_code and within is not None and within.bit_count() <= _NAMED:
        query = select(place).where(doc.in_(docs_in(within))).order_by(search_entries.c.code).limit(limit)
        return [(each, 1.0) for each in connection.execute(query).scalars()]
    return [(each, 1.0) for each in _first(places, within, limit)]


def _first(places: Places, within: int | None, limit: int) -> list[int]:
    """The first ``limit`` places, of the docs ``within`` where it is not None."""
    if within is None:
        return places(Page(limit))
    if within.bit_count() <= _NAMED:
        return places(Page(limit, within=docs_in(within)))
    made: list[int] = []
    after = -1
    while len(made) < limit:
        page = places(Page(_PAGE, after))
        made += [place for place in page if within >> (place & 0xFFFFFFFF) & 1]
        if len(page) < _PAGE:
            break
        after = page[-1]
    return made[:limit]


def _hits(connection: Connection, ranked: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    """What is shown of the hits; what is not published just now is passed over."""
    query = (
        select(search_entries.c.place, *entries.c["name", "title", "department", "code"])
        .join(entries, entries.c.name == search_entries.c.dataset)
        .where(search_entries.c.place.in_([place for place, _ in ranked]), entries.c.state == "published")
    )
    rows: dict[int, Any] = {row.place: row for row in connection.execute(query)} if ranked else {}
    return tuple(
        Hit(rows[place].name, rows[place].title, rows[place].department, rows[place].code, score)
        for place, score in ranked
        if place in rows
    )
