"""Monthly forms made from a ledger: confirmed by the body, then pulled by the department that asks 部门抽取.

Decides that a form on the admission list is a view of the ledger, that the body only confirms it after its
differences to the period before were shown, and that nobody but its issuer pulls it, and only as confirmed.
What was pulled leaves a posting for every row of a department, so that a correction finds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.releases.content import seal
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_confirmations
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError, Unknown
from space.identity.organisations import organisation
from space.wayback.backflow import inbox
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import in_force
from space.wayback.forms.definition import Form
from space.wayback.forms.periods import fits
from space.wayback.grassroots.items import items_of, kinds
from space.wayback.grassroots.views import View, view
from space.wayback.recall.postings import Posting, post_all


class AlreadyConfirmed(SpaceError):
    """The form was confirmed for the period."""


@dataclass(frozen=True, slots=True)
class Made:
    """A form made from the ledger.

    Attributes:
        form: as admitted.
        view: its lines.
        lacking: items of the form the ledger does not hold; it is confirmed when there is none.
    """

    form: Form
    view: View
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a body confirmed; counts are of lines, ``cells`` of all cells nobody had to type."""

    id: str
    body: str
    form: str
    period: str
    rows: int
    added: int
    changed: int
    removed: int
    cells: int
    confirmed_by: str
    confirmed_at: datetime


def made(connection: Connection, body_code: str, form_code: str, period: str, now: datetime) -> Made:
    """A form made from a body's ledger, with what differs from the period before.

    Args:
        connection: a reading transaction.
        body_code: whose ledger.
        form_code: on the admission list.
        period: of the form.
        now: aware instant.

    Raises:
        NotAdmitted: the form need not be filled.
        Unknown: there is no such body.
        Refused: the period is none of the form's, no ledger keeps its subjects, or a stop closes a dataset.
    """
    form = in_force(connection, form_code, now)
    return _made(connection, form, body_code, period, now)


def confirm(
    home: Home, engine: Engine, body_code: str, form_code: str, period: str, *, by: str, now: datetime
) -> Confirmed:
    """Confirm a form as it is made; from now on its issuer may pull it.

    Args:
        home: the installation.
        engine: its store.
        body_code: whose ledger.
        form_code: on the admission list.
        period: of the form.
        by: the person who has looked at the differences.
        now: aware instant.

    Raises:
        AlreadyConfirmed: it was, for this period.
        Refused: the ledger lacks an item of the form.
        Others as of :func:`made`.
    """
    with writing(engine) as connection:
        found = made(connection, body_code, form_code, period, now)
        if found.lacking:
            allowed = "keep it as a local item, or subscribe to its source"
            reasons = (
                Reason("grassroots.view.lacking", "the ledger has no such item", n, allowed)
                for n in found.lacking
            )
            raise Refused(Deny(tuple(reasons)))
        if confirmation(connection, body_code, form_code, period) is not None:
            raise AlreadyConfirmed(f"form {form_code} was confirmed for {period}")
        done = _counted(found.view, form_code, by, now)
        told = {"body": body_code, "period": period, "rows": done.rows, "cells": done.cells, "by": by}
        told |= {"added": done.added, "changed": done.changed, "removed": done.removed}
        sealed = _seal(home, found.view)
        evidence_id = record(
            connection,
            event="grassroots:form:confirm",
            subject=form_code,
            body={**told, "seal": sealed},
            now=now,
        )
        values = {name: getattr(done, name) for name in Confirmed.__dataclass_fields__}
        connection.execute(insert(base_confirmations).values(**values, seal=sealed, evidence_id=evidence_id))
    return done


def confirmation(connection: Connection, body_code: str, form_code: str, period: str) -> Confirmed | None:
    """What a body confirmed of a form for a period, or None."""
    c = base_confirmations.c
    names = [c[name] for name in Confirmed.__dataclass_fields__]
    query = select(*names).where(c.body == body_code, c.form == form_code, c.period == period)
    row = connection.execute(query).first()
    return None if row is None else Confirmed(*row)


def pull(
    home: Home, engine: Engine, department: str, body_code: str, form_code: str, period: str, *,
    by: str, now: datetime,
) -> View:  # fmt: skip
    """A confirmed form, for the department that issues it.

    Args:
        home: the installation.
        engine: its store.
        department: code of the organisation that asks.
        body_code: whose ledger.
        form_code: on the admission list.
        period: confirmed.
        by: the person who pulls.
        now: aware instant.

    Returns:
        The view as it was confirmed, whatever changed since.

    Raises:
        NotAdmitted: the form is no longer in force.
        Unknown: the body has not confirmed it.
        Refused: another organisation issues the form, or a stop closes a dataset, the body or who asks.
        SpaceError: what was confirmed cannot be made again.
    """
    with writing(engine) as connection:
        form = in_force(connection, form_code, now)
        if not _issues(connection, department, form):
            reason = Reason("grassroots.view.issuer", "another department issues the form", form_code)
            raise Refused(Deny((reason,)))
        stop = closed(connection, department, form.datasets)  # the body's own is asked below
        if stop is not None:
            raise Refused(Deny((stop,)))
        done = confirmation(connection, body_code, form_code, period)
        if done is None:
            raise Unknown("confirmed form", f"{form_code} of {period}", "the body confirms it first")
        found = _made(connection, form, body_code, period, done.confirmed_at)
        c = base_confirmations.c
        sealed = connection.execute(select(c.seal).where(c.id == done.id)).scalar_one()
        if _seal(home, found.view) != sealed:
            raise SpaceError(f"form {form_code} of {period} cannot be made again as it was confirmed")
        told = {"department": department, "body": body_code, "period": period, "rows": done.rows, "by": by}
        evidence_id = record(connection, event="grassroots:form:pull", subject=form_code, body=told, now=now)
        post_all(connection, _postings(connection, found.view, department, evidence_id), now=now)
    return found.view


def _made(connection: Connection, form: Form, body_code: str, period: str, at: datetime) -> Made:
    if not fits(form.period, period):
        reason = Reason("grassroots.period", "not a period of the form", "period", str(form.period))
        raise Refused(Deny((reason,)))
    stop = closed(connection, body_code, form.datasets)
    if stop is not None:
        raise Refused(Deny((stop,)))
    on = local_date(at)
    kind = next((kept.name for kept in kinds(on).values() if kept.unit == form.subject_kind), "")
    if not kind:
        raise Refused(Deny((Reason("grassroots.kind", "no ledger keeps such records", form.subject_kind),)))
    known = items_of(connection, body(connection, body_code), kind, on)
    named = [f"{one.dataset}.{one.field}" if one.dataset else one.name for one in form.items]
    roster = form.roster
    where = {f"{roster.dataset}.{name}": values for name, values in roster.where.items()} if roster else {}
    lacking = tuple(dict.fromkeys(name for name in (*named, *where) if name not in known))
    held = {name: values for name, values in where.items() if name in known}
    of = roster.dataset if roster else ""
    items = [name for name in named if name in known]
    return Made(
        form, view(connection, body_code, items, period, now=at, kind=kind, where=held, of=of), lacking
    )


def _issues(connection: Connection, department: str, form: Form) -> bool:
    asking = organisation(connection, department)
    return asking.code == form.issuer_code if form.issuer_code else asking.name == form.issuer


def _counted(found: View, form: str, by: str, now: datetime) -> Confirmed:
    return Confirmed(
        id=new_id("cfm"),
        body=found.body,
        form=form,
        period=found.period,
        rows=len(found.standing),
        added=found.count("added"),
        changed=found.count("changed"),
        removed=found.count("removed"),
        cells=len(found.standing) * len(found.items),
        confirmed_by=by,
        confirmed_at=now,
    )


def _seal(home: Home, found: View) -> str:
    """A keyed hash of what a view says; without the key nobody can test a guess against it."""
    lines = [[line.record, [cell.value for cell in line.cells]] for line in found.standing]
    said = canonical([found.body, found.period, [item.name for item in found.items], lines])
    return seal(hashlib.sha256(said).hexdigest(), keys.load(home).pseudonym)


def _postings(connection: Connection, found: View, receiver: str, evidence_id: str) -> Iterator[Posting]:
    version = {one.id: one.release for one in inbox.listing(connection, found.body)}
    for line in found.standing:
        rows: dict[tuple[str, str, str], list[str]] = {}
        for item, cell in zip(found.items, line.cells, strict=True):
            if cell.row and cell.delivery:
                rows.setdefault((item.dataset, cell.row, version[cell.delivery]), []).append(item.field)
        for (dataset, row, release), fields in rows.items():
            yield Posting("submission", dataset, row, tuple(fields), release, receiver, evidence_id)


def listing(engine: Engine, body_code: str) -> tuple[Confirmed, ...]:
    """Everything a body has confirmed, oldest first."""
    c = base_confirmations.c
    names = [c[name] for name in Confirmed.__dataclass_fields__]
    query = select(*names).where(c.body == body_code).order_by(c.confirmed_at, c.id)
    with reading(engine) as connection:
        return tuple(Confirmed(*row) for row in connection.execute(query))
