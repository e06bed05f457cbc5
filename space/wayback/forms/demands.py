"""Demands for forms 报表需求: where an issuer asks to be admitted, and the authority admits or refuses.

Decides that a demand is compared with what is there before anybody decides, that nobody decides on their
own demand, that a decision cites what it rests on, and that what asks again is admitted only with a reason.
A temporary demand 临时性报表 gets the same place as any other: there is no way beside the list.

Source: 政务数据共享条例 Art 19; ``policies/rules/procedures/form.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.forms_filling import form_demands
from contracts.model import UpdateCycle
from policies.clocks import calendar, due, local_date
from policies.decision import Deny, Reason
from policies.machine import Office, machine
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.wayback.forms.admission import bound_for_list, put_on_list
from space.wayback.forms.definition import Form, of_document, to_document
from space.wayback.forms.overlap import Overlap, overlap_of
from space.wayback.forms.repeating import Guard, unguarded
from space.wayback.forms.wording import digest, too_long

PROCEDURE: Final = "form"


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand for a form.

    Attributes:
        form: as asked for.
        overlap: counts of what it asks again, as shown to the issuer.
        state: ``asked``, ``admitted``, ``refused`` or ``withdrawn``.
        reason: why it is needed.
        due_on: the issuer is answered until then; provisional where the year's calendar is not known.
        basis: what the decision rests on.
        despite: why it was admitted although it asks again.
    """

    id: str
    form: Form
    overlap: dict[str, int]
    state: str
    reason: str
    asked_by: str
    asked_at: datetime
    due_on: date
    due_provisional: bool
    decided_by: str | None
    decided_at: datetime | None
    basis: str | None
    despite: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        kept = ("id", "overlap", "state", "reason", "asked_by", "due_provisional", "decided_by", "basis",
                "despite")  # fmt: skip
        return {name: getattr(self, name) for name in kept} | {
            "form": to_document(self.form),
            "asked_at": self.asked_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(),
        }


def compare(engine: Engine, form: Form, now: datetime) -> Overlap:
    """What a form asks again, for its issuer to see before it asks."""
    with reading(engine) as connection:
        return overlap_of(connection, form, now)


def ask(
    engine: Engine, form: Form, *, reason: str, by: str, now: datetime, guard: Guard = unguarded
) -> tuple[Demand, Overlap]:
    """Ask for a form to be admitted.

    Args:
        engine: the store.
        form: what is asked.
        reason: why it is needed.
        by: the person who asks for the issuer.
        now: aware instant.
        guard: tells a repeated request.

    Returns:
        The demand, and what the form asks again.

    Raises:
        Refused: the form is not in order, or no reason is given.
    """
    with writing(engine) as connection:
        _refuse_temporary(form, reason, now)
        bound_for_list(connection, form, now)
        overlap = overlap_of(connection, form, now)
        demand_id = guard(connection, lambda: _asked(connection, form, overlap, reason, by, now))
        return demand(connection, demand_id), overlap


def decide(
    engine: Engine,
    demand_id: str,
    *,
    admitted: bool,
    basis: str,
    by: str,
    now: datetime,
    despite: str = "",
    guard: Guard = unguarded,
) -> Demand:
    """Admit or refuse a demand, for the authority.

    Args:
        engine: the store.
        demand_id: which.
        admitted: whether the form goes on the list.
        basis: what the decision rests on, cited.
        by: the person who decides.
        now: aware instant.
        despite: why it is admitted although items are asked again.
        guard: tells a repeated request.

    Raises:
        Unknown: there is no such demand.
        IllegalStep: it was decided or withdrawn before.
        Refused: the decider asked, no basis is cited, or items are asked again without a reason.
    """
    with writing(engine) as connection:

        def act() -> str:
            asked = demand(connection, demand_id)
            overlap = overlap_of(connection, asked.form, now)
            _refuse_decision(
                asked, overlap, local_date(now), admitted=admitted, basis=basis, by=by, despite=despite
            )
            event = "admit" if admitted else "refuse"
            state = machine(PROCEDURE).after(asked.state, event, Office.AUTHORITY, demand_id)
            if admitted:
                put_on_list(connection, asked.form, overlap, by=by, now=now, demand=demand_id)
            said = {"basis": basis, "by": by, "despite_sha256": digest(despite)}
            told = {"code": asked.form.code, **said, "overlap": overlap.counts}
            record(connection, event=f"form:demand:{event}", subject=demand_id, body=told, now=now)
            decision = {"decided_by": by, "decided_at": now, "decision_basis": basis}
            connection.execute(
                update(form_demands)
                .where(form_demands.c.id == demand_id)
                .values(state=state, despite=despite or None, **decision)
            )
            return demand_id

        return demand(connection, guard(connection, act))


def withdraw(engine: Engine, demand_id: str, *, by: str, now: datetime, guard: Guard = unguarded) -> Demand:
    """Take a demand back, for its issuer.

    Raises:
        Unknown: there is no such demand.
        IllegalStep: it was decided or withdrawn before.
    """
    with writing(engine) as connection:

        def act() -> str:
            asked = demand(connection, demand_id)
            state = machine(PROCEDURE).after(asked.state, "withdraw", Office.STEWARD, demand_id)
            record(connection, event="form:demand:withdraw", subject=demand_id, body={"by": by}, now=now)
            mine = form_demands.c.id == demand_id
            connection.execute(update(form_demands).where(mine).values(state=state))
            return demand_id

        return demand(connection, guard(connection, act))


def demand(connection: Connection, demand_id: str) -> Demand:
    """The demand of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(form_demands).where(form_demands.c.id == demand_id)).first()
    if row is None:
        raise Unknown("demand for a form", demand_id, "see `ybz form demands`")
    return _demand(row)


def demands(
    connection: Connection,
    *,
    state: str | None = None,
    issuer_code: str | None = None,
    part: Part | None = None,
) -> tuple[Demand, ...]:
    """Demands, in a state or of an issuer where one is given; the oldest first.

    A part is by the instant they were asked at and id.
    """
    d, query = form_demands.c, select(form_demands)
    if state is not None:
        query = query.where(d.state == state)
    if issuer_code is not None:
        query = query.where(d.definition["issuerCode"].as_string() == issuer_code)
    return tuple(_demand(row) for row in connection.execute(parted(query, part, d.asked_at, d.id)))


def _asked(connection: Connection, form: Form, overlap: Overlap, reason: str, by: str, now: datetime) -> str:
    demand_id, (due_on, provisional) = new_id("fdm"), _clock(now)
    state = machine(PROCEDURE).after("new", "ask", Office.STEWARD, demand_id)
    named = {"form": to_document(form), "overlap": overlap.counts}
    told = named | {"reason_sha256": digest(reason), "by": by}
    evidence_id = record(connection, event="form:demand:ask", subject=demand_id, body=told, now=now)
    connection.execute(
        insert(form_demands).values(
            id=demand_id, code=form.code, title=form.title, issuer=form.issuer, temporary=form.temporary,
            definition=to_document(form), overlap=overlap.counts, state=state, reason=reason, asked_by=by,
            asked_at=now, due_on=due_on, due_provisional=provisional, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return demand_id


def _refuse_temporary(form: Form, reason: str, now: datetime) -> None:
    on = local_date(now)
    reasons = list(too_long({"reason": reason}, on))
    if not reason.strip():
        reasons.append(Reason("form.demand.reason", "a demand says why it is needed", "reason"))
    days = int(rule("forms", "demand/temporary_days", on).value)
    if form.temporary and form.valid_to - form.valid_from > timedelta(days=days):
        told = f"at most {days} days; a longer one is asked for without temporary"
        reasons.append(
            Reason("form.temporary.term", "a temporary form is in force too long", "validTo", told)
        )
    if form.temporary and form.period is not UpdateCycle.IRREGULAR:
        told = "period: irregular"
        reasons.append(Reason("form.temporary.period", "a temporary form is filled once", "period", told))
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def _refuse_decision(
    asked: Demand, overlap: Overlap, on: date, *, admitted: bool, basis: str, by: str, despite: str
) -> None:
    reasons = list(too_long({"basis": basis, "despite": despite}, on))
    if by.strip() == asked.asked_by.strip():
        reasons.append(Reason("form.decider", "nobody decides on their own demand", "by"))
    if not basis.strip():
        reasons.append(Reason("form.decision.basis", "a decision cites what it rests on", "basis"))
    if admitted and overlap.counts["again"] and not despite.strip():
        again = ", ".join(one.item for one in overlap.items if one.state == "again")
        told = "bind them to their source, or say why they are asked all the same"
        reasons.append(Reason("form.overlap", "items are asked that are there already", again, told))
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def _clock(now: datetime) -> tuple[date, bool]:
    on = local_date(now)
    found = due(on, int(rule("forms", "demand/answer_workdays", on).value), calendar())
    return found.date, found.provisional


def _demand(row: Row[Any]) -> Demand:
    return Demand(
        row.id, of_document(row.definition), row.overlap, row.state, row.reason, row.asked_by, row.asked_at,
        row.due_on, row.due_provisional, row.decided_by, row.decided_at, row.decision_basis, row.despite,
    )  # fmt: skip
