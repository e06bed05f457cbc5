"""The library of data elements and what fields take from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from contracts import elements as module
from contracts.codes import CODES
from contracts.elements import Element, UnknownElement, element_of, elements, inherit
from contracts.elements_text import plain_entry
from contracts.errors import ContractError
from contracts.model import Field, FieldType, Use
from contracts.rules import pattern_fault

ALL = list(elements().values())


def test_the_library_holds_the_elements_a_city_starts_with() -> None:
    assert len(ALL) >= 200
    for code in ("resident_id", "uscc", "sex", "ethnic_group", "education", "marital_status", "region_level"):
        assert code in elements()


@pytest.mark.parametrize("path", sorted(module.FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_quick_reading_of_the_library_is_what_yaml_says(path: Path) -> None:
    entries = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["elements"]
    texts = re.split(r"^  - code: \w+\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for entry, text in zip(entries, texts, strict=True):
        quick = plain_entry(text)
        assert quick is not None, f"{entry['code']} needs the slow parser"
        said = {key: value for key, value in entry.items() if key != "code"}
        assert [(k, type(v), v) for k, v in quick.items()] == [(k, type(v), v) for k, v in said.items()]


@pytest.mark.parametrize(
    "line",
    [
        "synonyms: [姓名, 名字]", "name: yes", "name: 'x'", "name: a # b", "name: a: b", "name: 0x1F",
        "name: 2024-01-01", "name: &a x", "name: 12", "max_length: 010", "max_length: 1e3", "personal: yes",
        "codes: >", "codes:", "name: |", "name: a\n    name: b", 'name: "a\\n"', "name: -", "name: a:",
    ],
)  # fmt: skip
def test_a_line_yaml_may_read_otherwise_is_left_to_yaml(line: str) -> None:
    assert plain_entry(f"    {line}\n") is None


@pytest.mark.parametrize("element", ALL, ids=lambda element: element.code)
def test_every_element_is_whole_and_can_be_checked(element: Element) -> None:
    assert element.name
    assert element.english
    assert element.definition.endswith("。")
    assert element.category
    assert element.source
    assert element.grade in (1, 2, 3, 4)
    assert 0 < element.confidence <= 1
    assert element.check is None or element.check in CODES
    assert element.pattern is None or pattern_fault(element.pattern) is None
    assert not (element.codes and (element.pattern or element.check)), "one rule on values is enough"
    if element.codes:
        assert element.type is FieldType.STRING
        assert element.max_length is not None
        assert max(map(len, element.codes)) <= element.max_length
        assert len(set(element.codes.values())) == len(element.codes), "two codes have one label"
    if element.crs or element.unit:
        assert element.type in (FieldType.NUMBER, FieldType.INTEGER)


@pytest.mark.parametrize("element", [e for e in ALL if e.check or e.pattern], ids=lambda e: e.code)
def test_every_pattern_and_check_takes_its_own_examples(element: Element) -> None:
    assert element.examples
    for text in element.examples:
        assert element.max_length is None or len(text) <= element.max_length
        if element.check:
            assert CODES[element.check](text) == text
        if element.pattern:
            assert re.search(element.pattern, text)
            assert not re.search(element.pattern, f"{text}\n漢")


@pytest.mark.parametrize("element", ALL, ids=lambda element: element.code)
def test_default_grades_keep_the_floors_for_personal_information(element: Element) -> None:
    # Source: GB/T 43697-2024 Annex H: personal information at least 2, sensitive at least 4.
    assert not (element.personal and element.grade < 2)
    assert not (element.sensitive and element.grade < 4)
    assert element.personal or not element.sensitive
    assert element.category.startswith("个人信息") <= element.personal


@pytest.mark.parametrize(
    ("code", "count", "first", "last"),
    [
        ("sex", 4, "0", "9"),
        ("marital_status", 8, "10", "90"),
        ("health_status", 4, "1", "6"),
        ("employment_status", 13, "11", "90"),
        ("ethnic_group", 56, "01", "56"),
        ("political_status", 13, "01", "13"),
        ("degree", 4, "1", "4"),
        ("discipline_category", 14, "01", "14"),
        ("industry_section", 20, "A", "T"),
        ("province", 34, "11", "82"),
        ("disability_category", 7, "1", "7"),
        ("disability_level", 4, "1", "4"),
        ("occupation_class", 8, "1", "8"),
        ("air_quality_level", 6, "1", "6"),
        ("water_quality_class", 6, "1", "6"),
        ("item_data_type", 11, "C", "F"),
        ("share_type", 3, "1", "3"),
        ("weekday", 7, "1", "7"),
    ],
)
def test_the_code_lists_have_as_many_values_as_their_standards(
    code: str, count: int, first: str, last: str
) -> None:
    codes = list(elements()[code].codes)
    assert (len(codes), codes[0], codes[-1]) == (count, first, last)


def test_lists_known_from_memory_say_so() -> None:
    unsure = [e for e in ALL if e.codes and "核对" not in e.source.replace("待对照标准原文核对", "")]
    assert unsure
    assert all(e.confidence < 1 for e in unsure), [e.code for e in unsure if e.confidence == 1]


def test_the_industry_sections_are_those_of_the_published_list(real_data: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(real_data / "gbt4754_industry" / "GBT4754-2017.xlsx", read_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    cells = [[str(cell).strip() for cell in row if cell is not None] for row in rows]
    book.close()
    published = {row[0]: row[1] for row in cells if len(row) >= 2 and len(row[0]) == 1 and row[0].isalpha()}
    assert published == dict(elements()["industry_section"].codes)


def test_the_provinces_are_those_of_the_published_list(real_data: Path) -> None:
    import csv

    with (real_data / "admin_divisions" / "provinces.csv").open(encoding="utf-8") as file:
        published = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert len(published) == 31
    assert published.items() <= elements()["province"].codes.items()


def test_an_entry_read_alone_is_what_its_whole_file_says() -> None:
    for path in module.FOLDER.glob("*.yaml"):
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for entry in document["elements"]:
            assert elements()[entry["code"]] == element_of({"source": document["source"], **entry})


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


def test_a_field_takes_the_range_of_its_element_unless_it_is_a_measure() -> None:
    field = Field("h", element="humidity", type=FieldType.NUMBER)
    assert (inherit(field).minimum, inherit(field).maximum) == (0, 100)
    measure = Field("h", element="humidity", type=FieldType.NUMBER, use=Use.MEASURE)
    assert inherit(measure) == measure


def test_a_field_of_another_type_inherits_nothing() -> None:
    field = Field("sex", element="sex", type=FieldType.INTEGER)
    assert inherit(field) == field


def test_an_unknown_element_is_named() -> None:
    with pytest.raises(UnknownElement, match="no data element blood"):
        inherit(Field("x", element="blood"))


def test_a_field_without_element_is_left_alone() -> None:
    field = Field("x")
    assert inherit(field) is field


def test_elements_of_a_city_are_passed_in() -> None:
    own = Element("yunzhou.level", "等级", "本市的等级。", max_length=1, codes={"A": "甲", "B": "乙"})
    field = Field("x", element="yunzhou.level")
    assert inherit(field, own={own.code: own}).allowed == ("A", "B")
    assert inherit(field) == field, "without them the field stays as it is"


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"name": "x", "definition": "y。"}, "code is missing"),
        ({"code": "A-1", "name": "x", "definition": "y。"}, "no safe name"),
        ({"code": "x", "name": "x", "definition": "y。", "type": "decimal"}, "type is not known"),
        ({"code": "x", "name": "x", "definition": "y。", "colour": 1}, "colour is not known here"),
        ({"code": "x", "name": "x", "definition": "y。", "codes": {1: "a"}}, "quoted texts"),
        ({"code": "x", "name": "x", "definition": "y。", "codes": "1 a\n1 b"}, "listed twice"),
        ({"code": "x", "name": "x", "definition": "y。", "codes": "1"}, "line 1 of codes"),
        ({"code": "x", "name": "x", "definition": "y。", "type": "date", "codes": "1 a"}, "no code list"),
        ({"code": "x", "name": "x", "definition": "y。", "grade": 5}, "grade"),
    ],
)
def test_a_malformed_entry_is_refused(entry: dict[str, object], what: str) -> None:
    with pytest.raises(ContractError, match=what):
        element_of(entry)
