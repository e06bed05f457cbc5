"""The Merkle tree of RFC 6962: hashes, proofs and their verification; pure functions over bytes.

Decides nothing about what the leaves mean. Leaves are passed as *leaf hashes*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

# Root of the tree without leaves (RFC 6962, section 2.1).
EMPTY_ROOT = hashlib.sha256(b"").digest()

# Root of a full subtree: of 2**height leaves, the index-th of its height from the left.
Node = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf).

    Source: RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right).

    Source: RFC 6962, section 2.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a growing tree, largest first: all that appending needs.

    >>> tree = Frontier()
    >>> tree.append(leaf_hash(b""))
    >>> tree.size, tree.root() == leaf_hash(b"")
    (1, True)
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self._peaks = size, list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} full subtrees")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))

    def root(self) -> bytes:
        """Root of the tree so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            root = node_hash(left, root)
        return root

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The subtree roots, largest first."""
        return tuple(self._peaks)


def tree_hash(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, MTH(D[n]).

    Source: RFC 6962, section 2.1.
    """
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_path(size: int, index: int, node: Node) -> tuple[bytes, ...]:
    """Audit path of the leaf at ``index`` in the tree of ``size`` leaves, lowest sibling first.

    Args:
        size: number of leaves.
        index: of the leaf, from 0.
        node: gives roots of full subtrees; asked for at most two for each level of the tree.

    Raises:
        IndexError: there is no such leaf.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            path.append(_range_hash(split, high, node))
            high = split
        else:
            path.append(_range_hash(low, split, node))
            low = split
    return tuple(reversed(path))


def consistency_path(size: int, old_size: int, node: Node) -> tuple[bytes, ...]:
    """Proof that the tree of ``old_size`` leaves is the start of that of ``size``.

    Args:
        size: number of leaves.
        old_size: number of leaves of the smaller tree.
        node: gives roots of full subtrees of the larger tree.

    Raises:
        IndexError: ``old_size`` is not between 1 and ``size``.

    Source: RFC 6962, section 2.1.2.
    """
    if not 1 <= old_size <= size:
        raise IndexError(f"no tree of {old_size} in a tree of {size}")
    path: list[bytes] = []
    low, high, known = 0, size, True
    while old_size != high:
        split = low + _split(high - low)
        if old_size <= split:
            path.append(_range_hash(split, high, node))
            high = split
        else:
            path.append(_range_hash(low, split, node))
            low, known = split, False
    if not known:
        path.append(_range_hash(low, high, node))
    return tuple(reversed(path))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path over leaf hashes that are all at hand; see :func:`inclusion_path`."""
    return inclusion_path(len(leaves), index, _node_of(leaves))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Consistency proof over leaf hashes that are all at hand; see :func:`consistency_path`."""
    return consistency_path(len(leaves), old_size, _node_of(leaves))


def subtree_hash(nodes: Sequence[bytes]) -> bytes:
    """Root over the roots of equal full subtrees, a power of two of them."""
    level, sha256 = list(nodes), hashlib.sha256
    while len(level) > 1:  # `node_hash`, written out: a proof takes hundreds of them
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


def _node_of(leaves: Sequence[bytes]) -> Node:
    return lambda height, index: subtree_hash(leaves[index << height : (index + 1) << height])


def _range_hash(low: int, high: int, node: Node) -> bytes:
    """Root over the leaves from ``low`` to ``high``, a range that a proof asks for."""
    peaks: list[bytes] = []
    while low < high:
        height = (high - low).bit_length() - 1
        peaks.append(node(height, low >> height))
        low += 1 << height
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` shows the leaf hash at ``index`` in the tree of ``size`` with ``root``.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether ``path`` shows that the tree of ``old_size`` only grew into that of ``new_size``.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 1 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    steps = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not steps:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _split(size: int) -> int:
    """Largest power of two smaller than ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)
