"""The values of a column as type guesses see them, and what a guess says.

Decides which values count: markers of "nothing" do not, and where values are read one by one, an
even part of the distinct ones is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from contracts.cast import NULL_MARKERS
from contracts.model import Cleaning, FieldType

# Distinct values whose spelling or check digit is computed one by one.
SPELLED: Final = 1000
# Share of values that must fit a type; the others will be quarantined and are counted in the reason.
FIT: Final = 0.98
# A number as any language writes it, for RE2.
DECIMAL: Final = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"

# Thousands parted by commas, for RE2.
GROUPED: Final = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to hold.

    Attributes:
        type: logical type.
        reason: why, in one clause; never a value of the data.
        scale: decimal places of a number.
        grain: month or year where dates are no finer.
        format: spelling of dates where it is not year first.
        check: check-digit code that holds.
        nulls: further markers of "nothing" found.
        low, high: smallest and largest number, for making public bounds.
        filled: values that are not missing.
        distinct: different values among them.
        longest: characters of the longest text.
        mean_length: usual length of a text.
        cleaning: steps that come before the type, their fields still to be filled in.
        unit: what a number counts, where cells or heading say so.
        doubt: what a person must look at, or empty.
    """

    type: FieldType
    reason: str
    scale: int = 0
    grain: str | None = None
    format: str | None = None
    check: str | None = None
    nulls: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    filled: int = 0
    distinct: int = 0
    longest: int = 0
    mean_length: float = 0.0
    cleaning: tuple[Cleaning, ...] = ()
    unit: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Distinct values of a column without markers of nothing."""

    heading: str
    values: pa.Array
    filled: int
    distinct: int


def look(heading: str, column: pa.ChunkedArray, nothing: Collection[str]) -> tuple[Seen, tuple[str, ...]]:
    """The distinct values of a column, and the markers of "nothing" found in it.

    Args:
        heading: as printed.
        column: all its values, trimmed.
        nothing: markers beside those every contract knows.
    """
    present = column.drop_null()
    counted = pc.value_counts(present.combine_chunks() if present.num_chunks != 1 else present.chunk(0))
    values, counts = counted.field("values"), counted.field("counts")
    known = pc.is_in(values, pa.array([*NULL_MARKERS, *sorted(nothing)]))
    markers = tuple(sorted(set(values.filter(known).to_pylist()) - set(NULL_MARKERS)))
    keep = pc.invert(known)
    values, filled = values.filter(keep), int(pc.sum(counts.filter(keep)).as_py() or 0)
    return Seen(heading, values, filled, len(values)), markers


def with_figures(found: Guess, seen: Seen, markers: tuple[str, ...]) -> Guess:
    """A guess with the figures of the column it was made of."""
    lengths = pc.utf8_length(seen.values)
    return replace(
        found,
        nulls=markers,
        filled=seen.filled,
        distinct=seen.distinct,
        longest=pc.max(lengths).as_py() or 0,
        mean_length=pc.mean(lengths).as_py() or 0.0,
    )


def spread(seen: Seen) -> list[str]:
    """Some distinct values, taken evenly, to be looked at one by one."""
    step = max(1, len(seen.values) // SPELLED)
    values: list[str] = seen.values.take(pa.array(range(0, len(seen.values), step), pa.int64())).to_pylist()
    return values


def share(seen: Seen, pattern: str) -> float:
    """Share of the distinct values an RE2 pattern finds."""
    return (pc.sum(pc.match_substring_regex(seen.values, pattern)).as_py() or 0) / max(len(seen.values), 1)


def extremes(seen: Seen) -> tuple[float | None, float | None]:
    """Smallest and largest number among the values."""
    grouped = pc.match_substring_regex(seen.values, GROUPED)
    bare = pc.if_else(grouped, pc.replace_substring(seen.values, ",", ""), seen.values)
    plain = bare.filter(pc.match_substring_regex(bare, DECIMAL))
    if not len(plain):
        return None, None
    found = pc.min_max(pc.cast(pc.replace_substring_regex(plain, r"^\+", ""), pa.float64())).as_py()
    return found["min"], found["max"]


def fitting(sample: list[str], read: Callable[[str], object]) -> float:
    """Share of a sample that ``read`` can read."""
    return sum(read(v) is not None for v in sample) / max(len(sample), 1)


def rest(fits: float) -> str:
    """What becomes of the values that do not fit, as the end of a reason."""
    if fits >= 1:
        return ""
    return f"; about {max(1, round((1 - fits) * 100))} % do not fit and would be quarantined"
