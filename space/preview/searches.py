"""What searches are answered, found anew only where what it was found in has changed.

Decides when that is so. Where the store itself tells that nobody wrote since, on the same day and under the
same rules, the answer stands. Else the index is asked for its version: as long as it stands, so do the hits,
their order and the counts, and of the hits all that is shown is read and
compared (:mod:`space.preview.views`).
So no answer is older than the call that asks, whoever changed the store. Who may ask is not decided here: an
answer is the same to everybody who may.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection, Engine

from catalog.errors import UnknownDataset
from catalog.search.bitmaps import state_of
from catalog.search.finding import find
from catalog.search.shown import facets_shown, narrowed_by
from catalog.search.text import parse
from catalog.store import reading
from catalog.store.state import StoreState
from policies.rulebook import edition
from space.preview.views import Moment, rests_on, several

# The rule file that says what is found and in which order; a test watches that there is no other.
RULES: Final = "search"
# Answers that are kept, and their bytes: one of a full page is of some ten kilobytes.
_MOST: Final = 4096
_MOST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for.

    Attributes:
        words: as people write them.
        narrowed: each ``FACET=VALUE``.
        limit: most hits.
    """

    words: str
    narrowed: tuple[str, ...]
    limit: int

    def digest(self) -> bytes:
        """By what an answer is kept: what people look for does not lie in memory."""
        return hashlib.sha256(repr((self.words, self.narrowed, self.limit)).encode()).digest()


@dataclass(frozen=True, slots=True)
class _Found:
    """What the index found.

    Attributes:
        of: the index, its version, the day and the rules; None where it may not be used again.
        head: the total and the facets, as JSON in UTF-8 without its end.
        names: of the hits.
    """

    of: tuple[Any, ...] | None
    head: bytes
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was answered.

    Attributes:
        moment: of the store, before the answer was made; None where none was told.
        rest: what it rests on beside the store.
        found: see there.
        answer: as JSON in UTF-8.
    """

    moment: Moment
    rest: tuple[Any, ...]
    found: _Found
    answer: bytes


class Searches:
    """Answers of one process to searches in one store; safe to use from several threads."""

    def __init__(self, engine: Engine, state: StoreState) -> None:
        """Keep nothing yet.

        Args:
            engine: of the store.
            state: tells whether anybody wrote to it.
        """
        self._engine, self._state = engine, state
        self._lock, self._bytes = Lock(), 0
        self._kept: dict[bytes, _Kept] = {}

    def standing(self, question: Question, on: date) -> bytes | None:
        """The answer, where it is known that a fresh one would be the same; asks the store nothing.

        Args:
            question: what is searched for.
            on: day whose rules apply.
        """
        kept = self._kept.get(question.digest())
        if kept is None or kept.moment is None or kept.moment != self._state.moment():
            return None
        return kept.answer if kept.rest == _rest(on) else None

    def answer(self, question: Question, on: date) -> bytes:
        """The answer, as JSON in UTF-8: total, facets, and what is shown of each hit.

        Args:
            question: what is searched for.
            on: day whose rules apply.

        Raises:
            IndexMissing: the index was never made, or by an earlier version.
            UnknownFacet: it is narrowed by a facet entries do not have.
        """
        # Told before the transaction begins: what is written meanwhile makes the next answer anew.
        moment, rest, key = self._state.moment(), _rest(on), question.digest()
        former = self._kept.get(key)
        with reading(self._engine) as connection:  # one instant: what is found is there when it is shown
            found, hits = _looked(connection, question, None if former is None else former.found, on, moment)
        answer = found.head + b',"datasets":[' + b",".join(hits) + b"]}"
        self._keep(key, _Kept(moment, rest, found, answer))
        return answer

    def _keep(self, key: bytes, made: _Kept) -> None:
        if made.moment is None and made.found.of is None:
            return
        with self._lock:
            former = self._kept.pop(key, None)
            self._bytes += len(made.answer) - (0 if former is None else len(former.answer))
            self._kept[key] = made
            while len(self._kept) > _MOST or self._bytes > _MOST_BYTES:
                self._bytes -= len(self._kept.pop(next(iter(self._kept))).answer)


def _looked(
    connection: Connection, question: Question, former: _Found | None, on: date, moment: Moment
) -> tuple[_Found, Sequence[bytes]]:
    """What the index finds, and what is shown of each hit."""
    index = state_of(connection)
    of = None if index is None else (*index, on, edition(RULES))
    if former is not None and former.of is not None and former.of == of:
        try:
            return former, _shown(connection, former, on, moment)
        except UnknownDataset:  # not published just now, and not taken out of the index either
            pass
    narrowed = narrowed_by(question.narrowed)
    told = find(connection, question.words, narrowed=narrowed, limit=question.limit, on=on, state=index)
    # What elements are called stands beside the index; and a hit that was passed over may come back.
    whole = len(told.hits) == min(told.total, question.limit) and not parse(question.words).elements
    head = to_json({"total": told.total, "facets": facets_shown(told)})[:-1]
    found = _Found(of if whole else None, head, tuple(hit.name for hit in told.hits))
    return found, _shown(connection, found, on, moment)


def _shown(connection: Connection, found: _Found, on: date, moment: Moment) -> list[bytes]:
    return [each.hit for each in several(connection, found.names, on, moment)]


def _rest(on: date) -> tuple[Any, ...]:
    return *rests_on(on), edition(RULES)
