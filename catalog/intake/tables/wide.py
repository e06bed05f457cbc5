"""Tables whose columns are years, months or days, read as rows: 宽表转长表.

Decides which tables are wide by period and by which pattern their columns are told. The long form
made here is what landing makes of :class:`contracts.model.Unpivot`: one row for each line and period.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from catalog.intake.reading.records import Records
from catalog.intake.tables.table_region import is_value

# Periods in the heading from which on they are offered as rows.
PERIODS_LEAST: Final = 3
# Share of the headings that are periods; beside them stand what the rows are about.
PERIOD_SHARE: Final = 0.4
# Headings of the two columns the long form has instead: no sheet prints these.
LABEL: Final = "@label"
VALUE: Final = "@value"
# Rows looked at when judging whether the cells are figures.
_ROWS: Final = 2000

# Kind of period → whole headings, with the label as the first group.
_FORMS: Final = {
    "year": r"^((?:19|20)\d\d)年?度?$",
    "month": r"^((?:19|20)\d\d[-/.年]\d{1,2})月?$",
    "quarter": r"^((?:19|20)\d\d年?(?:Q[1-4]|第?[一二三四1-4]季度))$",
    "month_alone": r"^(\d{1,2})月份?$",
    "day_alone": r"^(\d{1,2}月\d{1,2}日)$",
}


@dataclass(frozen=True, slots=True)
class Wide:
    """The period columns of a table.

    Attributes:
        kind: year, month, quarter, month_alone or day_alone.
        pattern: what their whole headings match; the first group is the label.
        periods: label of each heading, in the order of the columns.
    """

    kind: str
    pattern: str
    periods: dict[str, str]


def wide(records: Records) -> Wide | None:
    """The period columns of a table, or None where its columns are no periods.

    Args:
        records: of the table as printed.
    """
    named = [h for h in records.headings if h[0] != "#" or records.column(h).null_count < records.rows]
    for kind, pattern in _FORMS.items():
        periods = {h: m[1] for h in named if (m := re.match(pattern, h))}
        fixed = len(named) - len(periods)
        enough = len(periods) >= PERIODS_LEAST and len(periods) >= PERIOD_SHARE * len(named)
        if enough and fixed and len(set(periods.values())) == len(periods) and _figures(records, periods):
            return Wide(kind, pattern, periods)
    return None


def long_form(records: Records, found: Wide) -> Records:
    """The rows of a wide table as landing unpivots them: line by line, one row for each period.

    Args:
        records: of the table as printed.
        found: its period columns.
    """
    times, rows = len(found.periods), records.rows
    line = pa.array([i for i in range(rows) for _ in range(times)], pa.int64())
    fixed = [h for h in records.headings if h not in found.periods]
    cells = pa.concat_arrays([records.column(h).combine_chunks() for h in found.periods])
    order = pa.array([p * rows + i for i in range(rows) for p in range(times)], pa.int64())
    labels = pa.array(list(found.periods.values()) * rows, pa.string())
    return Records(
        (*fixed, LABEL, VALUE),
        [
            *(records.column(h).take(line) for h in fixed),
            pa.chunked_array([labels]),
            pa.chunked_array([cells.take(order)]),
        ],
        records.lines.take(line),
        records.preamble,
        records.header,
        records.dropped,
        records.sections,
    )


def _figures(records: Records, periods: dict[str, str]) -> bool:
    """Whether the cells under the periods are figures."""
    figures = total = 0
    for heading in periods:
        values = records.column(heading).slice(0, _ROWS).drop_null().to_pylist()
        total += len(values)
        figures += sum(is_value(v) for v in values)
    return total > 0 and figures * 2 > total
