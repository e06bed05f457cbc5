"""How many of some docs have each of a facet's many rare values, counted in one pass over the docs.

Decides nothing: it is the other side of :mod:`catalog.search.bitmaps`, by doc and not by value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain, compress
from typing import Final

# The digits 0 and 1 of a bitmap as numbers, and back.
_NUMBERS: Final = bytes.maketrans(b"01", b"\0\1")
_DIGITS: Final = bytes.maketrans(b"\0\1", b"01")
# Where at most every so many bits one is set, bytes that are zero are passed over.
_SPARSE: Final = 12
_SET: Final = re.compile(rb"[^\0]")
_PLACES: Final = tuple(tuple(place for place in range(8) if byte >> place & 1) for byte in range(256))


class Tally:
    """The values of each doc.

    Attributes:
        values: those it counts.
    """

    def __init__(self, bits: Iterable[tuple[str, int]], size: int) -> None:
        """Count values by their docs, all below ``size``."""
        given = dict(bits)
        self.values = frozenset(given)
        self._held: list[tuple[str, ...]] = [()] * size
        for value, docs in given.items():
            self._add(value, docs)

    def counts(self, docs: Iterable[int]) -> Counter[str]:
        """How many of some docs, told by their numbers, have each value."""
        return Counter(chain.from_iterable(map(self._held.__getitem__, docs)))

    def copy(self) -> Tally:
        """Another one with the same docs."""
        made = Tally((), 0)
        made.values, made._held = self.values, list(self._held)
        return made

    def reach(self, size: int) -> None:
        """Count docs below ``size``; those it did not know have no value."""
        self._held.extend([()] * (size - len(self._held)))

    def change(self, value: str, before: int, after: int) -> None:
        """A value is had by other docs than before."""
        for doc in docs_in(before & ~after):
            self._held[doc] = tuple(each for each in self._held[doc] if each != value)
        self.reach(after.bit_length())
        self._add(value, after & ~before)

    def _add(self, value: str, docs: int) -> None:
        held, alone = self._held, (value,)
        for doc in docs_in(docs):
            held[doc] = (*held[doc], value) if held[doc] else alone


def flagged(flags: bytes | bytearray) -> int:
    """The docs whose flag is 1 and not 0, as one number."""
    return int(flags.translate(_DIGITS)[::-1], 2) if flags else 0


def docs_in(bits: int) -> list[int]:
    """The docs of a bitmap, the smallest first."""
    if bits.bit_count() * _SPARSE > bits.bit_length():
        digits = f"{bits:b}".encode()[::-1].translate(_NUMBERS)
        return list(compress(range(len(digits)), digits))
    octets = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    found = [match.start() for match in _SET.finditer(octets)]
    return [at * 8 + place for at in found for place in _PLACES[octets[at]]]
