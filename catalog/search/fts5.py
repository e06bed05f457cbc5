"""The word index on SQLite: an FTS5 table of the tokens of each level, found by their places in a row.

Decides how a phrase becomes an FTS5 query. The table keeps no text of its own: what an entry was put in
with is told again when it is taken out, which older SQLite versions need.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from catalog.search.ranking import LEVELS
from catalog.search.text import asked_tokens, tokens_of
from catalog.search.words import FORMER, TABLE, Text, batches
from catalog.store.tables.search import search_texts

# From so many entries at once the index is put in order after them.
_MANY: Final = 20_000
_COLUMNS: Final = ", ".join(LEVELS)
_VALUES: Final = ", ".join(f":{level}" for level in LEVELS)


class Fts5:
    """Tokens hold letters and digits alone: the ``ascii`` tokenizer cuts at spaces and folds nothing else."""

    def create(self, connection: Connection) -> None:
        """See :class:`catalog.search.words.Words`."""
        for name in (*FORMER, TABLE):
            connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
        kept = "content = '', tokenize = 'ascii'"
        connection.execute(text(f"CREATE VIRTUAL TABLE {TABLE} USING fts5({_COLUMNS}, {kept})"))

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`catalog.search.words.Words`."""
        statement = text(f"INSERT INTO {TABLE} (rowid, {_COLUMNS}) VALUES (:doc, {_VALUES})")
        for batch in batches(texts):
            connection.execute(statement, [_tokens(each) for each in batch])

    def remove(self, connection: Connection, texts: Sequence[Text]) -> None:
        """See :class:`catalog.search.words.Words`."""
        into = f"INSERT INTO {TABLE} ({TABLE}, rowid, {_COLUMNS})"
        statement = text(f"{into} VALUES ('delete', :doc, {_VALUES})")
        for batch in batches(texts):
            connection.execute(statement, [_tokens(each) for each in batch])

    def settle(self, connection: Connection, many: int) -> None:
        """See :class:`catalog.search.words.Words`."""
        if many >= _MANY:  # all of the index is written again
            connection.execute(text(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')"))

    def docs(self, connection: Connection, phrase: str) -> Iterable[int]:
        """See :class:`catalog.search.words.Words`."""
        statement = f"SELECT json_group_array(rowid) FROM {TABLE} WHERE {TABLE} MATCH :query"
        return _docs(connection, statement, {"query": _query(phrase)})

    def each(self, connection: Connection, phrases: Sequence[str]) -> list[Iterable[int]]:
        """See :class:`catalog.search.words.Words`."""
        docs = f"json_group_array(rowid) AS docs FROM {TABLE} WHERE {TABLE} MATCH"
        statement = " UNION ALL ".join(f"SELECT {at} AS at, {docs} :query_{at}" for at in range(len(phrases)))
        values = {f"query_{at}": _query(phrase) for at, phrase in enumerate(phrases)}
        found = {row.at: json.loads(row.docs) for row in connection.execute(text(statement), values)}
        return [found[at] for at in range(len(phrases))]

    def scan(self, connection: Connection, phrase: str) -> Iterable[int]:
        """See :class:`catalog.search.words.Words`."""
        statement = f"SELECT json_group_array(doc) FROM {search_texts.name} WHERE instr(words, :phrase) > 0"
        return _docs(connection, statement, {"phrase": phrase})


def _docs(connection: Connection, statement: str, values: dict[str, Any]) -> list[int]:
    made: list[int] = json.loads(connection.execute(text(statement), values).scalar_one())
    return made


def _tokens(each: Text) -> dict[str, Any]:
    made = {level: tokens_of(content) for level, content in zip(LEVELS, each.levels, strict=True)}
    return {"doc": each.doc, **made}


def _query(phrase: str) -> str:
    """A phrase holds letters, digits and spaces alone: nothing to escape."""
    wanted, beginning = asked_tokens(phrase)
    return f'"{" ".join(wanted)}"' + (" *" if beginning else "")
