"""The word index on PostgreSQL: the tokens of an entry as a ``tsvector`` under GIN.

Decides how a phrase becomes a query. Tokens have no places (a ``tsvector`` counts no more than 256 of one
token), so whether they stand in a row is seen in the text of the entries that have them all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from catalog.search.text import asked_tokens, tokens_of
from catalog.search.words import FORMER, TABLE, Text, batches
from catalog.store.tables.search import search_texts

# Every search would go through what waits to be merged, so nothing waits.
_TOKEN_INDEX: Final = f"CREATE INDEX ix_{TABLE}_tokens ON {TABLE} USING gin (tokens) WITH (fastupdate = off)"
_TABLE: Final = (
    f"CREATE TABLE {TABLE} (doc integer PRIMARY KEY, tokens tsvector NOT NULL)",
    # Only the index reads the tokens, so they are not worth packing.
    f"ALTER TABLE {TABLE} ALTER tokens SET STORAGE EXTERNAL",
    _TOKEN_INDEX,
)
# From so many entries at once, where they are no small part of all, the index is made anew: faster than to
# add to it.
_MANY: Final = 5000
# From so many the server looks again at what it knows of the tokens, for its plans.
_SOME: Final = 500


class Vectors:
    """Tokens under GIN; the texts stand in ``search_texts``."""

    def create(self, connection: Connection) -> None:
        """See :class:`catalog.search.words.Words`."""
        connection.execute(text(f"DROP TABLE IF EXISTS {', '.join((*FORMER, TABLE))}"))
        for statement in _TABLE:
            connection.execute(text(statement))

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`catalog.search.words.Words`."""
        made = "array_to_tsvector(string_to_array(:tokens, ' '))"
        statement = text(f"INSERT INTO {TABLE} (doc, tokens) VALUES (:doc, {made})")
        last = f"SELECT coalesce(max(doc), -1) FROM {TABLE}"
        anew = len(texts) >= _MANY and 2 * len(texts) > connection.execute(text(last)).scalar_one()
        if anew:
            connection.execute(text(f"DROP INDEX ix_{TABLE}_tokens"))
        for batch in batches(texts):
            connection.execute(statement, [_tokens(each) for each in batch])
        if anew:
            connection.execute(text(_TOKEN_INDEX))

    def remove(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`catalog.search.words.Words`."""
        if texts:
            statement = text(f"DELETE FROM {TABLE} WHERE doc = ANY(:docs)")
            connection.execute(statement, {"docs": [each.doc for each in texts]})

    def settle(self, connection: Connection, many: int) -> None:
        """See :class:`catalog.search.words.Words`."""
        if many >= _SOME:
            for name in (TABLE, search_texts.name):
                connection.execute(text(f"ANALYZE {name}"))

    def docs(self, connection: Connection, phrase: str) -> Iterable[int]:
        """See :class:`catalog.search.words.Words`."""
        return _docs(connection, _held(), {"query": _query(phrase), "phrase": phrase})

    def each(self, connection: Connection, phrases: Sequence[str]) -> list[Iterable[int]]:
        """See :class:`catalog.search.words.Words`."""
        parts = (f"SELECT {at} AS at, ({_packed(_held(f'_{at}'))}) AS docs" for at in range(len(phrases)))
        values = {f"query_{at}": _query(phrase) for at, phrase in enumerate(phrases)}
        values |= {f"phrase_{at}": phrase for at, phrase in enumerate(phrases)}
        rows = connection.execute(text(" UNION ALL ".join(parts)), values)
        found = {row.at: _numbers(row.docs) for row in rows}
        return [found[at] for at in range(len(phrases))]

    def scan(self, connection: Connection, phrase: str) -> Iterable[int]:
        """See :class:`catalog.search.words.Words`."""
        return _docs(connection, "strpos(words, :phrase) > 0", {"phrase": phrase})


def _docs(connection: Connection, held: str, values: dict[str, Any]) -> Iterable[int]:
    return _numbers(connection.execute(text(_packed(held)), values).scalar_one())


def _held(of: str = "") -> str:
    """The tokens first and then the texts by number, whatever the planner thinks of how many there are."""
    having = f"ARRAY(SELECT doc FROM {TABLE} WHERE tokens @@ CAST(:query{of} AS tsquery))"
    return f"doc = ANY({having}) AND strpos(words, :phrase{of}) > 0"


def _packed(held: str) -> str:
    return f"SELECT string_agg(int4send(doc), ''::bytea) FROM {search_texts.name} WHERE {held}"


def _numbers(packed: bytes | None) -> Iterable[int]:
    made = array("i", packed or b"")
    made.byteswap()  # the server sends the highest byte first
    return made


def _tokens(each: Text) -> dict[str, Any]:
    tokens = dict.fromkeys(token for content in each.levels for token in tokens_of(content).split())
    return {"doc": each.doc, "tokens": " ".join(tokens)}


def _query(phrase: str) -> str:
    """Tokens hold letters and digits alone: nothing to escape."""
    wanted, beginning = asked_tokens(phrase)
    made = [f"'{token}'" for token in wanted]
    return " & ".join(made) + (":*" if beginning else "")
