"""The word index in the database: FTS5 on SQLite, ``tsvector`` on PostgreSQL, both of the same bigrams.

Decides how a tier becomes a query of each. Their own parsers are not asked: they would cut Chinese text
by the locale of the server. Their own ranks are not asked either: they differ.

SQLite keeps the tokens of each level in a column and finds phrases by position. PostgreSQL keeps every
token once, behind a mark of the best level that holds it, without positions (a ``tsvector`` counts no more
than 256 of one token), and looks at the text where a phrase is longer than a token.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from sqlalchemy import Connection, inspect, text

from catalog.errors import CatalogError
from catalog.search.ranking import LEVELS, Tier
from catalog.search.text import asked_tokens, tokens_of

TABLE: Final = "entry_words"
# The index of earlier versions; it is dropped when this one is made.
_FORMER: Final = "entry_search"
# PostgreSQL: a table of earlier versions, which kept the texts apart.
_TEXTS: Final = "entry_texts"
# PostgreSQL: tokens stand outside their row, for only the index reads them; texts stand in it.
_ROWS: Final = (
    f"ALTER TABLE {TABLE} SET (toast_tuple_target = 2000)",
    f"ALTER TABLE {TABLE} ALTER tokens SET STORAGE EXTERNAL",
)
# PostgreSQL: what stands before a token says the level it is of.
_MARKS: Final = "abcd"
# PostgreSQL: every search would go through what waits to be merged, so nothing waits.
_TOKEN_INDEX: Final = f"CREATE INDEX ix_{TABLE}_tokens ON {TABLE} USING gin (tokens) WITH (fastupdate = off)"
# From so many entries at once the index is put in order after them.
_MANY: Final = 5000
# Rows of one statement.
_BATCH: Final = 500


class SearchUnavailable(CatalogError):
    """The store's database has no search index of ours."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        super().__init__(f"search needs SQLite or PostgreSQL as the store; {dialect} has no index")


@dataclass(frozen=True, slots=True)
class Text:
    """What is indexed of an entry: its place, and a text in the normal form for each level."""

    place: int
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the rows of the index, with its bound values."""

    sql: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which places are asked for: at most ``limit`` behind ``after``, of the docs ``within`` if not None."""

    limit: int
    after: int = -1
    within: Sequence[int] | None = None


class Words(Protocol):
    """The word index of one kind of database."""

    def create(self, connection: Connection) -> None:
        """Make the index where it is missing."""

    def clear(self, connection: Connection) -> None:
        """Take everything out."""

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """Add entries."""

    def tokens(self, connection: Connection, places: Sequence[int]) -> Iterable[tuple[int, Iterable[str]]]:
        """The tokens of the entries at some places, each with its place."""

    def remove(self, connection: Connection, places: Sequence[int]) -> None:
        """Take entries out."""

    def settle(self, connection: Connection, many: int) -> None:
        """After ``many`` changes: what makes queries fast."""

    def condition(self, tier: Tier, without: Sequence[Tier]) -> Condition:
        """Entries of a tier that are in none of the tiers ``without``."""

    def places(self, connection: Connection, found: Condition, page: Page) -> list[int]:
        """Their places, the smallest first."""

    def docs(self, connection: Connection, found: Condition) -> Iterable[int]:
        """Their docs, in no order."""


def words_of(connection: Connection) -> Words:
    """The word index of the store a connection leads to.

    Raises:
        SearchUnavailable: it is neither SQLite nor PostgreSQL.
    """
    made: dict[str, Words] = {"sqlite": Fts5(), "postgresql": Vectors()}
    if connection.dialect.name not in made:
        raise SearchUnavailable(connection.dialect.name)
    return made[connection.dialect.name]


class Fts5:
    """SQLite: an ordinary FTS5 table that holds the tokens; contentless ones cannot delete on older SQLite.

    The tokens hold letters and digits alone: the ``ascii`` tokenizer cuts at spaces and folds nothing else.
    """

    def create(self, connection: Connection) -> None:
        """See :class:`Words`."""
        connection.execute(text(f"DROP TABLE IF EXISTS {_FORMER}"))
        columns = ", ".join(LEVELS)
        made = f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5({columns}, tokenize = 'ascii')"
        connection.execute(text(made))

    def clear(self, connection: Connection) -> None:
        """See :class:`Words`."""
        connection.execute(text(f"DELETE FROM {TABLE}"))

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`Words`."""
        values = ", ".join(f":{level}" for level in LEVELS)
        statement = text(f"INSERT INTO {TABLE} (rowid, {', '.join(LEVELS)}) VALUES (:place, {values})")
        for batch in _batches(texts):
            connection.execute(statement, [_tokens(each) for each in batch])

    def tokens(self, connection: Connection, places: Sequence[int]) -> Iterable[tuple[int, Iterable[str]]]:
        """See :class:`Words`."""
        held = "SELECT value FROM json_each(:places)"
        statement = f"SELECT rowid, {', '.join(LEVELS)} FROM {TABLE} WHERE rowid IN ({held})"
        for place, *levels in connection.execute(text(statement), {"places": json.dumps(list(places))}):
            yield place, set(" ".join(levels).split())

    def remove(self, connection: Connection, places: Sequence[int]) -> None:
        """See :class:`Words`."""
        if places:
            statement = text(f"DELETE FROM {TABLE} WHERE rowid = :place")
            connection.execute(statement, [{"place": place} for place in places])

    def settle(self, connection: Connection, many: int) -> None:
        """See :class:`Words`."""
        if many >= 4 * _MANY:  # all of the index is written again
            connection.execute(text(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')"))

    def condition(self, tier: Tier, without: Sequence[Tier]) -> Condition:
        """See :class:`Words`."""
        query = " NOT ".join(f"({_match(each)})" for each in (tier, *without))
        return Condition(f"{TABLE} MATCH :query", {"query": query})

    def places(self, connection: Connection, found: Condition, page: Page) -> list[int]:
        """See :class:`Words`."""
        values = {**found.values, "most": page.limit, "after": page.after}
        within = ""
        if page.within is not None:  # behind a sign, or each would be looked up in the index by itself
            within = " AND +rowid & 0xFFFFFFFF IN (SELECT value FROM json_each(:within))"
            values["within"] = json.dumps(list(page.within))
        chosen = f"{found.sql} AND rowid > :after{within}"
        statement = f"SELECT rowid FROM {TABLE} WHERE {chosen} ORDER BY rowid LIMIT :most"
        return list(connection.execute(text(statement), values).scalars())

    def docs(self, connection: Connection, found: Condition) -> Iterable[int]:
        """See :class:`Words`."""
        statement = f"SELECT json_group_array(rowid & 0xFFFFFFFF) FROM {TABLE} WHERE {found.sql}"
        packed: str = connection.execute(text(statement), found.values).scalar_one()
        made: list[int] = json.loads(packed)
        return made


class Vectors:
    """PostgreSQL: marked tokens under GIN, and the texts beside them."""

    def create(self, connection: Connection) -> None:
        """See :class:`Words`."""
        found = inspect(connection)
        if found.has_table(TABLE) and not found.has_table(_TEXTS):
            return
        texts = ", ".join(f"{level} text NOT NULL" for level in LEVELS)
        for statement in (
            f"DROP TABLE IF EXISTS {_FORMER}, {TABLE}, {_TEXTS}",
            f"CREATE TABLE {TABLE}"
            f" (place bigint PRIMARY KEY, doc integer NOT NULL, {texts}, tokens tsvector NOT NULL)",
            *_ROWS,
            _TOKEN_INDEX,
        ):
            connection.execute(text(statement))

    def clear(self, connection: Connection) -> None:
        """See :class:`Words`."""
        connection.execute(text(f"TRUNCATE {TABLE}"))

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`Words`."""
        values = ", ".join(f":{level}" for level in LEVELS)
        made = "array_to_tsvector(string_to_array(:tokens, ' '))"
        columns = f"place, doc, {', '.join(LEVELS)}, tokens"
        statement = text(f"INSERT INTO {TABLE} ({columns}) VALUES (:place, :doc, {values}, {made})")
        anew = len(texts) >= _MANY
        if anew:  # an index is made faster than it is added to
            connection.execute(text(f"DROP INDEX ix_{TABLE}_tokens"))
        for batch in _batches(texts):
            connection.execute(statement, [_marked(each) for each in batch])
        if anew:
            connection.execute(text(_TOKEN_INDEX))

    def tokens(self, connection: Connection, places: Sequence[int]) -> Iterable[tuple[int, Iterable[str]]]:
        """See :class:`Words`."""
        statement = f"SELECT place, {', '.join(LEVELS)} FROM {TABLE} WHERE place = ANY(:places)"
        for place, *levels in connection.execute(text(statement), {"places": list(places)}):
            yield place, best_levels(levels)

    def remove(self, connection: Connection, places: Sequence[int]) -> None:
        """See :class:`Words`."""
        statement = text(f"DELETE FROM {TABLE} WHERE place = ANY(:places)")
        connection.execute(statement, {"places": list(places)})

    def settle(self, connection: Connection, many: int) -> None:
        """See :class:`Words`."""
        if many >= _MANY // 10:  # plans rest on what the server knows of the tokens
            connection.execute(text(f"ANALYZE {TABLE}"))

    def condition(self, tier: Tier, without: Sequence[Tier]) -> Condition:
        """See :class:`Words`."""
        values: dict[str, Any] = {}
        parts = [_holds(tier, values), *(f"NOT ({_stand(each, values)})" for each in without)]
        return Condition(" AND ".join(parts), values)

    def places(self, connection: Connection, found: Condition, page: Page) -> list[int]:
        """See :class:`Words`."""
        values = {**found.values, "most": page.limit, "after": page.after}
        within = ""
        if page.within is not None:
            within, values["within"] = " AND doc = ANY(:within)", list(page.within)
        chosen = f"{found.sql} AND place > :after{within}"
        # Not in the order of the key: few rows may be left of a tier, and all would be gone through for them.
        statement = f"SELECT place FROM {TABLE} WHERE {chosen} ORDER BY place + 0 LIMIT :most"
        return list(connection.execute(text(statement), values).scalars())

    def docs(self, connection: Connection, found: Condition) -> Iterable[int]:
        """See :class:`Words`."""
        statement = f"SELECT string_agg(int4send(doc), ''::bytea) FROM {TABLE} WHERE {found.sql}"
        packed = connection.execute(text(statement), found.values).scalar_one()
        made = array("i", packed or b"")
        made.byteswap()
        return made


def _tokens(each: Text) -> dict[str, Any]:
    made = {level: " ".join(tokens_of(t)) for level, t in zip(LEVELS, each.levels, strict=True)}
    return {"place": each.place, **made}


def best_levels(levels: Sequence[str]) -> dict[str, int]:
    """The tokens of an entry, each with the best level that holds it, the best being 0."""
    made: dict[str, int] = {}
    for level, content in enumerate(levels):
        for token in tokens_of(content):
            made.setdefault(token, level)
    made.pop("", None)
    return made


def _marked(each: Text) -> dict[str, Any]:
    """The tokens of an entry, each once, behind the mark of the best level that holds it."""
    tokens = " ".join(f"{_MARKS[level]}{token}" for token, level in best_levels(each.levels).items())
    values = dict(zip(LEVELS, each.levels, strict=True))
    return {"place": each.place, "doc": each.place & 0xFFFFFFFF, "tokens": tokens, **values}


def _match(tier: Tier) -> str:
    """A tier as an FTS5 query. Words hold letters, digits and spaces alone: nothing to escape."""
    wanted = " AND ".join("(" + " OR ".join(map(_phrase, forms)) + ")" for forms in tier.words)
    if tier.levels == len(LEVELS):
        return wanted
    return f"{{{' '.join(LEVELS[: tier.levels])}}} : ({wanted})"


def _phrase(form: str) -> str:
    wanted, beginning = asked_tokens(form)
    return f'"{" ".join(wanted)}"' + (" *" if beginning else "")


def _holds(tier: Tier, values: dict[str, Any]) -> str:
    """A tier as a condition over the tokens, and over the texts where a token does not say it all."""
    queries = ["(" + " | ".join(_lexemes(form, tier) for form in forms) + ")" for forms in tier.words]
    found = f"tokens @@ CAST(:{_bind(values, ' & '.join(queries))} AS tsquery)"
    told = [forms for forms in tier.words if any(len(form) > 2 for form in forms)]
    return f"{found} AND {_stand(replace(tier, words=tuple(told)), values)}" if told else found


def _lexemes(form: str, tier: Tier) -> str:
    wanted, beginning = asked_tokens(form)
    made = []
    for at, token in enumerate(wanted, 1):
        ending = ":*" if beginning and at == len(wanted) else ""
        made.append("(" + " | ".join(f"'{mark}{token}'{ending}" for mark in _MARKS[: tier.levels]) + ")")
    return "(" + " & ".join(made) + ")"


def _stand(tier: Tier, values: dict[str, Any]) -> str:
    """A tier as a condition over the texts alone: no row's tokens are read, which stand outside it."""
    parts = []
    for forms in tier.words:
        bound = [_bind(values, form) for form in forms]
        either = (f"strpos({level}, :{b}) > 0" for b in bound for level in LEVELS[: tier.levels])
        parts.append("(" + " OR ".join(either) + ")")
    return "(" + " AND ".join(parts) + ")"


def _bind(values: dict[str, Any], value: str) -> str:
    name = f"v{len(values)}"
    values[name] = value
    return name


def _batches(texts: Sequence[Text]) -> Iterable[Sequence[Text]]:
    return (texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH))
