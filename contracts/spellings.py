"""How departments spell dates, instants, numbers and truth, one text at a time.

Decides which spellings are accepted and what they mean; a text that could mean two things is not
accepted unless the contract declares its format. Every function returns None for "no such value".
Columns are :mod:`contracts.cast`'s work, which calls these once per distinct messy spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from contracts.codes import to_half_width

EXCEL_SERIAL: Final = "excel_serial"
# Days, deadlines and periods of the ledger are those of this zone.
CIVIL_ZONE: Final = ZoneInfo("Asia/Shanghai")
# Largest number of digits of a decimal128.
_PRECISION: Final = 38
_CONTEXT: Final = Context(prec=_PRECISION)

_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE: Final = re.compile(
    r"(?P<y>\d{4})(?:(?P<m>\d\d)(?P<d>\d\d)|(?P<s>[-/.年])\s*(?P<m2>\d{1,2})(?:(?P=s)|月)\s*(?P<d2>\d{1,2})[日号]?)"
)
_MONTH: Final = re.compile(r"(\d{4})(?:[-/.年]\s*(\d{1,2})月?|(\d\d))")
_YEAR: Final = re.compile(r"(\d{4})年?")
_TIME: Final = re.compile(r"(\d{1,2})(?:[时点]|[:时点](\d{1,2})(?:[:分](?:(\d{1,2})(?:\.(\d{1,9}))?秒?)?)?)")
_COMPACT_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)?")
_ZONE: Final = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_NUMERALS: Final = re.compile(
    r"(?P<y>[〇零○一二三四五六七八九]{4})年(?:(?P<m>[一二三四五六七八九十]{1,3})月(?:(?P<d>[一二三四五六七八九十]{1,3})[日号])?)?"
)
_ZEROS: Final = str.maketrans("零○", "〇〇")
_TRUE: Final = frozenset({"是", "Y", "YES", "TRUE", "T", "1", "1.0", "有"})
_FALSE: Final = frozenset({"否", "N", "NO", "FALSE", "F", "0", "0.0", "没有"})
# Source: the day before 1900-01-01 in Excel's calendar, which has a 1900-02-29 that never was; serials
# before 61 are therefore not accepted.
_EXCEL_EPOCH: Final = datetime(1899, 12, 30)


def boolean(text: str) -> bool | None:
    """Truth as 是/否, 有/没有, Y/N, yes/no, T/F, true/false, 1/0."""
    word = to_half_width(text).strip().upper()
    return True if word in _TRUE else False if word in _FALSE else None


def decimal(text: str, scale: int) -> Decimal | None:
    """A number, rounded half to even at ``scale`` decimal places.

    >>> decimal("１，２３４．５", 2), decimal("1.2E+3", 0), decimal("12,34", 0)
    (Decimal('1234.50'), Decimal('1200'), None)

    Source: GB/T 8170-2008 (rounding).
    """
    plain = to_half_width(text).replace("−", "-").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not plain.isascii() or "_" in plain:
        return None
    try:
        value = Decimal(plain)
        if not value.is_finite() or value.adjusted() + 1 + scale > _PRECISION:
            return None
        return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN, _CONTEXT)
    except InvalidOperation:
        return None


def integer(text: str) -> int | None:
    """A whole number that fits 64 bits; ``495.0`` is one, ``495.5`` is not."""
    value = decimal(text, 12)
    if value is None or value != value.to_integral_value() or not -(2**63) <= value < 2**63:
        return None
    return int(value)


def day(text: str, grain: str | None = None, form: str | None = None) -> date | None:
    """A calendar day, year first: ``2024-3-5``, ``2024/03/05``, ``20240305``, ``2024年3月5日``.

    A month alone is its first day where the field's grain is a month or coarser, a year alone where
    the grain is a year. An instant is accepted at midnight only: a time is not thrown away.

    >>> day("２０２４年３月５日"), day("2024-02-30"), day("2024年3月"), day("2024年3月", "month")
    (datetime.date(2024, 3, 5), None, None, datetime.date(2024, 3, 1))

    Args:
        text: as found in the source.
        grain: time grain of the field, or None.
        form: declared format of the source: a JDK pattern or ``excel_serial``, or None.
    """
    found = instant(text, form)
    if found is not None:
        return found.date() if found.time() == time() else None
    plain = _arabic(to_half_width(text).strip())
    if grain in ("month", "quarter", "year") and (part := _MONTH.fullmatch(plain)):
        return _civil(part[1], part[2] or part[3], "1")
    if grain == "year" and (part := _YEAR.fullmatch(plain)):
        return _civil(part[1], "1", "1")
    return None


def instant(text: str, form: str | None = None) -> datetime | None:
    """A civil date and time of day without zone; a day alone is its midnight.

    A text with a zone is turned into the civil time of the ledger.

    >>> instant("2024年3月5日 8时5分"), instant("2024-03-05T00:00:00Z")
    (datetime.datetime(2024, 3, 5, 8, 5), datetime.datetime(2024, 3, 5, 8, 0))

    Args:
        text: as found in the source.
        form: declared format of the source: a JDK pattern or ``excel_serial``, or None.
    """
    plain = _arabic(to_half_width(text).strip())
    head = _DATE.match(plain)
    if head is None:
        return None if form is None else _by_form(plain, form)
    found = _civil(head["y"], head["m"] or head["m2"], head["d"] or head["d2"])
    tail = plain[head.end() :]
    rest = tail.lstrip(" T")
    if found is None or (rest and not rest[0].isdigit()):
        return None
    if tail and tail[0].isdigit() and head[0][-1].isdigit() and not head["m"]:
        return None  # 2024-3-151: a day of three digits, not a day and a time
    zone = _ZONE.search(rest)
    clock = _clock(rest[: zone.start()].strip() if zone else rest, compact=head["m"] is not None)
    if clock is None:
        return None if form is None else _by_form(plain, form)
    naive = datetime.combine(found, clock)
    if zone is None:
        return naive
    try:
        aware = datetime.fromisoformat(f"{naive.isoformat()}{zone[1]}")
        return aware.astimezone(CIVIL_ZONE).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _arabic(text: str) -> str:
    """A date in Chinese numerals with Arabic ones; any other text as it is.

    >>> _arabic("二〇二四年十二月二十五日"), _arabic("二零二四年三月"), _arabic("三月五日")
    ('2024年12月25日', '2024年3月', '三月五日')
    """
    found = None if text.isascii() else _NUMERALS.fullmatch(text)
    if found is None:
        return text
    year = "".join(str("〇一二三四五六七八九".find(c.translate(_ZEROS))) for c in found["y"])
    return f"{year}年" + "".join(
        f"{_below_hundred(found[part])}{unit}" for part, unit in (("m", "月"), ("d", "日")) if found[part]
    )


def _below_hundred(text: str) -> int:
    """A Chinese numeral below a hundred: 三, 十二, 二十五."""
    tens, ten, ones = text.rpartition("十")
    worth = "〇一二三四五六七八九".index
    return (worth(tens) if tens else 1 if ten else 0) * 10 + (worth(ones) if ones else 0)


def _clock(text: str, *, compact: bool) -> time | None:
    if not text:
        return time()
    part = _TIME.fullmatch(text) or (_COMPACT_TIME.fullmatch(text) if compact else None)
    if part is None:
        return None
    fraction = part[4] if part.re is _TIME else None
    try:
        return time(
            int(part[1]), int(part[2] or 0), int(part[3] or 0), int((fraction or "0").ljust(6, "0")[:6])
        )
    except ValueError:
        return None


def _civil(year: str, month: str, day_: str) -> date | None:
    try:
        return date(int(year), int(month), int(day_))
    except ValueError:
        return None


def _by_form(text: str, form: str) -> datetime | None:
    if form == EXCEL_SERIAL:
        return _excel(text)
    try:
        return _reader(form)(text)
    except ValueError:
        return None


def _excel(text: str) -> datetime | None:
    serial = decimal(text, 10)
    # 61 = 1900-03-01; 2958465 = 9999-12-31, the last day Excel knows.
    if serial is None or not 61 <= serial < 2958466:
        return None
    seconds = (serial * 86400).to_integral_value(ROUND_HALF_EVEN)
    return _EXCEL_EPOCH + timedelta(seconds=int(seconds))


# JDK DateTimeFormatter letters we take, as strptime directives. Source: ODCS 3.2.0 logicalTypeOptions.
_LETTERS: Final = {
    "yyyy": "%Y",
    "yy": "%y",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "dd": "%d",
    "d": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "m": "%M",
    "ss": "%S",
    "s": "%S",
    "SSS": "%f",
    "SSSSSS": "%f",
    "a": "%p",
}


def form_fault(form: str) -> str | None:
    """What keeps a declared format from being read, or None.

    >>> form_fault("MM/dd/yyyy hh:mm:ss a"), form_fault("YYYY-ww")
    (None, 'has the letters YYYY, which are not understood')
    """
    if form == EXCEL_SERIAL:
        return None
    runs = re.finditer(r"([A-Za-z])\1*", re.sub(r"'[^']*'", "", form))
    unknown = [run[0] for run in runs if run[0] not in _LETTERS]
    return f"has the letters {unknown[0]}, which are not understood" if unknown else None


@cache
def _reader(form: str) -> Callable[[str], datetime]:
    def directive(part: re.Match[str]) -> str:
        return part[0].strip("'").replace("%", "%%") if part[0][0] == "'" else _LETTERS.get(part[0], part[0])

    pattern = re.sub(r"'[^']*'|([A-Za-z])\1*", directive, form.replace("%", "%%"))
    return lambda text: datetime.strptime(text, pattern)
