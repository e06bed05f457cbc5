"""Amounts in capital characters: the standard's examples, and every amount read back as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.money.capitals import MOST_FEN, capitals

FIGURES = {name: n for n, name in enumerate("零壹贰叁肆伍陆柒捌玖")}


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "零元整"), (1, "壹分"), (10, "壹角整"), (11, "壹角壹分"), (100, "壹元整"), (1000, "壹拾元整"),
        (140950, "壹仟肆佰零玖元伍角整"), (600714, "陆仟零柒元壹角肆分"), (32504, "叁佰贰拾伍元零肆分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"), (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"), (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_001_000_00, "壹亿零壹仟元整"),
        (2_001_0000_00, "贰仟零壹万元整"),
        (1_0010_0000_00, "壹亿零壹拾万元整"),
        (-5050, "负伍拾元伍角整"),
    ],
)  # fmt: skip
def test_an_amount_is_written_as_the_rule_for_vouchers_says(fen: int, written: str) -> None:
    assert capitals(fen) == "人民币" + written


def read(written: str) -> int:
    """What an amount in capitals says."""
    text = written.removeprefix("人民币")
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    total, group, figure = 0, 0, 0
    for character in text:
        if character in FIGURES:
            figure = FIGURES[character]
        elif character in "拾佰仟":
            group, figure = group + figure * {"拾": 10, "佰": 100, "仟": 1000}[character], 0
        elif character in "万亿":
            total, group, figure = total + (group + figure) * {"万": 10**4, "亿": 10**8}[character], 0, 0
        elif character == "元":
            total, group, figure = (total + group + figure) * 100, 0, 0
        elif character in "角分":
            total, figure = total + figure * {"角": 10, "分": 1}[character], 0
    return sign * total


@given(st.integers(-MOST_FEN, MOST_FEN) | st.integers(-(10**7), 10**7))
def test_every_amount_is_read_back_as_it_was_written(fen: int) -> None:
    written = capitals(fen)
    assert read(written) == fen
    assert "零零" not in written
    assert not written.endswith("零")


def test_an_amount_no_bill_has_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        capitals(MOST_FEN + 1)
