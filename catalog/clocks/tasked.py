"""What streets and villages owe of the way back, and departments of its alerts: tasks, checks, forms, cases.

Decides that a task is owed by its body, whoever has it there, and that a case of an alert is owed by the
department that settles it. What a duty is called never holds what people wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import Owed
from catalog.store.tables.entitlements import entitlement_cases, entitlement_comparisons
from catalog.store.tables.forms_filling import form_tasks
from catalog.store.tables.grassroots import base_tasks
from catalog.store.tables.identity import organisations
from catalog.store.tables.inbox import inbox_tasks
from policies.rulebook import rule

_OPEN: Final = "open"
# Days that a body sets for its own people.
_OWN_DAY: Final = ("task", "the day the body set")
_WORDS: Final = {
    "verify": "check at the door 核实",
    "visit": "visit 走访",
    "fill": "fill 填报",
}


def of_ledger_tasks(connection: Connection, _on: date) -> Iterator[Owed]:
    """Tasks over a body's ledger: visits, field checks, what is to be filled."""
    t, o = base_tasks.c, organisations.c
    query = select(t.id, t.kind, t.due_on, t.body, o.name).join(organisations, o.code == t.body)
    for row in connection.execute(query.where(t.state == _OPEN).order_by(t.due_on, t.id)):
        what = _WORDS.get(row.kind, row.kind)
        yield Owed(what, f"task:{row.id}", row.name, row.body, row.due_on, False, *_OWN_DAY)


def of_inbox_tasks(connection: Connection, _on: date) -> Iterator[Owed]:
    """Things of a body's inbox that were given to somebody with a day."""
    t, o = inbox_tasks.c, organisations.c
    query = select(t.id, t.due_on, t.body, o.name).join(organisations, o.code == t.body)
    for row in connection.execute(query.where(t.state == _OPEN).order_by(t.id)):
        due_on = date.fromisoformat(row.due_on) if row.due_on else None
        yield Owed("see to the inbox 办理", f"task:{row.id}", row.name, row.body, due_on, False, *_OWN_DAY)


def of_form_tasks(connection: Connection, on: date) -> Iterator[Owed]:
    """Forms a body has to fill."""
    t, o, ruled = form_tasks.c, organisations.c, rule("forms", "task/workdays", on)
    query = select(t.id, t.form, t.period, t.due_on, t.due_provisional, t.body, o.name)
    query = query.join(organisations, o.code == t.body).where(t.state == _OPEN)
    for row in connection.execute(query.order_by(t.due_on, t.id)):
        yield Owed(
            f"fill form {row.form} of {row.period}", f"task:{row.id}", row.name, row.body, row.due_on,
            row.due_provisional, ruled.name, ruled.source, int(ruled.value),
        )  # fmt: skip


def of_alert_cases(connection: Connection, on: date) -> Iterator[Owed]:
    """Cases of alerts of life events a department has to settle."""
    c, m, ruled = entitlement_cases.c, entitlement_comparisons.c, rule("entitlements", "case_workdays", on)
    query = select(c.id, c.due_on, c.due_provisional, c.department_code, c.dataset, m.department)
    query = query.join(entitlement_comparisons, m.id == c.comparison_id).where(c.state == _OPEN)
    for row in connection.execute(query.order_by(c.due_on, c.id)):
        yield Owed(
            f"settle a case of {row.dataset}", f"case:{row.id}", row.department, row.department_code,
            row.due_on, row.due_provisional, ruled.name, ruled.source, int(ruled.value),
        )  # fmt: skip
