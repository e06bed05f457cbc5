"""A release is looked at again cheaply: former rows as before, the added ones with a sample of their own."""

from __future__ import annotations

import pyarrow as pa
import pytest

from catalog.classify.check_digits import CHECK_DIGITS
from catalog.classify.headings import meaning
from catalog.classify.run import classify
from catalog.classify.sampling import bound, missed_at_most, sampled, spread
from contracts.model import Contract, Field, Party, UnitRef, UnitRule, Use
from tests.classification.development.examples import column, resident


def _contract(*fields: Field, **rest: object) -> Contract:
    return Contract(id="c", title="t", schema="s", table="t", department=Party("d"), fields=fields, **rest)  # type: ignore[arg-type]


def test_former_rows_are_looked_at_where_they_were_before() -> None:
    column = pa.chunked_array([list(range(12_000))])
    before = spread(column.slice(0, 10_000), 100)
    after = sampled(column, 100, former_rows=10_000)
    assert after.slice(0, 100).equals(before)
    assert len(after) == 200
    assert min(after.slice(100).to_pylist()) >= 10_000


def test_a_few_added_rows_are_all_looked_at() -> None:
    old = ["已办结"] * 200_000
    added = [resident() for _ in range(60)]
    table = pa.table({"x": old + added})
    contract = _contract(Field(name="x", business_name="身份证号"))
    assert classify(contract, table) == ()
    (found,) = classify(contract, table.slice(200_000))
    assert found.detector == "resident_id"


def test_identifiers_hidden_in_added_texts_are_found() -> None:
    texts = ["路灯不亮请尽快修复好为盼"] * 400_000 + [f"请回电{m}谢谢" for m in column("mobile")[:4]]
    contract = _contract(Field(name="x", business_name="诉求内容"))
    (found,) = classify(contract, pa.table({"x": texts}), former_rows=400_000)
    assert (found.detector, found.evidence["mobile_numbers"]) == ("free_text", 4)


@pytest.mark.parametrize(
    ("rows", "seen", "share"), [(100, 100, 0.0), (10**6, 5000, 0.000599), (10**6, 0, 1.0), (200, 59, 0.0495)]
)
def test_the_bound_on_what_may_be_missed_is_about_three_over_n(rows: int, seen: int, share: float) -> None:
    assert missed_at_most(rows, seen, 0.95) == pytest.approx(share, rel=0.01)


def test_the_bound_of_a_grown_table_is_that_of_its_worse_part() -> None:
    assert bound(1_000_000, 5000, 0, 0.95) == missed_at_most(1_000_000, 5000, 0.95)
    assert bound(101_000, 5000, 100_000, 0.95) == missed_at_most(100_000, 5000, 0.95)


def test_every_finding_states_its_bound() -> None:
    table = pa.table({"x": [resident() for _ in range(50)] * 200})
    (found,) = classify(_contract(Field(name="x")), table)
    assert found.evidence["missed_at_most"] == pytest.approx(3 / 5000, rel=0.01)


def test_a_describing_field_is_declared_by_rows_that_are_persons() -> None:
    fields = (
        Field(name="id", use=Use.IDENTIFIER, unit=UnitRef("person"), personal=True, key_position=1),
        Field(name="sex", business_name="性别"),
        Field(name="faith", business_name="宗教信仰"),
    )
    table = pa.table({"id": column("resident_id"), "sex": column("sex"), "faith": column("religion")})
    persons = classify(_contract(*fields, units=(UnitRule("person", 1),)), table)
    assert {f.field: f.beyond_declared for f in persons} == {"id": False, "sex": False, "faith": True}
    assert {f.field: f.personal for f in persons} == {"id": True, "sex": True, "faith": True}


# check -> a code that holds, one that does not
CHECKS = [
    ("resident", "11010519491231002X", "110105194912310021"),
    ("uscc", "91350100M000100Y43", "91350100M000100Y4Z"),
    ("luhn", "6222020200000000006", "6222020200000000007"),
    ("organisation", "M000100Y4", "M000100Y5"),
    ("organisation", "60003734-1", "60003734-2"),
    ("vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
    ("mod_11_10", "110108000000016", "110108000000017"),
]


@pytest.mark.parametrize(("check", "good", "bad"), CHECKS)
def test_check_digits_hold_and_fail(check: str, good: str, bad: str) -> None:
    assert CHECK_DIGITS[check](good)
    if bad[-1] in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        assert not CHECK_DIGITS[check](bad)


# heading -> kind it means, or none where it means something else
HEADINGS = [
    ("联系人", "person_name"),
    ("联系人电话", "mobile"),
    ("联系人电话归属地", "none"),
    ("企业名称", "enterprise_name"),
    ("企业注册地址", "address"),
    ("企业法定代表人姓名", "person_name"),
    ("法定代表人身份证号码", "resident_id"),
    ("邮箱地址", "email"),
    ("* 身份证号（必填）", "resident_id"),
    ("证件类型", "none"),
    ("出生日期", "date_of_birth"),
    ("成立日期", "none"),
    ("shenfenzhenghao", "resident_id"),
    ("FDDBRXM", "person_name"),
    ("contactPhone", "mobile"),
    ("bank_card_no", "bank_card"),
    ("bank_name", "none"),
    ("order_no", "none"),
    ("create_time", "none"),
]


@pytest.mark.parametrize(("heading", "kind"), HEADINGS)
def test_the_word_a_heading_ends_in_says_what_it_means(heading: str, kind: str) -> None:
    read = meaning([heading])
    if kind == "none":
        assert read.other
    else:
        assert read.strength(kind) == max(read.kinds.values())
        assert not read.other
