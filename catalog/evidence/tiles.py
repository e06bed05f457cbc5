"""Stored subtree hashes: what makes a proof cost some rows, however long the log is.

Decides the form of a tile and which tiles a proof reads. A tile of level L holds up to 64 roots of full
subtrees of 64**L leaves, in their order; everything in it follows from the leaf hashes, so that lost tiles
are made again from the entries.

Source: RFC 6962, section 2.1; the idea of tiles: Certificate Transparency, static layouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from catalog.errors import CatalogError
from catalog.evidence.merkle import EMPTY_ROOT, Node, node_hash, subtree_hash
from catalog.store.tables.evidence import evidence_entries, evidence_tiles

# log2 of the number of hashes in a full tile, and that number.
HEIGHT: Final = 6
WIDTH: Final = 1 << HEIGHT
_HASH_BYTES: Final = 32
# Leaf hashes read at once when tiles are made again.
_PAGE: Final = 5000


class TilesLost(CatalogError):
    """A stored subtree hash is missing; it can be made again from the entries."""


class Writing:
    """The tiles at the right edge of a growing tree, and those that filled up meanwhile."""

    __slots__ = ("_edge", "_full", "_old", "size")

    def __init__(self, size: int, edge: Sequence[list[bytes]]) -> None:
        self.size = size
        self._edge = [list(tile) for tile in edge]
        self._old = [_place(level, number) for level, number, count in _edges(size) if count]
        self._full: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        node, level = leaf, 0
        while True:
            if level == len(self._edge):
                self._edge.append([])
            tile = self._edge[level]
            tile.append(node)
            if len(tile) < WIDTH:
                return
            number = (self.size >> (HEIGHT * (level + 1))) - 1
            self._full.append((_place(level, number), b"".join(tile)))
            node = subtree_hash(tile)
            tile.clear()
            level += 1

    @property
    def waiting(self) -> int:
        """How many tiles are full and were not taken away yet."""
        return len(self._full)

    def drain(self) -> list[tuple[int, bytes]]:
        """Place and content of the tiles that filled up since the last time."""
        full, self._full = self._full, []
        return full

    def partial(self) -> list[tuple[int, bytes]]:
        """Place and content of the tiles at the right edge."""
        return [
            (_place(level, number), b"".join(self._edge[level]))
            for level, number, count in _edges(self.size)
            if count
        ]

    def root(self) -> bytes:
        """Root of the tree so far."""
        root: bytes | None = None
        for tile in self._edge:  # from the lowest level, whose hashes stand furthest right
            for run in _runs(tile):
                node = subtree_hash(run)
                root = node if root is None else node_hash(node, root)
        return EMPTY_ROOT if root is None else root

    def store(self, connection: Connection) -> None:
        """Write what changed; in the transaction that gives the entries their positions."""
        edge = self.partial()
        rows = [{"place": place, "hashes": hashes} for place, hashes in (*self.drain(), *edge)]
        gone = {*self._old, *(row["place"] for row in rows)}
        if gone:
            connection.execute(delete(evidence_tiles).where(evidence_tiles.c.place.in_(gone)))
        if rows:
            connection.execute(insert(evidence_tiles), rows)
        self._old = [place for place, _ in edge]


def _runs(tile: list[bytes]) -> Iterator[list[bytes]]:
    """The full subtrees of a partial tile, the smallest, which stands furthest right, first."""
    end = len(tile)
    while end:
        size = end & -end
        yield tile[end - size : end]
        end -= size


def to_extend(connection: Connection, size: int) -> Writing:
    """The tiles to go on from at a size; made again from the entries where they are lost."""
    try:
        return Writing(size, _read_edge(connection, size))
    except TilesLost:
        return rebuild(connection, size)


def rebuild(connection: Connection, size: int) -> Writing:
    """Make all tiles again from the leaf hashes of the first ``size`` entries."""
    connection.execute(delete(evidence_tiles))
    made = Writing(0, [])
    for page in _leaf_pages(connection, size):
        for leaf in page:
            made.append(leaf)
        made.store(connection)
    if made.size != size:
        raise TilesLost(f"the log has {made.size} entries of {size} — run `ybz evidence verify`")
    return made


def stored_nodes(connection: Connection, wanted: Iterable[tuple[int, int]]) -> Node:
    """Roots of full subtrees out of the tiles that hold them, read in one statement.

    Args:
        connection: a reading transaction.
        wanted: height and index of every subtree that will be asked for.
    """
    places = sorted({_home(height, index)[0] for height, index in wanted})
    rows = connection.execute(_TILES, {"places": places}).all()
    tiles: dict[int, bytes] = {row[0]: row[1] for row in rows}

    def node(height: int, index: int) -> bytes:
        place, first, count = _home(height, index)
        hashes = tiles.get(place, b"")[first * _HASH_BYTES : (first + count) * _HASH_BYTES]
        if len(hashes) != count * _HASH_BYTES:
            raise TilesLost(
                "a stored subtree hash is missing — run `ybz evidence root`, which makes it again"
            )
        if count == 1:
            return hashes
        return subtree_hash([hashes[at : at + _HASH_BYTES] for at in range(0, len(hashes), _HASH_BYTES)])

    return node


_TILES: Final = select(evidence_tiles.c.place, evidence_tiles.c.hashes).where(
    evidence_tiles.c.place.in_(bindparam("places", expanding=True))
)


def _edges(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, number and number of hashes of the last tile of every level."""
    level = 0
    while size >> (HEIGHT * level):
        nodes = size >> (HEIGHT * level)
        yield level, nodes >> HEIGHT, nodes & (WIDTH - 1)
        level += 1


def _place(level: int, number: int) -> int:
    """One number for level and number of a tile."""
    return level << 56 | number


def _home(height: int, index: int) -> tuple[int, int, int]:
    """Place of the tile a subtree's root follows from, its first hash there, and how many."""
    level, rest = divmod(height, HEIGHT)
    first = index << rest
    return _place(level, first >> HEIGHT), first & (WIDTH - 1), 1 << rest


def _read_edge(connection: Connection, size: int) -> list[list[bytes]]:
    edges = list(_edges(size))
    wanted = [_place(level, number) for level, number, count in edges if count]
    found = {row[0]: row[1] for row in connection.execute(_TILES, {"places": wanted})} if wanted else {}
    made: list[list[bytes]] = []
    for level, number, count in edges:
        hashes = found.get(_place(level, number), b"")
        if len(hashes) != count * _HASH_BYTES:
            raise TilesLost("the stored subtree hashes are not those of the log's size")
        made.append([hashes[at : at + _HASH_BYTES] for at in range(0, len(hashes), _HASH_BYTES)])
    return made


def _leaf_pages(connection: Connection, size: int) -> Iterator[list[bytes]]:
    c = evidence_entries.c
    for first in range(0, size, _PAGE):
        page = select(c.leaf_hash).where(c.position >= first, c.position < min(first + _PAGE, size))
        found = connection.execute(page.order_by(c.position)).scalars()
        yield [bytes.fromhex(leaf) for leaf in found]
