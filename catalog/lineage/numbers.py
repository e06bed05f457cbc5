"""Columns of the lineage graph as numbers, and sets of the columns of one dataset as places.

Decides how a dataset's number and the place of a column within it make one number, so that a walk knows the
dataset of a column without asking; place 0 stands for the dataset's rows. A set of places is one integer, a
bit a place, kept in the store as hexadecimal text: a dataset may have any number of columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

# Places a dataset's columns may have: far more than any table has columns.
PLACES: Final = 1 << 20
# The place of a dataset's rows, as a set.
ROWS: Final = 1
# The first letter of a subtype tells it.
_SUBTYPES: Final[Mapping[str, str]] = {
    subtype[0]: subtype
    for subtype in (
        "IDENTITY", "TRANSFORMATION", "AGGREGATION", "FILTER", "JOIN", "GROUP_BY", "SORT", "ROWS",
    )
}  # fmt: skip


def numbered(dataset: int, places: int) -> list[int]:
    """The numbers of some columns of a dataset.

    >>> numbered(2, 0b101)
    [2097152, 2097154]
    """
    first = dataset * PLACES
    return [first + place for place in places_in(places)]


@lru_cache(maxsize=16_384)
def places_in(places: int) -> tuple[int, ...]:
    """The places of a set, in order."""
    made = []
    while places:
        lowest = places & -places
        made.append(lowest.bit_length() - 1)
        places ^= lowest
    return tuple(made)


def every_place(columns: int) -> int:
    """The set of all places of a dataset that has so many columns in the graph, its rows counted as one."""
    return (1 << columns) - 1


def kept(subtypes: Mapping[int, str]) -> tuple[str, str]:
    """What the store keeps of edges into a dataset: places as text, and a letter for the subtype of each.

    Args:
        subtypes: place → subtype.
    """
    letters = "".join(subtypes[place][0] for place in sorted(subtypes))
    return f"{sum(1 << place for place in subtypes):x}", letters


def edges_kept(places: str, letters: str) -> Iterable[tuple[int, str]]:
    """Places and subtypes of what :func:`kept` made."""
    pairs = zip(places_in(int(places, 16)), letters, strict=True)
    return ((place, _SUBTYPES[letter]) for place, letter in pairs)
