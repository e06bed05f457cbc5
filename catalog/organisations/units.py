"""Units of the organisation tree 机构: their codes, dated names, parents and regions.

Decides what a unit is and how its spans follow one another: they never overlap, and never change once they
are over. What becomes of units in a reform is :mod:`catalog.organisations.changes`'s; reading the tree is
:mod:`catalog.organisations.tree`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog import evidence
from catalog.organisations import regions
from catalog.organisations.errors import OrganisationError, UnknownUnit
from catalog.store.schema import new_id
from catalog.store.tables.organisations import organisation_spans, organisation_units
from contracts.codes import uscc

# A code of 18 places is a unified social credit code, and has to be a right one.
_USCC_LENGTH: Final = 18
# Codes of one statement; databases bound the number of parameters.
_AT_ONCE: Final = 500


class UnitKind(StrEnum):
    """What a unit is."""

    GOVERNMENT = "government"  # 人民政府
    DEPARTMENT = "department"  # 政务部门
    AUTHORITY = "authority"  # 数据主管部门
    INSTITUTION = "institution"  # 事业单位, 直属机构
    REGISTRAR = "registrar"  # 登记机构
    GRASSROOTS = "grassroots"  # 街道、乡镇、社区、村
    OFFICE = "office"  # 内设机构


@dataclass(frozen=True, slots=True)
class Span:
    """A unit as it is or was from one day to another.

    Attributes:
        code: unified social credit code, or the one the city gives.
        kind: what it is.
        name: as on its seal in these days.
        parent: code of the unit above, or None.
        region: division code, or None.
        valid_from: first day.
        valid_to: first day no longer; None while it lasts.
    """

    code: str
    kind: UnitKind
    name: str
    parent: str | None
    region: str | None
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Whether it is so on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "code": self.code,
            "kind": self.kind.value,
            "name": self.name,
            "parent": self.parent,
            "region": self.region,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
        }


def add(
    connection: Connection,
    *,
    code: str,
    name: str,
    kind: UnitKind,
    valid_from: date,
    basis: str,
    by: str,
    now: datetime,
    parent: str | None = None,
    region: str | None = None,
) -> Span:
    """Enter a unit.

    Args:
        connection: a writing transaction.
        code: 18 places: a unified social credit code; else the one the city gives.
        name: as on its seal.
        kind: what it is.
        valid_from: first day.
        basis: document that founded it.
        by: who enters it.
        now: aware instant.
        parent: code of the unit above, which exists on that day.
        region: division code, valid on that day where the installation keeps it.

    Raises:
        OrganisationError: the code is taken or wrong, another unit has the name, or a text is missing.
        UnknownUnit: there is no such unit above.
    """
    code = checked_code(code)
    stated(basis=basis, name=name)
    if spans_of(connection, code):
        raise OrganisationError(f"{code} is in the tree already — rename or move it instead")
    free_name(connection, name, valid_from)
    if parent is not None:
        in_force(connection, parent, valid_from)
    place = None if region is None else regions.checked(connection, region, valid_from)
    connection.execute(
        insert(organisation_units).values(
            code=code, kind=kind.value, valid_from=valid_from, basis=basis.strip(), added_by=by, added_at=now
        )
    )
    made = Span(code, kind, name.strip(), parent, place, valid_from, None)
    _open(connection, made)
    body = made.to_document() | {"basis": basis.strip(), "actor": by}
    evidence.record(connection, event="catalog:organisation:add", subject=code, body=body, now=now)
    return made


def spans_of(connection: Connection, code: str) -> tuple[Span, ...]:
    """Everything a unit was and is, the first days first; empty where there is none."""
    query = _spans().where(organisation_spans.c.code == code).order_by(organisation_spans.c.valid_from)
    return tuple(span(row) for row in connection.execute(query))


def spans_of_all(connection: Connection, codes: Collection[str]) -> dict[str, list[Span]]:
    """Code → everything the unit was and is, the first days first; of several units at once."""
    s, found = organisation_spans.c, dict[str, list[Span]]()
    wanted = sorted(codes)
    for at in range(0, len(wanted), _AT_ONCE):
        query = _spans().where(s.code.in_(wanted[at : at + _AT_ONCE])).order_by(s.code, s.valid_from)
        for row in connection.execute(query):
            found.setdefault(row.code, []).append(span(row))
    return found


def span_on(connection: Connection, code: str, on: date) -> Span | None:
    """A unit as it is on a day, or None where it is not yet or no more."""
    return next((each for each in reversed(spans_of(connection, code)) if each.holds(on)), None)


def in_force(connection: Connection, code: str, on: date) -> Span:
    """A unit that exists on a day.

    Raises:
        UnknownUnit: it never was.
        OrganisationError: it is not yet, or no more.
    """
    known = spans_of(connection, code)
    if not known:
        raise UnknownUnit(code)
    found = next((each for each in known if each.holds(on)), None)
    if found is None:
        raise OrganisationError(
            f"{code} {known[-1].name} does not exist on {on} — see `ybz organisation show {code}`"
        )
    return found


def change(
    connection: Connection,
    former: Span,
    on: date,
    *,
    name: str | None = None,
    parent: str | None = None,
    region: str | None = None,
) -> Span:
    """End the last span of a unit and open the next, with what is different in it.

    Several changes of one day, as a reform brings them, make one span: what never was for a day is no past.

    Raises:
        OrganisationError: a later change is known, or the day is before the span's first.
    """
    _changes_on(former, on)
    made = Span(
        former.code, former.kind, name or former.name, parent or former.parent, region or former.region, on,
        None,
    )  # fmt: skip
    if on == former.valid_from:
        values = {"name": made.name, "parent": made.parent, "region": made.region}
        connection.execute(update(organisation_spans).where(_last(former.code)).values(**values))
        return made
    connection.execute(update(organisation_spans).where(_last(former.code)).values(valid_to=on))
    _open(connection, made)
    return made


def end_unit(connection: Connection, former: Span, on: date) -> None:
    """A unit is no more from a day on.

    Raises:
        OrganisationError: a later change is known, or the day is the unit's first or before the span's.
    """
    _changes_on(former, on)
    if on == former.valid_from:
        if spans_of(connection, former.code)[0].valid_from == on:
            raise OrganisationError(
                f"{former.code} begins on {on} — it ends on a later day, or was never founded"
            )
        # Changed and ended on one day: the change never was.
        connection.execute(delete(organisation_spans).where(_last(former.code)))
    else:
        connection.execute(update(organisation_spans).where(_last(former.code)).values(valid_to=on))
    connection.execute(
        update(organisation_units).where(organisation_units.c.code == former.code).values(valid_to=on)
    )


def _changes_on(former: Span, on: date) -> None:
    if former.valid_to is not None:
        raise OrganisationError(
            f"{former.code} changes again on {former.valid_to} — changes are entered in their order"
        )
    if on < former.valid_from:
        raise OrganisationError(
            f"{former.code} is so from {former.valid_from} on — a change does not come before that"
        )


def _last(code: str) -> Any:
    """The row of a unit's last span."""
    return (organisation_spans.c.code == code) & organisation_spans.c.valid_to.is_(None)


def checked_code(code: str) -> str:
    """A code in its one spelling.

    Raises:
        OrganisationError: it is empty or too long, or has the length of a social credit code and is none.
    """
    plain = code.strip()
    if len(plain) == _USCC_LENGTH:
        known = uscc(plain)
        if known is None:
            raise OrganisationError(f"{plain} is no unified social credit code: its check digit is wrong")
        return known
    if not plain or len(plain) > 40 or any(character.isspace() for character in plain):
        raise OrganisationError("a unit needs a code of 1 to 40 characters without blanks")
    return plain


def free_name(connection: Connection, name: str, on: date) -> None:
    """No two units have one name on one day.

    Raises:
        OrganisationError: another has it.
    """
    s = organisation_spans.c
    query = select(s.code).where(s.name == name.strip(), (s.valid_to.is_(None)) | (s.valid_to > on))
    other = connection.execute(query.limit(1)).scalar()
    if other is not None:
        raise OrganisationError(f"{name.strip()} is the name of {other} — end or rename that one first")


def stated(**texts: str) -> None:
    """Texts a change must state.

    Raises:
        OrganisationError: one is empty.
    """
    for what, text in texts.items():
        if not text.strip():
            raise OrganisationError(f"a change of the tree states its {what} — give --{what}")


def span(row: Row[Any]) -> Span:
    """A stored span."""
    values = dict(row._mapping)
    return Span(**(values | {"kind": UnitKind(values["kind"])}))


def _spans() -> Any:
    s, u = organisation_spans.c, organisation_units.c
    return select(s.code, u.kind, s.name, s.parent, s.region, s.valid_from, s.valid_to).join(
        organisation_units, u.code == s.code
    )


def _open(connection: Connection, made: Span) -> None:
    connection.execute(
        insert(organisation_spans).values(
            id=new_id("spn"), code=made.code, name=made.name, parent=made.parent, region=made.region,
            valid_from=made.valid_from, valid_to=None,
        )
    )  # fmt: skip
