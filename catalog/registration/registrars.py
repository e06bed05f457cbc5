"""The registrar 登记机构: a party of its own, named from a day on.

Decides who the registrar is on a day, and that no one registers what is their own: neither the
registrant's organisation, under whatever name or after whatever reform, nor whoever applied for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from catalog import evidence
from catalog.organisations import units
from catalog.organisations.following import Following, folded
from catalog.organisations.units import UnitKind
from catalog.registration.authorisations import code_fault
from catalog.registration.errors import RegistrationRefused
from catalog.registration.rows import Application, Registration, acts_of
from catalog.store.parts import Part, parted
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


def registrars(connection: Connection, part: Part | None = None) -> tuple[Registrar, ...]:
    """Everyone who was named, the first first; a part by first day and id."""
    r = registration_registrars.c
    key = (r.valid_from, r.named_at) if part is None else (r.valid_from, r.id)
    query = parted(select(registration_registrars), part, *key)
    return tuple(_registrar(row) for row in connection.execute(query))


def may_act(
    connection: Connection, acting: Registrar | None, case: Application, of: Registration, by: str, on: date
) -> Decision:
    """Whether the registrar may decide a case: there is one, and it is not its own matter.

    Args:
        connection: to read with.
        acting: the registrar of the day.
        case: the application.
        of: what it is about.
        by: the person who would decide.
        on: day, for the organisation tree.
    """
    if acting is None:
        return Deny((nobody(),))
    parties = (
        (case.applicant_name, case.applicant_code),
        (of.registrant_name, of.registrant_code),
        (case.values.get("registrant_name", ""), case.values.get("registrant_code", "")),
    )
    own = is_party(connection, acting, parties, on)
    if own or folded(by) in _applying(connection, case):
        return Deny(
            (
                Reason(
                    OWN,
                    "the registrar is also the applicant: the same organisation, or the same person",
                    where="registrar",
                    allowed="another organisation registers, through another person (`by`)",
                ),
            )
        )
    return Permit()


def is_party(connection: Connection, acting: Registrar, parties: Iterable[tuple[str, str]], on: date) -> bool:
    """Whether the registrar is one of the parties: by code, by any name it bears or bore, or as its heir."""
    following = Following(connection, on)
    codes, names = _known_as(connection, following, acting.name, acting.code)
    for called, code in parties:
        others, also_called = _known_as(connection, following, called, code)
        if codes & others or names & also_called:
            return True
    return False


def _known_as(
    connection: Connection, following: Following, called: str, code: str
) -> tuple[set[str], set[str]]:
    """Codes and folded names of one body: its own, its former names, whoever stands in its place.

    An inner office 内设机构 is the body it hangs below.
    """
    own = code or following.code_of(called)
    codes = {own, *following.successors(own)} - {""}
    for each in tuple(codes):
        codes |= set(_bodies(connection, each))
    spans = [span for each in codes for span in units.spans_of(connection, each)]
    return codes, {folded(name) for name in (called, *(span.name for span in spans)) if name}


def _bodies(connection: Connection, code: str) -> Iterator[str]:
    """The units an inner office belongs to, upwards."""
    seen = {code}
    spans = units.spans_of(connection, code)
    while spans and spans[-1].kind is UnitKind.OFFICE and spans[-1].parent not in (None, *seen):
        above = str(spans[-1].parent)
        seen.add(above)
        yield above
        spans = units.spans_of(connection, above)


def _applying(connection: Connection, case: Application) -> set[str]:
    """Everyone who acted for the applicant: who filed, and who supplemented."""
    acts = acts_of(connection, case.id)
    mine = (each["made_by"] for each in acts if each["act"] in ("apply", "supplement"))
    return {folded(name) for name in (case.filed_by, *mine)}


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
