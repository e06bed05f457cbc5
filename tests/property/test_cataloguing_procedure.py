"""Every (state, event, office) of cataloguing, walked through the functions that take the steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from catalog import revisions
from catalog.cataloging.acts import Who
from catalog.cataloging.answering import refuse, retract, return_, trigger, withdraw
from catalog.cataloging.standing import standing
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.store import reading, writing
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.decision import Permit
from policies.machine import IllegalStep, Office, machine

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
MACHINE = machine("cataloguing")
STEWARD, HEAD, AUTHORITY = (
    Who("张三", Office.STEWARD), Who("李局长", Office.HEAD), Who("数据局", Office.AUTHORITY),
)  # fmt: skip
# Events that are about what is in force, whatever is on its way.
IN_FORCE = ("trigger", "withdraw")
RESTING = ("returned", "refused", "retracted", "withdrawn")


def _contract(name: str, title: str = "名录", **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": title, "schema": schema, "table": table, "status": "active",
        "department": Party("云州市民政局"), "classification": "主题/公共服务",
        "sharing": Sharing(ShareType.UNCONDITIONAL), "fields": (Field(name="area"),),
    }  # fmt: skip
    return Contract(**(values | rest))


def _draft(name: str, title: str) -> Contract:
    """A contract that compiles and cannot be checked yet."""
    return _contract(name, title, status="draft", sharing=Sharing())


def _submit(engine: Engine, given: Contract | str, who: Who) -> object:
    wanted = given if isinstance(given, str) else (given, None)
    return submit(engine, wanted, who, reason="r", now=NOW)


def _take(engine: Engine, name: str, event: str, who: Who) -> object:
    steps: dict[str, Callable[[], object]] = {
        "compile": lambda: _submit(engine, _draft(name, f"{event} by {who.office}"), who),
        "check": lambda: _submit(engine, name, who),
        "sign_off": lambda: sign_off(engine, name, who, now=NOW),
        "review": lambda: approve(engine, name, who, now=NOW, seen_added_condition=True),
        "publish": lambda: approve(engine, name, who, now=NOW, seen_added_condition=True),
        "return": lambda: return_(engine, name, who, ["summary: say what it is"], now=NOW),
        "refuse": lambda: refuse(
            engine, name, who, basis="《政务数据共享条例》第十六条", reason="r", now=NOW
        ),
        "retract": lambda: retract(engine, name, who, reason="r", now=NOW),
        "withdraw": lambda: withdraw(engine, name, who, reason="r", now=NOW),
        "trigger": lambda: trigger(engine, name, who, kind="law", what="w", now=NOW),
    }
    return steps[event]()


def _bring(engine: Engine, name: str, state: str, successor: bool) -> None:
    """Bring an entry, or the successor of a published one, into a state."""
    if state == "new":
        return
    if successor:
        _bring(engine, name, "published", False)
    fresh = _contract(name, "名录二" if successor else "名录")
    if state == "compiled":
        _submit(engine, _draft(name, fresh.title), STEWARD)
        return
    _submit(engine, fresh, STEWARD)
    if state in ("checked", "retracted"):
        if state == "retracted":
            retract(engine, name, STEWARD, reason="r", now=NOW)
        return
    if state == "returned":
        return_(engine, name, HEAD, ["title: say whose"], now=NOW)
        return
    sign_off(engine, name, HEAD, now=NOW)
    if state == "refused":
        refuse(engine, name, AUTHORITY, basis="〔2025〕26号", reason="r", now=NOW)
    elif state == "reviewed":
        with writing(engine) as connection:
            found = standing(connection, name)
            row = update(entries).where(entries.c.name == name)
            connection.execute(row.values(**found.moved("reviewed")))
    elif state != "signed_off":
        approve(engine, name, AUTHORITY, now=NOW)
        if state == "withdrawn":
            withdraw(engine, name, AUTHORITY, reason="r", now=NOW)


def _written(engine: Engine) -> tuple[Any, ...]:
    """Everything an act on an entry would change."""
    with reading(engine) as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (entry_acts, evidence_entries, revision_rows)
        ]
        return *counts, connection.execute(select(entries).order_by(entries.c.name)).all()


def _walked(state: str, event: str) -> bool:
    """Whether an event is a step of its own in a state; some functions take two steps or the open one."""
    if state == "new":
        return event == "compile"  # there is no entry to do anything else to
    if event == "check":
        return state not in RESTING
    if event in ("review", "publish"):
        return (state, event) not in (("reviewed", "review"), ("signed_off", "publish"))
    return True


# A state, and whether the revision in it is to replace a published one.
CASES = [(state, False) for state in MACHINE.states] + [
    (state, True) for state in MACHINE.states if state not in ("new", "published", "withdrawn")
]


@pytest.mark.parametrize(("state", "successor"), CASES)
def test_every_step_is_open_exactly_where_the_table_has_it(
    engine: Engine, state: str, successor: bool
) -> None:
    idle = "a.idle"
    _bring(engine, idle, state, successor)
    for event in MACHINE.events:
        for office in Office:
            if not _walked(state, event):
                continue
            judged = "published" if successor and event in IN_FORCE else state
            who = Who(f"{office} of the test", office)
            if isinstance(MACHINE.check(judged, event, office), Permit):
                _legal(engine, f"a.{event}_{office}", state, event, who, successor)
                continue
            before = _written(engine)
            with pytest.raises(IllegalStep) as refused:
                _take(engine, idle if state != "new" else "a.nothing", event, who)
            (reason,) = refused.value.denial.reasons
            steps = MACHINE.open_steps(judged)
            assert all(step.event in reason.allowed for step in steps) or not steps
            assert _written(engine) == before, f"{event} by {office} in {state} wrote something"


def _legal(engine: Engine, name: str, state: str, event: str, who: Who, successor: bool) -> None:
    _bring(engine, name, state, successor)
    if (state, event) == ("compiled", "check"):
        # The draft lacks its basis: what it lacks is stated, and the check is taken with it.
        _submit(engine, _contract(name, "名录三"), who)
    else:
        _take(engine, name, event, who)
    judged = "published" if successor and event in IN_FORCE else state
    expected = MACHINE.after(judged, event, who.office)
    with reading(engine) as connection:
        found = standing(connection, name)
        if event == "review":
            expected = "published"  # reviewed and published are one act of the authority
        assert (found.state if event in IN_FORCE else found.way) == expected
        if successor and expected != "published":
            assert revisions.current(connection, name).number == 1
            assert found.state == ("withdrawn" if event == "withdraw" else "published")


def test_a_published_entry_is_unchanged_while_its_successor_is_on_its_way(engine: Engine) -> None:
    _bring(engine, "a.b", "published", False)
    with reading(engine) as connection:
        before = revisions.current(connection, "a.b")
        assert revisions.pending(connection, "a.b") is None
    for state in ("compiled", "checked", "signed_off", "returned", "refused"):
        name = f"a.{state}"
        _bring(engine, name, state, True)
        with reading(engine) as connection:
            held, way = revisions.current(connection, name), revisions.pending(connection, name)
            assert way is not None
            assert (held.number, held.state, way.number, way.state) == (1, "published", 2, state)
            assert held.contract.title == before.contract.title
            (listed,) = [r for r in revisions.all_current(connection, states=["published"]) if r.name == name]
            assert listed == held
