"""What a drafted field means and what an analyst may do with it, proposed on the safe side.

Decides use, unit, grain, public bounds and the personal and sensitive marks of a field, from its
heading, its guess and the detectors of :mod:`catalog.classify`. A person confirms every one of them;
what is unclear is ``never``. Bounds are rounded outward and never the extremes of the data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import pyarrow.compute as pc

from catalog.classify.finding import Finding
from catalog.intake.drafting.evidence import FIT, Guess
from catalog.intake.drafting.names import snake
from catalog.intake.drafting.quantities import unit_in
from catalog.intake.drafting.sources import Column
from catalog.intake.drafting.types import is_code_name, is_made_up, is_row_number
from contracts.model import Area, Field, FieldType, UnitRef, Use

# Distinct values up to which a text is a category, in data about units and in other data.
CATEGORIES_WITH_UNITS: Final = 30
CATEGORIES: Final = 1000
# Usual length from which on a text is prose, characters; the longer, also where it repeats (set phrases).
PROSE_LENGTH: Final = 25
SET_PHRASE_LENGTH: Final = 60
# Kinds of unit whose identifiers carry a check digit.
UNIT_KINDS: Final = {"resident_id": "person", "uscc": "enterprise"}

_PRIVATE = re.compile(
    r"姓名|联系人|负责人|法定代表人|法人代表|户主|经办人|申请人|来电人|电话|手机|地址|住址|门牌|卡号|账号|车牌|号牌|邮箱|护照|证件号|(?<![万亿千百_])人$|人姓名|家长|法人$"
    r"|(?:^|_)(?:address|street|phone|mobile|tel|email|card|card_no|account|plate|passport|landmark|intersection)(?:_|$)"
    r"|(?:person|first|last|full|owner|applicant|contact)_name"
)
# Who filled in the form is hidden, but the rows are not about them.
_STAFF = re.compile(r"(?:填报|填表|制表|录入|审核|复核|审批|签发|经办|承办|报送|采集)人")
_COORDINATE = re.compile(
    r"经度|纬度|坐标|(?:^|_)(?:lat|lon|lng|latitude|longitude|coordinate|coordinates)(?:_|$)|^location$"
)
_REGION = re.compile(r"行政区划|区划代码|地区代码|所属(?:街道|社区|乡镇)")
_AREA_CODE = re.compile(
    r"(?:区划|地区|街道|乡镇|社区|村|区县|属地|居住地|户籍地)(?:编?代?码|编号)|(?:division|region|area|street|adcode)_?(?:code|id)?$"
)
_MEANINGS: Final = {
    "registration": re.compile(r"户籍|户口|登记|注册"),
    "residence": re.compile(r"居住|现住|常住|住所"),
    "workplace": re.compile(r"工作|单位|就业|经营"),
}
_PERIOD = re.compile(
    r"账期|年月|月份|年份|年度|季度|(?:统计|数据|所属|报告|监测)(?:日期|时间|期|月)|^(?:year|month|period)$|_(?:year|month|period)$"
)
_DATE_PART = re.compile(
    r"^(?:年|月|日|时|小时|月份|季度|星期|周|year|month|day|hour|minute|quarter|week|weekday)$"
)
_BIRTH = re.compile(r"出生|birth")
_HIDDEN: Final = frozenset({"person_name", "mobile", "landline", "bank_card", "address"})


def draft_field(name: str, heading: str, guess: Guess, *, with_units: bool, unit: UnitRef | None) -> Field:
    """A field as a draft proposes it.

    Args:
        name: physical name.
        heading: as printed.
        guess: of its type.
        with_units: whether a column of the dataset identifies persons or enterprises.
        unit: the unit this column identifies, or None.

    Returns:
        The field, its description saying why.
    """
    use, why, grain = _use(heading, guess, with_units=with_units, unit=unit)
    low, high = public_bounds(guess) if use is Use.MEASURE else (None, None)
    counted = guess.unit or unit_in(heading)
    why += f"; unit {counted}" if counted else ""
    unnamed = "no heading; " if is_made_up(heading) else ""
    return Field(
        name=name,
        business_name=heading,
        type=guess.type,
        check=guess.check,
        nulls=guess.nulls,
        format=guess.format,
        minimum=low,
        maximum=high,
        unit=unit,
        use=use,
        grain=grain,
        scale=guess.scale,
        personal=guess.check in ("resident_id", "mobile", "bank_card"),
        description=f"Drafted: {unnamed}{guess.reason}; {why}.",
    )


def area_of(fields: Sequence[Field], columns: Sequence[Column], kinds: Collection[str]) -> Area | None:
    """How rows are attributed to an area: by the first column that holds region codes.

    Args:
        fields: as drafted.
        columns: those read from files, with their values.
        kinds: kinds of unit the rows are about.
    """
    usable = {f.name for f in fields if f.use in (Use.DIMENSION, Use.PLAIN, Use.FILTER)}
    for column in columns:
        name = snake(column.heading)
        if column.name not in usable or not _AREA_CODE.search(name):
            continue
        if _mostly_regions(column):
            told = next((m for m, words in _MEANINGS.items() if words.search(name)), None)
            return Area(column.name, told or ("registration" if "enterprise" in kinds else "residence"))
    return None


def period_of(fields: Sequence[Field]) -> str | None:
    """The time field whose latest value says how fresh the data is, by its name."""
    timed = [f for f in fields if f.use is Use.TIME]
    return next((f.name for f in timed if _PERIOD.search(snake(f.business_name))), None)


def _mostly_regions(column: Column) -> bool:
    values = pc.unique(column.values.drop_null())
    right = pc.sum(pc.match_substring_regex(values, r"^[1-9]\d{5}(?:\d{3}){0,2}$")).as_py() or 0
    return len(values) > 0 and right >= FIT * len(values)


def is_private(heading: str, guess: Guess) -> bool:
    """Whether a column points to a person or an account, so that its table is treated as about units."""
    name = snake(heading)
    pointed = _PRIVATE.search(name) and not _STAFF.search(name)
    return bool(guess.check in (*UNIT_KINDS, "mobile", "bank_card") or pointed)


def with_findings(field: Field, findings: Sequence[Finding]) -> Field:
    """A field with what the detectors found in it: never less protected than before."""
    for found in findings:
        use = field.use
        if (
            found.detector in _HIDDEN
            and field.unit is None
            and (found.personal or found.detector != "address")
        ):
            use = Use.NEVER
        if found.detector == "free_text":
            use = Use.FREE_TEXT
        if found.detector == "coordinates" and found.personal:
            use = Use.NEVER
        bounds = (field.minimum, field.maximum) if use is Use.MEASURE else (None, None)
        share = round(float(found.evidence.get("share", 0)) * 100)
        field = replace(
            field,
            use=use,
            minimum=bounds[0],
            maximum=bounds[1],
            personal=field.personal or found.personal,
            sensitive=field.sensitive or found.sensitive,
            description=f"{field.description} Detector {found.detector}: {share} % of a sample.",
        )
    return field


def public_bounds(guess: Guess) -> tuple[float | int | None, float | int | None]:
    """Bounds rounded outward to 1, 2 or 5 times a power of ten; zero where nothing is negative.

    >>> public_bounds(Guess(FieldType.INTEGER, "", low=3, high=881))
    (0, 1000)
    """
    if guess.low is None or guess.high is None:
        return None, None
    low = 0.0 if guess.low >= 0 else -_above(-guess.low)
    high = 0.0 if guess.high <= 0 else _above(guess.high)
    if guess.type is FieldType.INTEGER or (low.is_integer() and high.is_integer()):
        return int(low), int(high)
    return low, high


def rounded_rows(most: int) -> int:
    """A bound on the rows of one unit, rounded up to 1, 2 or 5 times a power of ten."""
    return 1 if most <= 1 else int(_above(most))


def _above(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    step = next(s for s in (1, 2, 5, 10) if value <= s * power)
    return float(round(step * power, 12)) if power < 1 else float(step * power)


def _use(
    heading: str, guess: Guess, *, with_units: bool, unit: UnitRef | None
) -> tuple[Use, str, str | None]:
    name = snake(heading)
    if unit is not None:
        return Use.IDENTIFIER, f"identifies a {unit.kind}", None
    if guess.check or _PRIVATE.search(name):
        return Use.NEVER, "may point to a person or an account, so it stays in the vault", None
    if guess.type in (FieldType.DATE, FieldType.TIMESTAMP):
        return Use.TIME, "kept at the declared grain", _grain(name, guess, with_units=with_units)
    if _COORDINATE.search(name) and not with_units and guess.type is FieldType.NUMBER:
        return Use.DIMENSION, "a position, coarsened to the grain", "0.01"
    if _COORDINATE.search(name):
        return Use.NEVER, "a position may point to a person", None
    if is_row_number(heading, guess):
        return Use.NEVER, "a running number, it counts the lines and says nothing of the row", None
    if guess.type is FieldType.INTEGER and _DATE_PART.match(name):
        return Use.DIMENSION, "a part of a date", None
    if guess.type in (FieldType.INTEGER, FieldType.NUMBER):
        return Use.MEASURE, "bounds rounded outward; set the public ones", None
    if guess.type is FieldType.BOOLEAN:
        return Use.DIMENSION, "two values", None
    return *_text_use(name, guess, with_units=with_units), None


def _text_use(name: str, guess: Guess, *, with_units: bool) -> tuple[Use, str]:
    if guess.distinct == 0:
        return Use.NEVER, "decide its use once it holds values"
    categories = CATEGORIES_WITH_UNITS if with_units else CATEGORIES
    code = is_code_name(name) or guess.reason.startswith("code")
    if code and (not with_units or _REGION.search(name)):
        return Use.DIMENSION, "a code"
    if guess.mean_length > SET_PHRASE_LENGTH:
        return Use.FREE_TEXT, "prose stays in the vault"
    if guess.distinct <= categories and (not with_units or guess.distinct < max(2, guess.filled)):
        return Use.DIMENSION, "few distinct values"
    if guess.mean_length > PROSE_LENGTH:
        return Use.FREE_TEXT, "prose stays in the vault"
    return Use.NEVER, "many distinct values: decide whether they may be seen"


def _grain(name: str, guess: Guess, *, with_units: bool) -> str:
    if guess.grain:
        return guess.grain
    if with_units:
        return "year" if _BIRTH.search(name) else "month"
    return "day" if guess.type is FieldType.DATE else "hour"
