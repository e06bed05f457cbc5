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

from catalog.search import grams
from catalog.search.finding import NEWEST, bitmaps_in
from catalog.search.phrases import Phrases
from catalog.search.ranking import tiers
from catalog.search.text import parse
from catalog.search.words import words_of

# Of a query so many characters are looked at, in pieces of so many; all are asked for in a few statements.
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
    words = " ".join(parse(query).words)[:_LONGEST_QUERY].split()
    known = bitmaps_in(connection)
    if not words or not known.all:
        return ()
    last = {piece: tiers((piece,), on)[-1] for run in words for piece in _candidates(run)}
    phrases = Phrases(connection, words_of(connection), known, grams.held(connection, last.values()))
    phrases.tell(form for tier in last.values() for forms in tier.words for form in forms)

    def total(*asked: str) -> int:
        return phrases.among(tiers(asked, on)[-1], known.all).bit_count()

    found = {piece: hits for run in words for piece, hits in _pieces(run, total)}
    # A query of one known word is no other than that word.
    both = total(*found) if len(found) > 1 else 0
    made = [Instead(" ".join(found), both)] if both else []
    made += [Instead(piece, hits) for piece, hits in found.items()]
    return tuple(one for one in made if one.words != " ".join(words))[:most]


def _lengths(run: str) -> tuple[int, int]:
    """The longest and the shortest piece: words of letters and digits are known whole, or not at all."""
    return (len(run), len(run)) if run.isascii() else (_LONGEST_PIECE, _SHORTEST_PIECE)


def _candidates(run: str) -> Iterator[str]:
    """Every piece that may be asked for."""
    longest, shortest = _lengths(run)
    for at in range(len(run) - shortest + 1):
        for end in range(at + shortest, min(len(run), at + longest) + 1):
            yield run[at:end]


def _pieces(run: str, total: Callable[[str], int]) -> Iterator[tuple[str, int]]:
    """The known pieces of a run, one after the other, with what each finds."""
    longest, shortest = _lengths(run)
    at = 0
    while at + shortest <= len(run):
        ends = range(min(len(run), at + longest), at + shortest - 1, -1)
        end, hits = next(((end, hits) for end in ends if (hits := total(run[at:end]))), (at + 1, 0))
        if hits:
            yield run[at:end], hits
        at = end
