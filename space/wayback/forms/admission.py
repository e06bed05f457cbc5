"""Forms on the admission list 报表准入清单: who may ask grass-roots bodies for what, until when.

Decides which forms may be used and where each item comes from: an item bound to ``dataset.field`` of
its authoritative source is prefilled, never collected again (政务数据共享条例第19条). What a demand
outside the yearly list goes through is :mod:`space.wayback.forms.demands`'s, filling
:mod:`space.wayback.forms.filling`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.authority.reading import instead_of
from catalog.evidence import record
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.tables.forms import forms
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError
from space.granting.kinds import published
from space.wayback.forms.bindings import bind
from space.wayback.forms.contracting import dataset_of
from space.wayback.forms.definition import (
    CODE,
    Form,
    FormUnreadable,
    Item,
    Roster,
    of_document,
    read,
    stored,
    to_document,
)
from space.wayback.forms.judging import judge
from space.wayback.forms.overlap import Overlap, overlap_of
from space.wayback.forms.wording import too_long

__all__ = ["CODE", "Form", "FormUnreadable", "Item", "NotAdmitted", "Roster", "admit", "end", "in_force",
           "judge", "listing", "put_on_list", "read"]  # fmt: skip

# What a form says beside the columns of the list.
_MORE = ("issuerCode", "roster", "rules", "temporary", "assessment", "answerWorkdays")


class NotAdmitted(SpaceError):
    """The form is not on the admission list, or not in force: nobody has to fill it."""


def admit(engine: Engine, form: Form, *, by: str, now: datetime) -> Form:
    """Put a form of the yearly list on the admission list, with what it asks again counted.

    Args:
        engine: the store.
        form: the form.
        by: the person who admits it.
        now: aware instant.

    Returns:
        The form, its items bound to what answers for them.

    Raises:
        Refused: with every reason, also where the code is on the list already.
    """
    with writing(engine) as connection:
        return put_on_list(connection, form, overlap_of(connection, form, now), by=by, now=now)


def put_on_list(
    connection: Connection, form: Form, overlap: Overlap, *, by: str, now: datetime, demand: str | None = None
) -> Form:
    """Put a form on the list in the caller's transaction.

    Args:
        connection: a writing transaction.
        form: as asked for.
        overlap: what it asks again, as it was shown to the issuer.
        by: the person who admits it.
        now: aware instant.
        demand: id of the demand it is admitted on.

    Raises:
        Refused: as of :func:`admit`.
    """
    bound = bound_for_list(connection, form, now)
    taken = select(forms.c.code).where(forms.c.code == form.code)
    if connection.execute(taken).first() or _name_taken(connection, form.code):
        raise Refused(Deny((Reason("form.code.taken", "the code is on the list", where=form.code),)))
    document = to_document(bound)
    values = {
        "title": bound.title,
        "issuer": bound.issuer,
        "basis": bound.basis,
        "period": bound.period.value,
        "subject_kind": bound.subject_kind,
        "items": [stored(item) for item in bound.items],
    }
    told = {**document, "by": by, "overlap": overlap.counts, "demand": demand}
    evidence_id = record(connection, event="form:form:admit", subject=form.code, body=told, now=now)
    connection.execute(
        insert(forms).values(
            code=form.code,
            admitted_by=by,
            admitted_at=now,
            evidence_id=evidence_id,
            valid_from=bound.valid_from,
            valid_to=bound.valid_to,
            more={key: document[key] for key in _MORE if key in document} or None,
            overlap=overlap.counts,
            demand_id=demand,
            **values,
        )
    )
    return bound


def bound_for_list(connection: Connection, form: Form, now: datetime) -> Form:
    """The form with every item bound, once it is found in order.

    Raises:
        Refused: with every reason against it.
    """
    bound = bind(connection, form, local_date(now))
    # What lacks here is judged item by item, with the others.
    contracts = published(connection, form.datasets) | dict(bound.contracts)
    decision = judge(form, contracts, _copies(connection, form, contracts))
    if isinstance(decision, Deny):
        raise Refused(decision)
    return bound.form


def end(engine: Engine, code: str, *, basis: str, by: str, now: datetime) -> Form:
    """Take a form off the list before its term is over; from today on nobody has to fill it.

    Args:
        engine: the store.
        code: of the form.
        basis: what the decision rests on.
        by: the person who decides.
        now: aware instant.

    Raises:
        NotAdmitted: it is not on the list, or not in force any more.
        Refused: no basis is cited.
    """
    reasons = list(too_long({"basis": basis}, local_date(now)))
    if not basis.strip():
        reasons.append(Reason("form.decision.basis", "a decision cites what it rests on", "basis"))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    with writing(engine) as connection:
        form = in_force(connection, code, now)
        told = {"basis": basis, "by": by, "ended_on": local_date(now).isoformat()}
        record(connection, event="form:form:end", subject=code, body=told, now=now)
        ending = {"ended_on": local_date(now), "end_basis": basis, "ended_by": by}
        connection.execute(update(forms).where(forms.c.code == code).values(**ending))
    return form


def in_force(connection: Connection, code: str, now: datetime) -> Form:
    """The form of that code, if it may be used now.

    Raises:
        NotAdmitted: it is not on the list, or its term is over or not begun.
    """
    row = connection.execute(select(forms).where(forms.c.code == code)).first()
    if row is None:
        raise NotAdmitted(f"form {code} is not on the admission list — it need not be filled")
    today = local_date(now)
    if row.ended_on is not None and row.ended_on <= today:
        raise NotAdmitted(f"form {code} was taken off the list on {row.ended_on} — it need not be filled")
    if not row.valid_from <= today <= row.valid_to:
        raise NotAdmitted(f"form {code} is in force from {row.valid_from} to {row.valid_to} only")
    return _form(row)


def listing(connection: Connection, part: Part | None = None) -> tuple[Form, ...]:
    """Forms of the list, by code; those taken off early left out."""
    query = select(forms).where(forms.c.ended_on.is_(None))
    return tuple(_form(row) for row in connection.execute(parted(query, part, forms.c.code)))


def _name_taken(connection: Connection, code: str) -> bool:
    """Whether another form's answers are collected under the same name."""
    codes = connection.execute(select(forms.c.code)).scalars()
    return dataset_of(code) in {dataset_of(each) for each in codes}


def _copies(connection: Connection, form: Form, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Items that read a copy, each with the authoritative field."""
    found = {}
    for item in form.items:
        contract = contracts.get(item.dataset)
        source = None if contract is None else instead_of(connection, contract, item.field)
        if source is not None:
            found[item.name] = source.place
    return found


def _form(row: Any) -> Form:
    days: dict[str, date] = {"validFrom": row.valid_from, "validTo": row.valid_to}
    said = {"code": row.code, "title": row.title, "issuer": row.issuer, "basis": row.basis}
    kept = {"period": row.period, "subjectKind": row.subject_kind, "items": row.items}
    return of_document({**said, **kept, **days, **(row.more or {})})
