"""A field that names an element keeps its rules: what contradicts or loosens it is a problem of lint."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.arguments import pattern_fault
from contracts.delivery import Unpivot
from contracts.elements import Element, UnknownElement
from contracts.elements_agree import ElementConflict, agree, conflicts
from contracts.errors import ContractError
from contracts.model import Field, FieldType, Use
from contracts.odcs.files import OdcsError, loads

NUMBER = FieldType.NUMBER


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"element": "sex", "type": FieldType.INTEGER}, "is a integer where the element sex is a string"),
        ({"element": "birth_date"}, "is a string where the element birth_date is a date"),
        ({"element": "sex", "allowed": ("1", "3")}, "allows 1 value(s) that are not in the code list of sex"),
        ({"element": "sex", "allowed": ("男", "女")}, "allows 2 value(s)"),
        ({"element": "sex", "pattern": r"^\d$"}, "loses the code list of sex"),
        (
            {"element": "uscc", "check": "resident_id"},
            "checks resident_id where the element uscc checks uscc",
        ),
        ({"element": "uscc", "pattern": "^91"}, "loses the check digit of uscc"),
        ({"element": "uscc", "max_length": 20}, "may be longer than the 18 characters of uscc"),
        ({"element": "uscc", "min_length": 1}, "may be longer than the 18 characters of uscc"),
        (
            {"element": "postcode", "pattern": r"^\d+$"},
            "has a pattern that takes more than the one of postcode",
        ),
        ({"element": "humidity", "type": NUMBER, "minimum": -1, "maximum": 100}, "goes beyond the minimum"),
        ({"element": "humidity", "type": NUMBER, "minimum": 0}, "goes beyond the maximum"),
        ({"element": "birth_date", "type": FieldType.DATE, "minimum": "1800-01-01"}, "beyond the minimum"),
    ],
)
def test_what_contradicts_or_loosens_an_element_is_refused(values: dict[str, Any], what: str) -> None:
    field = Field("x", **values)
    assert any(what in each for each, _remedy in conflicts(field))
    with pytest.raises(ElementConflict):
        agree(field)


@pytest.mark.parametrize(
    ("pattern", "more"),
    [
        (r"^(\d|\d|\d|\d|\d|\d|\d|\d)*x$", False),  # tried by steps it would take years of one probe
        (r"^(\d|\d|\d|\d|\d|\d|\d|\d)*$", True),
        ("(a{1,900}){1,900}", True),  # RE2 has no room for it, so nothing could be landed by it
    ],
)
def test_a_pattern_anybody_may_send_is_judged_in_the_time_of_its_probes(pattern: str, more: bool) -> None:
    found = [each for each, _remedy in conflicts(Field("x", element="postcode", pattern=pattern))]
    assert any("takes more" in each for each in found) is more


@pytest.mark.parametrize("pattern", ["a" * 1001, "(" * 480 + ")" * 480, "(a{1,9})" * 126])
def test_a_pattern_too_long_or_too_deep_is_no_regular_expression(pattern: str) -> None:
    assert pattern_fault(pattern) is not None
    with pytest.raises(ContractError):
        Unpivot(pattern, "year", "amount")


@pytest.mark.parametrize(
    "values",
    [
        {"element": None, "type": FieldType.INTEGER},
        {"element": "sex"},
        {"element": "sex", "allowed": ("1", "2")},
        {"element": "uscc", "check": "uscc", "pattern": "^91", "max_length": 18},
        {"element": "postcode", "pattern": r"^30\d{4}$"},
        {"element": "amount", "type": FieldType.INTEGER},
        {"element": "humidity", "type": NUMBER, "minimum": 10, "maximum": 90},
        {"element": "humidity", "type": NUMBER, "use": Use.MEASURE, "minimum": -500, "maximum": 500},
        {"element": "birth_date", "type": FieldType.DATE, "minimum": "1900-01-01"},
    ],
)
def test_a_stricter_field_keeps_its_element(values: dict[str, Any]) -> None:
    agree(Field("x", **values))


def test_own_elements_are_judged_where_they_are_at_hand() -> None:
    own = Element("yunzhou.level", "等级", "本市的等级。", max_length=1, codes={"A": "甲"})
    field = Field("x", element="yunzhou.level", allowed=("A", "B"))
    agree(field)
    with pytest.raises(ElementConflict, match=r"not in the code list of yunzhou\.level"):
        agree(field, own={own.code: own})
    with pytest.raises(UnknownElement, match=r"no data element yunzhou\.level in force"):
        agree(field, own={})


def test_lint_names_line_field_and_remedy() -> None:
    text = """\
apiVersion: v3.2.0
kind: DataContract
id: a
version: 1.0.0
team: {name: 民政局}
schema:
  - name: people
    physicalName: civil.people
    properties:
      - name: sex
        logicalType: integer
        customProperties:
          - {property: element, value: sex}
"""
    with pytest.raises(OdcsError) as caught:
        loads(text, "a.yaml")
    assert str(caught.value.problems[0]) == (
        "a.yaml:10: sex: is a integer where the element sex is a string"
        " — set logicalType: string, or remove element"
    )
