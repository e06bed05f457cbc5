"""Objections to a public notice, and the codes that come back after it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catalog.clocks import running
from catalog.registration import coding, objections, rows, terms
from catalog.registration.coding import Given
from catalog.registration.errors import RegistrationRefused, UnknownRegistration
from catalog.registration.objections import Objection
from catalog.store import writing
from catalog.store.tables.evidence import evidence_entries
from policies.machine import IllegalStep
from tests.catalog.registration.bureau import (
    CITIZEN,
    CLERK,
    NOW,
    REGISTRAR,
    Bureau,
    at,
    code,
    written,
)

ELSEWHERE = code(9, "12")


def codes_of(refused: pytest.ExceptionInfo[RegistrationRefused]) -> list[str]:
    return [reason.code for reason in refused.value.denial.reasons]


def test_an_objection_stops_the_code_until_every_one_is_dismissed(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        first, second = bureau.object(connection, case), bureau.object(connection, case)
        with pytest.raises(IllegalStep, match="decide"):
            bureau.code(connection, case)
        decided = {"reason": "来源合法", "basis": "户口登记条例", "actor": CLERK, "now": NOW}
        assert objections.decide(connection, first, accepted=False, **decided).state == "contested"
        assert objections.decide(connection, second, accepted=False, **decided).state == "noticed"
        assert bureau.code(connection, case).state == "registered"


def test_an_accepted_objection_ends_the_application_with_its_basis(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        first, second = bureau.object(connection, case), bureau.object(connection, case)
        done = objections.decide(
            connection, first, accepted=True, reason="确系他部门数据", basis="26号", actor=CLERK, now=NOW
        )
        assert done.state == "refused"
        assert done.basis is not None
        assert done.basis.startswith("公示异议成立")
        states = {each["id"]: each["state"] for each in rows.objections_of(connection, case.id)}
        assert states == {first: "accepted", second: "moot"}
        assert running.clocks_of(connection, terms.of(second), open_only=True) == ()
        with pytest.raises(UnknownRegistration):
            objections.decide(
                connection, "obj_none", accepted=True, reason="x", basis="y", actor=CLERK, now=NOW
            )


def test_an_objection_needs_a_name_evidence_and_the_time_of_the_notice(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        assert case.notice_until is not None
        kept, late = (bureau.keep("objection"),), at(case.notice_until + timedelta(days=1))
        before = written(connection)
        for made, files, when, reasons in (
            (Objection("", "0999", "有误"), kept, NOW, ["registration.objection.nameless"]),
            (Objection("王五", "0999", "有误"), (), NOW, ["registration.objection.nameless"]),
            (Objection("王五", "0999", "有误"), kept, late, ["registration.notice.over"]),
            (Objection("某社", "0999", "有误", "123"), kept, NOW, ["registration.code_of_party"]),
        ):
            with pytest.raises(RegistrationRefused) as refused:
                objections.raise_objection(connection, case.id, made, files, CITIZEN, now=when)
            assert codes_of(refused) == reasons
        assert written(connection) == before


def test_a_decision_states_reason_and_basis(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        objection_id = bureau.object(connection, case)
        with pytest.raises(RegistrationRefused) as refused:
            objections.decide(
                connection, objection_id, accepted=False, reason="无", basis=" ", actor=CLERK, now=NOW
            )
    assert codes_of(refused) == ["registration.objection.unreasoned"]


def test_nobody_decides_an_objection_of_their_own(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        kept = (bureau.keep("objection"),)
        on_paper = Objection("王五", "0999-7654321", "数据来源有误")
        of_the_registrar = Objection(REGISTRAR.name, "0999-7654321", "数据来源有误", REGISTRAR.code)
        for made, actor in ((on_paper, replace(CITIZEN, by=CLERK.by)), (of_the_registrar, CITIZEN)):
            objection_id = objections.raise_objection(connection, case.id, made, kept, actor, now=NOW)
            with pytest.raises(RegistrationRefused) as refused:
                objections.decide(
                    connection,
                    objection_id,
                    accepted=False,
                    reason="来源合法",
                    basis="26号",
                    actor=CLERK,
                    now=NOW,
                )
            assert codes_of(refused) == ["registration.objection.own"]
        in_its_name = Objection(REGISTRAR.name, "0999-7654321", "数据来源有误", ELSEWHERE)
        objection_id = objections.raise_objection(connection, case.id, in_its_name, kept, CITIZEN, now=NOW)
        decided = objections.decide(
            connection, objection_id, accepted=False, reason="冒名", basis="26号", actor=CLERK, now=NOW
        )
        assert decided.state == "contested"  # the two before are open


def test_the_evidence_log_names_no_objector(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        made = Objection("欧阳某某", "0999-7654321", "数据来源有误")
        kept = (bureau.keep("objection"),)
        objections.raise_objection(connection, case.id, made, kept, CITIZEN, now=NOW)
        bodies = "\n".join(connection.execute(select(evidence_entries.c.body)).scalars())
    assert "欧阳" not in bodies
    assert "7654321" not in bodies
    assert kept[0].digest in bodies


def test_no_code_is_recorded_before_the_day_after_the_notice(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        assert case.notice_until is not None
        given = Given(bureau.keep("proof"), "NDR-000001", "Q-000001")
        for when in (NOW, at(case.notice_until)):
            with pytest.raises(RegistrationRefused) as refused:
                coding.record_code(connection, case.id, given, CLERK, now=when)
            assert codes_of(refused) == ["registration.notice.running"]
        after = at(case.notice_until + timedelta(days=1))
        of = coding.record_code(connection, case.id, given, CLERK, now=after)
    assert (of.code, of.query_code, of.coded_on) == ("NDR-000001", "Q-000001", date(2026, 7, 16))


@pytest.mark.parametrize("bad", ["", "N1", "编码000001", "NDR 000001", "x" * 81, "N\n000001"])
def test_what_does_not_look_like_a_code_is_not_recorded(bureau: Bureau, bad: str) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        before = written(connection)
        with pytest.raises(RegistrationRefused) as refused:
            bureau.code(connection, case, code=bad)
        assert codes_of(refused) == ["registration.code.form"]
        assert written(connection) == before


def test_a_code_never_stands_on_two_registrations_whatever_became_of_the_first(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        first = bureau.register(connection, "civil.people", code="NDR-000001", query_code="Q-000001")
        assert first.valid_until is not None
        coding.lapse(connection, at(first.valid_until + timedelta(days=1)))
        for name, given in (
            ("civil.homes", {"code": "NDR-000001"}),
            ("civil.homes", {"code": "Q-000001"}),
            ("civil.homes", {"query_code": "NDR-000001"}),
            ("civil.people", {"code": "NDR-000001"}),
            ("civil.people", {"code": "NDR-000009", "query_code": "NDR-000009"}),
        ):
            point = connection.begin_nested()
            later = at(first.valid_until + timedelta(days=2))
            case = bureau.to_notice(connection, bureau.apply(connection, name, later), later)
            with pytest.raises(RegistrationRefused) as refused:
                bureau.code(connection, case, **given)
            assert codes_of(refused) == ["registration.code.taken"]
            point.rollback()


def test_the_proof_of_a_code_is_in_evidence_by_its_digest(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.register(connection, "civil.people")
        query = select(evidence_entries.c.body).where(evidence_entries.c.event == "catalog:registration:code")
        body = json.loads(connection.execute(query).scalar_one())
        (case,) = rows.applications_of(connection, rows.registration(connection, "civil.people").id)
        (proof,) = [each for each in rows.files_of(connection, case.id) if each["role"] == "proof"]
    assert body["proof"] == proof["digest"]
    assert body["registrar"] == code(5, "12")


def test_a_code_is_never_dated_before_the_notice_ended_or_in_the_future(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        for day in (date(2026, 7, 15), date(2026, 7, 17)):
            with pytest.raises(RegistrationRefused) as refused:
                bureau.code(connection, case, coded_on=day)
            assert codes_of(refused) == ["registration.code.day"]
