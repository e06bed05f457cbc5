"""What bodies and departments owe of the way back is due with all else, without what people wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from catalog.clocks.duties import Duty, duties, owned_by
from catalog.store import reading, writing
from catalog.store.tables.entitlements import (
    entitlement_cases,
    entitlement_comparisons,
    entitlement_runs,
)
from policies.clocks import local_date
from space.wayback.backflow import tasks as inbox
from space.wayback.backflow.inbox import listing
from space.wayback.forms.admission import admit
from space.wayback.forms.sending import send
from space.wayback.grassroots import handing
from tests.space.wayback.conftest import CIVIL_AFFAIRS, Town
from tests.space.wayback.ledger_town import person, prepare
from tests.space.wayback.test_forms_are_demanded_compared_and_sent import FORM

WRITTEN = "走访张三家"


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def owed(town: Town, organisation: str) -> dict[str, Duty]:
    with reading(town.engine) as connection:
        found = owned_by(duties(connection, local_date(town.now)), organisation)
    return {duty.subject: duty for duty in found}


def open_case(town: Town, due_on: date) -> None:
    """A case of an alert as a run leaves it."""
    common = {"evidence_id": "evd_1", "dataset": "welfare.allowance"}
    with writing(town.engine) as connection:
        connection.execute(
            insert(entitlement_comparisons).values(
                id="cmp_1", entitlement="old_age_allowance", register="civil.residents", others={},
                department=CIVIL_AFFAIRS.name, department_code=CIVIL_AFFAIRS.code, purpose="核查",
                basis="老年人权益保障法", grants={}, opened_by="赵平", opened_at=town.now, **common,
            )
        )  # fmt: skip
        connection.execute(
            insert(entitlement_runs).values(
                id="run_1", comparison_id="cmp_1", releases={}, compared=1, found={}, opened=1, gone=0,
                ran_by="赵平", ran_at=town.now, evidence_id="evd_1",
            )
        )  # fmt: skip
        connection.execute(
            insert(entitlement_cases).values(
                id="ent_1", comparison_id="cmp_1", finding="left_register", subject="0" * 32, round=1,
                row="1" * 32, area="", body="street", department_code=CIVIL_AFFAIRS.code,
                confidence="likely", state="open", due_on=due_on, due_provisional=False,
                opened_run="run_1", opened_at=town.now, **common,
            )
        )  # fmt: skip


def test_tasks_checks_and_forms_of_a_body_and_cases_of_a_department_are_due(street: Town) -> None:
    town, on = street, local_date(street.now)
    before = owed(town, "street")
    record = person(town, 1).id
    visit = handing.assign(
        town.engine, "street", "visit", record, title=WRITTEN, person="王芳", due_on=on + timedelta(days=3),
        by="主任", now=town.later(),
    )  # fmt: skip
    with reading(town.engine) as connection:
        delivery = listing(connection, "street")[0].id
    given = inbox.assign(
        town.engine, "street", delivery, to="王芳", task=WRITTEN, by="主任", now=town.later(), row="",
        due_on=(on + timedelta(days=5)).isoformat(),
    )  # fmt: skip
    admit(town.engine, FORM, by="王敏", now=town.now)
    (task,) = send(town.home, town.engine, FORM.code, ["street"], by="李四", now=town.now)
    open_case(town, on - timedelta(days=1))

    mine = owed(town, "street")
    fresh = {subject: duty for subject, duty in mine.items() if subject not in before}
    assert set(fresh) == {f"task:{visit.id}", f"task:{given.id}", f"task:{task.id}"}
    assert fresh[f"task:{visit.id}"].due_on == on + timedelta(days=3)
    assert fresh[f"task:{task.id}"].rule == "task/workdays"
    assert not any(WRITTEN in duty.what for duty in mine.values()), "what people wrote stays with the body"
    case = owed(town, CIVIL_AFFAIRS.code)["case:ent_1"]
    assert (case.overdue, case.rule) == (True, "case_workdays")


def test_what_is_done_is_owed_no_longer(street: Town) -> None:
    town, on = street, local_date(street.now)
    with reading(town.engine) as connection:
        delivery = listing(connection, "street")[0].id
    given = inbox.assign(
        town.engine, "street", delivery, to="王芳", task="核对", by="主任", now=town.later(), row="",
        due_on=on.isoformat(),
    )  # fmt: skip
    assert f"task:{given.id}" in owed(town, "street")
    inbox.close(town.engine, given.id, by="王芳", now=town.later())
    assert f"task:{given.id}" not in owed(town, "street")
