"""What a new contract takes from those who use the data, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.comparing.contracts import Breaking, Compatible, compare
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Join,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)

ID = Field(
    "id", required=True, key_position=1, check="resident_id", unit=UnitRef("person"), use=Use.IDENTIFIER
)
SEX = Field("sex", allowed=("1", "2"), use=Use.DIMENSION, max_length=1)
PAY = Field("pay", type=FieldType.NUMBER, scale=2, use=Use.MEASURE, minimum=0, maximum=100)
AT = Field("at", type=FieldType.DATE, use=Use.TIME, grain="month", minimum="2020-01-01")
OLD = Contract(
    id="c",
    title="t",
    schema="a",
    table="b",
    department=Party("局"),
    fields=(ID, SEX, PAY, AT),
    units=(UnitRule("person", 3),),
    unique_keys=(("id", "at"),),
    joins=(Join("id", "a.c", "id"),),
    open=True,
    update_cycle=UpdateCycle.MONTHLY,
    composed=Composed(Composition.UNIT_LEVEL, "select 1"),
)


def with_field(name: str, **changes: Any) -> Contract:
    fields = tuple(replace(f, **changes) if f.name == name else f for f in OLD.fields)
    about = {f.unit.kind for f in fields if f.unit is not None and f.unit.about}
    return replace(OLD, fields=fields, units=tuple(u for u in OLD.units if u.kind in about))


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (replace(OLD, table="c"), "the dataset is called a.c"),
        (replace(OLD, fields=(ID, SEX, AT)), "pay: the field is gone"),
        (with_field("sex", type=FieldType.INTEGER), "sex: the type is integer"),
        (with_field("pay", scale=1), "pay: the scale is 1"),
        (with_field("id", required=False), "id: a value may be missing"),
        (with_field("id", key_position=None), "the primary key is another"),
        (with_field("id", check=None), "id: it no longer carries the check digit"),
        (with_field("id", unit=UnitRef("person", about=False)), "id: it identifies another unit"),
        (with_field("sex", use=Use.FILTER), "sex: its use is filter"),
        (with_field("sex", allowed=("1", "2", "9")), "sex: values outside the former list"),
        (with_field("sex", allowed=()), "sex: values outside the former list"),
        (with_field("sex", max_length=2), "sex: the longest length is 2"),
        (with_field("pay", maximum=200), "pay: the maximum is 200"),
        (with_field("pay", minimum=None), "pay: the minimum is gone"),
        (with_field("pay", minimum=-0.5), "pay: the minimum is -0.5"),
        (with_field("at", minimum="2019-01-01"), "at: the minimum is 2019-01-01"),
        (with_field("at", grain="year"), "at: its grain is year"),
        (replace(OLD, unique_keys=()), "(id, at) is no longer unique"),
        (replace(OLD, units=(UnitRule("person", 4),)), "a person may have 4 rows"),
        (replace(OLD, joins=()), "the join of id with a.c is gone"),
        (replace(OLD, sharing=Sharing(ShareType.WITHHELD)), "sharing is withheld"),
        (replace(OLD, open=False), "the dataset is no longer open"),
        (replace(OLD, update_cycle=UpdateCycle.YEARLY), "the update cycle is yearly"),
        (replace(OLD, composed=Composed(Composition.STATISTICAL, "select 1")), "a row is statistical"),
    ],
)
def test_a_promise_taken_back_breaks(new: Contract, said: str) -> None:
    verdict = compare(OLD, new)
    assert isinstance(verdict, Breaking)
    assert any(reason.startswith(said) for reason in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        replace(OLD, title="u"),
        replace(OLD, fields=(*OLD.fields, Field("more"))),
        replace(OLD, units=(UnitRule("person", 2),)),
        replace(OLD, sharing=Sharing(ShareType.UNCONDITIONAL)),
        replace(OLD, update_cycle=UpdateCycle.DAILY),
        replace(OLD, unique_keys=(("id", "at"), ("id", "sex"))),
        with_field("sex", allowed=("1",)),
        with_field("sex", required=True),
        with_field("pay", maximum=50),
        with_field("at", grain="day"),
        with_field("at", minimum="2021-01-01"),
    ],
)
def test_a_promise_added_or_tightened_is_compatible(new: Contract) -> None:
    assert isinstance(compare(OLD, new), Compatible)


def test_nothing_changed_says_nothing() -> None:
    assert compare(OLD, OLD) == Compatible()


def test_what_is_new_is_said_beside_what_breaks() -> None:
    verdict = compare(OLD, replace(OLD, fields=(ID, SEX, AT, Field("more"))))
    assert verdict == Breaking(("pay: the field is gone",), ("more: the field is new",))
