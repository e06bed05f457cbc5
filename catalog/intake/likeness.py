"""Whether two tables are one table delivered twice: the tests behind folding files into families.

Decides from headings, names, titles and the shape of codes, never from a single one of them: four
tables of a code and a name each are four different things. Who wins among copies and versions is
decided in :mod:`catalog.intake.families`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.excel import split_range
from catalog.intake.filenames import area_in, period_in, subject_of
from catalog.intake.layout import Table
from catalog.intake.table_region import is_value

# Same columns fold by themselves from this number on; fewer need alike names.
TELLING_COLUMNS: Final = 3
# Different layouts: columns in common, at least, and their share of the smaller and of the larger layout.
SHARED_COLUMNS: Final = 4
SHARE_OF_SMALLER: Final = 0.8
SHARE_OF_LARGER: Final = 0.6
# Alike names share this part of the words of the shorter one.
ALIKE_WORDS: Final = 0.5
# A table is wide by period when this share of its headings are years, months or days.
PERIOD_SHARE: Final = 0.5
# Values looked at when comparing the shapes of two columns.
SHAPE_ROWS: Final = 2000

_PERIOD_HEADING = re.compile(
    r"^(?:(?:19|20)\d\d年?(?:\d{1,2}月)?|\d{1,2}月(?:\d{1,2}日)?|(?:19|20)\d\d[-/.]\d{1,2})$"
)
_SUBJECT_LINE = re.compile(r"^指标[：:]\s*(.+)$")
_AS_OF = re.compile(r"截至|截止|时点|统计时间|报告期")
_AREA_LINE = re.compile(r"填报|单位|街道|社区|乡镇|村")


@dataclass(frozen=True, slots=True)
class Member:
    """A table with what its name, title and headings say.

    Attributes:
        table: as read.
        headings: normalised heading → heading as the file prints it.
        subject: what names say it is about.
        titles: words of file name, sheet and title.
        period, area: found in sheet, file name or title.
        why_period, why_area: where.
    """

    table: Table
    headings: Mapping[str, str]
    subject: str
    titles: frozenset[str]
    period: str | None = None
    area: str | None = None
    why_period: str = ""
    why_area: str = ""

    @property
    def folder(self) -> str:
        """Folder of the file inside the drafted folder."""
        return str(PurePosixPath(self.table.path).parent)

    @property
    def stem(self) -> str:
        """File name without its ending."""
        return PurePosixPath(self.table.path).stem

    @property
    def headed(self) -> bool:
        """Whether the file prints headings."""
        return any(not h.startswith("#") for h in self.headings.values())

    @property
    def wide_by_period(self) -> bool:
        """Whether most columns are periods, so that the columns do not say what the figures are."""
        periods = sum(bool(_PERIOD_HEADING.match(h)) for h in self.headings.values())
        return periods >= PERIOD_SHARE * len(self.headings) and periods >= 2

    @property
    def indicator(self) -> str | None:
        """What a 指标 line above the table names."""
        return next((m[1].strip() for a in self.table.above if (m := _SUBJECT_LINE.match(a))), None)


def member_of(table: Table) -> Member:
    """A table with what its name, title and headings say of it."""
    stem = PurePosixPath(table.path).stem
    sheet = split_range(table.source.sheet)[0] if table.source.sheet else ""
    headings: dict[str, str] = {}
    for heading in table.headings:
        headings.setdefault(normalised(heading), heading)
    period, why_period = _period(stem, sheet, table)
    area, why_area = _area(stem, sheet, table)
    words = _words(subject_of(stem)) | _words(subject_of(sheet))
    for line in table.above:
        words |= _words(subject_of(line))
    return Member(table, headings, subject_of(stem), frozenset(words), period, area, why_period, why_area)


def normalised(heading: str) -> str:
    """A heading without case, blanks, punctuation or width.

    >>> normalised("X Coordinate (State Plane)") == normalised("x_coordinate_state_plane")
    True
    """
    folded = unicodedata.normalize("NFKC", heading).lower()
    return heading if heading.startswith("#") else re.sub(r"[^0-9a-z\u3400-\u9fff]", "", folded) or folded


def fit(one: Member, other: Member) -> str | None:
    """Why two tables are one, or None where they are not."""
    a, b = set(one.headings), set(other.headings)
    if one.headed != other.headed:
        return _positional(one, other)
    common = a & b
    if one.wide_by_period or other.wide_by_period:
        told = one.indicator is not None and one.indicator == other.indicator
        return "same 指标 line" if told and len(common) >= 2 else None
    reason = _by_headings(one, other, common)
    return reason if reason and not _shapes_differ(one, other, common) else None


def _by_headings(one: Member, other: Member, common: set[str]) -> str | None:
    sizes = sorted((len(one.headings), len(other.headings)))
    alike = _alike(one, other)
    if len(common) == sizes[0] == sizes[1]:
        near = one.folder == other.folder and len(common) >= TELLING_COLUMNS
        return "same columns" if near or alike else None
    enough = len(common) >= SHARED_COLUMNS
    inside = len(common) >= SHARE_OF_SMALLER * sizes[0] and len(common) >= SHARE_OF_LARGER * sizes[1]
    if enough and inside and alike:
        return f"{len(common)} columns in common of {sizes[0]} and {sizes[1]}, and alike names"
    return None


def _alike(one: Member, other: Member, least: int = 2) -> bool:
    """Whether names and titles speak of the same subject, by at least so many words in common."""
    if one.subject == other.subject:
        return True
    smaller = min(len(one.titles), len(other.titles))
    shared = len(one.titles & other.titles)
    return smaller > 0 and shared >= least and shared >= ALIKE_WORDS * smaller


def _positional(one: Member, other: Member) -> str | None:
    """A file without headings belongs to one with headings when every column has the same shape."""
    if len(one.headings) != len(other.headings) or one.folder != other.folder or not _alike(one, other, 1):
        return None
    pairs = zip(one.headings.values(), other.headings.values(), strict=True)
    if all(_figures(one, h) == _figures(other, g) for h, g in pairs):
        return "no headings, but as many columns of the same kinds, and alike names"
    return None


def _figures(member: Member, heading: str) -> bool:
    values = member.table.records.column(heading).slice(0, SHAPE_ROWS).drop_null().to_pylist()
    return sum(is_value(v) for v in values) * 2 > len(values)


def _shapes_differ(one: Member, other: Member, common: set[str]) -> bool:
    """Whether a shared column holds codes of different widths: another level, another thing."""
    for name in common:
        widths = [_code_width(m.table.records.column(m.headings[name])) for m in (one, other)]
        if widths[0] and widths[1] and widths[0] != widths[1]:
            return True
    return False


def _code_width(column: pa.ChunkedArray) -> int | None:
    """Digits of a column in which every value is distinct and has the same number of digits."""
    values = column.slice(0, SHAPE_ROWS).drop_null()
    if len(values) < 5 or not pc.all(pc.match_substring_regex(values, r"^\d+$")).as_py():
        return None
    lengths = pc.min_max(pc.utf8_length(values)).as_py()
    same = lengths["min"] == lengths["max"] and pc.count_distinct(values).as_py() == len(values)
    return int(lengths["min"]) if same else None


def _words(text: str) -> set[str]:
    """Latin words and pairs of Chinese characters of a text; long numbers and hashes say nothing."""
    found = {w for w in re.findall(r"[a-z]+|\d{1,4}(?!\d)", text.lower()) if len(w) > 1}
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        found |= {run[i : i + 2] for i in range(len(run) - 1)}
    return found


def _period(stem: str, sheet: str, table: Table) -> tuple[str | None, str]:
    year = (period_in(stem) or "")[:4] or None
    dated = [a for a in table.above if _AS_OF.search(a)]
    places = (
        *((a, "the title") for a in dated),
        (sheet, "the sheet's name"),
        (stem, "the file's name"),
        *((a, "the title") for a in table.above),
        *((part, "the folder's name") for part in reversed(PurePosixPath(table.path).parent.parts)),
    )
    found = [(p, why) for text, why in places if (p := period_in(text, year))]
    if not found:
        return None, ""
    first = found[0]
    finer = [f for f in found if f[0].startswith(first[0]) and len(f[0]) > len(first[0])]
    return finer[0] if finer else first


def _area(stem: str, sheet: str, table: Table) -> tuple[str | None, str]:
    places = (
        (sheet, "the sheet's name"),
        (stem, "the file's name"),
        *((a, "the title") for a in table.above if _AREA_LINE.search(a)),
        # A folder is a place only as a whole: 住房和城乡建设局 is none.
        *((p, "the folder's name") for p in PurePosixPath(table.path).parent.parts if area_in(p) == p),
    )
    for text, why in places:
        found = area_in(text)
        if found:
            return found, why
    return None, ""
