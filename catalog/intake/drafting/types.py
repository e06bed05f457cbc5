"""Which type a column has, guessed from all its values, with the reason.

Decides with the very spellings the cast accepts (:mod:`contracts.spellings`), so a drafted column
does not fail its own cast. Codes stay text: leading zeros, long fixed-width digits, or a heading
that says so. What an analyst may do with the column is decided in :mod:`catalog.intake.drafting.semantics`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting.evidence import (
    DECIMAL,
    FIT,
    Guess,
    Seen,
    extremes,
    fitting,
    look,
    rest,
    share,
    spread,
    with_figures,
)
from catalog.intake.drafting.instants import instant
from catalog.intake.drafting.names import snake
from catalog.intake.drafting.quantities import quantity_of
from catalog.intake.tables.headings import MARK, last_part
from contracts import codes, spellings
from contracts.cleaning_steps import apply
from contracts.model import FieldType

# Share of right check digits that makes a column an identity number (measured on real registers).
CHECKED: Final = 0.6
# Digits of fixed width from which on a number is a code even without a telling heading.
CODE_WIDTH: Final = 9
# Most decimal places kept.
SCALE_LIMIT: Final = 6

# Markers of "nothing" beside those every contract knows; the first group is safe in text, too.
_NOTHING_ANYWHERE: Final = frozenset({"?", "N/A", "#N/A", "#VALUE!", "#REF!", "#DIV/0!", "-;", "NaN", "nan"})
_NOTHING_IN_FIGURES: Final = _NOTHING_ANYWHERE | {
    "NA", "None", "none", "*", "/", "\\", "…", "...", "……", "未知", "不详", "暂无", "缺失", "空",
}  # fmt: skip

_CODE_NAME = re.compile(
    r"代码|编码|编号|证号|号码|标识|账号|卡号|电话|手机|邮编|文号|户号|工号|学号|统一社会信用|行政区划|(?<!序)(?<!批)号$|码$"
    r"|(?:^|_)(?:code|codes|id|key|zip|zipcode|postcode|phone|tel|mobile|uscc|bbl|bin|isbn|fips)(?:_|$)"
    r"|(?:code|id)$|[a-z0-9]_(?:no|number|nbr)$"
)
_ROW_NUMBER = re.compile(r"^(?:序号|行号|no|id|seq|index|rowid)$")

# A long code as a spreadsheet shows it once it took it for a number.
DAMAGED: Final = r"^\d(?:\.\d{1,9})?[eE]\+(?:1[1-9]|2\d)$"
_TRUTHS: Final = (
    frozenset({"true", "false"}),
    frozenset({"是", "否"}),
    frozenset({"y", "n"}),
    frozenset({"yes", "no"}),
)
_WHETHER = re.compile(r"是否|有无|(?:^|[_ ])(?:is|has)[_ ]", re.IGNORECASE)

_WHOLE: Final = r"^[+-]?\d{1,18}$"
_WHOLE_FLOAT: Final = r"^[+-]?\d{1,18}\.0+$"


def guess(heading: str, column: pa.ChunkedArray) -> Guess:
    """The type of a column of trimmed text.

    Args:
        heading: as printed.
        column: all its values, None where empty.

    Returns:
        The guess with its reason and the figures drafts need.
    """
    seen, markers = look(heading, column, _NOTHING_IN_FIGURES)
    if not seen.distinct:
        return Guess(FieldType.STRING, "holds no value", nulls=markers)
    for judge in (_damaged, _checked, _code, _boolean, instant, _quantity, _number):
        found = judge(seen)
        if found is not None:
            return with_figures(found, seen, markers)
    seen, markers = look(heading, column, _NOTHING_ANYWHERE)
    return with_figures(Guess(FieldType.STRING, "holds words"), seen, markers)


def is_code_name(heading: str) -> bool:
    """Whether a heading says its column holds codes."""
    name = snake(last_part(heading))
    return bool(_CODE_NAME.search(name)) and not _ROW_NUMBER.match(name)


def counts_rows(heading: str) -> bool:
    """Whether a heading says its column only numbers the rows: 序号."""
    return bool(_ROW_NUMBER.match(snake(last_part(heading))))


def is_row_number(heading: str, guess: Guess) -> bool:
    """Whether a column only counts the rows: 序号, or whole numbers without a gap under no heading."""
    if guess.type is not FieldType.INTEGER or guess.low not in (0, 1):
        return False
    if counts_rows(heading):
        return True
    return is_made_up(heading) and guess.filled == guess.distinct == (guess.high or 0) - guess.low + 1


def _damaged(seen: Seen) -> Guess | None:
    """Long codes a spreadsheet has turned into numbers: 4.4E+17 has lost all digits but the first."""
    lost = share(seen, DAMAGED)
    long = share(seen, r"^\d{12,}[0-9Xx]?$")
    coded = lost + long >= FIT if long else is_code_name(seen.heading) and lost + share(seen, _WHOLE) >= FIT
    if not lost or not coded:
        return None
    count = round(lost * seen.distinct)
    return Guess(
        FieldType.STRING,
        "code: digits too long for a number, some in scientific notation",
        doubt=f"{count} distinct values are in scientific notation (like 4.4E+17): their digits are lost "
        "for good, ask for the file with this column as text",
    )


def _checked(seen: Seen) -> Guess | None:
    """Identity numbers, credit codes, bank cards and mobile numbers by their check."""
    if share(seen, r"^[0-9０-９A-Za-zＡ-Ｚ \-+]{11,23}$") < CHECKED:
        return None
    sample = spread(seen)
    named = is_code_name(seen.heading)
    for code, name, least, needs_name in (
        ("resident_id", "identity number", CHECKED, False),
        ("uscc", "social credit code", CHECKED, False),
        ("mobile", "mobile number", 0.9, False),
        ("bank_card", "bank card number", 0.9, True),
    ):
        right = sum(codes.valid(code, v) for v in sample)
        if right >= least * len(sample) and (named or not needs_name):
            percent = right * 100 // len(sample)
            return Guess(
                FieldType.STRING, f"{name}: the check holds for {percent} % of the values", check=code
            )
    return None


def _code(seen: Seen) -> Guess | None:
    if share(seen, r"^\d+$") < FIT:
        return None
    if share(seen, r"^0\d") > 0:
        return Guess(FieldType.STRING, "code: digits with leading zeros")
    if is_code_name(seen.heading):
        return Guess(FieldType.STRING, "code: the heading says so")
    lengths = set(pc.unique(pc.utf8_length(seen.values)).to_pylist())
    if len(lengths) == 1 and min(lengths) >= CODE_WIDTH:
        return Guess(FieldType.STRING, f"code: all values have {min(lengths)} digits")
    if max(lengths) > 18:
        return Guess(FieldType.STRING, "code: too many digits for a number")
    return None


def _boolean(seen: Seen) -> Guess | None:
    words = {v.lower() for v in seen.values.to_pylist()} if seen.distinct <= 4 else set()
    for pair in _TRUTHS:
        if words and words <= pair and (len(words) > 1 or _WHETHER.search(seen.heading)):
            return Guess(FieldType.BOOLEAN, f"{' and '.join(sorted(pair))} only")
    if words and words <= {"0", "1"} and _WHETHER.search(seen.heading):
        return Guess(FieldType.BOOLEAN, "1 and 0 under a heading that asks whether")
    return None


def _quantity(seen: Seen) -> Guess | None:
    """Numbers with units or bounds, once their cleaning steps have run."""
    found = quantity_of(seen)
    if found is None:
        return None
    table = pa.table({"v": seen.values})
    for step in found.steps:
        table, _ = apply(step, ("v",), table)
    cleaned = table["v"].combine_chunks() if isinstance(table["v"], pa.ChunkedArray) else table["v"]
    number = _number(replace(seen, values=pc.utf8_trim_whitespace(cleaned)))
    if number is None:
        return None
    reason = f"{found.reason}; {number.reason}"
    return replace(number, reason=reason, cleaning=found.steps, unit=found.unit, doubt=found.doubt)


def _number(seen: Seen) -> Guess | None:
    whole = share(seen, _WHOLE)
    floats = share(seen, _WHOLE_FLOAT)
    low, high = extremes(seen)
    if whole + floats >= FIT:
        why = "whole numbers" if not floats else "whole numbers, some written with .0"
        return Guess(FieldType.INTEGER, why + rest(whole + floats), low=low, high=high)
    if share(seen, DECIMAL) >= FIT:
        places = pc.utf8_length(pc.replace_substring_regex(seen.values, r"^[^.]*\.?|[eE].*$", ""))
        scale = min(pc.max(places).as_py() or 0, SCALE_LIMIT)
        return Guess(
            FieldType.NUMBER,
            f"numbers with up to {scale} decimals{rest(share(seen, DECIMAL))}",
            scale,
            low=low,
            high=high,
        )
    sample = spread(seen)
    if fitting(sample, spellings.integer) >= FIT:
        return Guess(FieldType.INTEGER, "whole numbers, some in an unusual spelling", low=low, high=high)
    fits = fitting(sample, lambda v: spellings.decimal(v, SCALE_LIMIT))
    if fits >= FIT:
        scale = max(len(v.partition(".")[2]) for v in sample)
        return Guess(
            FieldType.NUMBER,
            f"numbers in several spellings{rest(fits)}",
            min(scale, SCALE_LIMIT),
            low=low,
            high=high,
        )
    return None


def is_made_up(heading: str) -> bool:
    """Whether a heading was made up here for a column without one."""
    return heading.startswith(MARK)
