"""The registrar 登记机构: a party of its own, named from a day on.

Decides who the registrar is on a day, and that no one registers what is their own: neither the
registrant's organisation nor the person who filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from catalog import evidence
from catalog.registration.authorisations import code_fault
from catalog.registration.errors import RegistrationRefused
from catalog.registration.rows import Application, Registration
from catalog.store.schema import new_id
from catalog.store.tables.registration import registration_registrars
from contracts import codes
from policies.decision import Decision, Deny, Permit, Reason

# Reason codes.
NOBODY: Final = "registration.no_registrar"
OWN: Final = "registration.own_matter"


@dataclass(frozen=True, slots=True)
class Registrar:
    """Who registers, from a day on.

    Attributes:
        code: unified social credit code.
        designated_by: the data authority that set it up or designated it.
        basis: decision it rests on.
        valid_from: first day.
    """

    id: str
    code: str
    name: str
    designated_by: str
    basis: str
    valid_from: date


def name(
    connection: Connection,
    *,
    code: str,
    called: str,
    designated_by: str,
    basis: str,
    valid_from: date,
    by: str,
    now: datetime,
) -> Registrar:
    """Name the registrar from a day on; who was registrar before stays so until then.

    Raises:
        RegistrationRefused: the code is no unified social credit code.
    """
    if codes.uscc(code) != code:
        raise RegistrationRefused("the registrar is not named", Deny((code_fault("registrar"),)))
    named = Registrar(new_id("rgr"), code, called, designated_by, basis, valid_from)
    values = {
        "id": named.id, "code": code, "name": called, "designated_by": designated_by, "basis": basis,
        "valid_from": valid_from, "named_by": by, "named_at": now,
    }  # fmt: skip
    connection.execute(insert(registration_registrars).values(**values))
    body = {
        "code": code, "name": called, "designated_by": designated_by, "basis": basis,
        "valid_from": valid_from.isoformat(), "actor": by,
    }  # fmt: skip
    evidence.record(connection, event="catalog:registrar:name", subject=code, body=body, now=now)
    return named


def registrar(connection: Connection, on: date) -> Registrar | None:
    """Who the registrar is on a day: the latest named that has begun."""
    r = registration_registrars.c
    query = select(registration_registrars).where(r.valid_from <= on)
    row = connection.execute(query.order_by(r.valid_from.desc(), r.named_at.desc(), r.id)).first()
    return None if row is None else _registrar(row)


def registrars(connection: Connection) -> tuple[Registrar, ...]:
    """Everyone who was named, the first first."""
    r = registration_registrars.c
    query = select(registration_registrars).order_by(r.valid_from, r.named_at)
    return tuple(_registrar(row) for row in connection.execute(query))


def may_act(acting: Registrar | None, case: Application, of: Registration, by: str) -> Decision:
    """Whether the registrar may decide a case: there is one, and it is not its own matter."""
    if acting is None:
        return Deny((nobody(),))
    if acting.code in (case.applicant_code, of.registrant_code) or by == case.filed_by:
        return Deny(
            (
                Reason(
                    OWN,
                    "the registrar is also the applicant: the same organisation, or the same person",
                    where="registrar",
                    allowed="another organisation registers, through another person (`--by`)",
                ),
            )
        )
    return Permit()


def nobody() -> Reason:
    """There is no registrar."""
    return Reason(
        NOBODY,
        "no registrar is named for today",
        where="registrar",
        allowed="name it with `ybz register registrar`",
    )


def _registrar(row: Row[Any]) -> Registrar:
    return Registrar(row.id, row.code, row.name, row.designated_by, row.basis, row.valid_from)
