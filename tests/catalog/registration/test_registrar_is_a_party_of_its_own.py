"""Nobody registers what is their own: under another name, after a reform, through another person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from catalog.organisations import changes, units
from catalog.organisations.changes import NewUnit, Reform
from catalog.organisations.units import UnitKind
from catalog.registration import examining, filing, objections, registrars, rows
from catalog.registration.errors import RegistrationRefused
from catalog.registration.objections import Objection
from catalog.registration.rulings import Kind
from catalog.registration.steps import Actor
from catalog.store import reading, writing
from catalog.store.tables.registration import registration_acts
from contracts.model import Party
from policies.machine import Office
from tests.catalog.registration.bureau import (
    CITIZEN,
    CLERK,
    DEPARTMENT,
    FORM,
    NOW,
    OTHER,
    STEWARD,
    TODAY,
    Bureau,
    code,
)

REFORM = Reform(TODAY, "云州市机构改革方案", "编办", NOW)
HEIR = Party("云州市公共安全局", code(8))


def _unit(connection: Connection, party: Party, **more: Any) -> None:
    values = {"kind": UnitKind.DEPARTMENT, "valid_from": date(2020, 1, 1), "basis": "三定方案"}
    units.add(connection, code=party.code, name=party.name, by="编办", now=NOW, **(values | more))


def _renamed(connection: Connection) -> Party:
    """The department was called so before."""
    _unit(connection, Party("云州市公安局（旧）", DEPARTMENT.code))
    changes.rename(connection, DEPARTMENT.code, DEPARTMENT.name, REFORM)
    return Party("云州市公安局（旧）", code(9))


def _merged(connection: Connection) -> Party:
    """The department went up in the registrar's body."""
    _unit(connection, DEPARTMENT)
    _unit(connection, OTHER)
    changes.merge(connection, [DEPARTMENT.code, OTHER.code], NewUnit(HEIR.code, HEIR.name), REFORM)
    return HEIR


def _inner(connection: Connection) -> Party:
    """The registrar is an office inside the department."""
    _unit(connection, DEPARTMENT)
    office = Party("登记科", code(9))
    _unit(connection, office, parent=DEPARTMENT.code, kind=UnitKind.OFFICE)
    return office


OWN = {
    "the same code": lambda _: Party("云州市登记所", DEPARTMENT.code),
    "the same name, written wide": lambda _: Party("云州市　公安局 ", code(9)),
    "a former name": _renamed,
    "its heir": _merged,
    "an inner office": _inner,
}


@pytest.mark.parametrize("how", OWN)
def test_a_registrant_is_not_its_own_registrar_under_any_name(bureau: Bureau, how: str) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        party = OWN[how](connection)
    bureau.name_registrar(party, first=date(2026, 6, 1))
    with writing(bureau.engine) as connection:
        with pytest.raises(RegistrationRefused, match="the registrar is also the applicant"):
            examining.accept(connection, case.id, CLERK, now=NOW)
        assert rows.application(connection, case.id).state == "applied"


def test_a_registrar_of_its_own_with_a_like_name_goes_on(bureau: Bureau) -> None:
    bureau.name_registrar(Party("云州市公安局登记中心", code(9)), first=date(2026, 6, 1))
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people")
        assert examining.accept(connection, case.id, CLERK, now=NOW).state == "accepted"


def test_whoever_supplemented_does_not_decide(bureau: Bureau) -> None:
    incomplete = {key: value for key, value in FORM.items() if key != "scenario"}
    with writing(bureau.engine) as connection:
        case = bureau.apply(connection, "civil.people", form=incomplete)
        examining.send_back(connection, case.id, [], CLERK, now=NOW)
        helper = Actor("钱七", Office.STEWARD)
        filing.supplement(connection, case.id, {"scenario": "信贷核验"}, (), helper, NOW)
        for name in (STEWARD.by, "钱七", " 钱七"):
            with pytest.raises(RegistrationRefused, match="the same person"):
                examining.accept(connection, case.id, Actor(name, Office.REGISTRAR), now=NOW)
        assert examining.accept(connection, case.id, CLERK, now=NOW).state == "accepted"


@pytest.mark.parametrize("name", ["匿名", " 某 某 ", "Anonymous", "-", " "])
def test_an_objection_has_a_real_name(bureau: Bureau, name: str) -> None:
    with writing(bureau.engine) as connection:
        case = bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
        made = Objection(name, "0999-7654321", "数据来源有误")
        kept = (bureau.any_file("objection"),)
        with pytest.raises(RegistrationRefused, match="real name"):
            objections.raise_objection(connection, case.id, made, kept, CITIZEN, now=NOW)
        assert rows.application(connection, case.id).state == "noticed"


def test_the_heir_of_a_department_applies_and_the_department_that_is_no_more_does_not(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        _merged(connection)
        with pytest.raises(RegistrationRefused, match=HEIR.code):
            bureau.apply(connection, "civil.people")
        form = FORM | {"registrant_name": HEIR.name, "registrant_code": HEIR.code}
        case = bureau.apply(connection, "civil.people", form=form)
        of = rows.registration(connection, case.registration_id)
    assert (of.registrant_name, of.registrant_code, case.applicant_code) == (HEIR.name, HEIR.code, HEIR.code)


def test_what_was_registered_before_a_reform_is_renewed_by_the_heir(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        later = Reform(date(2026, 9, 1), "方案", "编办", NOW.replace(month=9))
        _unit(connection, DEPARTMENT)
        changes.abolish(connection, DEPARTMENT.code, later, successor=_made(connection, HEIR))
        form = {"agent_name": "张三", "agent_contact": "0999-1", "statement": "机构改革",
                "registrant_name": HEIR.name, "registrant_code": HEIR.code}  # fmt: skip
        case = bureau.about(connection, "civil.people", Kind.CHANGE, NOW.replace(month=9), form=form)
        after = bureau.code(connection, bureau.to_notice(connection, case, NOW.replace(month=9)))
    assert (after.id, after.code, after.registrant_code) == (of.id, of.code, HEIR.code)


def _made(connection: Connection, party: Party) -> str:
    _unit(connection, party)
    return party.code


def test_the_registrar_of_every_step_is_kept_with_it(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        bureau.to_notice(connection, bureau.apply(connection, "civil.people"), NOW)
    with reading(bureau.engine) as connection:
        named = {each.id for each in registrars.registrars(connection)}
        acts = connection.execute(registration_acts.select().order_by(registration_acts.c.number)).all()
    assert [(act.act, act.registrar_id in named) for act in acts] == [
        ("apply", False), ("accept", True), ("review", True), ("notice", True),
    ]  # fmt: skip
