"""Forms that were submitted with a value found wrong later, and forms that said so themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from catalog.store import reading
from contracts.model import UpdateCycle
from space.wayback.corrections.cases import answer
from space.wayback.corrections.course import Correction, listing
from space.wayback.corrections.marks import marked
from space.wayback.forms.admission import Form, Item, admit
from space.wayback.forms.filling import Filled, submit
from space.wayback.forms.prefill import prefill
from space.wayback.recall.following import tell_of
from tests.space.wayback.conftest import LOOK

POLICE = "11990100MB0000001X"
FORM = Form(
    code="ELDER-02",
    title="高龄老人联系表",
    issuer="民政局",
    basis="云民发〔2026〕2号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    items=(
        Item("id", "身份号码", "civil.population", "id_card", "id_card"),
        Item("call", "电话", "civil.population", "phone", "id_card"),
        Item("visited", "是否走访"),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)


@pytest.fixture
def town(paying: Any) -> Any:
    """The paying town, with a form on the list."""
    admit(paying.engine, FORM, by="李四", now=paying.later())
    return paying


def submitted(town: Any, period: str, **values: str) -> str:
    reasons = {"call": "本人来电更正"} if "call" in values else {}
    sheet = Filled("ELDER-02", period, "street", town.person(1), {"visited": "是", **values}, reasons)
    return submit(town.home, town.engine, sheet, by="王五", now=town.later()).id


def settled(town: Any, *, accepted: bool) -> Correction:
    with reading(town.engine) as connection:
        (case,) = listing(connection)
    return answer(
        town.engine, case.id, department_code=POLICE, accepted=accepted, reason="已核实", by="赵六",
        now=town.later(),
    )  # fmt: skip


def marks(town: Any, **of: str) -> list[str]:
    with reading(town.engine) as connection:
        return [submission for submission, _, _ in marked(connection, **of)]


def test_forms_that_kept_the_old_value_are_marked_and_the_one_that_corrected_it_is_not(town: Any) -> None:
    kept, _own = submitted(town, "2026-08"), submitted(town, "2026-09", call="13700000001")
    case = settled(town, accepted=True)

    found = tell_of(town.home, town.engine, case.id, town.later())

    assert marks(town) == marks(town, correction_id=case.id) == marks(town, body="street") == [kept]
    assert marks(town, body="village") == []
    (street,) = found.told
    assert (street.receiver, "submission" in street.ways) == ("street", True)
    tell_of(town.home, town.engine, case.id, town.later())
    assert marks(town) == [kept]


def test_a_value_that_stands_leaves_no_form_marked(town: Any) -> None:
    submitted(town, "2026-08")
    submitted(town, "2026-09", call="13700000001")

    tell_of(town.home, town.engine, settled(town, accepted=False).id, town.later())

    assert marks(town) == []


def test_a_prefilled_form_makes_its_body_a_holder_before_it_is_submitted(town: Any) -> None:
    prefill(town.home, town.engine, "ELDER-02", "street", town.person(1), town.later(), LOOK)
    submitted(town, "2026-09", call="13700000001")

    found = tell_of(town.home, town.engine, settled(town, accepted=True).id, town.later())

    assert [(one.receiver, "prefill" in one.ways) for one in found.told] == [("street", True)]
