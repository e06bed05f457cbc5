"""Codes with a check digit: verified vectors, and what must not pass."""

from __future__ import annotations

import doctest
import importlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import codes

# Vectors computed by hand or published with their standard; none belongs to a living person.
RIGHT = {
    "resident_id": [
        "11010519491231002X",
        "440524188001010014",
        "11010119900101004X",
        "911124198108030024",  # foreigner's permanent residence number
        "130503670401001",  # fifteen digits
    ],
    "uscc": ["91350100M000100Y43", "91512081MA62K0260E", "91110000600037341L"],
    "uscc_inner": ["91350100M000100Y43", "91350100M000100Y44", "91512081MA62K0260E"],
    "bank_card": ["6222020200000000006", "4111111111111111"],
    "mobile": ["13800138000", "19900000000"],
    "region": ["33", "3301", "330102", "330102001", "330102001001"],
}
WRONG = {
    "resident_id": [
        "110105194912310021",  # check digit
        "110105194902290028",  # no such day
        "11010518791231002X",  # before 1880
        "010105194912310020",
        "1101051949123100",
        "130503671301001",
        "",
    ],
    "uscc": ["91350100M000100Y4Z", "91350100M000100Y44", "9135010OM000100Y43", "91350100", ""],
    "uscc_inner": ["91350100M000100Y53", "9135010OM000100Y43", "M000100Y4", ""],
    "bank_card": ["6222020200000000007", "411111111111", "41111111111111111111", "4111-1111"],
    "mobile": ["12800138000", "1380013800", "010-12345678"],
    "region": ["030102", "33010", "3301020", "三三"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code in RIGHT for text in RIGHT[code]])
def test_a_right_code_is_valid(code: str, text: str) -> None:
    assert codes.valid(code, text)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code in WRONG for text in WRONG[code]])
def test_a_wrong_code_is_not_valid(code: str, text: str) -> None:
    assert not codes.valid(code, text)


def test_every_code_has_right_and_wrong_examples() -> None:
    assert set(codes.CODES) == set(RIGHT) == set(WRONG)


@pytest.mark.parametrize("text", RIGHT["uscc"])
def test_position_17_of_a_uscc_is_the_organisation_codes_own_check(text: str) -> None:
    # Source: GB 11714, a second check that the vectors satisfy independently of ours.
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * w for c, w in zip(text[8:16], weights, strict=True))
    assert "0123456789X0"[11 - total % 11] == text[16]


def test_the_inner_digit_is_checked_apart_from_the_outer() -> None:
    inner_wrong = "91350100M000100Y5"
    code = inner_wrong + codes.uscc_check(inner_wrong)
    assert codes.uscc(code) == code
    assert codes.uscc_inner(code) is None


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
    ],
)
def test_every_spelling_of_a_number_has_one_canonical_form(text: str) -> None:
    assert codes.canonical_id("person", text) == "11010519491231002X"


def test_fifteen_and_eighteen_digits_are_one_person() -> None:
    old, new = "130503670401001", "130503196704010016"
    assert codes.canonical_id("person", old) == codes.canonical_id("person", new) == new


@pytest.mark.parametrize("kind", ["person", "enterprise"])
@pytest.mark.parametrize("text", [None, "", "  ", "无", "11010519491231002", "-"])
def test_a_missing_or_invalid_identifier_has_no_canonical_form(kind: str, text: str | None) -> None:
    assert codes.canonical_id(kind, text) is None


def test_an_enterprise_is_named_by_its_upper_case_uscc() -> None:
    assert codes.canonical_id("enterprise", "91350100m000100y43") == "91350100M000100Y43"


def test_other_kinds_keep_their_own_numbers() -> None:
    assert codes.canonical_id("household", "　H－001 ") == "H-001"
    assert codes.canonical_id("household", " 　") is None


@given(st.dates(date(1880, 1, 1), date(2099, 12, 31)), st.integers(0, 999), st.integers(100000, 999999))
def test_a_number_made_by_the_rule_is_valid_and_one_digit_off_is_not(
    born: date, sequence: int, place: int
) -> None:
    first = f"{place}{born:%Y%m%d}{sequence:03d}"
    check = codes.resident_check(first)
    assert codes.resident_id(first + check) == first + check
    for other in set("0123456789X") - {check}:
        assert codes.resident_id(first + other) is None


@given(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32))
def test_the_shape_takes_real_days_of_its_centuries_only(year: int, month: int, day: int) -> None:
    try:
        real = date(1880, 1, 1) <= date(year, month, day) <= date(2099, 12, 31)
    except ValueError:
        real = False
    first = f"330102{year:04d}{month:02d}{day:02d}001"
    assert (codes.resident_id(first + codes.resident_check(first)) is not None) is real


@given(st.text(alphabet=codes.USCC_ALPHABET, min_size=9, max_size=9), st.integers(100000, 999999))
def test_a_uscc_with_one_character_changed_is_found_out(body: str, place: int) -> None:
    first = f"91{place}{body}"
    code = first + codes.uscc_check(first)
    assert codes.uscc(code) == code
    other = codes.USCC_ALPHABET[(codes.USCC_ALPHABET.index(code[10]) + 1) % 31]
    assert codes.uscc(code[:10] + other + code[11:]) is None


@given(st.text(max_size=20))
def test_no_text_makes_a_check_fail_with_an_error(text: str) -> None:
    for code in codes.CODES:
        codes.valid(code, text)


@pytest.mark.parametrize("module", ["canonical", "codes", "conditions", "arguments", "spellings"])
def test_the_examples_in_the_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"contracts.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
