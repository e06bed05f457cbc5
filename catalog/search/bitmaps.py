"""Bitmaps 位图: sets of entries' numbers (``doc``), each one large integer, and those of the facets.

Decides how docs are counted, ordered and divided by facets. The facets' bitmaps are kept in the store; a
process keeps a copy of them and reads what changed since.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from catalog.search.tallies import Tally, docs_in, flagged
from catalog.search.text import normal
from catalog.store.prepared import Prepared
from catalog.store.tables.search import search_facets, search_state

# Docs of one stored bitmap: 1 KiB of bits.
CHUNK: Final = 8192
# The facets of every entry.
FACETS: Final = (
    "department", "sharing", "class", "item", "update_cycle", "grade", "open", "tag", "element",
)  # fmt: skip
# Has one value, which every entry has.
ALL: Final = ("all", "")
# Length of the title, of no interest but to the order of hits.
LENGTH: Final = "length"
# A value of up to so many docs is rare.
_RARE: Final = 1024
# To look at one doc costs as much as to go through so many bits of a value.
_PER_DOC: Final = 1000
# Of so many docs the smallest are looked for one by one.
_FEW: Final = 50

Value = tuple[str, str]


class Bitmaps:
    """The facets of a store at one version of its index: every value's docs as one number."""

    def __init__(self) -> None:
        self.version = 0
        self._bits: dict[Value, int] = {}
        self._sizes: dict[str, list[tuple[int, str]]] = {}
        self._tallies: dict[str, Tally] = {}
        self._asked: set[str] = set()

    @property
    def all(self) -> int:
        """Every doc."""
        return self.of(*ALL)

    def of(self, facet: str, value: str) -> int:
        """The docs that have a value."""
        return self._bits.get((facet, value), 0)

    def values(self, facet: str) -> tuple[str, ...]:
        """The values of a facet, the most frequent first."""
        return tuple(value for _, value in self._by_size(facet))

    def first(self, docs: int, limit: int) -> list[int]:
        """The first of some docs: those with the shortest titles, then those that came first."""
        made: list[int] = []
        for length in sorted(int(value) for value in self.values(LENGTH)):
            if len(made) >= limit:
                break
            made += _lowest(docs & self.of(LENGTH, str(length)), limit - len(made))
        return made

    def counts(self, docs: int, most: int) -> dict[str, tuple[tuple[str, int], ...]]:
        """For every facet the values most of ``docs`` have, and how many have each."""
        lacking = self.all & ~docs
        # Of nearly all docs those that are not among them are counted, and taken from what a value has.
        inverse = lacking.bit_count() < docs.bit_count()
        looked_at = lacking if inverse else docs
        numbers = cache(lambda: docs_in(looked_at))  # told once for all facets, where one asks
        return {facet: self._counts(facet, looked_at, numbers, most, inverse=inverse) for facet in FACETS}

    def _counts(
        self, facet: str, docs: int, numbers: Callable[[], list[int]], most: int, *, inverse: bool
    ) -> tuple[tuple[str, int], ...]:
        """The most frequent values among some docs, or among all but them; ``numbers`` tells them singly."""
        tally = self._tally(facet, docs.bit_count())
        tallied = None if tally is None else tally.counts(numbers())
        if tally is None or tallied is None or inverse:
            return self._by_bits(facet, docs, most, tallied, inverse=inverse)
        # What the tally did not meet has none.
        found = [(-count, value) for value, count in tallied.items()]
        for _, value in self._by_size(facet):
            if value not in tally.values and (count := (self._bits[facet, value] & docs).bit_count()):
                found.append((-count, value))
        return tuple((value, -count) for count, value in heapq.nsmallest(most, found))

    def _by_bits(
        self, facet: str, docs: int, most: int, tallied: Mapping[str, int] | None, *, inverse: bool
    ) -> tuple[tuple[str, int], ...]:
        """The same; values are looked at by size, the rest is passed over once none can be of the most."""
        found: list[tuple[int, str]] = []
        least: list[int] = []  # the largest counts so far, as a heap
        values = frozenset[str]() if tallied is None else self._tallies[facet].values
        for size, value in self._by_size(facet):
            if len(least) == most and size < least[0]:
                break
            if tallied is not None and value in values:
                count = tallied[value]
            else:
                count = (self._bits[facet, value] & docs).bit_count()
            if inverse:
                count = size - count
            if count:
                found.append((-count, value))
                heapq.heappush(least, count) if len(least) < most else heapq.heappushpop(least, count)
        return tuple((value, -count) for count, value in heapq.nsmallest(most, found))

    def _tally(self, facet: str, many: int) -> Tally | None:
        """The tally of a facet's rare values, where it counts so many docs faster than their bitmaps."""
        sizes = self._by_size(facet)
        first = bisect_left(sizes, -_RARE, key=lambda one: -one[0])  # of the rare ones
        if many * _PER_DOC > (len(sizes) - first) * self.all.bit_length():
            return None
        if facet in self._asked and facet not in self._tallies:  # making it pays from the second time on
            held = ((value, self._bits[facet, value]) for _, value in sizes[first:])
            self._tallies[facet] = Tally(held, self.all.bit_length())
        self._asked.add(facet)
        return self._tallies.get(facet)

    def refreshed(self, connection: Connection, version: int) -> Bitmaps:
        """These bitmaps as they are at ``version``; the former ones stay as they are."""
        made = Bitmaps()
        made.version, made._bits = version, dict(self._bits)
        query = select(*search_facets.c["facet", "value", "chunk", "bits"])
        changed = connection.execute(query.where(search_facets.c.version > self.version))
        if self.version == 0:
            made._bits = _whole(changed)
            return made
        tallies = made._tallies = {facet: tally.copy() for facet, tally in self._tallies.items()}
        made._asked = set(self._asked)
        for row in changed:
            key, at = (row.facet, row.value), row.chunk * CHUNK
            former = made._bits.get(key, 0)
            kept = former & ~(((1 << CHUNK) - 1) << at)
            bits = made._bits[key] = kept | int.from_bytes(row.bits, "little") << at
            if row.facet in tallies and row.value in tallies[row.facet].values:
                tallies[row.facet].change(row.value, former, bits)
        for tally in tallies.values():
            tally.reach(made.all.bit_length())
        return made

    def _by_size(self, facet: str) -> list[tuple[int, str]]:
        if not self._sizes:
            for (each, value), bits in self._bits.items():
                if bits:
                    self._sizes.setdefault(each, []).append((bits.bit_count(), value))
            for sizes in self._sizes.values():
                sizes.sort(key=lambda one: (-one[0], one[1]))
        return self._sizes.get(facet, [])


def _whole(rows: Iterable[Any]) -> dict[Value, int]:
    """Bitmaps from all their chunks, each number made once."""
    parts: dict[Value, bytearray] = {}
    for facet, value, chunk, bits in rows:
        whole = parts.setdefault((facet, value), bytearray())
        at = chunk * CHUNK // 8
        if len(whole) < at + len(bits):
            whole.extend(bytes(at + len(bits) - len(whole)))
        whole[at : at + len(bits)] = bits
    return {key: int.from_bytes(whole, "little") for key, whole in parts.items()}


_kept: dict[str, Bitmaps] = {}
_lock: Final = Lock()


# Asked by every search.
_STATE: Final = Prepared(select(*search_state.c["store", "version", "layout"]))


def state_of(connection: Connection) -> Row[Any] | None:
    """Which index the store has: ``store``, ``version``, ``layout``; None where it was never made."""
    return _STATE.run(connection, {}).one_or_none()


def place_of(connection: Connection, store: str) -> str:
    """The index of a store and the database it stands in, by which a process keeps what it read of it.

    A copy has the name of the index it was copied from, and goes its own way under the same numbers.
    """
    url = connection.engine.url
    return f"{store} in {url.host}:{url.port}/{url.database}"


def bitmaps(connection: Connection, state: Row[Any] | None = None) -> Bitmaps:
    """The facets of the store as the transaction sees them.

    A writing transaction may yet be rolled back: what it sees is not kept for others.

    Args:
        connection: to read with.
        state: what :func:`state_of` told in the same transaction; it is asked where None.
    """
    state = state or state_of(connection)
    if state is None:
        return Bitmaps()
    writing = connection.get_execution_options().get("ybz_writing", False)
    place = place_of(connection, state.store)
    known = _kept.get(place)
    if known is not None and known.version == state.version and not writing:
        return known
    base = known if known is not None and known.version < state.version and not writing else Bitmaps()
    made = base.refreshed(connection, state.version)
    if not writing:
        with _lock:
            newest = _kept.get(place)
            if newest is None or newest.version < made.version:
                if len(_kept) >= 8 and place not in _kept:
                    _kept.pop(next(iter(_kept)))
                _kept[place] = made
    return made


def bitmap(docs: Iterable[int]) -> int:
    """Docs as one number."""
    numbers = docs if isinstance(docs, list) else list(docs)
    if not numbers:
        return 0
    flags = bytearray(max(numbers) + 1)
    for doc in numbers:
        flags[doc] = 1
    return flagged(flags)


def _lowest(bits: int, limit: int) -> list[int]:
    """The smallest docs of a bitmap."""
    if limit > _FEW:
        return docs_in(bits)[:limit] if bits else []
    made: list[int] = []
    while bits and len(made) < limit:
        lowest = bits & -bits
        made.append(lowest.bit_length() - 1)
        bits ^= lowest
    return made


def chosen(known: Bitmaps, narrowed: Mapping[str, Iterable[str]]) -> int:
    """Docs that have, of every facet named, one of the values given.

    Args:
        known: the facets of the store.
        narrowed: facet → values; a value is compared as search compares words.
    """
    docs = known.all
    for facet, values in narrowed.items():
        wanted = {normal(value) for value in values}
        either = 0
        for value in known.values(facet):
            if normal(value) in wanted:
                either |= known.of(facet, value)
        docs &= either
    return docs
