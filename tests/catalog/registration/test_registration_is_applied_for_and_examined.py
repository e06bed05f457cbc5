"""Acts of registration: who may do what about what, what is kept, and what comes of it."""

from __future__ import annotations

import json
import stat
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from catalog.clocks import running
from catalog.errors import UnknownDataset
from catalog.registration import coding, examining, filing, objections, registrars, rows, standing, terms
from catalog.registration.authorisations import authorisations, in_operation
from catalog.registration.coding import Given
from catalog.registration.eligibility import Filing
from catalog.registration.ending import end
from catalog.registration.errors import FormUnreadable, RegistrationRefused, UnknownRegistration
from catalog.registration.files import FOLDER
from catalog.registration.objections import Objection
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.registration import registration_sources
from policies.machine import IllegalStep, Office
from tests.catalog.registration.bureau import (
    CITIZEN,
    CLERK,
    DEPARTMENT,
    FORM,
    NOW,
    OPERATOR,
    OTHER,
    PRODUCT_FORM,
    RUNNER,
    STEWARD,
    TODAY,
    Bureau,
    at,
    code,
    events,
    written,
)


def codes_of(refused: pytest.ExceptionInfo[RegistrationRefused]) -> list[str]:
    return [reason.code for reason in refused.value.denial.reasons]


# --- applying --------------------------------------------------------------------------------------------


def test_an_application_leaves_its_row_its_files_and_its_evidence(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        assert (case.state, case.kind, case.office) == ("applied", "first", "steward")
        kept = rows.files_of(connection, case.id)
    assert events(bureau.engine, "catalog:registration:") == ["catalog:registration:apply"]
    assert sorted(each["role"] for each in kept) == ["commitment", "explanation", "risk_assessment"]
    for each in kept:
        path = bureau.home.root / FOLDER / each["digest"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((bureau.home.root / FOLDER).stat().st_mode) == 0o700


def test_what_an_application_lacks_is_one_complete_list(bureau: Bureau) -> None:
    form = {key: value for key, value in FORM.items() if key not in ("scenario", "storage_way")}
    form |= {"registrant_code": DEPARTMENT.code[:-1] + "Z"}
    with writing(bureau.engine) as connection:
        given = Filing(Kind.FIRST, Object.RESOURCE, "civil.people", form, (bureau.keep("commitment"),))
        with pytest.raises(RegistrationRefused) as refused:
            filing.apply(connection, given, STEWARD, NOW)
        assert codes_of(refused) == ["registration.registrant"]
        form["registrant_code"] = ""
        done = filing.apply(
            connection, Filing(Kind.FIRST, Object.RESOURCE, "civil.people", form, given.kept), STEWARD, NOW
        )
        with pytest.raises(RegistrationRefused) as incomplete:
            examining.accept(connection, done.application.id, CLERK, now=NOW)
        back = examining.send_back(connection, done.application.id, ["承诺书未盖章"], CLERK, now=NOW)
    assert [each.split()[0].rstrip(":") for each in done.missing] == [
        "registrant_code", "storage_way", "scenario", "explanation", "risk_assessment",
    ]  # fmt: skip
    assert codes_of(incomplete) == ["registration.incomplete"]
    assert back.returned == [*done.missing, "承诺书未盖章"]


def test_a_code_whose_check_digit_fails_is_on_the_list(bureau: Bureau) -> None:
    bureau.enter("civil.nameless", department=type(DEPARTMENT)("某委"))
    with writing(bureau.engine) as connection:
        wrong = FORM | {"registrant_code": DEPARTMENT.code[:-1] + "1"}
        given = Filing(Kind.FIRST, Object.RESOURCE, "civil.nameless", wrong, bureau.attachments())
        done = filing.apply(connection, given, STEWARD, NOW)
    assert len(done.missing) == 1
    assert "check digit does not hold" in done.missing[0]


def test_an_application_is_returned_once(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        examining.send_back(connection, case.id, ["盖章页"], CLERK, now=NOW)
        filing.supplement(connection, case.id, {}, (bureau.keep("explanation"),), STEWARD, NOW)
        with pytest.raises(IllegalStep, match=r"accept \(by the registrar\), refuse \(by the registrar\)"):
            examining.send_back(connection, case.id, ["又一页"], CLERK, now=NOW)


def test_a_complete_application_is_not_returned_and_an_empty_supplement_is_none(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as complete:
            examining.send_back(connection, case.id, [" "], CLERK, now=NOW)
        examining.send_back(connection, case.id, ["盖章页"], CLERK, now=NOW)
        with pytest.raises(RegistrationRefused) as empty:
            filing.supplement(connection, case.id, {}, (), STEWARD, NOW)
    assert (codes_of(complete), codes_of(empty)) == (
        ["registration.complete"],
        ["registration.supplement.empty"],
    )


def test_a_dataset_has_one_registration_at_a_time(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as again:
            bureau.apply(connection, "civil.people")
        bureau.code(connection, bureau.to_notice(connection, case, NOW))
        with pytest.raises(RegistrationRefused) as registered:
            bureau.apply(connection, "civil.people")
        bureau.apply(connection, "civil.homes")
    assert codes_of(again) == codes_of(registered) == ["registration.exists"]


def test_only_the_department_that_answers_for_it_registers_a_dataset(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection, pytest.raises(RegistrationRefused) as refused:
        bureau.apply(connection, "civil.people", form=FORM | {"registrant_code": OTHER.code})
    assert codes_of(refused) == ["registration.registrant"]
    assert DEPARTMENT.code in str(refused.value)


def test_a_supplement_does_not_put_another_registrant_in_place(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        examining.send_back(connection, case.id, ["盖章页"], CLERK, now=NOW)
        with pytest.raises(RegistrationRefused) as refused:
            filing.supplement(connection, case.id, {"registrant_code": OTHER.code}, (), STEWARD, NOW)
        filing.supplement(connection, case.id, {"registrant_name": "公安局"}, (), STEWARD, NOW)
        assert rows.registration(connection, case.registration_id).registrant_name == "公安局"
    assert codes_of(refused) == ["registration.registrant"]


def test_what_the_ledger_does_not_have_is_not_registered(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        with pytest.raises(UnknownDataset):
            bureau.apply(connection, "civil.nothing")
        with pytest.raises(FormUnreadable, match="name of small letters"):
            bureau.apply_product(connection, "civil.people", ["civil.people"])
        with pytest.raises(FormUnreadable, match="which is not asked for"):
            bureau.apply(connection, "civil.people", form=FORM | {"colour": "red"})


def test_a_product_names_its_kind_and_the_entries_it_is_made_from(bureau: Bureau) -> None:
    form = PRODUCT_FORM | {"made_from": ["civil.people", "civil.none"], "kind": "potion"}
    with writing(bureau.engine) as connection:
        given = Filing(Kind.FIRST, Object.PRODUCT, "living-check", form, bureau.attachments())
        done = filing.apply(connection, given, RUNNER, NOW)
    assert [each.split()[0] for each in done.missing] == ["kind", "made_from"]
    assert "civil.none" in done.missing[1]


# --- the registrar ---------------------------------------------------------------------------------------


def test_without_a_registrar_nothing_is_filed(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        with pytest.raises(RegistrationRefused) as refused:
            bureau.apply(connection, "civil.people", at(date(2025, 2, 28)))
        assert codes_of(refused) == ["registration.no_registrar"]
        assert registrars.registrar(connection, date(2025, 2, 28)) is None


def test_a_registrar_decides_nothing_of_its_own(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as person:
            examining.accept(connection, case.id, Actor("张三", Office.REGISTRAR), now=NOW)
    bureau.name_registrar(DEPARTMENT, TODAY)
    with writing(bureau.engine) as connection:
        before = written(connection)
        with pytest.raises(RegistrationRefused) as organisation:
            examining.accept(connection, case.id, CLERK, now=NOW)
        assert written(connection) == before
    assert codes_of(person) == codes_of(organisation) == ["registration.own_matter"]


def test_acts_carry_the_registrar_of_their_day(bureau: Bureau) -> None:
    bureau.name_registrar(OTHER, date(2026, 7, 2))
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        examining.accept(connection, case.id, CLERK, now=NOW)
        examining.review(connection, case.id, CLERK, now=at(date(2026, 7, 2)))
        named = {each.id: each.name for each in registrars.registrars(connection)}
        acts = rows.acts_of(connection, case.id)
    assert [named.get(each["registrar_id"]) for each in acts] == [None, "云州市数据登记中心", "云州市民政局"]


@pytest.mark.parametrize(
    ("state", "ground", "fits"),
    [
        ("applied", "untrue", True),
        ("applied", "not_supplemented", False),
        ("applied", "objection_upheld", False),
        ("applied", "不喜欢", False),
        ("accepted", "unlawful_source", True),
        ("noticed", "untrue", True),
    ],
)
def test_an_application_is_refused_only_on_a_ground_that_fits(
    bureau: Bureau, state: str, ground: str, fits: bool
) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        if state == "accepted":
            examining.accept(connection, case.id, CLERK, now=NOW)
        if state == "noticed":
            bureau.to_notice(connection, case, NOW)
        if fits:
            done = examining.refuse(connection, case.id, ground, CLERK, reason="已核实", now=NOW)
            assert done.basis is not None
            assert "26号" in done.basis
            return
        with pytest.raises(RegistrationRefused) as refused:
            examining.refuse(connection, case.id, ground, CLERK, reason="已核实", now=NOW)
    assert codes_of(refused) == ["registration.ground"]
    assert "untrue" in str(refused.value)


def test_a_missing_supplement_is_a_ground_only_once_it_is_overdue(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        examining.send_back(connection, case.id, ["盖章页"], CLERK, now=NOW)
        last = date(2026, 7, 15)
        with pytest.raises(RegistrationRefused) as refused:
            examining.refuse(connection, case.id, "not_supplemented", CLERK, reason="未补", now=at(last))
        after = at(last + timedelta(days=1))
        done = examining.refuse(connection, case.id, "not_supplemented", CLERK, reason="未补", now=after)
        assert standing.state_of(connection, "civil.people") == "refused"
        assert running.clocks_of(connection, terms.of(case.id), open_only=True) == ()
        bureau.apply(connection, "civil.people", after)
    assert codes_of(refused) == ["registration.not_late"]
    assert done.state == "refused"


# --- public notice and objections ------------------------------------------------------------------------


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


# --- codes -----------------------------------------------------------------------------------------------


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


# --- what follows a registration -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.FIRST])
def test_what_does_not_stand_is_not_changed_amended_renewed_or_deregistered(
    bureau: Bureau, kind: Kind
) -> None:
    with writing(bureau.engine) as connection:
        for filed in (False, True):
            if filed:
                bureau.apply(connection, "civil.people")
            given = Filing(kind, Object.RESOURCE, "civil.people", {}, ground="lost")
            with pytest.raises(RegistrationRefused) as refused:
                filing.apply(connection, given, STEWARD, NOW)
            assert codes_of(refused) == ["registration.standing"]


def test_a_change_says_what_is_different_and_replaces_what_is_registered(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        later = at(date(2026, 9, 1))
        with pytest.raises(RegistrationRefused) as same:
            bureau.about(
                connection, "civil.people", Kind.CHANGE, later, form={"storage_place": FORM["storage_place"]}
            )
        case = bureau.about(
            connection,
            "civil.people",
            Kind.CHANGE,
            later,
            form={"storage_place": "新机房", "data_name": "人口"},
        )
        with pytest.raises(RegistrationRefused) as pending:
            bureau.about(connection, "civil.people", Kind.CHANGE, later)
        with pytest.raises(RegistrationRefused) as other_code:
            bureau.code(connection, bureau.to_notice(connection, case, later), code="NDR-000777")
        after = bureau.code(connection, case, query_code="Q-000777")
    assert codes_of(same) == ["registration.no_change"]
    assert codes_of(pending) == ["registration.pending"]
    assert codes_of(other_code) == ["registration.code.kept"]
    assert (after.title, after.code, after.query_code) == ("人口", of.code, "Q-000777")
    assert after.to_document()["content"]["storage_place"] == "新机房"
    assert after.valid_until == of.valid_until


def test_an_interested_party_may_ask_for_an_amendment_and_for_nothing_else(bureau: Bureau) -> None:
    later = at(date(2026, 9, 1))
    with writing(bureau.engine) as connection:
        bureau.register(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as nameless:
            bureau.about(connection, "civil.people", Kind.AMENDMENT, later, CITIZEN)
        with pytest.raises(RegistrationRefused) as change:
            bureau.about(connection, "civil.people", Kind.CHANGE, later, CITIZEN, applicant_name="王五")
        case = bureau.about(connection, "civil.people", Kind.AMENDMENT, later, CITIZEN, applicant_name="王五")
        assert (case.applicant_name, case.applicant_code, case.office) == ("王五", "", "party")
        after = bureau.code(connection, bureau.to_notice(connection, case, later))
    assert codes_of(nameless) == ["registration.unnamed"]
    assert codes_of(change) == ["registration.applicant"]
    assert after.registrant_code == DEPARTMENT.code


def test_a_deregistration_rests_on_a_ground_and_drops_what_was_pending(bureau: Bureau) -> None:
    later = at(date(2026, 9, 1))
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        for ground, citation in ((None, None), ("无用", None), ("other", None)):
            with pytest.raises(RegistrationRefused) as refused:
                bureau.about(
                    connection, "civil.people", Kind.DEREGISTRATION, later, ground=ground, citation=citation
                )
            assert codes_of(refused) == ["registration.ground"]
        change = bureau.about(connection, "civil.people", Kind.CHANGE, later)
        case = bureau.about(connection, "civil.people", Kind.DEREGISTRATION, later, ground="lost")
        after = bureau.code(connection, bureau.to_notice(connection, case, later))
        assert rows.application(connection, change.id).state == "dropped"
        assert running.clocks_of(connection, terms.of(change.id), open_only=True) == ()
        assert standing.state_of(connection, "civil.people") == "deregistered"
        bureau.apply(connection, "civil.people", at(date(2026, 10, 20)))
        assert standing.state_of(connection, "civil.people") == "applied"
    assert (after.state, after.code) == ("deregistered", of.code)


def test_a_renewal_needs_an_authorisation_that_lasts_longer(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2027, 6, 30))
        of = bureau.register(connection, "civil.people")
        assert of.valid_until == date(2027, 6, 30)
        window = at(date(2027, 6, 1))
        with pytest.raises(RegistrationRefused) as refused:
            bureau.about(connection, "civil.people", Kind.RENEWAL, window)
        bureau.authorise(connection, "civil.people", starts_on=date(2027, 6, 1), ends_on=date(2028, 5, 31))
        case = bureau.about(connection, "civil.people", Kind.RENEWAL, window)
        after = bureau.code(connection, bureau.to_notice(connection, case, window))
    assert codes_of(refused) == ["registration.renewal.bound"]
    assert after.valid_until == date(2028, 5, 31)


def test_a_late_end_of_term_is_refused_and_lapsing_needs_nobody(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        with pytest.raises(RegistrationRefused) as refused:
            coding.end_of_term(connection, of.id, Actor("clock", Office.CLOCK), NOW)
    assert codes_of(refused) == ["registration.not_over"]


# --- authorised operation and standing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"ends_on": date(2031, 7, 1)}, ["registration.authorisation.term"]),
        ({"ends_on": date(2026, 6, 30)}, ["registration.authorisation.term"]),
        ({"mode": "随意"}, ["registration.authorisation.mode"]),
        ({"operator_code": "91990100"}, ["registration.code_of_party"]),
        ({"datasets": ("civil.none",)}, ["registration.authorisation.scope"]),
        ({"datasets": ()}, ["registration.authorisation.scope"]),
        (
            {"body_code": "x", "mode": "y", "ends_on": date(2040, 1, 1)},
            [
                "registration.authorisation.term",
                "registration.authorisation.mode",
                "registration.code_of_party",
            ],
        ),
    ],
)
def test_an_authorisation_is_recorded_whole_or_refused_with_every_reason(
    bureau: Bureau, more: dict[str, object], reasons: list[str]
) -> None:
    with writing(bureau.engine) as connection:
        with pytest.raises(RegistrationRefused) as refused:
            bureau.authorise(connection, "civil.people", **more)
        assert authorisations(connection) == ()
    assert codes_of(refused) == reasons


def test_five_years_to_the_day_may_be_authorised_and_an_older_agreement_longer(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2031, 6, 30))
        bureau.authorise(connection, "civil.homes", starts_on=date(2022, 1, 1), ends_on=date(2031, 12, 31))
        assert set(in_operation(connection, date(2031, 6, 30))) == {"civil.people", "civil.homes"}
        assert set(in_operation(connection, date(2031, 7, 1))) == {"civil.homes"}


def test_standing_counts_what_is_in_operation_and_names_what_is_not_registered(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        nothing = standing.standing(connection, TODAY)
        bureau.authorise(connection, "civil.people", "civil.homes")
        bureau.register(connection, "civil.people")
        bureau.apply_product(connection, "living-check", ["civil.people"])
        now = standing.standing(connection, date(2026, 7, 20))
        expired = standing.standing(connection, date(2029, 7, 17))
        window = standing.standing(connection, date(2029, 6, 1))
    assert (nothing.authorised, nothing.share, nothing.unregistered) == (0, None, ())
    assert (now.authorised, now.registered) == (3, 1)
    assert now.unregistered == ("civil.homes", "living-check")
    assert now.owed == ("civil.homes",)
    assert dict(now.by_state) == {"applied": 1, "none": 1, "registered": 1}
    assert now.to_document()["share"] == 0.3333
    # Nobody has marked it yet: a day past its term it is not counted all the same.
    assert dict(expired.by_state) == {"applied": 1, "lapsed": 1, "none": 1}
    assert [(each.name, each.valid_until) for each in window.expiring] == [
        ("civil.people", date(2029, 7, 16))
    ]
    assert now.expiring == expired.expiring == ()


def test_what_is_no_longer_in_operation_is_no_longer_owed(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        agreed = bureau.authorise(connection, "civil.people")
        assert terms.watch(connection, NOW) == ("civil.people",)
        assert terms.watch(connection, NOW) == ()
        end(connection, agreed, reason="运营机构退出", by="赵六", now=NOW)
        assert terms.watch(connection, NOW) == ()
        (clock,) = running.clocks_of(connection, terms.of("civil.people"))
        assert clock.state == "cancelled"
        assert standing.standing(connection, TODAY).authorised == 0
        with pytest.raises(UnknownRegistration):
            end(connection, agreed, reason="again", by="赵六", now=NOW)


def test_what_lapses_in_operation_is_owed_anew(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2031, 6, 30))
        of = bureau.register(connection, "civil.people")
        assert of.valid_until is not None
        after = at(of.valid_until + timedelta(days=1))
        coding.lapse(connection, after)
        assert terms.watch(connection, after) == ("civil.people",)
        clock = running.clocks_of(connection, terms.of("civil.people"), open_only=True)[0]
    assert clock.received_on == date(2029, 7, 17)


def test_a_product_of_another_operator_is_not_in_operation(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", operator_code=code(77, "91"))
        bureau.apply_product(connection, "living-check", ["civil.people"])
        assert standing.standing(connection, TODAY).unregistered == ("civil.people",)
        sources = connection.execute(select(registration_sources.c.dataset)).scalars().all()
    assert sources == ["civil.people"]


def test_one_name_leads_to_the_application_that_is_open(bureau: Bureau) -> None:
    later = at(date(2026, 9, 1))
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        change = bureau.about(connection, "civil.people", Kind.CHANGE, later)
        assert rows.application(connection, "civil.people").id == change.id
        assert rows.application(connection, of.code or "").id == change.id
        bureau.about(connection, "civil.people", Kind.DEREGISTRATION, later, ground="lost")
        with pytest.raises(UnknownRegistration, match="several applications"):
            rows.application(connection, "civil.people")
    with reading(bureau.engine) as connection, pytest.raises(UnknownRegistration):
        rows.application(connection, "civil.homes")


def test_the_operator_registers_its_product_within_its_authorisation(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.authorise(connection, "civil.people", ends_on=date(2027, 12, 31))
        case = bureau.apply_product(connection, "living-check", ["civil.people"])
        of = bureau.code(connection, bureau.to_notice(connection, case, NOW))
    assert (of.object, of.registrant_code) == ("product", OPERATOR.code)
    assert of.valid_until == date(2027, 12, 31)
