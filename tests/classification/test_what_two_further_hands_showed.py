"""What columns of further systems showed in general: heads of headings, exports, numbers of cities, lists."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from catalog.classify.judging import Judgement, judge
from catalog.classify.shared_heads import heads
from tests.classification import digits

NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 4
BORN = [(1960 + n, n % 12 + 1, n % 27 + 1) for n in range(32)]
NUMBERS = [digits.resident(f"330106{y}{m:02d}{d:02d}{100 + y % 400:03d}") for y, m, d in BORN]


def judged(columns: Mapping[str, list[str]], title: str = "") -> dict[str, Judgement]:
    return judge(columns, title=title)


def test_a_heading_is_read_behind_the_head_that_headings_of_its_table_share() -> None:
    table = {
        "RDNAME": NAMES,
        "RDSEX": ["男", "女"] * 16,
        "RDMOBILE": ["13812345678"] * 32,
        "RDMZ": ["01"] * 32,
    }

    assert heads(tuple(table)) == ("rd",)
    assert judged(table)["RDMZ"].kind == "ethnic_group"
    assert judged({"姓名": NAMES, "RDMZ": ["01"] * 32})["RDMZ"].kind == "none"


def test_births_as_a_database_exports_them_are_known_by_the_identity_numbers_beside_them() -> None:
    exported = [f"{d:02d}-{m}月 -{y % 100:02d}" for y, m, d in BORN]

    assert judged({"sfzh": NUMBERS, "f7": exported})["f7"].kind == "date_of_birth"
    assert judged({"sfzh": NUMBERS, "f7": exported[::-1]})["f7"].kind == "none"


@pytest.mark.parametrize(
    ("heading", "number", "kind"),
    [
        ("drv_arch", "3301{:08d}", "driver_file_number"),
        ("jzz_no", "330106{:08d}", "residence_permit"),
        ("shelf_no", "3301{:08d}", "none"),
    ],
)
def test_numbers_that_begin_with_a_city_are_told_by_heading_and_persons(
    heading: str, number: str, kind: str
) -> None:
    values = [number.format(n * 2654435 % 99999989) for n in range(1, 33)]

    assert judged({"姓名": NAMES, heading: values})[heading].kind == kind


def test_two_letters_that_mean_many_things_make_no_table_one_of_patients() -> None:
    table = {"姓名": NAMES, "gs_dm": ["450103050"] * 32, "检查结果": ["通过", "整改"] * 16}

    assert judged({**table, "jyfs": ["A1", "B2"] * 16})["jyfs"].kind == "none"


def test_numbers_of_cases_name_an_offence_and_are_none() -> None:
    cases = [f"(2019)桂0103刑初{n:03d}号" for n in range(100, 132)]
    table = {"姓名": NAMES, "罪名": ["盗窃罪", "诈骗罪"] * 16, "来源文号": cases}

    assert judged(table, "罪犯名单")["来源文号"].kind == "none"


@pytest.mark.parametrize(
    ("heading", "values", "kind"),
    [
        ("maritalStatus", ["01", "02", "03", "04"], "marital_status"),
        ("1、您的性别", ["A.男", "B.女"], "sex"),
        ("ICCARDNO", ["1201030033272084", "1201030014770205"], "none"),
        ("人员类别", ["肢体残疾二级", "听力残疾二级", "高龄", "无"], "medical"),
        ("kz9", ["佛教", "无"], "religion"),
        ("COL_18", ["彝", "汉", "苗", "布依"], "ethnic_group"),
        ("电瓶车牌", ["杭州D902131", "杭州A552827"], "plate"),
        ("补贴金额", ["575.04", "2475.80", "1896.51"], "none"),
        ("wx_r", ["怡景湾3-1-2085", "翠屏花园3-2-1824", "铁路宿舍27幢4单元2102室"], "address"),
    ],
)
def test_values_tell_a_kind_beside_persons(heading: str, values: list[str], kind: str) -> None:
    column = (values * 32)[:32]

    assert judged({"姓名": NAMES, heading: column})[heading].kind == kind


def test_elements_of_the_health_standard_are_read_by_their_numbers() -> None:
    table = {
        "DE02.01.039.00_M": NAMES,
        "DE02.01.040.00": ["1", "2"] * 16,
        "DE04.10.188.00": [str(50 + n % 30) for n in range(32)],
    }
    said = {name: each.kind for name, each in judged(table).items()}

    assert list(said.values()) == ["person_name", "sex", "medical"]


def test_users_of_a_payment_network_are_payment_accounts_under_any_heading() -> None:
    users = [f"2088{n * 104729 % 10**12:012d}" for n in range(1, 33)]
    found = judged({"姓名": NAMES, "f3": users})["f3"]

    assert (found.kind, found.grade, found.sensitive) == ("account", 4, True)


def test_texts_that_name_cards_beside_words_of_accounts_are_sensitive_though_check_digits_fail() -> None:
    told = [f"退费错付到62173783297325{n:05d}，户主{name}" for n, name in enumerate(NAMES)]
    found = judged({"姓名": NAMES, "appeal_txt": told})["appeal_txt"]

    assert (found.kind, found.grade) == ("free_text", 4)


def test_days_of_a_record_in_a_table_of_children_are_no_births() -> None:
    table = {
        "儿童姓名": NAMES,
        "出生日期": [f"{2015 + n % 6}-0{n % 9 + 1}-15" for n in range(32)],
        "接种日": [f"202{n % 5 + 1}0{n % 9 + 1}12" for n in range(32)],
    }

    assert judged(table)["出生日期"].kind == "minor"
    assert judged(table)["接种日"].kind != "minor"
