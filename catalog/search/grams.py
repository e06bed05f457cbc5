"""Which entries hold a character or two in a row, as bitmaps: alike on every database, whatever it plans.

Decides the entries of words of one and two characters, the widest words there are, and those that may hold
a longer one: every two characters of it. A gram that stands in every entry costs what a rare one costs.
Whether the grams stand in a row is not decided here: :mod:`catalog.search.phrases`.

A row is of one gram and :data:`CHUNK` docs. It holds signs of two bytes for few docs, ``doc × 4 + level``;
for many a byte that says which levels occur, then one bit a doc for each of them.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from catalog.search.bitmaps import CHUNK
from catalog.search.ranking import LEVELS, Tier
from catalog.search.text import grams_asked, grams_of
from catalog.store.prepared_lists import PreparedList
from catalog.store.tables.search import search_pairs

# Bytes of one level's bits in a row.
_BYTES: Final = CHUNK // 8
# From so many docs a row holds bits; it has an odd number of bytes then, and an even one before.
_DENSE: Final = 256
# Grams of one statement.
_BATCH: Final = 500
_NONE: Final[frozenset[str]] = frozenset()
# Asked by every search.
_PAIRS: Final = PreparedList(
    lambda one_of: select(*search_pairs.c["pair", "chunk", "docs"]).where(one_of(search_pairs.c.pair))
)

# For each level the grams it is the best one of.
Grams = tuple[set[str], ...]
# Entries that hold a gram within the first level, the first two, …
Held = tuple[int, ...]


def held(connection: Connection, tiers: Iterable[Tier]) -> dict[str, Held]:
    """For each gram of the tiers' words the entries that hold it, by how many levels are looked at."""
    forms = {form for tier in tiers for forms in tier.words for form in forms}
    wanted = {gram for form in forms for gram in grams_asked(form)}
    rows: dict[str, list[tuple[int, bytes]]] = {gram: [] for gram in wanted}
    for gram, chunk, docs in _PAIRS.run(connection, wanted):
        rows[gram].append((chunk, bytes(docs)))
    return {gram: _cumulated(found) for gram, found in rows.items()}


def may_hold(form: str, levels: int, known: Mapping[str, Held]) -> int:
    """Entries that have every gram of a form within the first levels."""
    return reduce(and_, (known[gram][levels - 1] for gram in grams_asked(form)))


def best(levels: Sequence[str]) -> Grams:
    """The grams of an entry's texts, each in the best level that holds it."""
    seen: set[str] = set()
    made = []
    for content in levels:
        fresh = grams_of(content) - seen
        made.append(fresh)
        seen |= fresh
    return tuple(made)


@dataclass(slots=True)
class Changes:
    """What entries hold anew and no more, gathered before it is written."""

    _on: dict[int, defaultdict[str, list[int]]] = field(default_factory=dict)
    _off: dict[int, defaultdict[str, list[int]]] = field(default_factory=dict)

    def note(self, doc: int, former: Grams | None, now: Grams | None) -> None:
        """The entry ``doc`` held some grams and now holds others; None where it was or is not there."""
        chunk, place = divmod(doc, CHUNK)
        off = self._off.setdefault(chunk, defaultdict(list))
        on = self._on.setdefault(chunk, defaultdict(list))
        for level in range(len(LEVELS)):
            before = former[level] if former else _NONE
            after = now[level] if now else _NONE
            sign = place << 2 | level
            for gram in before - after if before else ():
                off[gram].append(sign)
            for gram in after - before if before else after:
                on[gram].append(sign)

    def write(self, connection: Connection) -> None:
        """Write them, in the caller's transaction."""
        for chunk in sorted(self._on):
            on, off = self._on[chunk], self._off[chunk]
            changed = list({**off, **on})
            for at in range(0, len(changed), _BATCH):
                some = {gram: (off.get(gram, ()), on.get(gram, ())) for gram in changed[at : at + _BATCH]}
                _write(connection, chunk, some)


def _write(
    connection: Connection, chunk: int, changed: Mapping[str, tuple[Sequence[int], Sequence[int]]]
) -> None:
    of = (search_pairs.c.chunk == chunk) & search_pairs.c.pair.in_(list(changed))
    query = select(*search_pairs.c["pair", "docs"]).where(of)
    former: dict[str, bytes] = {gram: bytes(docs) for gram, docs in connection.execute(query)}
    fresh, other, gone = [], [], []
    for gram, (off, on) in changed.items():
        docs = _changed(former.get(gram, b""), off, on)
        if gram not in former:
            fresh += [{"pair": gram, "chunk": chunk, "docs": docs}] if docs else []
        elif docs:
            other.append({"of_pair": gram, "of_chunk": chunk, "new": docs})
        else:
            gone.append({"of_pair": gram, "of_chunk": chunk})
    row = (search_pairs.c.pair == bindparam("of_pair")) & (search_pairs.c.chunk == bindparam("of_chunk"))
    if fresh:
        connection.execute(insert(search_pairs), fresh)
    if other:
        connection.execute(update(search_pairs).where(row).values(docs=bindparam("new")), other)
    if gone:
        connection.execute(delete(search_pairs).where(row), gone)


def _changed(packed: bytes, off: Sequence[int], on: Sequence[int]) -> bytes:
    """A row with some signs taken out and some put in; empty where none is left."""
    if len(packed) % 2 == 0:
        signs = array("H", packed)
        kept = [*(set(signs).difference(off) if off else signs), *on]
        if len(kept) < _DENSE:
            return array("H", sorted(kept)).tobytes()
        off, on, packed = (), kept, b"\0"
    made, starts = bytearray(packed), _starts(packed)
    for level in sorted({sign & 3 for sign in on} - starts.keys()):
        made[0] |= 1 << level
        starts = _starts(made)
        made[starts[level] : starts[level]] = bytes(_BYTES)
    for sign in off:
        made[starts[sign & 3] + (sign >> 5)] &= ~(1 << (sign >> 2 & 7))
    for sign in on:
        made[starts[sign & 3] + (sign >> 5)] |= 1 << (sign >> 2 & 7)
    for level in sorted({sign & 3 for sign in off}, reverse=True):
        at = starts[level]
        if made.count(0, at, at + _BYTES) == _BYTES:
            made[0] &= ~(1 << level)
            del made[at : at + _BYTES]
    return bytes(made) if made[0] else b""


def _starts(packed: bytes | bytearray) -> dict[int, int]:
    """Where the bits of each level begin in a row of many docs."""
    levels = (level for level in range(len(LEVELS)) if packed[0] >> level & 1)
    return {level: 1 + place * _BYTES for place, level in enumerate(levels)}


def _cumulated(rows: Sequence[tuple[int, bytes]]) -> Held:
    size = (max((chunk for chunk, _ in rows), default=-1) + 1) * _BYTES
    levels = [bytearray(size) for _ in LEVELS]
    for chunk, packed in rows:
        at = chunk * _BYTES
        if len(packed) % 2 == 0:
            for sign in array("H", packed):
                levels[sign & 3][at + (sign >> 5)] |= 1 << (sign >> 2 & 7)
        else:
            for level, start in _starts(packed).items():
                levels[level][at : at + _BYTES] = packed[start : start + _BYTES]
    made, so_far = [], 0
    for bits in levels:
        so_far = or_(so_far, int.from_bytes(bits, "little"))
        made.append(so_far)
    return tuple(made)
