"""Facets 分面: which values entries can be narrowed by.

Decides the facets of a contract, and keeps them in the store as bitmaps over the entries' numbers, changed
in the transaction of the entry. Reading and counting: :mod:`catalog.search.bitmaps`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from catalog.search.bitmaps import ALL, CHUNK, LENGTH, Value
from catalog.store.tables.search import search_facets
from contracts.model import Contract
from policies.grading import dataset_grade

_LONGEST: Final = 200
# Of up to so many values the rows are asked for by name, of more all rows of a chunk.
_NAMED: Final = 500


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
        for facet, value in (*values, ALL, (LENGTH, str(at >> 32))):
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
            fresh = [row for key, row in zip(keys, rows, strict=True) if key not in former]
            other = [row for key, row in zip(keys, rows, strict=True) if key in former]
            if fresh:
                connection.execute(insert(search_facets), fresh)
            if other:
                renamed = [{f"of_{name}": value for name, value in row.items()} for row in other]
                connection.execute(_CHANGE, renamed)


_CHANGE: Final = (
    update(search_facets)
    .where(*(search_facets.c[name] == bindparam(f"of_{name}") for name in ("facet", "value", "chunk")))
    .values(bits=bindparam("of_bits"), version=bindparam("of_version"))
)


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
    if len(values) <= _NAMED:  # with the facets: the key begins with them
        facets = {facet for facet, _, _ in keys}
        named = search_facets.c.facet.in_(sorted(facets)) & search_facets.c.value.in_(sorted(values))
        query = query.where(named)
    return {
        (row.facet, row.value, chunk): int.from_bytes(row.bits, "little") for row in connection.execute(query)
    }
