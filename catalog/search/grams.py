"""Which entries hold two characters in a row, as bitmaps: alike on every database, whatever it plans.

Decides the entries of words of two characters, the widest words there are: one that stands in every entry
costs what a rare one costs. Longer words are the word index's (:mod:`catalog.search.words`). A row holds
65,536 signs of two bytes for few entries, and one bit an entry and level for many.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from catalog.search.facets import CHUNK
from catalog.search.ranking import LEVELS, Tier
from catalog.store.tables.search import search_pairs

# Bytes of one level's bits in a row.
_BYTES: Final = CHUNK // 8
# From so many entries a row holds bits; fewer are signs of two bytes, entry × 4 + level.
_DENSE: Final = 256
# Pairs of one statement.
_BATCH: Final = 500
# A pair and the chunk of entries a row is of.
_Key = tuple[str, int]
# Entries that hold a pair within the first level, the first two, …
Held = tuple[int, ...]


def apply(tier: Tier) -> bool:
    """Whether every form of a tier's words is two characters long."""
    return all(len(form) == 2 for forms in tier.words for form in forms)


def held(connection: Connection, tiers: Iterable[Tier]) -> dict[str, Held]:
    """For each word of the tiers the entries that hold it, by how many levels are looked at."""
    wanted = sorted({form for tier in tiers for forms in tier.words for form in forms})
    query = select(*search_pairs.c["pair", "chunk", "docs"]).where(search_pairs.c.pair.in_(wanted))
    rows: dict[str, list[tuple[int, bytes]]] = {pair: [] for pair in wanted}
    for pair, chunk, docs in connection.execute(query):
        rows[pair].append((chunk, bytes(docs)))
    return {pair: _cumulated(found) for pair, found in rows.items()}


def docs(tier: Tier, known: Mapping[str, Held]) -> int:
    """The entries of a tier, those of better ones included."""
    made = -1
    for forms in tier.words:
        either = 0
        for form in forms:
            either |= known[form][tier.levels - 1]
        made &= either
    return made


@dataclass(slots=True)
class Changes:
    """Entries put in and taken out, gathered before they are written."""

    _on: dict[_Key, list[int]] = field(default_factory=dict)
    _off: dict[_Key, set[int]] = field(default_factory=dict)

    def add(self, doc: int, best: Mapping[str, int]) -> None:
        """The entry ``doc`` holds these tokens, each at best in the level given."""
        chunk, place = divmod(doc, CHUNK)
        for token, level in best.items():
            if len(token) == 2:
                self._on.setdefault((token, chunk), []).append(place << 2 | level)

    def take(self, doc: int, tokens: Iterable[str]) -> None:
        """The entry ``doc`` holds these tokens no more; said before what it gets."""
        chunk, place = divmod(doc, CHUNK)
        for token in tokens:
            if len(token) == 2:
                self._off.setdefault((token, chunk), set()).add(place)

    def write(self, connection: Connection) -> None:
        """Write them, in the caller's transaction."""
        by_chunk: dict[int, list[str]] = {}
        for pair, chunk in dict.fromkeys((*self._off, *self._on)):
            by_chunk.setdefault(chunk, []).append(pair)
        for chunk, pairs in by_chunk.items():
            for at in range(0, len(pairs), _BATCH):
                self._replace(connection, chunk, pairs[at : at + _BATCH])

    def _replace(self, connection: Connection, chunk: int, pairs: Sequence[str]) -> None:
        of = (search_pairs.c.chunk == chunk) & search_pairs.c.pair.in_(pairs)
        query = select(*search_pairs.c["pair", "docs"]).where(of)
        former: dict[str, bytes] = {pair: bytes(docs) for pair, docs in connection.execute(query)}
        rows = []
        for pair in pairs:
            signs = self._on.get((pair, chunk), [])
            if pair in former:
                gone = self._off.get((pair, chunk), set())
                signs = [sign for sign in _signs(former[pair]) if sign >> 2 not in gone] + signs
            if signs:
                rows.append({"pair": pair, "chunk": chunk, "docs": _packed(signs)})
        if former:
            same = (search_pairs.c.chunk == chunk) & (search_pairs.c.pair == bindparam("of_pair"))
            connection.execute(delete(search_pairs).where(same), [{"of_pair": pair} for pair in former])
        if rows:
            connection.execute(insert(search_pairs), rows)


def _packed(signs: Sequence[int]) -> bytes:
    if len(signs) < _DENSE:
        made = array("H", sorted(signs))
        return made.tobytes()
    bits = bytearray(len(LEVELS) * _BYTES)
    for sign in signs:
        place = sign >> 2
        bits[(sign & 3) * _BYTES + (place >> 3)] |= 1 << (place & 7)
    return bytes(bits)


def _signs(packed: bytes) -> list[int]:
    if len(packed) < 2 * _DENSE:
        return array("H", packed).tolist()
    made = []
    for level in range(len(LEVELS)):
        bits = int.from_bytes(packed[level * _BYTES : (level + 1) * _BYTES], "little")
        text = f"{bits:b}"[::-1]
        at = text.find("1")
        while at >= 0:
            made.append(at << 2 | level)
            at = text.find("1", at + 1)
    return made


def _cumulated(rows: Sequence[tuple[int, bytes]]) -> Held:
    size = (max((chunk for chunk, _ in rows), default=-1) + 1) * _BYTES
    levels = [bytearray(size) for _ in LEVELS]
    for chunk, packed in rows:
        at = chunk * _BYTES
        if len(packed) < 2 * _DENSE:
            for sign in array("H", packed):
                place = sign >> 2
                levels[sign & 3][at + (place >> 3)] |= 1 << (place & 7)
        else:
            for number, level in enumerate(levels):
                level[at : at + _BYTES] = packed[number * _BYTES : (number + 1) * _BYTES]
    made, so_far = [], 0
    for level in levels:
        so_far |= int.from_bytes(level, "little")
        made.append(so_far)
    return tuple(made)
