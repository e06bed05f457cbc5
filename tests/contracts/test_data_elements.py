"""The library of data elements and what fields take from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.codes import CODES
from contracts.elements import UnknownElement, elements, inherit
from contracts.model import Field, FieldType
from contracts.rules import pattern_fault

ALL = list(elements().values())


def test_the_library_holds_the_elements_a_city_starts_with() -> None:
    assert len(ALL) >= 40
    for code in ("resident_id", "uscc", "sex", "ethnic_group", "education", "marital_status", "region_level"):
        assert code in elements()


@pytest.mark.parametrize("element", ALL, ids=lambda element: element.code)
def test_every_element_is_whole_and_can_be_checked(element: object) -> None:
    from contracts.elements import Element

    assert isinstance(element, Element)
    assert element.name
    assert element.definition.endswith("。")
    assert element.category
    assert element.grade in (1, 2, 3, 4)
    assert 0 < element.confidence <= 1
    assert element.check is None or element.check in CODES
    assert element.pattern is None or pattern_fault(element.pattern) is None
    if element.codes:
        assert element.type is FieldType.STRING
        assert element.max_length is not None
        assert max(map(len, element.codes)) <= element.max_length


@pytest.mark.parametrize("element", ALL, ids=lambda element: element.code)
def test_default_grades_keep_the_floors_for_personal_information(element: object) -> None:
    from contracts.elements import Element

    # Source: GB/T 43697-2024 Annex H: personal information at least 2, sensitive at least 4.
    assert isinstance(element, Element)
    assert not (element.personal and element.grade < 2)
    assert not (element.sensitive and element.grade < 4)
    assert element.personal or not element.sensitive
    assert element.category.startswith("个人信息") <= element.personal


def test_the_code_lists_have_as_many_values_as_their_standards() -> None:
    assert list(elements()["ethnic_group"].codes) == [f"{n:02d}" for n in range(1, 57)]
    assert list(elements()["industry_section"].codes) == list("ABCDEFGHIJKLMNOPQRST")
    assert list(elements()["sex"].codes) == ["0", "1", "2", "9"]
    assert len(set(elements()["ethnic_group"].codes.values())) == 56


def test_the_industry_sections_are_those_of_the_published_list(real_data: Path) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(real_data / "gbt4754_industry" / "GBT4754-2017.xlsx", read_only=True).worksheets[0]
    cells = [
        [str(cell).strip() for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)
    ]
    published = {row[0]: row[1] for row in cells if len(row) >= 2 and len(row[0]) == 1 and row[0].isalpha()}
    assert published == dict(elements()["industry_section"].codes)


def test_a_field_that_states_a_rule_of_its_own_inherits_none() -> None:
    field = Field("sex", element="sex", allowed=("男", "女"))
    assert inherit(field).allowed == ("男", "女")
    assert inherit(Field("p", element="postcode", pattern="^3")).pattern == "^3"


def test_a_field_takes_check_pattern_list_and_length_of_its_element() -> None:
    assert inherit(Field("u", element="uscc")).check == "uscc"
    assert inherit(Field("u", element="uscc")).max_length == 18
    assert inherit(Field("p", element="postcode")).pattern == r"^[0-8]\d{5}$"
    assert inherit(Field("e", element="ethnic_group")).allowed[-1] == "56"
    assert inherit(Field("u", element="uscc", min_length=1)).max_length is None


def test_a_field_of_another_type_inherits_nothing() -> None:
    field = Field("sex", element="sex", type=FieldType.INTEGER)
    assert inherit(field) == field


def test_an_unknown_element_is_named() -> None:
    with pytest.raises(UnknownElement, match="no data element blood"):
        inherit(Field("x", element="blood"))


def test_a_field_without_element_is_left_alone() -> None:
    field = Field("x")
    assert inherit(field) is field
