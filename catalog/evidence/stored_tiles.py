"""Checking stored subtree hashes against the entries they must follow from.

Decides which entries a wrong one stands for. Proofs rest on these rows; signatures do not.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from catalog.evidence.tiles import HEIGHT, Writing
from catalog.store.tables.evidence import evidence_tiles

# Tiles compared in one statement.
_PAGE: Final = 200
_HELD: Final = select(evidence_tiles.c.place, evidence_tiles.c.hashes).where(
    evidence_tiles.c.place.in_(bindparam("places", expanding=True))
)


class StoredTiles:
    """Compares the tiles of a store with those the walked entries give.

    A store of an earlier version has none at all: they are made at the next integration.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = connection.execute(select(func.count()).select_from(evidence_tiles)).scalar_one()
        self._made = Writing(0, [])
        self._seen = 0

    def take(self, leaf: bytes) -> str | None:
        """Take in the next leaf hash; what is wrong with the tiles full by now, or None."""
        if not self._rows:
            return None
        self._made.append(leaf)
        return self._compare(self._made.drain()) if self._made.waiting >= _PAGE else None

    def problem(self) -> str | None:
        """What is wrong with the tiles that are left, once every entry was taken in."""
        if not self._rows:
            return None
        bad = self._compare(self._made.drain()) or self._compare(self._made.partial())
        if bad is None and self._seen != self._rows:
            return f"stored subtree hashes: {self._rows} rows, {self._seen} follow from the entries"
        return bad

    def _compare(self, wanted: list[tuple[int, bytes]]) -> str | None:
        places = [place for place, _ in wanted]
        rows = self._connection.execute(_HELD, {"places": places}).all() if places else []
        held = {row.place: row.hashes for row in rows}
        self._seen += len(wanted)
        for place, hashes in sorted(wanted):
            if held.get(place) != hashes:
                level, number = place >> 56, place & ((1 << 56) - 1)
                first = number << (HEIGHT * (level + 1))
                last = min(first + (1 << (HEIGHT * (level + 1))), self._made.size) - 1
                return f"entries {first} to {last}: the stored subtree hashes are not those of the entries"
        return None
