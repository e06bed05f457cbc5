"""What finds something near a query that finds nothing: the known words within it.

Decides which words those are: of every run the longest pieces that some published entry holds, from its
beginning on; first all of them together, then each alone. Asked for only when a query found nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.search.finding import NEWEST, find
from catalog.search.text import parse

# Of a query so many characters are looked at, in pieces of so many: every piece is a search of its own.
_LONGEST_QUERY: Final = 24
_LONGEST_PIECE: Final = 6
# A single character is part of nearly everything.
_SHORTEST_PIECE: Final = 2


@dataclass(frozen=True, slots=True)
class Instead:
    """Other words to search for.

    Attributes:
        words: as a query.
        total: published entries they find.
    """

    words: str
    total: int


def nearest(connection: Connection, query: str, *, most: int = 4, on: date = NEWEST) -> tuple[Instead, ...]:
    """Words within a query that find something, those that say most of it first.

    Args:
        connection: to read with.
        query: that found nothing.
        most: suggestions.
        on: day whose boosts and synonyms apply.

    Raises:
        SearchUnavailable: the store is neither SQLite nor PostgreSQL.
        IndexMissing: the index was never made, or by an earlier version.
    """

    def total(words: str) -> int:
        return find(connection, words, limit=1, on=on).total

    words = " ".join(parse(query).words)[:_LONGEST_QUERY].split()
    found = {piece: hits for run in words for piece, hits in _pieces(run, total)}
    together = " ".join(found)
    # A query of one known word is no other than that word.
    both = total(together) if len(found) > 1 else 0
    made = [Instead(together, both)] if both else []
    made += [Instead(piece, hits) for piece, hits in found.items()]
    return tuple(one for one in made if one.words != " ".join(words))[:most]


def _pieces(run: str, total: Callable[[str], int]) -> Iterator[tuple[str, int]]:
    """The known pieces of a run, one after the other, with what each finds."""
    # Words of letters and digits are known whole, or not at all.
    longest, shortest = (len(run), len(run)) if run.isascii() else (_LONGEST_PIECE, _SHORTEST_PIECE)
    at = 0
    while at + shortest <= len(run):
        ends = range(min(len(run), at + longest), at + shortest - 1, -1)
        end, hits = next(((end, hits) for end in ends if (hits := total(run[at:end]))), (at + 1, 0))
        if hits:
            yield run[at:end], hits
        at = end
