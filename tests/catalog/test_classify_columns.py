"""Detectors on columns that are what they seem, and on look-alikes that are not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from catalog.classify.finding import Finding
from catalog.classify.run import classify
from contracts.codes import resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use

ROWS = 400
SEED = random.Random(20260924)


def _born() -> date:
    return date(1940, 1, 1) + timedelta(days=SEED.randrange(28_000))


def _identity(born: date) -> str:
    first = f"990101{born:%Y%m%d}{SEED.randrange(1000):03d}"
    return first + resident_check(first)


def _luhn(digits: str) -> str:
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in digits[-1::-2])
    return digits + str(-(doubled + sum(int(d) for d in digits[-2::-2])) % 10)


def _mobile() -> str:
    return "1" + SEED.choice(["38", "39", "58", "77", "86", "99", "52"]) + f"{SEED.randrange(10**8):08d}"


BORN = [_born() for _ in range(ROWS)]
IDENTITIES = [_identity(b) for b in BORN]
USCCS = [f + uscc_check(f) for f in (f"91990100MA{SEED.randrange(10**7):07d}"[:17] for _ in range(ROWS))]
CARDS = [_luhn(f"622202{SEED.randrange(10**12):012d}") for _ in range(ROWS)]
MOBILES = [_mobile() for _ in range(ROWS)]
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂"
NAMES = [SEED.choice("王李张刘陈杨黄赵吴周") + "".join(SEED.sample(GIVEN, 2)) for _ in range(ROWS)]
ADDRESSES = [
    f"云州市东湖区南山街道中山路{SEED.randrange(1, 300)}号{SEED.randrange(1, 30)}栋" for _ in range(ROWS)
]


def _found(values: Sequence[Any], **declared: Any) -> tuple[Finding, ...]:
    """Findings of a table of one column."""
    item = Field(**({"name": "x"} | declared))
    return classify(_contract(item), pa.table({item.name: values}))


def _contract(*fields: Field, **rest: Any) -> Contract:
    return Contract(id="c", title="t", schema="s", table="t", department=Party("d"), fields=fields, **rest)


# What a column holds -> what is found under a name that says nothing.
TELLING = [
    (IDENTITIES, "resident_id", 3, True, False),
    ([i.lower() for i in IDENTITIES], "resident_id", 3, True, False),
    (USCCS, "uscc", 1, False, False),
    (CARDS, "bank_card", 4, True, True),
    (MOBILES, "mobile", 2, True, False),
    ([f"+86{m}" for m in MOBILES], "mobile", 2, True, False),
    ([f"0571-8{SEED.randrange(10**7):07d}" for _ in range(ROWS)], "landline", 1, False, False),
    (NAMES, "person_name", 2, True, False),
    (ADDRESSES, "address", 1, False, False),
    ([f"116.{i:04d},39.{i:04d}" for i in range(1000, 1400)], "coordinates", 1, False, False),
]


@pytest.mark.parametrize(
    ("values", "detector", "grade", "personal", "sensitive"),
    TELLING,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_column_is_found_under_a_name_that_says_nothing(
    values: list[str], detector: str, grade: int, personal: bool, sensitive: bool
) -> None:
    (found,) = _found(values)
    assert (found.detector, found.grade, found.personal, found.sensitive) == (
        detector, grade, personal, sensitive,
    )  # fmt: skip
    assert found.beyond_declared is personal


# Columns that look like identifiers and are not, under a name that says nothing.
LOOK_ALIKES = {
    "18-digit order numbers": [f"{SEED.randrange(10**17, 10**18)}" for _ in range(ROWS)],
    "18-digit order numbers with the date where a birth date stands": [
        f"990101{date(2026, 1, 1) + timedelta(days=SEED.randrange(300)):%Y%m%d}{SEED.randrange(10**4):04d}"
        for _ in range(ROWS)
    ],
    "16-digit numbers of which one in ten passes Luhn": [
        f"62{SEED.randrange(10**14):014d}" for _ in range(ROWS)
    ],
    "Luhn numbers of no card issuer": [_luhn(f"99{SEED.randrange(10**13):013d}") for _ in range(ROWS)],
    "11-digit counters that begin like a mobile number": [f"138{i:08d}" for i in range(ROWS)],
    "USCC-shaped codes with a wrong check character": [
        u[:17] + ("0" if u[17] != "0" else "1") for u in USCCS
    ],
    "street names that begin like surnames": [
        SEED.choice("王李张刘陈杨黄赵吴周") + SEED.choice("家店村沟湾") + SEED.choice("街道村")
        for _ in range(ROWS)
    ],
    "one office name over and over": ["云州市东湖区民政局"] * ROWS,
    "division names": [f"云州市东湖区{SEED.choice(['南山', '北湖', '西城'])}街道" for _ in range(ROWS)],
    "amounts": [f"{SEED.random() * 100:.2f}" for _ in range(ROWS)],
    "short codes": [f"A{i:03d}" for i in range(ROWS)],
}


@pytest.mark.parametrize("values", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_a_look_alike_is_not_found(values: list[str]) -> None:
    assert _found(values) == ()


def test_dates_under_a_name_that_says_nothing_are_not_birth_dates() -> None:
    assert _found(BORN, type=FieldType.DATE) == ()


def test_a_date_that_agrees_with_identity_numbers_is_a_birth_date_whatever_its_name() -> None:
    contract = _contract(
        Field(name="a", personal=True), Field(name="b", type=FieldType.DATE), Field(name="c")
    )
    table = pa.table({"a": IDENTITIES, "b": BORN, "c": [f"{b:%Y%m%d}" for b in BORN]})
    assert [(f.field, f.detector) for f in classify(contract, table)] == [
        ("a", "resident_id"), ("b", "date_of_birth"), ("c", "date_of_birth"),
    ]  # fmt: skip


def test_a_birth_date_is_found_by_its_name() -> None:
    (found,) = _found(BORN, business_name="出生日期", type=FieldType.DATE)
    assert found.detector == "date_of_birth"


@pytest.mark.parametrize("name", ["longitude", "经度"])
def test_coordinates_are_found_by_their_name_and_range(name: str) -> None:
    values = [116.2 + i / 10_000 for i in range(ROWS)]
    (found,) = _found(values, business_name=name, type=FieldType.NUMBER)
    assert found.detector == "coordinates"
    assert _found(values, type=FieldType.NUMBER) == ()


def test_a_telling_name_lets_a_dirty_column_be_found() -> None:
    dirty = [v if i % 3 == 0 else "不详不详不详不详不详" for i, v in enumerate(IDENTITIES)]
    assert _found(dirty) == ()
    (found,) = _found(dirty, business_name="身份证号")
    assert found.detector == "resident_id"
    assert found.evidence["name_match"] is True


def test_fifteen_digit_numbers_count_only_under_a_telling_name() -> None:
    old = [i[:6] + i[8:17] for i in IDENTITIES]
    assert _found(old) == ()
    (found,) = _found(old, business_name="公民身份号码")
    assert found.evidence["fifteen_digits"] == ROWS


def test_numbers_at_rest_as_integers_are_looked_at_too() -> None:
    (found,) = _found([int(m) for m in MOBILES], type=FieldType.INTEGER)
    assert found.detector == "mobile"


def test_few_values_are_evidence_only_under_a_telling_name() -> None:
    assert _found(IDENTITIES[:2]) == ()
    assert len(_found(IDENTITIES[:2], business_name="身份证号")) == 1


def test_nulls_and_blanks_are_left_out_of_the_sample() -> None:
    (found,) = _found([v if i % 4 == 0 else (None, "", " ")[i % 3] for i, v in enumerate(IDENTITIES)])
    assert found.evidence["sample"] == ROWS // 4


@pytest.mark.parametrize("values", [[None] * 20, [], [""] * 20])
def test_a_column_without_values_has_no_finding(values: list[str | None]) -> None:
    item = Field(name="x", business_name="身份证号")
    assert classify(_contract(item), pa.table({"x": pa.array(values, pa.string())})) == ()


def test_identifiers_hidden_in_texts_are_found_though_rare() -> None:
    texts = ["市民反映小区夜间施工噪声扰民，希望尽快处理"] * 3000
    texts[70] = f"来电人身份证{IDENTITIES[0]}，要求回复"
    texts[1900] = f"来电人{IDENTITIES[1]}要求回复"
    (found,) = _found(texts)
    assert (found.detector, found.grade, found.personal) == ("free_text", 3, True)
    assert found.evidence["identity_numbers"] == 2


def test_telephone_numbers_hidden_in_texts_are_found() -> None:
    texts = [f"请联系{m}，谢谢" if i % 50 == 0 else "请尽快处理，谢谢市政府" for i, m in enumerate(MOBILES)]
    (found,) = _found(texts)
    assert found.evidence["mobile_numbers"] == 8


def test_order_numbers_in_texts_are_not_taken_for_identity_numbers() -> None:
    texts = [f"订单990101{20260101 + i % 28}{i:04d}已处理" for i in range(ROWS)]
    assert _found(texts) == ()


# use, personal, sensitive, grade declared -> an identity number in the column is beyond what is declared
DECLARATIONS = [
    (Use.PLAIN, False, False, None, True),
    (Use.NEVER, False, False, None, True),
    (Use.NEVER, True, False, None, False),
    (Use.NEVER, True, False, 2, True),
    (Use.NEVER, True, False, 3, False),
    (Use.NEVER, False, False, 4, True),
    (Use.FREE_TEXT, False, False, None, False),
    (Use.FREE_TEXT, False, False, 1, False),  # free text has grade 3 whatever is declared
    (Use.NEVER, True, True, 1, False),  # a sensitive item has grade 4 whatever is declared
]


@pytest.mark.parametrize(("use", "personal", "sensitive", "grade", "beyond"), DECLARATIONS)
def test_a_finding_is_beyond_a_declaration_that_says_less(
    use: Use, personal: bool, sensitive: bool, grade: int | None, beyond: bool
) -> None:
    (found,) = _found(IDENTITIES, use=use, personal=personal, sensitive=sensitive, grade=grade)
    assert found.beyond_declared is beyond


def test_a_bank_card_is_beyond_a_declaration_that_is_only_personal() -> None:
    (found,) = _found(CARDS, personal=True)
    assert found.beyond_declared


def test_an_address_is_personal_in_a_table_about_persons_only() -> None:
    about = Field(name="a", use=Use.IDENTIFIER, unit=UnitRef("person"), personal=True)
    named = Field(name="a", use=Use.IDENTIFIER, unit=UnitRef("person", about=False), personal=True)
    place = Field(name="b", business_name="地址")
    table = pa.table({"a": IDENTITIES, "b": ADDRESSES})
    persons = classify(_contract(about, place, units=(UnitRule("person", 1),)), table)
    firms = classify(_contract(named, place), table)
    assert [f.personal for f in persons if f.field == "b"] == [True]
    assert [f.personal for f in firms if f.field == "b"] == [False]


def test_the_same_table_gives_the_same_findings() -> None:
    contract, table = _contract(Field(name="x")), pa.table({"x": IDENTITIES * 40})
    assert classify(contract, table) == classify(contract, table)
    assert classify(contract, table)[0].evidence["sample"] == 5000


def test_evidence_holds_numbers_and_never_a_value() -> None:
    for values in (IDENTITIES, CARDS, MOBILES, NAMES, ADDRESSES):
        for found in _found(values):
            assert all(isinstance(v, int | float | bool) for v in found.evidence.values())
