"""Reforms of the organisation tree 机构改革: rename, move, merge, split, abolish, transfer of duties.

Decides what a change does to units, and which entries pass to whom: none is lost, and a split says of each
entry where it goes. What was published before stays under its former department. The entries that pass
are :mod:`catalog.organisations.handover`'s.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, insert

from catalog import evidence
from catalog.organisations import granted, handover, held, regions, units
from catalog.organisations.errors import OrganisationError
from catalog.organisations.sound_tree import refuse_below, refuse_circle, refuse_unassigned, some, units_below
from catalog.organisations.units import Span, UnitKind
from catalog.store.schema import new_id
from catalog.store.tables.organisations import organisation_event_units, organisation_events
from policies.clocks import local_date


@dataclass(frozen=True, slots=True)
class Reform:
    """What every change states.

    Attributes:
        on: first day it holds; not after today.
        basis: document.
        by: who enters it.
        now: aware instant.
    """

    on: date
    basis: str
    by: str
    now: datetime

    def check(self) -> None:
        """Raise where it cannot be entered.

        Raises:
            OrganisationError: there is no basis, or the day has not come.
        """
        units.stated(basis=self.basis)
        if self.on > local_date(self.now):
            raise OrganisationError(f"{self.on} has not come — a change is entered when it takes effect")


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A successor: one of the tree by its code alone, or a new one with name and kind."""

    code: str
    name: str = ""
    kind: UnitKind = UnitKind.DEPARTMENT


def rename(connection: Connection, code: str, name: str, reform: Reform) -> str:
    """A unit has another name from a day on; its entries need a revision that says so.

    Returns:
        Id of the change.

    Raises:
        OrganisationError, UnknownUnit: it cannot be.
    """
    reform.check()
    units.stated(name=name)
    former = units.in_force(connection, code, reform.on)
    units.free_name(connection, name, reform.on)
    units.change(connection, former, reform.on, name=name.strip())
    event = _record(connection, "rename", [code], [code], reform, {"name": name.strip()})
    handover.open_(
        connection, event, dict.fromkeys(handover.datasets_of(connection, former), code), former, reform
    )
    return event


def move(
    connection: Connection, code: str, reform: Reform, *, parent: str | None = None, region: str | None = None
) -> str:
    """A unit hangs below another one, or answers for another division, from a day on.

    Raises:
        OrganisationError, UnknownUnit: it cannot be, or would hang below itself.
    """
    reform.check()
    former = units.in_force(connection, code, reform.on)
    if parent is None and region is None:
        raise OrganisationError("say where it moves — give `under` or `region`")
    if parent is not None:
        refuse_circle(connection, code, parent, reform.on)
    place = None if region is None else regions.checked(connection, region, reform.on)
    units.change(connection, former, reform.on, parent=parent, region=place)
    more = {key: value for key, value in (("parent", parent), ("region", place)) if value}
    return _record(connection, "move", [code], [code], reform, more)


def merge(connection: Connection, codes: Sequence[str], into: NewUnit, reform: Reform) -> str:
    """Units become one: a new one, one of the tree, or one of themselves. Their entries pass to it.

    Raises:
        OrganisationError, UnknownUnit: it cannot be.
    """
    reform.check()
    if len({*codes, into.code}) < 2:
        raise OrganisationError("a merger takes two units at least")
    former = [units.in_force(connection, code, reform.on) for code in dict.fromkeys(codes)]
    ending = {each.code: each for each in former if each.code != into.code}
    refuse_below(connection, into.code, ending, reform.on)
    _successor(connection, into, _like(connection, former[0], ending, reform.on), reform)
    for each in ending.values():
        _end(connection, each, into.code, reform, ending)
    event = _record(connection, "merge", [each.code for each in former], [into.code], reform)
    for each in ending.values():
        passing = dict.fromkeys(handover.datasets_of(connection, each), into.code)
        handover.open_(connection, event, passing, each, reform)
    return event


def split(
    connection: Connection, code: str, into: Sequence[NewUnit], assigned: Mapping[str, str], reform: Reform
) -> str:
    """A unit becomes several; it may go on as one of them. Each of its entries is assigned to one.

    Args:
        connection: a writing transaction.
        code: of the unit.
        into: two at least.
        assigned: dataset name → code of one of them; every entry of the unit, none else.
        reform: when, why, by whom.

    Raises:
        OrganisationError, UnknownUnit: it cannot be, or an entry is assigned to nobody.
    """
    reform.check()
    former = units.in_force(connection, code, reform.on)
    codes = [each.code for each in into]
    if len(set(codes)) < 2:
        raise OrganisationError("a split makes two units at least")
    owned = handover.datasets_of(connection, former)
    refuse_unassigned(owned, assigned, codes)
    if code not in codes and (below := units_below(connection, code, reform.on)):
        raise OrganisationError(f"{some(below)} hang below {code} — move them first")
    for each in into:
        if each.code != code:
            _successor(connection, each, former, reform)
    if code not in codes:
        units.end_unit(connection, former, reform.on)
        granted.tell(connection, former, None, reform)
    event = _record(connection, "split", [code], codes, reform)
    passing = {dataset: to for dataset, to in assigned.items() if to != code}
    handover.open_(connection, event, passing, former, reform)
    return event


def abolish(connection: Connection, code: str, reform: Reform, *, successor: str | None = None) -> str:
    """A unit is no more; its entries and duties pass to its successor.

    Raises:
        OrganisationError, UnknownUnit: it cannot be, or entries or units would be left with nobody.
    """
    reform.check()
    former = units.in_force(connection, code, reform.on)
    owned = handover.datasets_of(connection, former)
    if successor is None and owned:
        raise OrganisationError(f"{former.name} answers for {some(owned)} — name who follows (`into`)")
    if successor is None and (below := units_below(connection, code, reform.on)):
        raise OrganisationError(f"{some(below)} hang below {code} — move them, or name who follows (`into`)")
    if successor is not None:
        if successor == code:
            raise OrganisationError(f"{code} cannot follow itself")
        units.in_force(connection, successor, reform.on)
        refuse_below(connection, successor, {code}, reform.on)
    elif left := held.held_by(connection, code, reform.on):
        raise OrganisationError(
            f"{former.name} still has {some([each.words for each in left])} — settle it, or name who follows"
            " (`into`)"
        )
    _end(connection, former, successor, reform)
    event = _record(connection, "abolish", [code], [successor] if successor else [], reform)
    if successor is not None:
        handover.open_(connection, event, dict.fromkeys(owned, successor), former, reform)
    return event


def transfer(connection: Connection, code: str, to: str, datasets: Sequence[str], reform: Reform) -> str:
    """The duty for some entries passes from one unit to another; both go on.

    Raises:
        OrganisationError, UnknownUnit: it cannot be, or an entry is not the first one's.
    """
    reform.check()
    former = units.in_force(connection, code, reform.on)
    units.in_force(connection, to, reform.on)
    if to == code or not datasets:
        raise OrganisationError("a transfer names two units and at least one entry")
    foreign = sorted(set(datasets) - set(handover.datasets_of(connection, former)))
    if foreign:
        raise OrganisationError(f"{some(foreign)}: {former.name} does not answer for it")
    event = _record(connection, "transfer", [code], [to], reform, {"entries": sorted(set(datasets))})
    handover.open_(connection, event, dict.fromkeys(datasets, to), former, reform)
    return event


def _successor(connection: Connection, unit: NewUnit, like: Span, reform: Reform) -> None:
    """The successor exists already, or is made with the place of who came before."""
    if units.spans_of(connection, unit.code):
        units.in_force(connection, unit.code, reform.on)
        return
    units.add(
        connection, code=unit.code, name=unit.name, kind=unit.kind, valid_from=reform.on, basis=reform.basis,
        by=reform.by, now=reform.now, parent=like.parent, region=like.region,
    )  # fmt: skip


def _like(connection: Connection, first: Span, ending: Container[str], on: date) -> Span:
    """The first of the merged as the successor follows it: below whoever is there afterwards."""
    parent = first.parent
    while parent is not None and parent in ending:
        parent = units.in_force(connection, parent, on).parent
    return replace(first, parent=parent)


def _end(
    connection: Connection, former: Span, successor: str | None, reform: Reform, ending: Container[str] = ()
) -> None:
    """End a unit; units below it that go on hang below its successor from that day on."""
    if successor is not None:
        for code in units_below(connection, former.code, reform.on):
            if code not in ending and code != successor:
                below = units.in_force(connection, code, reform.on)
                units.change(connection, below, reform.on, parent=successor)
    units.end_unit(connection, former, reform.on)
    granted.tell(connection, former, successor, reform)


def _record(
    connection: Connection,
    kind: str,
    before: Sequence[str],
    after: Sequence[str],
    reform: Reform,
    more: Mapping[str, object] | None = None,
) -> str:
    event_id = new_id("orc")
    connection.execute(
        insert(organisation_events).values(
            id=event_id, kind=kind, effective_on=reform.on, basis=reform.basis.strip(), made_by=reform.by,
            made_at=reform.now,
        )
    )  # fmt: skip
    for role, codes in (("predecessor", before), ("successor", after)):
        for position, code in enumerate(dict.fromkeys(codes), 1):
            connection.execute(
                insert(organisation_event_units).values(
                    event_id=event_id, role=role, code=code, position=position
                )
            )
    body = {
        "change": event_id, "predecessors": list(before), "successors": list(after),
        "on": reform.on.isoformat(), "basis": reform.basis.strip(), "actor": reform.by, **(more or {}),
    }  # fmt: skip
    subject = before[0]
    evidence.record(
        connection, event=f"catalog:organisation:{kind}", subject=subject, body=body, now=reform.now
    )
    return event_id
