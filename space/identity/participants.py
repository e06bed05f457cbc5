"""Registering organisations 主体登记: whose code is right, which kind they are, where they stand.

Decides that an organisation is entered under its unified social credit code; one without stands in the
organisation tree under the code the city gave it. Parent and region are the tree's, which is kept once
(:mod:`catalog.organisations`); an operator stands outside of it and states its region.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from catalog.evidence import record
from catalog.organisations.units import Span, span_on
from catalog.store.tables.identity import organisations
from contracts import codes
from policies.access import OrganisationKind
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity.organisations import KINDS, Organisation, register

_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation of the space, and where it stands today.

    Attributes:
        code: unified social credit code, or the one the city gave.
        name: as registered.
        kind: fixed; it says how answers to it are protected.
        region: division code; the tree's where it stands there.
        parent: code of the unit above, of the tree.
        registered_at: aware instant.
    """

    code: str
    name: str
    kind: OrganisationKind
    region: str | None
    parent: str | None
    registered_at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind.value,
            "region": self.region,
            "parent": self.parent,
            "registered_at": self.registered_at.isoformat(),
        }


def enrol(
    connection: Connection,
    code: str,
    name: str,
    kind: OrganisationKind,
    *,
    by: str,
    now: datetime,
    region: str | None = None,
) -> Participant:
    """Register an organisation; what the tree says of it has to agree.

    Args:
        connection: a writing transaction.
        code: unified social credit code; of a unit of the tree also the one the city gave.
        name: as on its seal.
        kind: what it is; fixed from now on.
        by: who registers it.
        now: aware instant.
        region: division code of one outside the tree.

    Raises:
        Refused: the code is wrong, the kind is not the tree's, or the region is none.
        KindIsFixed: it is registered with another kind.
    """
    unit = span_on(connection, code.strip(), local_date(now))
    known = code.strip() if unit is not None else codes.uscc(code)
    if known is None:
        reason = Reason(
            "identity.code",
            "the code is no unified social credit code, and no unit of the tree has it",
            where="code",
            allowed="18 places with the right check digit (GB 32100), or `ybz organisation add` first",
        )
        raise Refused(Deny((reason,)))
    _require(unit, name, kind, region)
    register(connection, Organisation(known, name.strip(), kind), now)
    if region is not None:
        changed = update(organisations).where(organisations.c.code == known)
        connection.execute(changed.values(region=codes.region(region)))
        body = {"region": codes.region(region), "by": by}
        record(connection, event="space:organisation:place", subject=known, body=body, now=now)
    return participant(connection, known, local_date(now))


def participant(connection: Connection, code: str, on: date) -> Participant:
    """A registered organisation as it stands on a day.

    Raises:
        Unknown: it is not registered.
    """
    row = connection.execute(select(organisations).where(organisations.c.code == code)).first()
    if row is None:
        raise Unknown("organisation", code, "`ybz participant register` enters it")
    return _participant(row, span_on(connection, code, on))


def participants(
    connection: Connection, on: date, *, after: str = "", limit: int = 1000
) -> tuple[Participant, ...]:
    """Registered organisations by their codes, from after one of them on, as they stand on a day."""
    from catalog.organisations.tree import units_on

    tree = {unit.code: unit for unit in units_on(connection, on)}
    o = organisations.c
    rows = connection.execute(select(organisations).where(o.code > after).order_by(o.code).limit(limit))
    return tuple(_participant(row, tree.get(row.code)) for row in rows)


def _participant(row: Any, unit: Span | None) -> Participant:
    return Participant(
        row.code,
        row.name,
        OrganisationKind(row.kind),
        row.region if unit is None else unit.region,
        None if unit is None else unit.parent,
        row.registered_at,
    )


def _require(unit: Span | None, name: str, kind: OrganisationKind, region: str | None) -> None:
    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        reason = Reason("identity.organisation_name", "an organisation has a name of up to 200 characters")
        raise Refused(Deny((reason,)))
    if unit is not None and kind is not KINDS.get(unit.kind, OrganisationKind.DEPARTMENT):
        reason = Reason(
            "identity.organisation_kind",
            "the organisation tree says it is of another kind",
            where="kind",
            allowed="register it as what the tree says: `ybz organisation show CODE`",
        )
        raise Refused(Deny((reason,)))
    if region is not None and (unit is not None or codes.region(region) is None):
        reason = Reason(
            "identity.organisation_region",
            "the region is no division code, or the tree says where the unit is",
            where="region",
            allowed="2, 4, 6, 9 or 12 digits, of an organisation outside the tree",
        )
        raise Refused(Deny((reason,)))
