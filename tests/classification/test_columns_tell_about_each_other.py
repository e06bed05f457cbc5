"""What the columns of one table say about each other, and that more columns never lower a judgement."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.classify.judging import judge
from catalog.classify.kinds import kinds
from tests.classification.development.examples import (
    KINDS,
    ROWS,
    address,
    column,
    credit,
    mobile,
    person,
    resident,
)

SEED = random.Random(14)
BORN = [date(1950, 1, 1) + timedelta(days=SEED.randrange(18_000)) for _ in range(ROWS)]
CHILDREN = [date(2014, 1, 1) + timedelta(days=SEED.randrange(3_000)) for _ in range(ROWS)]
IDS = [resident(born) for born in BORN]
CHILD_IDS = [resident(born) for born in CHILDREN]
NAMES = [person() for _ in range(ROWS)]


def test_dates_that_agree_with_identity_numbers_are_births_whatever_their_heading() -> None:
    for written in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"):
        judged = judge({"a": list(IDS), "b": [f"{born:{written}}" for born in BORN]})
        assert judged["b"].kind == "date_of_birth"
    others = judge({"a": list(IDS), "b": [f"{born + timedelta(days=9):%Y-%m-%d}" for born in BORN]})
    assert others["b"].kind == "none"


def test_two_values_that_part_rows_as_identity_numbers_do_are_the_sexes() -> None:
    sexes = ["1" if int(number[16]) % 2 else "2" for number in IDS]
    assert judge({"a": list(IDS), "b": list(sexes)})["b"].kind == "sex"
    assert judge({"b": list(sexes)})["b"].kind == "none"


@pytest.mark.parametrize("heading", ["家庭住址", "户籍地址", "jtzz"])
def test_a_home_is_a_persons_in_any_table(heading: str) -> None:
    judged = judge({heading: [address() for _ in range(ROWS)]})[heading]
    assert (judged.kind, judged.grade, judged.personal) == ("address", 2, True)


def test_an_address_is_a_persons_where_the_rows_are_persons_and_a_firms_seat_is_not() -> None:
    places = [address() for _ in range(ROWS)]
    assert not judge({"地址": list(places)})["地址"].personal
    table = judge({"身份证号": list(IDS), "地址": list(places), "注册地址": list(places)})
    assert (table["地址"].personal, table["地址"].grade) == (True, 2)
    assert (table["注册地址"].personal, table["注册地址"].grade) == (False, 1)


def test_children_make_every_personal_column_sensitive() -> None:
    table = judge(
        {
            "幼儿姓名": list(NAMES),
            "身份证号": list(CHILD_IDS),
            "出生日期": [f"{born:%Y-%m-%d}" for born in CHILDREN],
            "家长电话": [mobile() for _ in range(ROWS)],
            "园所信用代码": [credit() for _ in range(ROWS)],
        }
    )
    assert table["出生日期"].kind == "minor"
    for heading in ("幼儿姓名", "身份证号", "出生日期", "家长电话"):
        assert (table[heading].sensitive, table[heading].grade) == (True, 4)
    assert (table["园所信用代码"].sensitive, table["园所信用代码"].grade) == (False, 1)


def test_dates_of_birth_of_grown_ups_are_not_children_even_at_school() -> None:
    judged = judge(
        {"教师姓名": list(NAMES), "任教年级": ["三年级"] * ROWS, "出生日期": [f"{b:%Y-%m-%d}" for b in BORN]}
    )
    assert judged["出生日期"].kind == "date_of_birth"
    assert not judged["教师姓名"].sensitive


def test_ages_are_children_only_beside_something_of_school() -> None:
    ages = [str(SEED.randrange(6, 12)) for _ in range(ROWS)]
    assert judge({"年龄": list(ages)})["年龄"].kind == "none"
    assert judge({"年龄": list(ages), "所在小学班级": ["二(1)班"] * ROWS})["年龄"].kind == "minor"


def test_the_day_ages_are_counted_on_can_be_given() -> None:
    table = {"出生日期": [f"{born:%Y-%m-%d}" for born in CHILDREN]}
    assert judge(table)["出生日期"].kind == "minor"
    assert judge(table, on=date(2045, 1, 1))["出生日期"].kind == "date_of_birth"


def test_two_neighbouring_columns_of_one_small_area_are_coordinates() -> None:
    east = [f"120.{SEED.randrange(10**5, 2 * 10**5)}" for _ in range(ROWS)]
    north = [f"30.{SEED.randrange(10**5, 2 * 10**5)}" for _ in range(ROWS)]
    judged = judge({"f3": list(east), "f4": list(north)})
    assert (judged["f3"].kind, judged["f4"].kind) == ("coordinates", "coordinates")
    assert judge({"f3": list(east)})["f3"].kind == "none"


def test_metres_of_a_projection_are_coordinates_under_their_heading() -> None:
    metres = {
        "X坐标": [f"{3_340_000 + SEED.randrange(9_000)}.25" for _ in range(ROWS)],
        "Y坐标": [f"{40_512_000 + SEED.randrange(9_000)}.75" for _ in range(ROWS)],
    }
    judged = judge(metres)
    assert {each.kind for each in judged.values()} == {"coordinates"}
    assert judged["X坐标"].evidence[0].details["projected_share"] == 1.0
    assert judged["X坐标"].evidence[0].details["system_stated"] is False


def test_the_strictest_part_of_a_mixed_column_names_it() -> None:
    mixed = [credit() if i % 10 < 7 else resident() for i in range(ROWS)]
    assert judge({"c1": list(mixed)})["c1"].kind == "resident_id"
    phones = [mobile() if i % 4 == 0 else f"0571-8{i:07d}" for i in range(ROWS)]
    assert judge({"联系电话": list(phones)})["联系电话"].kind == "mobile"


def test_a_track_is_sensitive_and_a_payment_account_too() -> None:
    east = [f"120.{i:06d}" for i in range(ROWS)]
    judged = judge({"轨迹点经度": list(east), "支付宝账号": [mobile() for _ in range(ROWS)]})
    assert (judged["轨迹点经度"].kind, judged["轨迹点经度"].sensitive) == ("coordinates", True)
    assert (judged["支付宝账号"].kind, judged["支付宝账号"].grade) == ("account", 4)


def test_a_mean_over_many_is_nobodys_income() -> None:
    means = [f"{SEED.randrange(300_000, 900_000) / 100:.2f}" for _ in range(ROWS)]
    assert judge({"平均缴费基数": list(means), "average_base": list(means)})["平均缴费基数"].kind == "none"
    assert judge({"缴费基数": list(means)})["缴费基数"].kind == "income"


MASKED = {
    "mobile": ("手机号", [value[:3] + "****" + value[7:] for value in (mobile() for _ in range(ROWS))]),
    "resident_id": ("身份证号", [value[:6] + "*" * 8 + value[14:] for value in IDS]),
    "bank_card": ("银行卡号", ["6228" + "*" * 11 + f"{i:04d}" for i in range(ROWS)]),
    "person_name": ("姓名", [name[0] + "*" * (len(name) - 1) for name in NAMES]),
    "plate": ("车牌号", [f"浙A{i % 9}***{i % 7}" for i in range(ROWS)]),
    "email": ("邮箱", [f"ab***{i % 9}@qq.com" for i in range(ROWS)]),
}


@pytest.mark.parametrize("kind", MASKED)
def test_a_masked_column_keeps_its_kind(kind: str) -> None:
    heading, values = MASKED[kind]
    judged = judge({heading: list(values)})[heading]
    assert (judged.kind, judged.personal) == (kind, True)
    assert judged.evidence[0].details["masked_share"] == 1.0


def test_full_width_digits_spaces_and_country_codes_do_not_hide_a_number() -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    spelt = [
        (value.translate(wide), f"{value[:3]} {value[3:7]} {value[7:]}", f"+86{value}", f" {value}\u3000")[
            i % 4
        ]
        for i, value in enumerate(mobile() for _ in range(ROWS))
    ]
    assert judge({"c1": list(spelt)})["c1"].kind == "mobile"


def test_identifiers_of_every_sort_hidden_in_texts_are_found() -> None:
    hidden = {
        "identity": "经办人核对证件{}后予以受理",
        "mobile": "请在两日内致电{}回复处理结果",
        "card": "退款请汇入尾号不详账户 6222020200000000006 ，谢谢配合办理",
        "email": "材料请发送至 someone@mail.example.cn 由窗口统一打印",
        "plate": "投诉车辆浙A8Q1T6长期占用消防通道无人处理",
        "name": "联系人：王建华，要求尽快答复并公开处理情况",
        "place": "反映人家住文三路18号3幢502室楼上漏水严重",
    }
    for what, text in hidden.items():
        values = ["小区路灯不亮，望有关部门尽快修复解决"] * 200
        for place in (20, 90, 110):
            values[place] = text.format({"identity": IDS[place], "mobile": mobile()}.get(what, ""))
        judged = judge({"诉求内容": list(values)})["诉求内容"]
        assert (what, judged.kind, judged.grade) == (what, "free_text", 3)


@settings(max_examples=40, deadline=None)
@given(
    chosen=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4, unique=True),
    added=st.sampled_from(sorted(KINDS)),
    first=st.booleans(),
)
def test_adding_a_column_never_lowers_a_grade(chosen: list[str], added: str, first: bool) -> None:
    # Beside a column of what stays where it is, such as a house, coordinates are its own, and nobody's track.
    stays = kinds()["coordinates"].text("stays")
    assume("coordinates" not in chosen or re.search(stays, KINDS[added][1][0]) is None)
    table = {KINDS[kind][1][0]: column(kind)[:40] for kind in chosen}
    extra = {f"{KINDS[added][1][0]}_2": column(added)[:40]}
    before, after = judge(table), judge(extra | table if first else table | extra)
    for heading, judged in before.items():
        assert after[heading].grade >= judged.grade
        assert (after[heading].sensitive, after[heading].personal) >= (judged.sensitive, judged.personal)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=24),
        min_size=30,
        max_size=60,
    )
)
def test_random_texts_are_never_sensitive(values: list[str]) -> None:
    judged = judge({"c1": list(values)})["c1"]
    assert not judged.sensitive
    assert judged.kind in ("none", "free_text")


@pytest.mark.parametrize("length", range(4, 21))
def test_random_digits_are_never_sensitive(length: int) -> None:
    for _ in range(5):
        values = ["".join(SEED.choice("0123456789") for _ in range(length)) for _ in range(60)]
        assert judge({"c1": list(values)})["c1"].kind == "none"


def test_evidence_says_how_much_a_sample_may_have_missed_and_shows_no_value() -> None:
    judged = judge({"手机号": [mobile() for _ in range(20_000)], "d2": ["已办结"] * 20_000})
    assert judged["手机号"].evidence[0].details["missed_at_most"] == pytest.approx(3 / 5000, rel=0.01)
    assert judged["d2"].evidence[0].details["missed_at_most"] == pytest.approx(3 / 5000, rel=0.01)
    for each in judged.values():
        assert all(isinstance(v, int | float | bool) for e in each.evidence for v in e.as_dict().values())
