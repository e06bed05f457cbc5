"""The course of a case of correction 校核: what it says of itself, and every step it takes.

Decides that a step is taken only where the procedure has it (``rules/procedures/correction.csv``), and that
a step, what it changes and its evidence are one. What a step means is decided by its own module: answers in
:mod:`space.wayback.corrections.cases`, appeals in :mod:`space.wayback.corrections.appeals`, releases in
:mod:`space.wayback.corrections.carrying`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.clocks import running
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.corrections import correction_steps
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from policies.machine import Machine, machine
from space.errors import Unknown


class Bench(StrEnum):
    """In which office somebody acts on a case."""

    REPORTER = "reporter"  # 提出方
    DEPARTMENT = "department"  # 数源部门
    AUTHORITY = "authority"  # 同级数据主管部门
    SUPERIOR = "superior"  # 上级主管部门
    GOVERNMENT = "government"  # 本级人民政府
    CLOCK = "clock"  # nobody: a term ran out, or a release said so


# The levels above the department, in the order a case goes up.
LEVELS: Final = (Bench.AUTHORITY, Bench.SUPERIOR, Bench.GOVERNMENT)
# States in which the value is under challenge; in all others the record bears no flag.
DISPUTED: Final = frozenset(
    {"open", "reopened", "accepted", "before_authority", "before_superior", "before_government"}
)
# What a state means for whoever holds the value; a state that is not here has brought no answer yet.
OUTCOMES: Final[Mapping[str, str]] = {
    "accepted": "accepted",
    "reopened": "accepted",
    "carried": "carried",
    "rejected": "rejected",
    "upheld_authority": "rejected",
    "upheld_superior": "rejected",
    "upheld": "rejected",
    "withdrawn": "rejected",
}


@dataclass(frozen=True, slots=True)
class Correction:
    """A challenge and what became of it; without the values.

    Attributes:
        state: of the procedure: ``open``, ``rejected``, ``accepted``, ``reopened``, ``carried``, or before
            or upheld by a level.
        due_on: last day for the answer; provisional where the year's calendar is not known.
        late: whether the answer came after it.
        checked_release: newest release looked at for the accepted value.
        origin: submission, delivery or receipt its reporter saw the value in; empty where none is named.
        level: it is before: ``authority``, ``superior`` or ``government``; empty: the department.
        not_carried: how many releases should have held the accepted value and did not.
    """

    id: str
    asker: str
    dataset: str
    row: str
    field: str
    department: str
    department_code: str
    state: str
    opened_at: datetime
    due_on: date
    due_provisional: bool
    answer: str | None
    answered_at: datetime | None
    late: bool | None
    checked_release: str | None
    origin: str = ""
    level: str = ""
    not_carried: int = 0

    @property
    def subject(self) -> str:
        """What its clocks are about."""
        return f"correction:{self.id}"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in found.items()}


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of a case, as its history shows it."""

    number: int
    event: str
    office: str
    before: str
    after: str
    by: str
    at: datetime
    reason: str
    due_on: date | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in found.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be taken.

    Attributes:
        event, office: of the procedure.
        by: the person, or ``clock``.
        reason: told to the other side; it stays in the store.
        values: columns of the case it changes.
        told: what its evidence says beside the step itself; never a value.
        due_on: last day of what it starts.
        release: that was looked at.
    """

    event: str
    office: Bench
    by: str
    now: datetime
    reason: str = ""
    values: Mapping[str, Any] | None = None
    told: Mapping[str, Any] | None = None
    due_on: date | None = None
    release: str | None = None


def procedure() -> Machine:
    """The one table of corrections: state, event, who, where it leads."""
    return machine("correction", Bench)


def take(connection: Connection, case: Correction, step: Step) -> Correction:
    """Take a step: the case, its history and the evidence, in the caller's transaction.

    Args:
        connection: a writing transaction.
        case: as it stands in it.
        step: what is done.

    Raises:
        IllegalStep: the procedure has no such step from here.
    """
    after = procedure().after(case.state, step.event, step.office, case.id)
    values = {"state": after, **(step.values or {})}
    connection.execute(update(corrections).where(corrections.c.id == case.id).values(**values))
    log(connection, case, step, after)
    return correction(connection, case.id)


def log(connection: Connection, case: Correction, step: Step, after: str) -> str:
    """Append a step to the history of a case, with its evidence; the id of the entry."""
    s = correction_steps.c
    number = connection.execute(select(func.max(s.number)).where(s.correction_id == case.id)).scalar()
    body = {
        "before": case.state if number is not None or step.event != "open" else "new",
        "after": after,
        "office": step.office.value,
        "by": step.by,
        **({"due_on": step.due_on.isoformat()} if step.due_on else {}),
        **(step.told or {}),
    }
    evidence_id = record(
        connection, event=f"correction:challenge:{step.event}", subject=case.id, body=body, now=step.now
    )
    connection.execute(
        insert(correction_steps).values(
            id=new_id("cst"),
            correction_id=case.id,
            number=(number or 0) + 1,
            event=step.event,
            office=step.office.value,
            before=body["before"],
            after=after,
            acted_by=step.by,
            acted_at=step.now,
            reason=step.reason,
            department_code=case.department_code,
            due_on=step.due_on,
            release_id=step.release,
            evidence_id=evidence_id,
        )
    )
    return evidence_id


def proposed(connection: Connection, correction_id: str, asker: str) -> str:
    """What a reporter said the value should be, to that reporter; empty to all others.

    Raises:
        Unknown: there is no such case.
    """
    c = corrections.c
    row = connection.execute(select(c.asker, c.new_value).where(c.id == correction_id)).first()
    if row is None:
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    return str(row.new_value) if row.asker == asker else ""


def to_be_judged(connection: Connection, correction_id: str) -> dict[str, Any]:
    """What the source department has to judge: its own row by its key, what it holds, what it should be.

    For that department alone, which is handed the same in its workbook once it has accepted.

    Raises:
        Unknown: there is no such case.
    """
    c = corrections.c
    name = select(organisations.c.name).where(organisations.c.code == c.asker).scalar_subquery()
    wanted = select(c.row_key, c.old_value, c.new_value, name.label("asked_by"))
    row = connection.execute(wanted.where(c.id == correction_id)).first()
    if row is None:
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    told = {"held": row.old_value, "proposed": row.new_value, "asked_by": row.asked_by}
    return {"key": dict(row.row_key), **told}


def history(connection: Connection, correction_id: str) -> tuple[Taken, ...]:
    """Every step of a case, in order; of an earlier version's cases only those taken since."""
    s = correction_steps.c
    columns = (
        s.number, s.event, s.office, s.before, s.after, s.acted_by, s.acted_at, s.reason, s.due_on,
    )  # fmt: skip
    query = select(*columns).where(s.correction_id == correction_id).order_by(s.number)
    return tuple(Taken(*row) for row in connection.execute(query))


def correction(connection: Connection, correction_id: str) -> Correction:
    """The challenge of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(corrections).where(corrections.c.id == correction_id)).first()
    if row is None:
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    return of_row(row)


def listing(
    connection: Connection, part: Part | None = None, *, asker: str | None = None,
    department_code: str | None = None,
) -> tuple[Correction, ...]:  # fmt: skip
    """Challenges of one asker, of one department, or all; oldest first."""
    c, query = corrections.c, select(corrections)
    for column, code in ((c.asker, asker), (c.department_code, department_code)):
        query = query if code is None else query.where(column == code)
    return tuple(of_row(row) for row in connection.execute(parted(query, part, c.opened_at, c.id)))


def end_clocks(connection: Connection, case: Correction, now: datetime) -> None:
    """What was owed about a case beside its first answer is done."""
    for clock in running.clocks_of(connection, case.subject, open_only=True):
        running.end(connection, subject=case.subject, rule=clock.rule, now=now)


def of_row(row: Row[Any]) -> Correction:
    """A stored challenge without its values."""
    return Correction(
        id=row.id,
        asker=row.asker,
        dataset=row.dataset,
        row=row.row,
        field=row.field,
        department=row.department,
        department_code=row.department_code,
        state=row.state,
        opened_at=row.opened_at,
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        answer=row.answer,
        answered_at=row.answered_at,
        late=row.late,
        checked_release=row.checked_release_id,
        origin=row.origin or "",
        level=row.level or "",
        not_carried=row.not_carried or 0,
    )
