"""What one offer changes of another, what befell a contract and what does not read is told in words."""

from __future__ import annotations

from typing import Any

import pytest

from space.console.calling import Declined, Told
from space.console.language import Language
from space.console.pages.contracting.changes import changes
from space.console.pages.contracting.noticed import line

NAMES = {"civil.people": "人口", "civil.people.sex": "性别", "civil.people.age": "年龄", "eco.air": "空气"}
TERMS: dict[str, Any] = {
    "purpose": "p",
    "datasets": [{"name": "civil.people", "columns": ["sex"], "where": "sex = '1'"}],
    "mode": "threshold",
    "calls": 1000,
    "price_fen_per_call": 500,
    "retention": {"days": 30, "proof_days": 5},
    "analyses": ["aggregate"],
}


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({"calls": 500}, "调用次数（整个期限）：由 1,000 改为 500", "Calls over the term: 1,000 → 500"),
        ({"price_fen_per_call": 50}, "每次价款：由 ¥5.00 改为 ¥0.50", "Price a call: ¥5.00 → ¥0.50"),
        ({"volumes": ["100 rows/day"]}, "取用总量：增加 每天 100 行", "Volumes: added 100 rows a day"),
        ({"analyses": []}, "可以怎么用：去掉 统计", "Ways of use: taken away figures"),
        (
            {"retention": {"days": 7, "proof_days": 5}},
            "收到后最多留存天数：由 30 改为 7",
            "Days what was received is kept: 30 → 7",
        ),
        (
            {"datasets": [{"name": "civil.people", "columns": ["sex", "age"], "where": "sex = '1'"}]},
            "人口，信息项：增加 年龄",
            "人口, Items: added 年龄",
        ),
        (
            {"datasets": [{"name": "civil.people", "columns": ["sex"], "where": "sex = '2'"}]},
            "人口，行的条件：已改",
            "人口, Condition on rows: changed",
        ),
    ],
)
def test_a_change_of_a_term_is_one_line_in_either_language(changed: Any, zh: str, en: str) -> None:
    for say, expected in ((Language.CHINESE, zh), (Language.ENGLISH, en)):
        assert changes(say, TERMS, TERMS | changed, NAMES, {}) == [expected]


def test_whole_datasets_come_and_go_and_nothing_is_told_of_the_same_terms() -> None:
    other = TERMS | {"datasets": [{"name": "eco.air", "columns": ["x"]}]}

    assert changes(Language.CHINESE, TERMS, other, NAMES, {}) == ["增加数据：空气", "去掉数据：人口"]
    assert changes(Language.CHINESE, TERMS, TERMS, NAMES, {}) == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("contract con_1 has an offer that waits for your answer: 请过目", "有要约等我方答复：请过目"),
        (
            "contract con_1 is suspended by the platform: 核查: 第一次",
            "平台中止了合约，暂停使用：核查: 第一次",
        ),
        ("grant grt_1 is over: its last day has passed: ", "授权已到期"),
        ("of another kind", "of another kind"),
    ],
)
def test_what_befell_a_contract_is_told_in_words(message: str, said: str) -> None:
    assert line(Language.CHINESE, message) == said


def test_a_term_that_does_not_read_is_called_by_its_name() -> None:
    from space.console.pages.contracting.countering import named

    class Seat:
        say = Language.CHINESE

    seat: Any = Seat()
    for message, where in (
        ("terms: calls: is a whole number, not negative", "调用次数（整个期限）"),
        ("terms: terms: rates: a rate reads `60/minute`", "调用频率"),
    ):
        (told,) = named(seat, Declined(422, "refused", (Told("refused", message),)), {}).reasons
        assert (told.code, told.where) == ("terms.unreadable", where)
