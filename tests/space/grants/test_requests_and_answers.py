"""A request is complete or told all it lacks, answered within its clock, and refused only with a basis."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from policies.clocks import local_date
from space.errors import Refused
from space.identity.organisations import KindIsFixed
from space.requesting.answering import decide
from space.requesting.filing import supplement
from space.requesting.statements import StatementUnreadable, read

TODAY = date(2026, 9, 24)
TRADE = {"market.firms": ("industry", "capital")}


def answer(
    bureau: Any,
    request_id: str,
    *,
    permit: bool,
    basis: str = "条例 第20条",
    ground: str = "beyond_duties",
) -> Any:
    """Answer a request now."""
    with writing(bureau.engine) as connection:
        return decide(
            connection,
            request_id,
            permit=permit,
            basis=basis,
            by="张磊",
            now=bureau.clock(),
            ground="" if permit else ground,
        )


def test_a_conditional_request_is_due_in_ten_working_days(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)

    assert (filed.state, filed.kind, filed.share_type) == ("submitted", "sharing", "conditional")
    assert filed.due_on == date(2026, 10, 15)
    assert filed.due_rule == "answer_conditional"


def test_an_unconditional_request_is_due_in_one_working_day(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {"eco.air": ("station",)})

    assert filed.share_type == "unconditional"
    assert filed.due_on == date(2026, 9, 28)  # the 25th to the 27th are off


def test_one_conditional_item_makes_the_whole_request_conditional(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {"eco.air": ("station",), **TRADE})

    assert filed.share_type == "conditional"


def test_everything_missing_is_told_at_once_and_the_clock_waits(bureau: Any) -> None:
    filed = bureau.file(
        bureau.department,
        {"market.firms": ("industry", "profit"), "market.nothing": ("a",), "eco.air": ()},
        legal_basis=" ",
        purpose="curiosity",
        use_until="2020-01-01",
        vouched_by=None,
    )

    assert filed.state == "incomplete"
    assert filed.due_on is None
    told = " ".join(filed.missing)
    for lack in (
        "legal_basis",
        "purpose",
        "use_until",
        "vouched_by",
        "no field profit",
        "market.nothing",
        "eco.air",
    ):
        assert lack in told
    assert len(filed.missing) == 7


def test_a_supplement_starts_the_clock_on_its_own_day(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE, legal_basis="")
    bureau.clock.later(days=30)
    document = {
        "applicant": bureau.department,
        "purpose": "governance.administration",
        "use_until": "2027-12-31",
        **dict.fromkeys(("legal_basis", "scenario", "scope", "vouched_by"), "x"),
        "method": "query",
        "items": [{"dataset": "market.firms", "fields": ["industry"]}],
    }

    with writing(bureau.engine) as connection:
        stated = read(connection, document, local_date(bureau.clock()))
        done = supplement(connection, filed.id, stated, bureau.clock())

    assert done.id == filed.id
    assert done.state == "submitted"
    assert done.due_on == date(2026, 11, 6)
    assert [item.field for item in done.items] == ["industry"]


def test_a_complete_request_takes_no_supplement(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)

    with writing(bureau.engine) as connection:
        stated = read(connection, {"applicant": bureau.department}, TODAY)
        with pytest.raises(Refused, match=r"request\.not_incomplete"):
            supplement(connection, filed.id, stated, bureau.clock())


@pytest.mark.parametrize("permit", [True, False])
def test_an_answer_without_a_basis_is_void(bureau: Any, permit: bool) -> None:
    filed = bureau.file(bureau.department, TRADE)

    with pytest.raises(Refused, match=r"request\.basis"):
        answer(bureau, filed.id, permit=permit, basis="  ")


def test_a_request_is_answered_once(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)
    refused = answer(bureau, filed.id, permit=False)
    assert (refused.state, refused.basis, refused.answered_by) == ("refused", "条例 第20条", "张磊")

    with pytest.raises(Refused, match=r"request\.not_submitted"):
        answer(bureau, filed.id, permit=True)


def test_an_incomplete_request_cannot_be_answered(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE, scenario="")

    with pytest.raises(Refused, match=r"request\.not_submitted"):
        answer(bureau, filed.id, permit=False)


def test_an_item_that_is_withheld_cannot_be_permitted_only_refused(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {"civil.population": ("sex", "file_number")})

    with pytest.raises(Refused, match=r"request.withheld.*civil.population.file_number"):
        answer(bureau, filed.id, permit=True)
    assert answer(bureau, filed.id, permit=False, ground="personal_not_necessary").state == "refused"


def test_an_operator_asks_for_operation_with_its_agreement(bureau: Any) -> None:
    filed = bureau.file(
        bureau.operator, TRADE, agreement="", implementing_body={"code": "11", "name": "数据局"}
    )

    assert filed.kind == "operation"
    assert filed.statement["implementing_body"] == "11"
    assert filed.missing == ("agreement: 授权运营协议 the number of the authorised-operation agreement",)


def test_the_kind_of_an_organisation_cannot_change_with_a_later_request(bureau: Any) -> None:
    bureau.file(bureau.operator, TRADE)

    with pytest.raises(KindIsFixed):
        bureau.file({**bureau.operator, "kind": "department"}, TRADE)


@pytest.mark.parametrize("applicant", [None, {"code": "1"}, {"code": "1", "name": "x", "kind": "king"}])
def test_a_request_that_does_not_name_its_applicant_is_not_filed(bureau: Any, applicant: Any) -> None:
    with pytest.raises(StatementUnreadable), reading(bureau.engine) as connection:
        read(connection, {"applicant": applicant}, TODAY)


def test_every_step_of_a_request_is_in_the_evidence_log_and_lateness_too(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)
    bureau.clock.later(days=40)
    answer(bureau, filed.id, permit=True)

    with reading(bureau.engine) as connection:
        wanted = select(evidence_entries).where(evidence_entries.c.subject == filed.id)
        entries = connection.execute(wanted.order_by(evidence_entries.c.recorded_at)).all()

    assert [entry.event for entry in entries] == ["space:request:submit", "space:request:permit"]
    assert [json.loads(entry.body)["late"] for entry in entries] == [False, True]
