"""Applications: who may file what about what, and on what grounds one is refused."""

from __future__ import annotations

import stat
from datetime import date, timedelta

import pytest

from catalog.clocks import running
from catalog.errors import UnknownDataset
from catalog.registration import examining, filing, registrars, rows, standing, terms
from catalog.registration.eligibility import Filing
from catalog.registration.errors import FormUnreadable, RegistrationRefused, UnknownRegistration
from catalog.registration.files import FOLDER
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store import reading, writing
from policies.machine import IllegalStep, Office
from tests.catalog.registration.bureau import (
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
    events,
    written,
)


def codes_of(refused: pytest.ExceptionInfo[RegistrationRefused]) -> list[str]:
    return [reason.code for reason in refused.value.denial.reasons]


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
