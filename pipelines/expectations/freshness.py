"""Timeliness 时效性: whether a dataset holds the period it should hold by a day.

Decides when a dataset is late against its update cycle; the days allowed are dated data
(``policies/rules/freshness.yaml``). The day is given in, never read from a clock.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.quality import RuleResult
from contracts.model import Contract, Field, FieldType, Rule
from policies.rulebook import rule as dated_rule

# A period written as text: a year, a month or a day.
_PERIOD: Final = re.compile(r"^(\d{4})(?:[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2})日?)?)?月?年?$")
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def judge_freshness(rule: Rule, contract: Contract, rows: pa.Table, as_of: date) -> RuleResult:
    """Outcome of a freshness rule on a day.

    Args:
        rule: of kind freshness; ``args`` may name the cycle, else the contract's counts.
        contract: of the dataset.
        rows: typed rows.
        as_of: day of judgement, Asia/Shanghai.

    Returns:
        One item evaluated; none where no row has a period, or nothing is late against the cycle.
    """
    name = rule.fields[0] if rule.fields else contract.period_field
    end = None if name is None else latest_period_end(contract.field(name), rows[name])
    allowed = dated_rule("freshness", "max_age_days", as_of).value
    cycle = str(rule.args.get("cycle", contract.update_cycle.value))
    late = end is not None and cycle in allowed and (as_of - end).days > int(allowed[cycle])
    evaluated = int(end is not None and cycle in allowed)
    note = "" if evaluated else "no period to judge" if end is None else f"nothing is late against {cycle}"
    return RuleResult(
        rule.id,
        rule.fields,
        rule.dimension,
        rule.action,
        evaluated - late,
        evaluated,
        not late,
        kind=rule.kind.value,
        indicator=rule.indicator,
        note=note,
    )


def latest_period_end(field: Field, values: pa.ChunkedArray) -> date | None:
    """Last day of the newest period a column names, or None."""
    newest = pc.max(values).as_py() if len(values) else None
    if newest is None:
        return None
    if isinstance(newest, datetime):
        newest = newest.date()
    if isinstance(newest, date):
        return _end(newest, field.grain)
    return _text_end(newest) if field.type is FieldType.STRING else _text_end(str(newest))


def _text_end(text: Any) -> date | None:
    match = _PERIOD.match(str(text).strip())
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        start = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return _end(start, "day" if day else "month" if month else "year")


def _end(start: date, grain: str | None) -> date:
    months = _MONTHS.get(grain or "day")
    if months is None:
        return start
    last = (start.month - 1) // months * months + months
    return date(start.year, last, calendar.monthrange(start.year, last)[1])
