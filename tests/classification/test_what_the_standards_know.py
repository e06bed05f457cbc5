"""Knowledge beyond examples: names of standards, abbreviations, forms of values, codes in use."""

from __future__ import annotations

import random

import pytest

from catalog.classify.forms import counties
from catalog.classify.headings import meaning
from catalog.classify.judging import judge

NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 4
STATIONS = [f"ST-{n:03d}" for n in range(32)]
PRESSURES = [f"{118 + n}/{70 + n % 20}" for n in range(32)]
PICTURES = [f"/2026/0{n % 9 + 1}/{n:06d}.jpg" for n in range(32)]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("dscg_maindiag_name", "medical"),
        ("C04N", "medical"),
        ("GBDAT", "date_of_birth"),
        ("lerep_certno", "resident_id"),
        ("hksdqhdm", "division_code"),
        ("insured_nm", "person_name"),
        ("aab998", "uscc"),
        ("治则治法", "medical"),
        ("处遇级别", "criminal_record"),
    ],
)
def test_a_name_of_a_standard_means_what_the_standard_says(heading: str, kind: str) -> None:
    assert meaning([heading]).strength(kind) >= 0.75


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("mth_incm", "income"), ("prscrptn_txt", "medical"), ("cust_marit", "marital_status")],
)
def test_an_english_word_cut_short_or_without_its_vowels_is_read(heading: str, kind: str) -> None:
    assert meaning([heading]).strength(kind) > 0


def test_letters_that_abbreviate_words_of_two_kinds_mean_nothing() -> None:
    # 「comp」 may be a company and a complication, 「dist」 is no disease.
    assert not meaning(["comp"]).strength("medical")
    assert not meaning(["prod_dist"]).kinds.get("medical")


def test_blood_pressures_are_medical_beside_names_and_not_beside_stations() -> None:
    assert judge({"姓名": NAMES, "zq9": PRESSURES})["zq9"].kind == "medical"
    assert judge({"站点": STATIONS, "zq9": PRESSURES})["zq9"].kind == "none"


def test_pictures_beside_names_are_of_the_persons_but_for_papers() -> None:
    judged = judge({"姓名": NAMES, "zq9": PICTURES, "合同扫描": PICTURES})

    assert (judged["zq9"].kind, judged["zq9"].sensitive) == ("biometric", True)
    assert judged["合同扫描"].kind == "none"


def test_codes_of_real_counties_of_many_provinces_are_divisions_under_any_heading() -> None:
    draw = random.Random(7)
    real = draw.sample(sorted(code for code in counties() if code[4] in "128"), 32)
    odd = [f"{draw.choice('1234')}{draw.randint(1, 3)}{draw.randint(3000, 3299)}" for _ in range(32)]

    assert judge({"zq9": real})["zq9"].kind == "division_code"
    assert judge({"zq9": odd})["zq9"].kind == "none"


def test_what_the_values_tell_makes_the_topic_of_the_table_known() -> None:
    table = {
        "姓名": NAMES,
        "zq9": PRESSURES,
        "wv2": ["阴", "阳", "未查", "阴"] * 8,
        "读数": [str(50 + n % 30) for n in range(32)],
    }

    assert judge(table)["读数"].kind == "medical"
    assert judge({name: table[name] for name in ("姓名", "读数")})["读数"].kind == "none"


def test_longitude_and_latitude_are_told_though_other_columns_stand_between() -> None:
    table = {
        "a": [f"112.{191179 + 37 * n}" for n in range(32)],
        "b": STATIONS,
        "c": [f"30.{241179 + 29 * n}" for n in range(32)],
    }
    judged = judge(table)

    assert (judged["a"].kind, judged["c"].kind) == ("coordinates", "coordinates")


def test_mail_addresses_and_mobile_numbers_under_an_account_are_users_of_a_payment_network() -> None:
    users = [f"13{n:09d}" if n % 2 else f"user{n}@mail.example.cn" for n in range(32)]

    judged = judge({"姓名": NAMES, "payer_acct": users})["payer_acct"]
    assert (judged.kind, judged.grade) == ("account", 4)
