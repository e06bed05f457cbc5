"""The word index in the database: FTS5 on SQLite, ``tsvector`` on PostgreSQL, both of the same bigrams.

Decides what is indexed of an entry, and what a phrase is asked for by. The databases' own parsers are not
asked: they would cut Chinese text by the locale of the server. Their own ranks are not asked either: they
differ. Phrases whose every two characters stand in very many entries are not asked for here
(:mod:`catalog.search.phrases`): a database would go through all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection

from catalog.errors import CatalogError

TABLE: Final = "entry_words"
# Tables of earlier versions; they are dropped when the index is made.
FORMER: Final = ("entry_search", "entry_texts")
# Entries of one statement.
BATCH: Final = 500


class SearchUnavailable(CatalogError):
    """The store's database has no search index of ours."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        super().__init__(f"search needs SQLite or PostgreSQL as the store; {dialect} has no index")


@dataclass(frozen=True, slots=True)
class Text:
    """What is indexed of an entry: its number, and a text in the normal form for each level."""

    doc: int
    levels: tuple[str, ...]


class Words(Protocol):
    """The word index of one kind of database."""

    def create(self, connection: Connection) -> None:
        """Make the index, empty; a former one is dropped."""

    def put(self, connection: Connection, texts: Sequence[Text]) -> None:
        """Add entries."""

    def remove(self, connection: Connection, texts: Sequence[Text]) -> None:
        """Take entries out, as they were put in."""

    def settle(self, connection: Connection, many: int) -> None:
        """After ``many`` changes: what makes queries fast."""

    def docs(self, connection: Connection, phrase: str) -> Iterable[int]:
        """The entries that hold a phrase in one of their texts, in no order: by the index, best for few."""

    def each(self, connection: Connection, phrases: Sequence[str]) -> Sequence[Iterable[int]]:
        """The same of several phrases, in one statement."""

    def scan(self, connection: Connection, phrase: str) -> Iterable[int]:
        """The same by going through all texts, best for very many."""


def words_of(connection: Connection) -> Words:
    """The word index of the store a connection leads to.

    Raises:
        SearchUnavailable: it is neither SQLite nor PostgreSQL.
    """
    from catalog.search.fts5 import Fts5
    from catalog.search.vectors import Vectors

    made: dict[str, Words] = {"sqlite": Fts5(), "postgresql": Vectors()}
    if connection.dialect.name not in made:
        raise SearchUnavailable(connection.dialect.name)
    return made[connection.dialect.name]


def batches(texts: Sequence[Text]) -> Iterable[Sequence[Text]]:
    """Texts in parts of one statement each."""
    return (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
