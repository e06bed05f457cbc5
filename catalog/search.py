"""Search over published entries: character bigrams and phrase queries, exact without a dictionary.

Decides what of an entry can be found and in which order. Only titles, names, departments, subjects
and field names are indexed: no figure and no value. The index is part of the store, written in the
transaction of the entry: FTS5 on SQLite, a ``tsvector`` on PostgreSQL, both of the same tokens. Their
own parsers are not asked: they would cut Chinese text by the locale of the server.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from catalog.errors import CatalogError
from contracts.model import Contract

TABLE: Final = "entry_search"
# An ordinary FTS5 table that holds the tokens: contentless ones cannot delete on older SQLite.
_CREATE: Final = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5("
    "dataset UNINDEXED, title, name, department, subjects, fields,"
    " tokenize = 'unicode61 remove_diacritics 0')"
)
_EXISTS: Final = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name"
_DELETE: Final = f"DELETE FROM {TABLE} WHERE dataset = :dataset"
_INSERT: Final = (
    f"INSERT INTO {TABLE} (dataset, title, name, department, subjects, fields)"
    " VALUES (:dataset, :title, :name, :department, :subjects, :fields)"
)
# bm25 weights by column; the first is not indexed.
_FIND: Final = (
    f"SELECT s.dataset, e.title, e.department, e.code FROM {TABLE} AS s"
    " JOIN entries AS e ON e.name = s.dataset AND e.state = 'published'"
    f" WHERE {TABLE} MATCH :query"
    f" ORDER BY bm25({TABLE}, 0.0, 8.0, 4.0, 2.0, 2.0, 1.0), s.dataset LIMIT :limit"
)


# PostgreSQL: one column of lexemes with positions; A title, B name, C department and subjects, D fields.
_CREATE_VECTORS: Final = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (dataset varchar(130) PRIMARY KEY, lexemes tsvector NOT NULL)"
)
_INDEX_VECTORS: Final = f"CREATE INDEX IF NOT EXISTS ix_{TABLE}_lexemes ON {TABLE} USING gin (lexemes)"
_EXISTS_VECTORS: Final = (
    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = :name"
)
_INSERT_VECTORS: Final = (
    f"INSERT INTO {TABLE} (dataset, lexemes) VALUES (:dataset, CAST(:lexemes AS tsvector))"
)
_FIND_VECTORS: Final = (
    f"SELECT s.dataset, e.title, e.department, e.code FROM {TABLE} AS s"
    " JOIN entries AS e ON e.name = s.dataset AND e.state = 'published'"
    " WHERE s.lexemes @@ CAST(:query AS tsquery)"
    " ORDER BY ts_rank('{0.1, 0.25, 0.5, 1.0}', s.lexemes, CAST(:query AS tsquery)) DESC, s.dataset"
    " LIMIT :limit"
)
_WEIGHTS: Final = {"title": "A", "name": "B", "department": "C", "subjects": "C", "fields": "D"}
# Most positions a tsvector counts. Source: PostgreSQL, "Text Search Types", limitations.
_LAST_POSITION: Final = 16_383


class SearchUnavailable(CatalogError):
    """The store's database has no search index of ours."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        super().__init__(f"search needs SQLite or PostgreSQL as the store; {dialect} has no index")


@dataclass(frozen=True, slots=True)
class Hit:
    """A published entry that was found.

    Attributes:
        name: ``schema.table``.
        title: 信息资源名称.
        department: source department.
        code: resource code.
    """

    name: str
    title: str
    department: str
    code: str


def index(connection: Connection, contract: Contract) -> None:
    """Put an entry into the index, in the caller's writing transaction; its former text is replaced.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
    """
    fields = " ".join(f"{f.business_name} {f.name}" for f in contract.fields)
    parts = {
        "title": tokens(contract.title),
        "name": tokens(contract.name),
        "department": tokens(contract.department.name),
        "subjects": tokens(" ".join((*contract.tags, contract.domain, contract.classification))),
        "fields": tokens(f"{fields} {contract.summary}"),
    }
    if _is_sqlite(connection):
        connection.execute(text(_CREATE))
        connection.execute(text(_DELETE), {"dataset": contract.name})
        connection.execute(text(_INSERT), {"dataset": contract.name, **parts})
        return
    connection.execute(text(_CREATE_VECTORS))
    connection.execute(text(_INDEX_VECTORS))
    connection.execute(text(_DELETE), {"dataset": contract.name})
    connection.execute(text(_INSERT_VECTORS), {"dataset": contract.name, "lexemes": _lexemes(parts)})


def search(connection: Connection, words: str, *, limit: int = 20) -> tuple[Hit, ...]:
    """Published entries that contain every word, the best first.

    Args:
        connection: to read with.
        words: separated by white space; each must occur as it stands.
        limit: most hits.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
    """
    embedded = _is_sqlite(connection)
    query = _query(words) if embedded else _vector_query(words)
    exists = _EXISTS if embedded else _EXISTS_VECTORS
    if not query or not connection.execute(text(exists), {"name": TABLE}).scalar_one():
        return ()
    rows = connection.execute(text(_FIND if embedded else _FIND_VECTORS), {"query": query, "limit": limit})
    return tuple(Hit(row.dataset, row.title, row.department, row.code) for row in rows)


def tokens(content: str) -> str:
    """The bigrams of a text, a run's last character alone at its end, separated by spaces.

    >>> tokens("民政局 A1")
    '民政 政局 局 a1 1'
    """
    return " ".join(token for run in _runs(content) for token in (*_bigrams(run), run[-1]))


def _query(words: str) -> str:
    """An FTS5 query: for each run of letters a phrase of its bigrams, all of which must match."""
    return " AND ".join(
        f'"{" ".join(_bigrams(run))}"' if len(run) > 1 else f'"{run}" *' for run in _runs(words)
    )


def _bigrams(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _runs(content: str) -> Iterator[str]:
    """Runs of letters and digits, in the half-width lower-case form."""
    normal = unicodedata.normalize("NFKC", content).casefold()
    return iter("".join(c if c.isalnum() else " " for c in normal).split())


def _lexemes(parts: Mapping[str, str]) -> str:
    """The tokens of an entry as the text of a tsvector; letters and digits only, so nothing to escape.

    A gap of one position keeps phrases from running over the end of a run of letters or of a part.
    """
    places: dict[str, list[str]] = {}
    at = 0
    for part, content in parts.items():
        for token in content.split():
            at = min(at + 1, _LAST_POSITION)
            places.setdefault(token, []).append(f"{at}{_WEIGHTS[part]}")
        at += 1
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())


def _vector_query(words: str) -> str:
    """A tsquery: for each run of letters its bigrams one after the other, all of which must match."""
    return " & ".join(
        "(" + " <-> ".join(f"'{pair}'" for pair in _bigrams(run)) + ")" if len(run) > 1 else f"'{run}':*"
        for run in _runs(words)
    )


def _is_sqlite(connection: Connection) -> bool:
    if connection.dialect.name not in ("sqlite", "postgresql"):
        raise SearchUnavailable(connection.dialect.name)
    return connection.dialect.name == "sqlite"
