"""Facets 分面: which values entries can be narrowed by, and how many hits have each.

Decides the facets of a contract. Their values are kept as bitmaps over the entries' numbers (``doc``), in
the store, changed in the transaction of the entry; a process keeps a copy and reads what changed since.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, insert, select

from catalog.search.text import normal
from catalog.store.tables.search import search_facets, search_state
from contracts.model import Contract
from policies.grading import dataset_grade

# Docs of one stored bitmap: 1 KiB of bits.
CHUNK: Final = 8192
# The facets of every entry; `all` has one value, which every entry has.
FACETS: Final = (
    "department", "sharing", "class", "item", "update_cycle", "grade", "open", "tag", "element",
)  # fmt: skip
_ALL: Final = ("all", "")
# Length of the title, of no interest but to the order of hits.
_LENGTH: Final = "length"
_LONGEST: Final = 200
# Up to so many docs of a value are looked at one by one: more cost as much as to go through all bits.
_RARE: Final = 1024
# Of so many docs the smallest are looked for one by one.
_FEW: Final = 50

Value = tuple[str, str]


def facets_of(contract: Contract) -> tuple[Value, ...]:
    """The facets of an entry, each with its value; tags and elements may have several.

    The grade is that of the entry's own items; what is inherited or found in rows is the release's.
    """
    parts = [part.strip() for part in contract.classification.replace("／", "/").split("/")]
    made = [
        ("department", contract.department.name),
        ("sharing", contract.sharing.type.value),
        ("class", parts[0]),
        ("item", "/".join(parts[:2]) if len(parts) > 1 else ""),
        ("update_cycle", contract.update_cycle.value),
        ("grade", str(dataset_grade(contract))),
        ("open", "true" if contract.open else "false"),
        *(("tag", tag) for tag in (*contract.tags, contract.domain)),
        *(("element", item.element or "") for item in contract.fields),
    ]
    return tuple(dict.fromkeys((facet, value[:_LONGEST]) for facet, value in made if value))


def doc_of(place: int) -> int:
    """The number of the entry at a place."""
    return place & 0xFFFFFFFF


@dataclass(slots=True)
class Changes:
    """Bits to set and to clear, gathered over many entries before they are written."""

    on: dict[tuple[str, str, int], int] = field(default_factory=dict)
    off: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def add(self, place: int, values: Iterable[Value]) -> None:
        """The entry at ``place`` gets these values."""
        self._note(self.on, place, values)

    def take(self, place: int, values: Iterable[Value]) -> None:
        """The entry at ``place`` loses these values; said before what it gets."""
        self._note(self.off, place, values)

    def _note(self, bits: dict[tuple[str, str, int], int], at: int, values: Iterable[Value]) -> None:
        chunk, place = divmod(doc_of(at), CHUNK)
        for facet, value in (*values, _ALL, (_LENGTH, str(at >> 32))):
            key = (facet, value, chunk)
            bits[key] = bits.get(key, 0) | 1 << place

    def write(self, connection: Connection, version: int) -> None:
        """Write them, in the caller's transaction."""
        by_chunk: dict[int, list[tuple[str, str, int]]] = {}
        for key in dict.fromkeys((*self.off, *self.on)):
            by_chunk.setdefault(key[2], []).append(key)
        for chunk, keys in by_chunk.items():
            former = _chunk(connection, chunk, keys)
            rows = []
            for key in keys:
                bits = former.get(key, 0) & ~self.off.get(key, 0) | self.on.get(key, 0)
                rows.append(_row(key, bits, version))
            same = and_(
                search_facets.c.facet == _bound("facet"),
                search_facets.c.value == _bound("value"),
                search_facets.c.chunk == _bound("chunk"),
            )
            gone = [{f"of_{n}": row[n] for n in ("facet", "value", "chunk")} for row in rows]
            connection.execute(delete(search_facets).where(same), gone)
            connection.execute(insert(search_facets), rows)


def _bound(name: str) -> object:
    from sqlalchemy import bindparam

    return bindparam(f"of_{name}")


def _row(key: tuple[str, str, int], bits: int, version: int) -> dict[str, object]:
    size = (bits.bit_length() + 7) // 8
    facet, value, chunk = key
    return {
        "facet": facet, "value": value, "chunk": chunk, "version": version,
        "bits": bits.to_bytes(size, "little"),
    }  # fmt: skip


def _chunk(
    connection: Connection, chunk: int, keys: list[tuple[str, str, int]]
) -> dict[tuple[str, str, int], int]:
    """The bitmaps of a chunk that are about to change."""
    query = select(*search_facets.c["facet", "value", "bits"]).where(search_facets.c.chunk == chunk)
    values = {value for _, value, _ in keys}
    if len(values) <= 500:
        query = query.where(search_facets.c.value.in_(sorted(values)))
    return {
        (row.facet, row.value, chunk): int.from_bytes(row.bits, "little") for row in connection.execute(query)
    }


class Bitmaps:
    """The facets of a store at one version of its index: every value's docs as one number."""

    def __init__(self) -> None:
        self.version = 0
        self._bits: dict[Value, int] = {}
        self._sizes: dict[str, list[tuple[int, str]]] = {}
        self._rare: dict[Value, Callable[[bytes], Iterable[int]]] = {}
        self._asked: set[Value] = set()

    @property
    def all(self) -> int:
        """Every doc."""
        return self.of(*_ALL)

    def of(self, facet: str, value: str) -> int:
        """The docs that have a value."""
        return self._bits.get((facet, value), 0)

    def values(self, facet: str) -> tuple[str, ...]:
        """The values of a facet, the most frequent first."""
        return tuple(value for _, value in self._by_size(facet))

    def first(self, docs: int, limit: int) -> list[int]:
        """The first of some docs: those with the shortest titles, then those that came first."""
        made: list[int] = []
        for length in sorted(int(value) for value in self.values(_LENGTH)):
            if len(made) >= limit:
                break
            made += _lowest(docs & self.of(_LENGTH, str(length)), limit - len(made))
        return made

    def counts(self, docs: int, most: int) -> dict[str, tuple[tuple[str, int], ...]]:
        """For every facet the values most of ``docs`` have, and how many have each."""
        flags = f"{docs:0{self.all.bit_length()}b}".encode()[::-1]
        return {facet: self._counts(facet, docs, flags, most) for facet in FACETS}

    def _counts(self, facet: str, docs: int, flags: bytes, most: int) -> tuple[tuple[str, int], ...]:
        """Values are looked at by their size; the rest is passed over once none can be among the most."""
        found: list[tuple[int, str]] = []
        least: list[int] = []  # the largest counts so far, as a heap
        for size, value in self._by_size(facet):
            if len(least) == most and size < least[0]:
                break
            count = self._count(facet, value, size, docs, flags)
            if count:
                found.append((-count, value))
                heapq.heappush(least, count) if len(least) < most else heapq.heappushpop(least, count)
        return tuple((value, -count) for count, value in heapq.nsmallest(most, found))

    def _count(self, facet: str, value: str, size: int, docs: int, flags: bytes) -> int:
        """How many of the docs have a value: of a rare one each is looked at, else all at once."""
        key = (facet, value)
        picked = self._rare.get(key)
        if picked is None and 1 < size <= _RARE and key in self._asked:
            picked = self._rare[key] = itemgetter(*docs_in(self._bits[key]))
        if picked is None:  # to pick the docs apart pays from the second time on
            self._asked.add(key)
            return (self._bits[key] & docs).bit_count()
        return sum(picked(flags)) - 48 * size  # a flag is the character 0 or 1

    def refreshed(self, connection: Connection, version: int) -> Bitmaps:
        """These bitmaps as they are at ``version``; the former ones stay as they are."""
        made = Bitmaps()
        made.version, made._bits = version, dict(self._bits)
        made._rare, made._asked = dict(self._rare), set(self._asked)
        query = select(*search_facets.c["facet", "value", "chunk", "bits"])
        changed = connection.execute(query.where(search_facets.c.version > self.version))
        if self.version == 0:
            made._bits = _whole(changed)
            return made
        for row in changed:
            key, at = (row.facet, row.value), row.chunk * CHUNK
            former = made._bits.get(key, 0)
            made._rare.pop(key, None)
            made._asked.discard(key)
            kept = former & ~(((1 << CHUNK) - 1) << at)
            made._bits[key] = kept | int.from_bytes(row.bits, "little") << at
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


def bitmaps(connection: Connection) -> Bitmaps:
    """The facets of the store as the transaction sees them.

    A writing transaction may yet be rolled back: what it sees is not kept for others.
    """
    state = connection.execute(select(*search_state.c["store", "version"])).one_or_none()
    if state is None:
        return Bitmaps()
    writing = connection.get_execution_options().get("ybz_writing", False)
    known = _kept.get(state.store)
    if known is not None and known.version == state.version and not writing:
        return known
    base = known if known is not None and known.version < state.version and not writing else Bitmaps()
    made = base.refreshed(connection, state.version)
    if not writing:
        with _lock:
            newest = _kept.get(state.store)
            if newest is None or newest.version < made.version:
                if len(_kept) >= 8 and state.store not in _kept:
                    _kept.pop(next(iter(_kept)))
                _kept[state.store] = made
    return made


def bitmap(docs: Iterable[int]) -> int:
    """Docs as one number."""
    numbers = docs if isinstance(docs, list) else list(docs)
    if not numbers:
        return 0
    flags = bytearray(b"0") * (max(numbers) + 1)
    for doc in numbers:
        flags[doc] = 49  # "1"
    flags.reverse()
    return int(flags, 2)


def docs_in(bits: int) -> list[int]:
    """The docs of a bitmap, the smallest first."""
    text = f"{bits:b}"[::-1]
    found, at = [], text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


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
