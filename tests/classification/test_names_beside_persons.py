"""Names of persons under headings that say nothing: rare surnames, staff who come back, passports."""

from __future__ import annotations

import pytest

from catalog.classify.judging import judge
from catalog.classify.person_name import surname_class

NUMBERS = [f"1381234{n:04d}" for n in range(40)]
NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 5
PERSONS = {"姓名": NAMES, "联系电话": NUMBERS}
RARE = ["邢志强", "柳春燕", "尚建国", "桑秀英", "仲海涛", "荣玉兰", "牟俊杰", "代丽娜"] * 5
STAFF = ["朱丽", "覃海波", "朱丽", "柳建军"] * 10
PASSPORTS = ["KIM SOO JIN", "MÜLLER ANNA", "PETROVA OLGA", "SINGH ARJUN"] * 10


def kind(heading: str, values: list[str], **beside: list[str]) -> str:
    return judge({**beside, heading: values})[heading].kind


@pytest.mark.parametrize("surname", ["邢", "柳", "尚", "桑", "佟", "牟", "代", "司寇", "乐正"])
def test_surnames_of_the_hundred_families_and_those_in_use_today_are_known(surname: str) -> None:
    assert surname in surname_class()


def test_names_of_rarer_surnames_are_names_under_any_heading() -> None:
    assert kind("zd7", RARE) == "person_name"


@pytest.mark.parametrize("values", [STAFF, PASSPORTS], ids=["staff", "passports"])
def test_few_or_latin_names_are_told_where_the_rows_are_persons(values: list[str]) -> None:
    assert kind("zd7", values, **PERSONS) == "person_name"
    assert kind("zd7", values) == "none"


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("品牌", ["安琪", "金龙鱼", "白象", "康师傅", "王老吉"] * 8),
        ("zd7", ["ASA Ⅰ", "ASA Ⅱ", "ASA Ⅲ"] * 13),
        ("zd7", ["平安", "康乐"] * 20),
        ("zd7", ["海淀区", "白云区", "花都区", "越秀区"] * 10),
        ("zd7", ["overstay 12d", "illegal work", "other"] * 13),
    ],
)
def test_words_that_begin_like_surnames_are_no_names_even_beside_persons(
    heading: str, values: list[str]
) -> None:
    assert kind(heading, values, **PERSONS) != "person_name"
