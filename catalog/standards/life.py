"""The life of a city's own elements: proposed 立项, published 发布, in force 实施 from a day, withdrawn 废止.

Decides which act may follow which, and which version is in force on a day. Every act is kept with its
actor and reason, in the transaction of its evidence. Versions never change: a correction is a new one.
What an element says is :mod:`contracts.elements`'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from catalog import evidence
from catalog.standards.entries import StandardRefused, document_of, whole
from catalog.store import reading
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.standards import own_standard_acts, own_standards
from contracts.canonical import canonical
from contracts.elements import Element, element_of, inherit
from contracts.elements_agree import agree
from contracts.errors import ContractError
from contracts.model import Contract, Field
from policies.clocks import local_date

PROPOSED: Final = "proposed"
PUBLISHED: Final = "published"
ENFORCED: Final = "enforced"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of an own element.

    Attributes:
        id: of the version.
        number: 1, 2, … of its code.
        element: what it says.
        state: ``proposed``, ``published``, ``enforced`` or ``withdrawn``.
        starts_on: first day in force, or None.
        ends_on: first day no longer in force, or None.
    """

    id: str
    number: int
    element: Element
    state: str
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def code(self) -> str:
        """Code of the element."""
        return self.element.code

    def in_force(self, on: date) -> bool:
        """Whether contracts follow it on a day."""
        return (
            self.starts_on is not None
            and self.starts_on <= on
            and (self.ends_on is None or on < self.ends_on)
        )


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a version: who, why, when, and from which day it counts."""

    act: str
    made_by: str
    reason: str
    effective_on: date | None
    made_at: datetime


def propose(
    connection: Connection, entry: Mapping[str, Any], *, by: str, reason: str, now: datetime
) -> Standard:
    """Propose an own element, or a new version of one.

    Args:
        connection: a writing transaction.
        entry: as in ``contracts/elements/*.yaml``, its code with a dot; with ``base`` it need only say
            what differs from that element.
        by: who proposes.
        reason: why, one sentence.
        now: aware instant.

    Raises:
        ContractError: the entry is malformed.
        StandardRefused: its code has no dot, its base is unknown or loosened, or a version of it waits.
    """
    element = whole(entry, in_force(connection, local_date(now)))
    open_ = [s for s in versions(connection, element.code) if s.state in (PROPOSED, PUBLISHED)]
    if open_:
        remedy = "put it in force or withdraw it first"
        raise StandardRefused(element.code, f"version {open_[-1].number} is {open_[-1].state}", remedy)
    highest = select(func.max(own_standards.c.number)).where(own_standards.c.code == element.code)
    number = (connection.execute(highest).scalar() or 0) + 1
    made = Standard(new_id("std"), number, element, PROPOSED)
    text = canonical(document_of(element)).decode()
    connection.execute(
        insert(own_standards).values(id=made.id, code=made.code, number=number, element=text, state=PROPOSED)
    )
    _act(connection, made, "propose", by=by, reason=reason, now=now)
    return made


def publish(connection: Connection, code: str, *, by: str, reason: str, now: datetime) -> Standard:
    """Publish the proposed version of an own element: departments can see what is coming.

    Raises:
        StandardRefused: no version of it is proposed.
    """
    made = _only(connection, code, PROPOSED)
    _set(connection, made, state=PUBLISHED)
    _act(connection, made, "publish", by=by, reason=reason, now=now)
    return replace(made, state=PUBLISHED)


def enforce(
    connection: Connection, code: str, *, starts_on: date, by: str, reason: str, now: datetime
) -> Standard:
    """Put the published version of an own element in force from a day on; the one before it ends then.

    Raises:
        StandardRefused: no version of it is published, or the day is past.
    """
    made = _only(connection, code, PUBLISHED)
    if starts_on < local_date(now):
        raise StandardRefused(code, f"{starts_on} is past", "name today or a later day")
    for former in versions(connection, code):
        begun = former.starts_on is not None
        if begun and (former.ends_on is None or former.ends_on > starts_on):
            _set(connection, former, ends_on=starts_on.isoformat())
            _act(connection, former, "supersede", by=by, reason=reason, now=now, on=starts_on)
    _set(connection, made, state=ENFORCED, starts_on=starts_on.isoformat())
    _act(connection, made, "enforce", by=by, reason=reason, now=now, on=starts_on)
    return replace(made, state=ENFORCED, starts_on=starts_on)


def withdraw(
    connection: Connection, code: str, *, ends_on: date, by: str, reason: str, now: datetime
) -> Standard:
    """Withdraw the newest version of an own element: at once where it never was in force.

    Raises:
        StandardRefused: there is nothing to withdraw, or the day is past.
    """
    standing = [s for s in versions(connection, code) if s.state != WITHDRAWN and s.ends_on is None]
    if not standing:
        raise StandardRefused(code, "has no version to withdraw", "see `ybz standard list`")
    if ends_on < local_date(now):
        raise StandardRefused(code, f"{ends_on} is past", "name today or a later day")
    made = standing[-1]
    begun = made.state == ENFORCED
    _set(connection, made, state=WITHDRAWN, ends_on=ends_on.isoformat() if begun else None)
    _act(connection, made, "withdraw", by=by, reason=reason, now=now, on=ends_on if begun else None)
    return replace(made, state=WITHDRAWN, ends_on=ends_on if begun else None)


def versions(
    connection: Connection, code: str | None = None, part: Part | None = None
) -> tuple[Standard, ...]:
    """All versions of an own element, or of all of them; by code and number, a part where one is named."""
    query = select(own_standards)
    if code is not None:
        query = query.where(own_standards.c.code == code)
    rows = connection.execute(parted(query, part, own_standards.c.code, own_standards.c.number))
    return tuple(map(_standard, rows.all()))


def acts(connection: Connection, standard: Standard) -> tuple[Act, ...]:
    """What was done to a version, in order."""
    c = own_standard_acts.c
    rows = connection.execute(
        select(c.act, c.made_by, c.reason, c.effective_on, c.made_at)
        .where(c.standard_id == standard.id)
        .order_by(c.place)
    ).all()
    return tuple(Act(r.act, r.made_by, r.reason, _day(r.effective_on), r.made_at) for r in rows)


def in_force(connection: Connection, on: date) -> Mapping[str, Element]:
    """The own elements in force on a day, by code: what contracts are checked against."""
    found = {s.code: s.element for s in versions(connection) if s.in_force(on)}
    return MappingProxyType(found)


def kept_standards(engine: Engine, contract: Contract, on: date) -> Contract:
    """``contract`` with the rules of the own elements it follows written into its fields.

    The ledger keeps this form: a revision then says by itself which rules held, whatever becomes of
    the standard.

    Args:
        engine: of the store; not asked where no field follows an own element.
        contract: as its department wrote it.
        on: the day whose standards count.

    Raises:
        StandardRefused: a field follows an own element that is not in force, contradicts or loosens it.
    """
    if not any(item.element and "." in item.element for item in contract.fields):
        return contract
    with reading(engine) as connection:
        own = in_force(connection, on)
    return replace(contract, fields=tuple(_kept(item, own) for item in contract.fields))


def _kept(item: Field, own: Mapping[str, Element]) -> Field:
    if item.element is None or "." not in item.element:
        return item
    try:
        agree(item, own=own)
    except ContractError as error:
        raise StandardRefused(item.element, f"{error.where} {error.what}", error.remedy) from None
    return inherit(item, own=own)


def _only(connection: Connection, code: str, state: str) -> Standard:
    found = [s for s in versions(connection, code) if s.state == state]
    if not found:
        raise StandardRefused(code, f"no version of it is {state}", f"see `ybz standard show {code}`")
    return found[-1]


def _set(connection: Connection, standard: Standard, **values: str | None) -> None:
    connection.execute(update(own_standards).where(own_standards.c.id == standard.id).values(**values))


def _act(
    connection: Connection,
    standard: Standard,
    act: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    on: date | None = None,
) -> None:
    day = None if on is None else on.isoformat()
    place = len(acts(connection, standard)) + 1
    connection.execute(
        insert(own_standard_acts).values(
            id=new_id("sta"), standard_id=standard.id, place=place, act=act, made_by=by, reason=reason,
            effective_on=day, made_at=now,
        )
    )  # fmt: skip
    body = {"code": standard.code, "version": standard.number, "actor": by, "reason": reason, "on": day}
    event = f"catalog:standard:{act}"
    evidence.record(connection, event=event, subject=standard.code, body=body, now=now)


def _standard(row: Row[Any]) -> Standard:
    element = element_of(json.loads(row.element))
    return Standard(row.id, row.number, element, row.state, _day(row.starts_on), _day(row.ends_on))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
