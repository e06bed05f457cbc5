"""Headings no list holds: roots of words, readings without tones, columns judged by their table."""

from __future__ import annotations

import pytest
from pypinyin import lazy_pinyin

from catalog.classify.headings import meaning
from catalog.classify.judging import judge
from catalog.classify.kinds import kinds
from catalog.classify.pinyin import syllables

NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 4
DOSES = ["偏多", "中等", "较少", "中等", "未记", "较少", "偏多", "中等"] * 4


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("围术期渗血程度", "medical"),
        ("膝关节疼痛描述", "medical"),
        ("曾被羁押概况", "criminal_record"),
        ("所拜寺庙", "religion"),
        ("左手掌静脉样本", "biometric"),
    ],
)
def test_a_root_tells_what_a_heading_speaks_of(heading: str, kind: str) -> None:
    assert meaning([heading]).strength(kind) > 0


@pytest.mark.parametrize("heading", ["疼痛门诊科室", "肿瘤医院地址", "戒毒所民警", "药品经营许可证"])
def test_a_heading_that_ends_in_somebody_or_something_else_has_no_root(heading: str) -> None:
    assert not meaning([heading]).roots


def test_a_root_counts_where_rows_are_persons_and_not_where_they_are_goods() -> None:
    of_persons = judge({"姓名": NAMES, "膝关节疼痛描述": DOSES})["膝关节疼痛描述"]
    alone = judge({"货位": [f"A{n:02d}" for n in range(32)], "膝关节疼痛描述": DOSES})["膝关节疼痛描述"]

    assert (of_persons.kind, of_persons.sensitive) == ("medical", True)
    assert alone.kind == "none"


def test_yes_and_no_under_a_root_tell_nothing() -> None:
    flags = ["是", "否"] * 16

    assert judge({"姓名": NAMES, "膝痛提醒": flags})["膝痛提醒"].kind == "none"


def test_a_column_nobody_can_name_is_asked_of_among_patients_and_keeps_its_kind() -> None:
    table = {
        "hzxm": NAMES,
        "诊断": ["肺炎", "胃炎", "高血压", "糖尿病"] * 8,
        "qvk": DOSES,
        "qvk_fee": ["12.50", "8.00", "30.20", "9.90"] * 8,
    }
    judged = judge(table, title="inpatient_list")

    assert (judged["qvk"].kind, judged["qvk"].grade) == ("none", 4)
    assert judged["qvk_fee"].kind == "none"


def test_vectors_beside_names_are_templates_of_bodies() -> None:
    vectors = [f"[0.{n}123,-0.4{n}1,0.77{n},0.{n}9,-0.{n}31]" for n in range(10, 42)]

    assert judge({"姓名": NAMES, "zkq": vectors})["zkq"].kind == "biometric"
    assert judge({"站点编码": [f"S{n}" for n in range(32)], "zkq": vectors})["zkq"].kind == "none"


def test_births_written_as_days_of_a_workbook_are_childrens_where_they_are() -> None:
    days = [str(42500 + 37 * n) for n in range(32)]

    assert judge({"姓名": NAMES, "学生出生日期": days})["学生出生日期"].kind == "minor"


def test_words_read_as_a_dictionary_of_the_language_reads_them_nearly_always() -> None:
    words = sorted({word for kind in kinds().values() for word in kind.words if not word.isascii()})
    han = [word for word in words if all("\u4e00" <= sign <= "\u9fff" for sign in word)]
    same = [word for word in han if syllables(word) == lazy_pinyin(word)]

    assert len(han) > 1000
    assert len(same) / len(han) > 0.98
    assert syllables("开户银行ct") == ["kai", "hu", "yin", "hang", "ct"]
