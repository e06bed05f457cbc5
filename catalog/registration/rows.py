"""Registrations and their applications as values, read from the store.

Decides which registration of an object counts: the newest that is not closed. Changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from catalog.registration.errors import UnknownRegistration
from catalog.store.tables.registration import (
    registration_acts,
    registration_applications,
    registration_files,
    registration_objections,
    registration_sources,
    registrations,
)
from policies.clocks import local_date

PENDING: Final = "pending"
REGISTERED: Final = "registered"
CLOSED: Final = "closed"
# States of an application after which nothing follows.
ENDED: Final = ("coded", "refused", "withdrawn", "dropped")


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration from its first application on; mirrors its row.

    Attributes:
        object: ``resource``, ``product`` or ``service``.
        name: of the entry, or of the product or service.
        title: as people say it.
        registrant_name, registrant_code: 登记主体.
        state: ``pending``, ``registered``, ``lapsed``, ``deregistered`` or ``closed``.
        content: the form in force, canonical JSON; None before the code.
        code, query_code: given outside, recorded here.
        coded_on, valid_until: first and last day it stands.
        ended_on: day it lapsed, was deregistered or closed.
    """

    id: str
    object: str
    name: str
    title: str
    registrant_name: str
    registrant_code: str
    state: str
    content: str | None
    code: str | None
    query_code: str | None
    coded_on: date | None
    valid_until: date | None
    created_at: datetime
    ended_on: date | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return _document(self) | {"content": None if self.content is None else json.loads(self.content)}


@dataclass(frozen=True, slots=True)
class Application:
    """One application 申请; mirrors its row.

    Attributes:
        kind: see :class:`catalog.registration.rulings.Kind`.
        office: in which it was filed.
        applicant_name, applicant_code: who applies; of an amendment, an interested party may.
        form: what was submitted, canonical JSON.
        ground, ground_citation: of a deregistration.
        state: see ``policies/rules/procedures/registration.csv``.
        returned: the one complete list that was sent back, or None.
        notice_from, notice_until: first and last day of the public notice.
        basis: of a refusal.
    """

    id: str
    registration_id: str
    kind: str
    office: str
    applicant_name: str
    applicant_code: str
    form: str
    ground: str | None
    ground_citation: str | None
    state: str
    filed_at: datetime
    filed_by: str
    returned: list[str] | None
    notice_from: date | None
    notice_until: date | None
    notice_provisional: bool | None
    notice_source: str | None
    basis: str | None
    reason: str | None
    ended_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether a step can still follow."""
        return self.state not in ENDED

    @property
    def values(self) -> dict[str, Any]:
        """The form as it was submitted: key → text or list."""
        found: dict[str, Any] = json.loads(self.form)
        return found

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return _document(self) | {"form": self.values}


@dataclass(frozen=True, slots=True)
class Glance:
    """An application at a glance: what it is for and where it stands."""

    kind: str
    state: str

    @property
    def open(self) -> bool:
        """Whether a step can still follow."""
        return self.state not in ENDED


def application(connection: Connection, named: str) -> Application:
    """The application of an id; of a registration's or an object's id or name, its open or newest one.

    Raises:
        UnknownRegistration: there is none, or several are open.
    """
    a = registration_applications
    row = connection.execute(select(a).where(a.c.id == named)).one_or_none()
    if row is not None:
        return _application(row)
    found = applications_of(connection, registration(connection, named).id)
    waiting = [each for each in found if each.open]
    if len(waiting) > 1:
        names = ", ".join(f"{each.id} ({each.kind})" for each in waiting)
        raise UnknownRegistration(f"{named} has several applications on their way — name one: {names}")
    return waiting[0] if waiting else found[-1]


def applications_of(connection: Connection, registration_id: str) -> tuple[Application, ...]:
    """Every application of a registration, the first filed first."""
    a = registration_applications
    query = select(a).where(a.c.registration_id == registration_id).order_by(a.c.filed_at, a.c.id)
    return tuple(_application(row) for row in connection.execute(query))


def open_applications(connection: Connection) -> tuple[Application, ...]:
    """Every application that waits for a step, the first filed first."""
    a = registration_applications
    query = select(a).where(a.c.state.not_in(ENDED)).order_by(a.c.filed_at, a.c.id)
    return tuple(_application(row) for row in connection.execute(query))


def glances(connection: Connection, registration_id: str | None = None) -> Mapping[str, tuple[Glance, ...]]:
    """Registration id → its applications at a glance, the first filed first; of one where given."""
    a = registration_applications.c
    query = select(a.registration_id, a.kind, a.state).order_by(a.filed_at, a.id)
    if registration_id is not None:
        query = query.where(a.registration_id == registration_id)
    found: dict[str, list[Glance]] = {}
    for row in connection.execute(query):
        found.setdefault(row.registration_id, []).append(Glance(row.kind, row.state))
    return {key: tuple(each) for key, each in found.items()}


def registration(connection: Connection, named: str) -> Registration:
    """The registration of an id, a code or an object's name; of a name, the one that counts.

    Raises:
        UnknownRegistration: there is none.
    """
    r = registrations
    row = connection.execute(select(r).where((r.c.id == named) | (r.c.code == named))).one_or_none()
    if row is not None:
        return _registration(row)
    found = newest(connection, [named]).get(named)
    if found is None:
        raise UnknownRegistration(f"no registration {named} — `ybz register list` shows them")
    return found


def all_registrations(connection: Connection) -> tuple[Registration, ...]:
    """Every registration, the oldest first."""
    query = select(registrations).order_by(registrations.c.created_at, registrations.c.id)
    return tuple(_registration(row) for row in connection.execute(query))


def newest(connection: Connection, names: Iterable[str] | None = None) -> Mapping[str, Registration]:
    """Object name → the registration that counts: one that stands or waits before one that ended."""
    query = select(registrations).order_by(registrations.c.created_at, registrations.c.id)
    if names is not None:
        query = query.where(registrations.c.name.in_(tuple(names)))
    found: dict[str, Registration] = {}
    for row in connection.execute(query):
        each = _registration(row)
        former = found.get(each.name)
        # A first application that came to nothing says less than a registration that stood once.
        if former is None or each.state != CLOSED or former.state == CLOSED:
            found[each.name] = each
    return found


def over_on(connection: Connection, of: Registration) -> date:
    """The first day a registration does not stand, whenever that is noticed.

    The day after its last one; where a renewal kept it, the day that came to nothing.
    """
    assert of.valid_until is not None
    ended = [each.ended_at for each in applications_of(connection, of.id) if each.kind == "renewal"]
    kept = [local_date(at) for at in ended if at is not None]
    return max([of.valid_until + timedelta(days=1), *kept])


def sources(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Registration id → the entries its product or service is made from."""
    found: dict[str, tuple[str, ...]] = {}
    query = select(registration_sources).order_by(registration_sources.c.dataset)
    for row in connection.execute(query):
        found[row.registration_id] = (*found.get(row.registration_id, ()), row.dataset)
    return found


def acts_of(connection: Connection, application_id: str) -> tuple[Mapping[str, Any], ...]:
    """Every step of an application, the first first."""
    a = registration_acts
    query = select(a).where(a.c.application_id == application_id).order_by(a.c.number)
    return tuple(dict(row._mapping) for row in connection.execute(query))


def objections_of(connection: Connection, application_id: str) -> tuple[Mapping[str, Any], ...]:
    """Every objection to an application's public notice, the first first."""
    o = registration_objections
    query = select(o).where(o.c.application_id == application_id).order_by(o.c.made_at, o.c.id)
    return tuple(dict(row._mapping) for row in connection.execute(query))


def files_of(connection: Connection, application_id: str) -> tuple[Mapping[str, Any], ...]:
    """Every file of an application, with its objections' and its proof."""
    f = registration_files
    query = select(f).where(f.c.application_id == application_id).order_by(f.c.kept_at, f.c.role, f.c.id)
    return tuple(dict(row._mapping) for row in connection.execute(query))


def plain(value: Any) -> Any:
    """A value of a row as JSON can carry it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _document(value: Registration | Application) -> dict[str, Any]:
    return {each.name: plain(getattr(value, each.name)) for each in fields(value)}


def _registration(row: Row[Any]) -> Registration:
    return Registration(**row._mapping)


def _application(row: Row[Any]) -> Application:
    return Application(**row._mapping)
