"""Elements proposed for a column: which, how sure, and with what evidence."""

from __future__ import annotations

import doctest
import importlib
import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cli_elements import elements as command
from contracts.elements import Element, elements
from contracts.elements_index import index_of
from contracts.model import FieldType
from contracts.proposals import MOST, label_map, propose

PEOPLE = ["11010519491231002X", "440524188001010014", "130503196704010016"]
MOBILES = ["13800000001", "13900000002", "15000000003", "18600000004", "19900000005"]


@pytest.mark.parametrize("module", ["proposals", "elements_index"])
def test_the_examples_in_the_documentation_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"contracts.{module}"))
    assert result.attempted
    assert result.failed == 0


@pytest.mark.parametrize(
    ("heading", "values", "element", "least"),
    [
        ("统一社会信用代码", ["91350100M000100Y43", "91512081MA62K0260E"], "uscc", 0.85),
        ("企业统一社会信用代码", ["91350100M000100Y43"], "uscc", 0.8),
        ("身份证号", PEOPLE, "resident_id", 0.85),
        ("性别", ["男", "女"], "sex", 0.9),
        ("xb", ["1", "2"], "sex", 0.7),
        ("民族", ["汉族", "回族", "满"], "ethnic_group", 0.9),
        ("出生日期（年月日）", [], "birth_date", 0.75),
        ("户主姓名", ["某某"], "person_name", 0.7),
        ("所属省份", ["河北", "山西省", "广东"], "province", 0.85),
        ("行业门类名称", ["制造业", "金融业"], "industry_section", 0.85),
        ("车牌号码", ["京A12345", "粤BD12345"], "vehicle_plate", 0.75),
        ("birthDate", [], "birth_date", 0.7),
        ("备 注", [], "remark", 0.75),
        ("PM2.5(μg/m³)", [], "pm2_5", 0.7),
    ],
)
def test_the_best_proposal_is_what_a_steward_would_choose(
    heading: str, values: list[str], element: str, least: float
) -> None:
    best = propose(heading, values)[0]
    assert (best.element, best.score >= least) == (element, True), best


def test_values_alone_are_enough_where_they_carry_a_check_digit() -> None:
    best = propose("c05", PEOPLE * 2 + ["110101199001011237", "11010119900101004X"])[0]
    assert best.element == "resident_id"
    assert best.evidence == {"check digit holds": "100 %"}


def test_labels_are_recognised_and_said_to_need_cleaning() -> None:
    best = propose("性别", ["男", "女"])[0]
    assert best.evidence["values are labels of the code list"] == "100 %"
    assert not best.follows
    assert propose("性别", ["1", "2"])[0].follows


def test_values_that_contradict_the_heading_halve_its_score() -> None:
    fitting, contradicting = (
        propose("邮政编码", ["100000", "518000"])[0],
        propose("邮政编码", ["甲", "乙"])[0],
    )
    assert contradicting.element == "postcode"
    assert contradicting.score <= fitting.score / 2
    assert not contradicting.follows


def test_another_type_lowers_the_score_and_is_in_the_evidence() -> None:
    as_date = propose("出生日期", ["1990-01-01"], type=FieldType.DATE)[0]
    as_text = propose("出生日期", ["九〇年"], type=FieldType.STRING)[0]
    assert (as_date.follows, as_text.follows) == (True, False)
    assert as_text.score < as_date.score
    assert as_text.evidence["type"] == "values look like string, the element is a date"


def test_codes_read_as_numbers_still_find_their_element() -> None:
    best = propose("民族代码", ["1", "2"], type=FieldType.INTEGER)[0]
    assert best.element == "ethnic_group"
    assert not best.follows


@pytest.mark.parametrize("heading", ["code", "col5", "discount", "c01", "aqua"])
def test_a_latin_name_inside_a_word_is_no_name(heading: str) -> None:
    assert "name" not in {key for each in propose(heading, []) for key in each.evidence}


def test_phones_of_both_kinds_are_told_from_mobiles() -> None:
    assert propose("联系电话", MOBILES)[0].element == "contact_phone"
    assert propose("手机号", MOBILES)[0].element == "mobile"


def test_nothing_is_proposed_for_what_no_element_resembles() -> None:
    assert propose("卍", []) == ()


def test_elements_of_a_city_are_proposed_too() -> None:
    own = Element("yunzhou.level", "困难等级", "本市的等级。", max_length=1, codes={"A": "特困", "B": "低保"})
    best = propose("困难等级", ["特困", "低保"], index=index_of({own.code: own}))[0]
    assert best.element == "yunzhou.level"
    assert "yunzhou.level" not in {each.element for each in propose("困难等级", ["特困"])}


def test_labels_become_codes_by_a_table() -> None:
    assert label_map(elements()["ethnic_group"], ["汉", "回族", "某", "01"]) == {"汉": "01", "回族": "03"}
    assert label_map(elements()["province"], ["北京", "河北省"]) == {"北京": "11", "河北省": "13"}


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=20), st.lists(st.text(max_size=20), max_size=30), st.none() | st.sampled_from(FieldType)
)
def test_any_column_gets_scores_in_order_and_evidence_without_its_values(
    heading: str, values: list[str], kind: FieldType | None
) -> None:
    made = propose(heading, values, type=kind)
    assert len(made) <= MOST
    assert [p.score for p in made] == sorted((p.score for p in made), reverse=True)
    for each in made:
        assert 0 < each.score <= 1
        assert each.element in elements()
        assert set(each.evidence) <= {
            "name", "type", "check digit holds", "values fit pattern", "values in range",
            "values in code list", "values are labels of the code list",
        }  # fmt: skip


def test_the_command_lists_shows_and_proposes() -> None:
    run = CliRunner().invoke
    listed = json.loads(run(command, ["list", "--json"]).stdout)
    assert [each["code"] for each in listed] == list(elements())
    assert json.loads(run(command, ["show", "sex", "--json"]).stdout)["codes"]["2"] == "女性"
    assert "  56  基诺族" in run(command, ["show", "ethnic_group"]).stdout
    proposed = json.loads(run(command, ["propose", "性别", "--values", "男,女", "--json"]).stdout)
    assert proposed[0]["element"] == "sex"
    assert proposed[0]["evidence"]["name"] == 1.0
    assert run(command, ["show", "blood"]).exit_code == 1
    assert "temperature" in run(command, ["list", "气温"]).stdout
