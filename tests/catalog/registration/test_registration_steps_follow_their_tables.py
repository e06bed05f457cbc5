"""Every (state × event × office) of registration through the functions that take the steps.

What has a row in the table goes, whatever has none is refused with the steps that are open instead, and
then nothing is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from catalog.registration import coding, examining, filing, objections, rows, steps
from catalog.registration.coding import Given
from catalog.registration.eligibility import Filing
from catalog.registration.errors import RegistrationRefused
from catalog.registration.objections import Objection
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.registration import registration_objections, registrations
from policies.machine import IllegalStep, Office, machine
from tests.catalog.registration.bureau import (
    CITIZEN,
    CLERK,
    FORM,
    NOW,
    RUNNER,
    STEWARD,
    Bureau,
    at,
    written,
)

APPLICATION, LIFE, OBJECTION = machine("registration"), machine("registered"), machine("objection")
LATER = NOW + timedelta(days=60)
FILERS = {Office.STEWARD: STEWARD, Office.OPERATOR: RUNNER, Office.PARTY: CITIZEN}
STATES = [state for state in APPLICATION.states if state != "new"]


def filed(bureau: Bureau, connection: Connection, office: Office) -> rows.Application:
    """An application filed in an office: of a dataset, of a product, or to amend what is registered."""
    if office is Office.STEWARD:
        return bureau.apply(connection, "civil.people")
    if office is Office.OPERATOR:
        return bureau.apply_product(connection, "living-check", ["civil.people"])
    bureau.register(connection, "civil.people")
    return bureau.about(
        connection, "civil.people", Kind.AMENDMENT, NOW, CITIZEN, applicant_name="王五", applicant_code=""
    )


def reach(bureau: Bureau, connection: Connection, state: str, office: Office) -> rows.Application:
    """An application in a state, by the steps that lead there."""
    case = filed(bureau, connection, office)
    actor = FILERS[office]
    if state in ("returned", "supplemented"):
        examining.send_back(connection, case.id, ["盖章页"], CLERK, now=NOW)
    if state == "supplemented":
        filing.supplement(connection, case.id, {}, (bureau.any_file("explanation"),), actor, NOW)
    if state in ("accepted", "reviewed", "noticed", "contested", "coded"):
        examining.accept(connection, case.id, CLERK, now=NOW)
    if state in ("reviewed", "noticed", "contested", "coded"):
        examining.review(connection, case.id, CLERK, now=NOW)
    if state in ("noticed", "contested", "coded"):
        examining.publish(connection, case.id, CLERK, now=NOW)
    if state == "contested":
        bureau.object(connection, case)
    if state == "coded":
        bureau.code(connection, case)
    if state == "refused":
        examining.refuse(connection, case.id, "untrue", CLERK, reason="印章系伪造", now=NOW)
    if state == "withdrawn":
        filing.withdraw(connection, case.id, actor, reason="暂缓", now=NOW)
    if state == "dropped":
        end_life(connection, case)
        steps.drop(connection, case.id, steps.NOBODY, reason="登记已注销", now=NOW)
    found = rows.application(connection, case.id)
    assert found.state == state
    return found


def end_life(connection: Connection, case: rows.Application) -> None:
    of = registrations.c
    connection.execute(
        update(registrations).where(of.id == case.registration_id).values(state="deregistered")
    )


def open_objection(connection: Connection, case: rows.Application) -> str:
    """An open objection to an application, whatever its state."""
    for each in rows.objections_of(connection, case.id):
        if each["state"] == "open":
            return str(each["id"])
    objection_id = new_id("obj")
    connection.execute(
        insert(registration_objections).values(
            id=objection_id, application_id=case.id, name="甲", contact="乙", statement="丙", state="open",
            made_at=NOW, entered_by="王五",
        )
    )  # fmt: skip
    return objection_id


Act = Callable[[Bureau, Connection, rows.Application, Actor], Any]


def _decide(accepted: bool, others: int) -> Act:
    def act(bureau: Bureau, connection: Connection, case: rows.Application, actor: Actor) -> Any:
        objection_id = open_objection(connection, case)
        open_ones = [o for o in rows.objections_of(connection, case.id) if o["state"] == "open"]
        assert len(open_ones) == 1 + others
        return objections.decide(
            connection, objection_id, accepted=accepted, reason="已核实", basis="26号", actor=actor, now=NOW
        )

    return act


def _refuse(bureau: Bureau, connection: Connection, case: rows.Application, actor: Actor) -> Any:
    ground = "not_supplemented" if case.state == "returned" else "untrue"
    return examining.refuse(connection, case.id, ground, actor, reason="核实", now=LATER)


def _object(bureau: Bureau, connection: Connection, case: rows.Application, actor: Actor) -> Any:
    kept = (bureau.any_file("objection"),)
    made = Objection("王五", "0999", "有误")
    return objections.raise_objection(connection, case.id, made, kept, actor, now=NOW)


def _code(bureau: Bureau, connection: Connection, case: rows.Application, actor: Actor) -> Any:
    first = case.kind == Kind.FIRST
    given = Given(bureau.any_file("proof"), *((bureau.fresh_code(), bureau.fresh_code()) if first else ()))
    return coding.record_code(connection, case.id, given, actor, now=LATER)


ACTS: dict[str, Act] = {
    "accept": lambda b, c, case, who: examining.accept(c, case.id, who, now=NOW),
    "return": lambda b, c, case, who: examining.send_back(c, case.id, ["盖章页"], who, now=NOW),
    "supplement": lambda b, c, case, who: filing.supplement(
        c, case.id, {}, (b.any_file("explanation"),), who, NOW
    ),
    "withdraw": lambda b, c, case, who: filing.withdraw(c, case.id, who, reason="暂缓", now=NOW),
    "review": lambda b, c, case, who: examining.review(c, case.id, who, now=NOW),
    "notice": lambda b, c, case, who: examining.publish(c, case.id, who, now=NOW),
    "refuse": _refuse,
    "object": _object,
    "decide": _decide(accepted=False, others=1),
    "settle": _decide(accepted=False, others=0),
    "uphold": _decide(accepted=True, others=0),
    "code": _code,
    "drop": lambda b, c, case, who: steps.drop(c, case.id, who, reason="登记已注销", now=NOW),
}


def _prepare(bureau: Bureau, connection: Connection, case: rows.Application, event: str) -> None:
    """What an event needs beside the state."""
    if event in ("decide", "settle", "uphold"):
        open_objection(connection, case)
    if event == "decide":
        connection.execute(
            insert(registration_objections).values(
                id=new_id("obj"), application_id=case.id, name="丁", contact="戊", statement="己",
                state="open", made_at=NOW + timedelta(hours=1), entered_by="王五",
            )
        )  # fmt: skip
    if event == "drop":
        end_life(connection, case)


def tells_open_steps(told: str, state: str, event: str) -> bool:
    """Whether a refusal names the steps that are open instead: the application's, or its objection's."""
    steps_open = APPLICATION.open_steps(state)
    of_objection = event in ("decide", "settle", "uphold") and ": objection: " in told
    open_ones = OBJECTION.open_steps("open") if of_objection else steps_open
    if not open_ones:
        return "no step is open" in told
    return all(f"{step.event} (by the {step.office.value})" in told for step in open_ones)


def test_every_event_of_the_table_is_walked() -> None:
    assert set(ACTS) == set(APPLICATION.events) - {"apply"}


@pytest.mark.parametrize("office", FILERS, ids=lambda office: office.value)
def test_an_application_takes_the_steps_of_its_table_and_no_other(bureau: Bureau, office: Office) -> None:
    with writing(bureau.engine) as connection:
        for state in STATES:
            reached = connection.begin_nested()
            case = reach(bureau, connection, state, office)
            for event in ACTS:
                prepared = connection.begin_nested()
                _prepare(bureau, connection, case, event)
                before = written(connection)
                for acting in Office:
                    walk(bureau, connection, case, event, acting, before)
                prepared.rollback()
            reached.rollback()


def walk(
    bureau: Bureau,
    connection: Connection,
    case: rows.Application,
    event: str,
    acting: Office,
    before: tuple[Any, ...],
) -> None:
    """Try one event in one office: it goes (and is taken back), or is refused and nothing is written."""
    who = Actor({"steward": "张三", "registrar": "李四"}.get(acting.value, "某人"), acting)
    state = case.state
    lawful = any((s.event, s.office) == (event, acting) for s in APPLICATION.open_steps(state))
    other_office = event in ("supplement", "withdraw") and acting.value != case.office
    if lawful and not other_office:
        point = connection.begin_nested()
        ACTS[event](bureau, connection, case, who)
        assert rows.application(connection, case.id).state == APPLICATION.after(state, event, acting)
        point.rollback()
        return
    with pytest.raises(RegistrationRefused if lawful else IllegalStep) as refused:
        ACTS[event](bureau, connection, case, who)
    assert lawful or tells_open_steps(str(refused.value), state, event)
    assert written(connection) == before


def test_only_stewards_operators_and_parties_apply(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        before = written(connection)
        given = Filing(Kind.FIRST, Object.RESOURCE, "civil.people", FORM, bureau.attachments())
        for acting in set(Office) - {Office.STEWARD}:
            lawful = any(s.office is acting for s in APPLICATION.open_steps("new"))
            # An operator applies for products, a party for amendments: neither for a department's data.
            with pytest.raises(RegistrationRefused if lawful else IllegalStep):
                filing.apply(connection, given, Actor("某人", acting), NOW)
            assert written(connection) == before
        assert filing.apply(connection, given, STEWARD, NOW).application.state == "applied"


def test_a_registration_takes_the_steps_of_its_table_and_no_other(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        of = bureau.register(connection, "civil.people")
        over = at(of.valid_until + timedelta(days=1))
        for state, event, acting in itertools.product(LIFE.states, LIFE.events, Office):
            point = connection.begin_nested()
            connection.execute(update(registrations).where(registrations.c.id == of.id).values(state=state))
            now_is, before = rows.registration(connection, of.id), written(connection)
            who = Actor("某人", acting)

            def act(event: str = event, who: Actor = who, now_is: rows.Registration = now_is) -> Any:
                if event == "lapse":
                    return coding.end_of_term(connection, of.id, who, over)
                return steps.live(connection, now_is, event, who, NOW)

            if any((s.event, s.office) == (event, acting) for s in LIFE.open_steps(state)):
                assert act().state == LIFE.after(state, event, acting)
            else:
                with pytest.raises(IllegalStep):
                    act()
                assert written(connection) == before
            point.rollback()


def test_an_objection_takes_the_steps_of_its_table_and_no_other(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = reach(bureau, connection, "contested", Office.STEWARD)
        objection_id, o = open_objection(connection, case), registration_objections
        events = ("accept", "dismiss", "moot")
        assert set(events) == set(OBJECTION.events) - {"object"}
        for state, acting, event in itertools.product(OBJECTION.states[1:], Office, events):
            point = connection.begin_nested()
            connection.execute(update(o).where(o.c.id == objection_id).values(state=state))
            before, who = written(connection), Actor("某人", acting)

            def act(event: str = event, who: Actor = who) -> Any:
                if event == "moot":
                    found = objections.objection(connection, objection_id)
                    return steps.moot(connection, found, who, "申请已撤回", NOW)
                return objections.decide(
                    connection, objection_id, accepted=event == "accept", reason="已核实", basis="26号",
                    actor=who, now=NOW,
                )  # fmt: skip

            if any((s.event, s.office) == (event, acting) for s in OBJECTION.open_steps(state)):
                act()
                found = connection.execute(select(o.c.state).where(o.c.id == objection_id)).scalar_one()
                assert found == OBJECTION.after(state, event, acting)
            else:
                with pytest.raises(IllegalStep):
                    act()
                assert written(connection) == before
            point.rollback()


def test_an_objection_is_moot_when_its_application_is_withdrawn(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        case = reach(bureau, connection, "contested", Office.STEWARD)
        filing.withdraw(connection, case.id, STEWARD, reason="暂缓", now=NOW)
        assert [o["state"] for o in rows.objections_of(connection, case.id)] == ["moot"]
