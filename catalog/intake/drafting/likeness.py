"""Whether two tables are one table delivered twice: the tests behind folding files into families.

Decides from headings and what they mean, names, titles and the shape of codes, never from a single one
of them: four tables of a code and a name each are four different things. Headings many tables have
count little, those few have count much. Who wins among copies and versions is decided in
:mod:`catalog.intake.drafting.families`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting import subjects
from catalog.intake.drafting.filenames import area_in, subject_of
from catalog.intake.drafting.meanings import aligned, list_of, meanings, normalised, resembling, weight
from catalog.intake.drafting.members import Member
from catalog.intake.drafting.subjects import Said
from catalog.intake.drafting.types import counts_rows, is_code_name
from catalog.intake.tables.table_region import is_value
from catalog.intake.tables.wide import LABEL, VALUE

# Same columns fold by themselves from this number on; fewer need alike names.
TELLING_COLUMNS: Final = 3
# Different layouts with alike names: columns in common, and their share of the smaller and the larger,
# by number or by what they tell.
SHARED_COLUMNS: Final = 4
SHARE_OF_SMALLER: Final = 0.8
SHARE_OF_LARGER: Final = 0.6
# The same by what the columns tell, where names are alike, and where they say nothing.
TOLD_ALIKE: Final = (3, 0.6, 0.45)
TOLD_ALONE: Final = (4, 0.75, 0.6)
# Values looked at when comparing the shapes of two columns.
SHAPE_ROWS: Final = 2000
# Least weight of a heading, however many tables have it.
LEAST_WEIGHT: Final = 0.25

_YEARLIKE = re.compile(r"年份|年度|^年$|^year$|月份|季度|账期|^period$")
_TIMELIKE = re.compile(rf"{_YEARLIKE.pattern}|时间|日期")


@dataclass(slots=True)
class Known:
    """What is known of the tables of one folder while they are compared, each thing found out once.

    Attributes:
        seen: meaning of a heading → layouts that have it.
        layouts: how many there are.
    """

    seen: Counter[str] = field(default_factory=Counter)
    layouts: int = 0
    _lists: dict[tuple[int, str], frozenset[str]] = field(default_factory=dict)
    _kinds: dict[tuple[int, str], str] = field(default_factory=dict)
    _tokens: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, layouts: Iterable[Sequence[str]]) -> Known:
        """What the headings of every layout say."""
        made = cls()
        for headings in layouts:
            made.layouts += 1
            made.seen.update({meanings(h)[-1] for h in headings})
        return made

    def weight(self, headings: Iterable[str]) -> float:
        """How much some headings tell together: the fewer layouts have one, the more."""
        whole = math.log(self.layouts + 2)
        told = 0.0
        for heading in headings:
            often = max(self.seen[meanings(heading)[-1]], 1)
            told += weight(heading) * max(LEAST_WEIGHT, math.log((self.layouts + 1) / often) / whole)
        return told

    def list_of(self, member: Member, heading: str) -> frozenset[str]:
        """The closed list of words of a column, empty where it is none."""
        key = id(member.table), heading
        if key not in self._lists:
            self._lists[key] = list_of(member.table.records.column(heading))
        return self._lists[key]

    def kind_of(self, member: Member, heading: str) -> str:
        """Whether a column holds figures, words or nothing."""
        key = id(member.table), heading
        if key not in self._kinds:
            self._kinds[key] = _kind_of(member, heading)
        return self._kinds[key]

    def tokens(self, member: Member) -> frozenset[str]:
        """Everything the headings of a table may be recognised by."""
        if id(member.table) not in self._tokens:
            found = frozenset(t for h in member.headings.values() for t in meanings(h))
            self._tokens[id(member.table)] = found
        return self._tokens[id(member.table)]


def fit(one: Member, other: Member, known: Known | None = None) -> str | None:
    """Why two tables are one, or None where they are not.

    Args:
        one: a table.
        other: another.
        known: of the tables of their folder; None = of these two alone.
    """
    if one.headed != other.headed:
        return _positional(one, other)
    if one.wide_by_period or other.wide_by_period:
        return _by_periods(one, other, known or Known())
    known = known or Known()
    if not _worth_comparing(one, other, known):
        return None
    pairs = paired(one, other, known)
    reason = _by_headings(one, other, pairs, known)
    return reason if reason and not _shapes_differ(one, other, pairs) else None


def _worth_comparing(one: Member, other: Member, known: Known) -> bool:
    """Whether names, places and numbers of columns leave a chance, before any column is compared."""
    words = said(one, other)
    if not (near(one, other) or one.subject == other.subject or words is Said.SAME):
        return False
    if words is Said.OTHER and one.subject != other.subject and len(one.headings) != len(other.headings):
        return False
    return len(known.tokens(one) & known.tokens(other)) >= min(2, len(one.headings), len(other.headings))


def paired(one: Member, other: Member, known: Known) -> dict[str, str]:
    """Heading of ``one`` → heading of ``other`` that is the same column."""
    mine, theirs = list(one.headings.values()), {h: (h,) for h in other.headings.values()}
    found = aligned(
        mine,
        theirs,
        lambda h: known.list_of(one, h),
        lambda h: known.list_of(other, h),
    )
    rest = {k: v for k, v in theirs.items() if k not in found.values()}
    left = resembling([h for h in mine if h not in found], rest)
    return found | {h: k for h, k in left.items() if known.kind_of(one, h) == known.kind_of(other, k)}


def near(one: Member, other: Member) -> bool:
    """Whether two files lie in one folder, or in folders that differ by period or place alone."""
    return one.folder == other.folder or _place(one.folder) == _place(other.folder)


def _place(folder: str) -> tuple[str, ...]:
    parts = PurePosixPath(folder).parts
    return tuple(p for p in parts if subject_of(p) and area_in(p) != p)


def said(one: Member, other: Member) -> Said:
    """What names say of two tables; a sheet is asked only within a workbook or where names say nothing."""
    if one.table.path == other.table.path:
        return subjects.said(one.sheet_cores, other.sheet_cores)
    found = subjects.said(one.cores or one.sheet_cores, other.cores or other.sheet_cores)
    return Said.NOTHING if found is Said.OTHER and not (one.cores and other.cores) else found


def _by_headings(one: Member, other: Member, pairs: Mapping[str, str], known: Known) -> str | None:
    sizes = sorted((len(one.headings), len(other.headings)))
    common, words = len(pairs), said(one, other)
    same_name = one.subject == other.subject or words is Said.SAME
    if common == sizes[0] == sizes[1]:
        enough = near(one, other) and common >= TELLING_COLUMNS
        return "same columns" if enough or same_name else None
    counted = f"{common} columns in common of {sizes[0]} and {sizes[1]}"
    few = common >= SHARE_OF_SMALLER * sizes[0] and common >= SHARE_OF_LARGER * sizes[1]
    if words is Said.SAME and common >= SHARED_COLUMNS and few:
        return f"{counted}, and alike names"
    told = known.weight(pairs)
    whole = sorted(max(known.weight(m.headings.values()), 1e-9) for m in (one, other))
    for wanted, limits, why in (
        (Said.SAME, TOLD_ALIKE, "alike names"),
        (Said.NOTHING, TOLD_ALONE, "no name that says otherwise"),
    ):
        least, smaller, larger = limits
        enough = common >= least and told >= smaller * whole[0] and told >= larger * whole[1]
        if words is wanted and enough and (wanted is Said.SAME or near(one, other)):
            return f"{counted}, those that tell it from other tables, and {why}"
    return None


def _by_periods(one: Member, other: Member, known: Known) -> str | None:
    """Tables wide by period: their columns say nothing, so indicator, name or the long form must."""
    if one.wide_by_period and other.wide_by_period:
        if one.indicator or other.indicator:
            told = one.indicator == other.indicator
            return "same 指标 line" if told and len(set(one.headings) & set(other.headings)) >= 2 else None
        if one.wide is None or other.wide is None or one.wide.kind != other.wide.kind:
            return None
        named = bool(one.cores & other.cores) and one.subject == other.subject
        whole = len(paired(one, other, known)) == len(one.headings) == len(other.headings)
        return "same columns beside the periods, and the same name" if named and whole else None
    spread, tall = (one, other) if one.wide_by_period else (other, one)
    if spread.wide is None or not near(one, other) or said(one, other) is Said.OTHER:
        return None
    return "its periods are rows in" if _stands_up(spread, tall) else None


def _stands_up(spread: Member, tall: Member) -> bool:
    """Whether the long form of a wide table has the columns of a long one."""
    fixed = [h for h in spread.headings.values() if h not in (LABEL, VALUE)]
    theirs = {h: (h,) for h in tall.headings.values()}
    pairs = aligned(fixed, theirs)
    left = {k: v for k, v in theirs.items() if k not in pairs.values()}
    pairs |= resembling([h for h in fixed if h not in pairs], left)
    return bool(fixed) and len(pairs) == len(fixed) and bool(period_and_figure(tall, pairs.values()))


def period_and_figure(tall: Member, taken: Collection[str]) -> tuple[str, str] | None:
    """The one heading of a long table that tells the period and the one that holds the figures.

    Args:
        tall: the long table.
        taken: headings that are neither.
    """
    left = [h for h in tall.headings.values() if h not in taken and not is_code_name(h)]
    timed = [h for h in left if _TIMELIKE.search(normalised(h))]
    times = [h for h in timed if _YEARLIKE.search(normalised(h))] or timed
    figures = [h for h in left if h not in timed and not counts_rows(h) and _figures(tall, h)]
    return (times[0], figures[0]) if len(times) == len(figures) == 1 else None


def _positional(one: Member, other: Member) -> str | None:
    """A file without headings belongs to one with headings when every column has the same shape."""
    named = one.subject == other.subject or said(one, other) is Said.SAME
    if len(one.headings) != len(other.headings) or one.folder != other.folder or not named:
        return None
    pairs = zip(one.headings.values(), other.headings.values(), strict=True)
    if all(_figures(one, h) == _figures(other, g) for h, g in pairs):
        return "no headings, but as many columns of the same kinds, and alike names"
    return None


def _figures(member: Member, heading: str) -> bool:
    values = member.table.records.column(heading).slice(0, SHAPE_ROWS).drop_null().to_pylist()
    return sum(is_value(v) for v in values) * 2 > len(values)


def _kind_of(member: Member, heading: str) -> str:
    """Whether a column holds figures, words or nothing: enough to tell unlike columns apart."""
    values = member.table.records.column(heading).slice(0, SHAPE_ROWS).drop_null().to_pylist()
    if not values:
        return "nothing"
    return "figures" if sum(is_value(v) for v in values) * 2 > len(values) else "words"


def _shapes_differ(one: Member, other: Member, pairs: Mapping[str, str]) -> bool:
    """Whether a shared column holds codes of different widths: another level, another thing."""
    for mine, theirs in pairs.items():
        if not is_code_name(mine):
            continue
        widths = [
            _code_width(m.table.records.column(h)) if h in m.table.records.headings else None
            for m, h in ((one, mine), (other, theirs))
        ]
        if widths[0] and widths[1] and widths[0] != widths[1]:
            return True
    return False


def code_widths(member: Member) -> tuple[tuple[str, int | None], ...]:
    """Width of every column of codes, by heading."""
    columns = member.table.records
    return tuple((h, _code_width(columns.column(h))) for h in sorted(columns.headings) if is_code_name(h))


def _code_width(column: pa.ChunkedArray) -> int | None:
    """Digits of a column in which every value is distinct and has the same number of digits."""
    values = column.slice(0, SHAPE_ROWS).drop_null()
    if len(values) < 5 or not pc.all(pc.match_substring_regex(values, r"^\d+$")).as_py():
        return None
    lengths = pc.min_max(pc.utf8_length(values)).as_py()
    same = lengths["min"] == lengths["max"] and pc.count_distinct(values).as_py() == len(values)
    return int(lengths["min"]) if same else None
