"""Dates of birth 出生日期, and children under 14.

A date or an age under a telling heading, or dates that agree with identity numbers row by row.

Ages are counted on a stated day; a date of birth stays one whatever its heading where it is the date inside
the identity number of the same row.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.headings import normalised
from catalog.classify.kinds import Kind, minors, scoring
from catalog.classify.support import Support

_DATE: Final = (
    r"^(?:18[89]|19\d|20\d)\d(?:[^0-9]"
    r"|(?:0[1-9]|1[0-2])(?:[0-3]\d(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?)?(?:$|[^0-9])|$)"
)
# Written the other way round, by month names, with two digits for the year, or as days since 1900.
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_ENGLISH: Final = (
    r"^(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:18|19|20)\d\d"
    rf"|(?i:\d{{1,2}}[-/. ]?{_MONTH}[-/., ]*(?:19|20)\d\d|{_MONTH}[. ]*\d{{1,2}},? *(?:19|20)\d\d))"
)
_SHORT: Final = (
    r"^\d\d[-/.年]?(?:0?[1-9]|1[0-2])[-/.月]?(?:0?[1-9]|[12]\d|3[01])日?$|^[1-5]\d{4}$"
    r"|^(?:二[〇零○O]|一九)[〇零○O一二三四五六七八九]{2}年"
    r"|^(?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])[日号]?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d\d$"
)
# Days as databases and programs export them: 02-4月 -97, and seconds or thousandths of them since 1970.
_EXPORTED: Final = r"^\d{1,2}-\d{1,2}月 ?-\d\d$|^-?\d{12,13}$|^-\d{8,10}$"
_PARTS: Final = r"^(?P<y>(?:19|20)\d\d)\D?(?P<m>\d{1,2})?\D?(?P<d>\d{1,2})?"
_AGE: Final = r"^\d{1,3}(?:\.\d+)?(?:岁|周岁|个?月|天)?(?:\d{1,2}个?月)?(?:龄)?$"
_YEARS: Final = r"^\d{1,3}(?:\.0)?(?:周?岁)?$"
_MONTHS: Final = r"^\d{1,2}岁\d{1,2}个?月$|^\d{1,3}(?:个月|天|月龄|月)$"
# Months of age tell themselves apart from other months: 15月龄, 3岁2个月.
_AGED: Final = r"^\d{1,3}月龄$|^\d{1,2}岁\d{1,2}个?月$"
_OF_STAFF: Final = r"任教|教师|老师|教工|园长|院长|主任|医生|医师|护士|负责|经办|幼儿园|福利"
_PUPILS: Final = (
    r"学生|学籍|学号|监护|家长|考生|新生|幼儿|儿童|孩子|父亲|母亲|student|pupil|parent|guardian|^xs"
)
_CLASS_HEADING: Final = r"班|年级|class|grade|nianji|^nj|^bj"
_OF_A_CHILD: Final = ("person_name", "resident_id", "minor", "date_of_birth", "mobile")
_AGE_HEADING: Final = (
    "年龄",
    "岁数",
    "周岁",
    "足岁",
    "几岁",
    "几岁了",
    "多大",
    "年纪",
    "age",
    "ageyears",
    "ageyear",
    "nl",
    "月龄",
    "日龄",
    "months",
)
# A day, a month and a year: which of the first two is the month matters little for an age.
_TURNED: Final = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]((?:18|19|20)\d\d).*$"
_NAMED: Final = r"^.*[A-Za-z].*?((?:19|20)\d\d)$"
_TITLES: Final = frozenset(
    {
        "child",
        "children",
        "kid",
        "kids",
        "pupils",
        "infants",
        "babies",
        "yer",
        "yeb",
        "yey",
        "ertong",
        "etjzgl",
        "jzgl",
    }
)
# Days as workbooks count them, and what they count on the first of January 1970.
_SERIAL: Final = r"^[1-5]\d{4}$"
_SERIAL_EPOCH: Final = 25569
_NAMED_MONTH: Final = r"(\d{1,2})-(\d{1,2})月 ?-(\d\d)"
# Characters of the longest count of seconds, and where midnight is taken.
_SECONDS: Final = 11
_CHINA: Final = timedelta(hours=8)
# A year of two digits is of this century where its day is a child's.
_TWO_DIGITS: Final = r"^([0-2]\d)-(\d\d)-(\d\d)$"
# Identity numbers carry the day of birth at these places.
_BORN: Final = slice(6, 14)


def born(column: Column, kind: Kind) -> Support | None:
    """What the values say for dates of birth, under a telling heading."""
    if not column.meaning.strength(kind.name):
        return None
    share = column.share_of(rf"{_DATE}|{_ENGLISH}")
    if share < column.limits.share and column.meaning.strength(kind.name) >= scoring().initials:
        share = max(share, column.share_of(rf"{_DATE}|{_ENGLISH}|{_SHORT}"))
    if share < column.limits.share and column.meaning.strength(kind.name) == 1.0:
        share = max(share, column.share_of(_EXPORTED))
    return Support(share, {"identity_agreement": 0.0}) if share else None


def young(column: Column, kind: Kind) -> Support | None:
    """What the values say for the ages or dates of birth of children, under a telling heading."""
    if not column.meaning.strength(kind.name):
        return None
    share = max(column.share_of(rf"{_DATE}|{_ENGLISH}|{_SERIAL}|{_EXPORTED}"), column.share_of(_AGE))
    return Support(share) if share else None


def is_age(column: Column) -> bool:
    """Whether a column holds ages by its heading and its values."""
    words = column.meaning.words.replace("_", "")
    words = re.sub(r"(?<=龄)(?:周?岁|天|月)$", "", words)
    if any(words.endswith(word) for word in _AGE_HEADING) or "age" in column.meaning.words.split("_"):
        return column.share_of(rf"{_YEARS}|{_MONTHS}") >= column.limits.share
    return column.share_of(_AGED) >= column.limits.share


def agreement(column: Column, numbers: pa.Array) -> float:
    """Part of the rows with both values whose date is the one inside the identity number.

    Args:
        column: that may hold dates.
        numbers: identity numbers of the same rows, null where there is none.
    """
    if not column.sample:
        return 0.0
    if pa.types.is_temporal(column.aligned.type) and not pa.types.is_time(column.aligned.type):
        days = pc.strftime(column.aligned.cast(pa.timestamp("s")), format="%Y%m%d")
    elif column.share_of(rf"{_DATE}|{_ENGLISH}") >= column.limits.share:
        days = _eight_digits(column.aligned_texts)
    elif column.share_of(rf"{_SERIAL}|{_EXPORTED}") >= column.limits.share:
        days = pa.array(map(_exported, column.aligned_texts.to_pylist()), pa.string())
    else:
        return 0.0
    inside = pc.utf8_slice_codeunits(numbers, _BORN.start, _BORN.stop)
    same = pc.equal(days.cast(pa.string()), inside.cast(pa.string())).drop_null()
    return float(pc.sum(same).as_py() / len(same)) if len(same) else 0.0


def _exported(text: str | None) -> str | None:
    """A day as a workbook counts it, or a database or a program exports it, in eight digits."""
    if text is None:
        return None
    if found := re.fullmatch(_NAMED_MONTH, text):
        day, month, year = map(int, found.groups())
        return f"{year + (2000 if year <= minors().counted_on.year % 100 else 1900)}{month:02d}{day:02d}"
    if not re.fullmatch(r"-?\d{5,13}", text):
        return None
    if re.fullmatch(_SERIAL, text):
        since = timedelta(days=int(text) - _SERIAL_EPOCH)
    else:
        since = timedelta(seconds=int(text) // (1000 if len(text) > _SECONDS else 1)) + _CHINA
    return (datetime(1970, 1, 1) + since).strftime("%Y%m%d")


def sexes_agree(column: Column, numbers: pa.Array) -> bool:
    """Whether a column of two values parts rows as the odd and even sequence of identity numbers does."""
    values = pc.unique(column.texts)
    if len(values) != 2 or column.sample < 20:
        return False
    digit = pc.utf8_slice_codeunits(numbers, 16, 17)
    odd = pc.is_in(digit, pa.array(list("13579")).cast(digit.type))
    first = pc.equal(column.aligned_texts, values[0])
    known = pc.and_(pc.is_valid(digit), pc.is_valid(first))
    same = pc.equal(odd, first).filter(known)
    share = pc.sum(same).as_py() / len(same) if len(same) >= 20 else 0.5
    return bool(share >= 0.97 or share <= 0.03)


def under_age(column: Column, on: date) -> float:
    """Part of a column of dates of birth or of ages that belongs to children, 0–1.

    Args:
        column: of dates, ages or identity numbers.
        on: day on which ages are counted.
    """
    if not column.sample:
        return 0.0
    if is_age(column):
        months = column.matching(_MONTHS, raw=True)
        years = pc.replace_substring_regex(column.matching(_YEARS, raw=True), r"\D.*$", "").cast(pa.int64())
        young_months = pc.sum(
            pc.match_substring_regex(months, r"^(?:1[0-3]|\d)岁|^\d{1,3}(?:个月|天|月)")
        ).as_py()
        few = pc.sum(pc.less(years, minors().age)).as_py() or 0
        if column.meaning.words.endswith("月龄"):
            few = len(years)
        return float((few + (young_months or 0)) / column.sample)
    serial = column.matching(_SERIAL)
    if len(serial) >= column.limits.share * column.sample:
        days = pc.subtract(serial.cast(pa.int32()), pa.scalar(_SERIAL_EPOCH, pa.int32())).cast(pa.date32())
        return _since(pc.strftime(days, format="%Y%m%d"), column.sample, on)
    if column.share_of(_TWO_DIGITS) >= column.limits.share:
        days = pc.replace_substring_regex(column.texts, _TWO_DIGITS, r"20\1\2\3")
        return _since(days, column.sample, on)
    if column.share_of(_EXPORTED) >= column.limits.share:
        return _since(pa.array(map(_exported, column.texts.to_pylist()), pa.string()), column.sample, on)
    return _since(_eight_digits(column.texts), column.sample, on)


def without_year(column: Column) -> bool:
    """Whether a column of birthdays holds months and days alone."""
    return column.share_of(r"^\d{1,2}[-/.月]\d{1,2}[日号]?$") >= column.limits.share


def numbers_under_age(numbers: pa.Array, on: date) -> float:
    """Part of identity numbers whose day of birth is a child's, 0–1."""
    known = numbers.drop_null()
    return _since(pc.utf8_slice_codeunits(known, _BORN.start, _BORN.stop), len(known), on)


def _since(days: pa.Array, rows: int, on: date) -> float:
    """Part of days as eight digits that lie after the youngest adult's birth and not after ``on``."""
    if not rows:
        return 0.0
    oldest = f"{on.year - minors().age:04d}{on.month:02d}{on.day:02d}"
    good = days.filter(pc.match_substring_regex(days, r"^\d{8}$")).cast(pa.int64())
    return float((pc.sum(pc.greater(good, int(oldest))).as_py() or 0) / rows)


def _eight_digits(texts: pa.Array) -> pa.Array:
    """Dates as ``yyyymmdd``; a missing month or day is 01, what is no date is null."""
    turned = pc.replace_substring_regex(texts, _TURNED, r"\3-\2-\1")
    parts = pc.extract_regex(pc.replace_substring_regex(turned, _NAMED, r"\1"), _PARTS)
    month, day = (
        pc.utf8_lpad(pc.if_else(pc.equal(part, ""), "1", part), 2, "0")
        for part in (pc.struct_field(parts, "m"), pc.struct_field(parts, "d"))
    )
    return pc.binary_join_element_wise(pc.struct_field(parts, "y"), month, day, "")


def names_children(column: Column) -> bool:
    """Whether a heading names the rows as children: 幼儿姓名, 受种者, not 幼儿园园长."""
    words = column.meaning.words
    return bool(
        column.sample
        and re.search(minors().subjects, words)
        and not re.search(_OF_STAFF, words)
        and any(column.meaning.strength(kind) >= scoring().hint for kind in _OF_A_CHILD)
    )


def titled_children(title: str) -> bool:
    """Whether the title of a table says that its rows are children: 儿童档案, kids_info, not 儿童福利机构."""
    words = normalised(title)
    if re.search(_OF_STAFF, words.replace("幼儿园", "")):
        return False
    return bool(re.search(minors().subjects, words)) or bool(set(words.split("_")) & _TITLES)


def names_pupils(column: Column) -> bool:
    """Whether a heading names the rows as pupils, of whatever age."""
    words = column.meaning.words
    return bool(
        column.sample
        and re.search(_PUPILS, words)
        and any(column.meaning.strength(kind) >= scoring().hint for kind in _OF_A_CHILD)
    )


def young_class(column: Column) -> bool:
    """Whether a column holds classes of kindergarten or of the first seven years of school."""
    words = column.meaning.words
    if not re.search(_CLASS_HEADING, words) or re.search(_OF_STAFF, words):
        return False
    return column.share_of(minors().classes) >= column.limits.share


def school_context(words: str) -> bool:
    """Whether a heading points to children: school, kindergarten, vaccination, guardians."""
    return any(word in words for word in minors().school)
