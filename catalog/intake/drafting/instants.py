"""Whether a column holds dates or instants, and how they are spelled.

Decides with :mod:`contracts.spellings`, year first; month or day first only where the slashes of
American and British usage say so; bare digits only under a heading that speaks of time.
"""

from __future__ import annotations

import re
from typing import Final

from catalog.intake.drafting.evidence import FIT, Guess, Seen, extremes, fitting, rest, share, spread
from catalog.intake.drafting.names import snake
from contracts import spellings
from contracts.model import FieldType

# Serial days of 1954 to 2064: what an unformatted Excel date looks like.
SERIAL_DAYS: Final = (20_000, 60_000)

_DATE_NAME = re.compile(
    r"日期|时间|年月|月份|账期|日$|(?:^|_)(?:date|time|day|month|period|dt)(?:_|$)|(?:date|time)$"
)
_YEAR_NAME = re.compile(r"年份$|^(?:统计|数据|所属|报告)?年度?$|^year$|_year$")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_AMERICAN = re.compile(
    r"^(\d{1,2})/(\d{1,2})/\d{4}(?P<time> \d{1,2}:\d\d(?P<s>:\d\d)?(?P<a> ?[AaPp][Mm])?)?$"
)


def instant(seen: Seen) -> Guess | None:
    """Dates and instants, year first, or in American order, or as Excel's serial days."""
    sample = spread(seen)
    digits = share(seen, r"^\d+(?:\.\d+)?$") >= FIT
    named = bool(_DATE_NAME.search(snake(seen.heading)))
    if digits:
        return _years(seen, sample) or (_dated_digits(seen, sample) if named else None)
    form = _american(sample)
    fits = fitting(sample, lambda v: spellings.instant(v, form))
    if fits >= FIT:
        midnight = fitting(sample, lambda v: spellings.day(v, None, form)) >= fits
        kind, what = (
            (FieldType.DATE, "dates") if midnight else (FieldType.TIMESTAMP, "dates with a time of day")
        )
        order = f", in the order {form}" if form else ""
        return Guess(kind, f"{what}{order}{rest(fits)}", format=form)
    if named:
        counted = fitting(sample, lambda v: spellings.instant(v, spellings.EXCEL_SERIAL))
        if counted >= FIT and fits > 0:
            return Guess(
                FieldType.DATE,
                f"dates, some left as the days Excel counts{rest(counted)}",
                format=spellings.EXCEL_SERIAL,
            )
    for grain in ("month", "year"):
        fits = fitting(sample, lambda v, g=grain: spellings.day(v, g))  # type: ignore[misc]
        if fits >= FIT:
            return Guess(FieldType.DATE, f"{grain}s{rest(fits)}", grain=grain)
    return None


def _years(seen: Seen, sample: list[str]) -> Guess | None:
    """Years in four digits under a heading that says so."""
    if not _YEAR_NAME.search(snake(seen.heading)) or not all(_YEAR.match(v) for v in sample):
        return None
    return Guess(FieldType.DATE, "years written in 4 digits", grain="year")


def _dated_digits(seen: Seen, sample: list[str]) -> Guess | None:
    """Days or months written in digits alone, under a heading that speaks of time."""
    for length, grain in ((8, None), (6, "month")):
        if all(len(v) == length for v in sample):
            fits = fitting(sample, lambda v, g=grain: spellings.day(v, g))  # type: ignore[misc]
            if fits >= FIT:
                return Guess(
                    FieldType.DATE, f"{grain or 'day'}s written in {length} digits{rest(fits)}", grain=grain
                )
    low, high = extremes(seen)
    if low is not None and high is not None and SERIAL_DAYS[0] <= low and high <= SERIAL_DAYS[1]:
        whole = all(float(v).is_integer() for v in sample)
        kind = FieldType.DATE if whole else FieldType.TIMESTAMP
        return Guess(kind, "days as Excel counts them", format=spellings.EXCEL_SERIAL)
    return None


def _american(sample: list[str]) -> str | None:
    """Month or day first, with slashes and the year last."""
    matches = [m for v in sample if (m := _AMERICAN.match(v))]
    if len(matches) < FIT * 0.5 * len(sample) or not matches:
        return None
    day_first = any(int(m[1]) > 12 for m in matches)
    form = "dd/MM/yyyy" if day_first else "MM/dd/yyyy"
    timed = next((m for m in matches if m["time"]), None)
    if timed is None:
        return form
    clock = ("hh:mm" if timed["a"] else "HH:mm") + (":ss" if timed["s"] else "")
    return f"{form} {clock}" + (" a" if timed["a"] else "")
