"""A table with what its file name, folder, sheet, title and headings say of it.

Decides the period and the area of a table, what it is about, and whether its columns are periods. Whether
two of them are one table is decided in :mod:`catalog.intake.drafting.likeness`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from catalog.intake.drafting import subjects
from catalog.intake.drafting.filenames import area_in, period_in, subject_of
from catalog.intake.drafting.meanings import normalised
from catalog.intake.reading.sheet_ranges import split_range
from catalog.intake.tables.found import Table
from catalog.intake.tables.wide import Wide, long_form, wide

# A table is wide by period when this share of its headings are years, months or days.
PERIOD_SHARE: Final = 0.5
_PERIOD_HEADING = re.compile(
    r"^(?:(?:19|20)\d\d年?(?:\d{1,2}月)?|\d{1,2}月(?:\d{1,2}日)?|(?:19|20)\d\d[-/.]\d{1,2})$"
)
_SUBJECT_LINE = re.compile(r"^指标[：:]\s*(.+)$")
_AS_OF = re.compile(r"截至|截止|时点|统计时间|报告期")
_AREA_LINE = re.compile(r"填报|单位|街道|社区|乡镇|村")


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A table with what its name, title and headings say.

    Attributes:
        table: as read; in its long form where its columns are periods.
        printed: as read.
        headings: column of the family → heading as the file prints it.
        subject: what the file's name says it is about.
        cores: what file name and titles say it is about, without the kind of paper.
        sheet_cores: the same of the sheet's name.
        period, area: found in sheet, file name or title.
        why_period, why_area: where.
        wide: its period columns, where they are read as rows.
    """

    table: Table
    printed: Table
    headings: Mapping[str, str]
    subject: str
    cores: frozenset[str]
    sheet_cores: frozenset[str] = frozenset()
    period: str | None = None
    area: str | None = None
    why_period: str = ""
    why_area: str = ""
    wide: Wide | None = None

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
        if self.wide is not None:
            return True
        periods = sum(bool(_PERIOD_HEADING.match(h)) for h in self.headings.values())
        return periods >= PERIOD_SHARE * len(self.headings) and periods >= 2

    @property
    def indicator(self) -> str | None:
        """What a 指标 line above the table names."""
        return next((m[1].strip() for a in self.table.above if (m := _SUBJECT_LINE.match(a))), None)


def member_of(table: Table, *, unpivot: bool = True) -> Member:
    """A table with what its name, title and headings say of it.

    Args:
        table: as read.
        unpivot: whether period columns are read as rows.
    """
    stem = PurePosixPath(table.path).stem
    sheet = split_range(table.source.sheet)[0] if table.source.sheet else ""
    found = wide(table.records) if unpivot else None
    shown = replace(table, records=long_form(table.records, found)) if found else table
    period, why_period = _period(stem, sheet, table)
    area, why_area = _area(stem, sheet, table)
    cores = {subjects.core(text) for text in (stem, *table.above)} - {""}
    of_sheet = frozenset({subjects.core(sheet)} - {""})
    keys = _keys(shown.headings)
    about = subject_of(stem), frozenset(cores), of_sheet
    return Member(shown, table, keys, *about, period, area, why_period, why_area, found)


def _keys(headings: Sequence[str]) -> dict[str, str]:
    """Normalised heading → heading, none lost where two are normalised alike."""
    keys: dict[str, str] = {}
    for heading in headings:
        key = normalised(heading)
        keys[key if key not in keys else heading] = heading
    return keys


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
