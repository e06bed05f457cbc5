"""Rows that are not data are dropped under their own names."""

from __future__ import annotations

import pytest

from catalog.intake.reading.records import Tally, gathered, line_column, streamed, text_column
from catalog.intake.tables.rows import RULES, rule_of

HEADINGS = ("街道", "社区", "人数", "金额")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ((None, None, None, None), "blank"),
        (("合计", None, "12", "3.5"), "total"),
        (("合  计：", None, "12", "3.5"), "total"),
        (("城东街道", "小计", "12", "3.5"), "total"),
        (("1", "2", "总计", None), "total"),
        (("填表人：张三", None, "审核人：李四", None), "signature"),
        (("填报日期：2024年3月", None, None, None), "signature"),
        (("注：本表为快报数", None, None, None), "note"),
        (("数据来源：统计局", None, None, None), "note"),
        (("街道", "社区", "人数", "金额"), "repeated_header"),
        (("甲", "乙", "1", "2"), "repeated_header"),
        (("城东街道（12个）", None, None, None), "sub_header"),
        (("城东街道", "和平社区", "12", "3.5"), None),
        (("总计局", "和平社区", "12", "3.5"), None),
        (("注册街道", "和平社区", "12", "3.5"), None),
        (("负责人街", None, "12", None), None),
        (("12", None, None, None), None),
    ],
)
def test_each_row_falls_under_its_rule(cells: tuple[str | None, ...], rule: str | None) -> None:
    assert rule_of(cells, HEADINGS, RULES) == rule


def test_a_rule_the_contract_does_not_name_drops_nothing() -> None:
    assert rule_of(("合计", None, "12", None), HEADINGS, ("blank",)) is None


def test_the_rows_kept_and_the_rows_dropped_add_up() -> None:
    table = [
        ("城东街道（2个）", "", "", ""),
        ("城东街道", "和平社区", "1", "2"),
        ("城东街道", "幸福社区", "3", "4"),
        ("", "小计", "4", "6"),
        ("", "", "", ""),
        ("合 计", "", "4", "6"),
        ("填表人：某某", "", "", ""),
    ]
    columns = [text_column(list(c)) for c in zip(*table, strict=True)]
    records = gathered(streamed([(HEADINGS, columns, line_column(range(2, 9)))], RULES, Tally()))
    assert records.lines.to_pylist() == [3, 4]
    assert records.dropped == {"sub_header": 1, "total": 2, "blank": 1, "signature": 1}
    assert records.sections == ((2, "城东街道（2个）"),)


def test_a_two_column_list_is_not_mistaken_for_sub_headings() -> None:
    assert rule_of(("北京市", None), ("名称", "代码"), RULES) is None
