"""Keeping records by events: add, confirm, change, close — on a phone, in Excel or from a task.

Decides what a change becomes: a local item is the body's own and changes at once; an item a department
answers for is challenged at its source (校核) and keeps its value until the source carries the correction,
flagged as disputed meanwhile. Nothing is overwritten: what held before stays in the events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert

from catalog.evidence import record as evidence_record
from catalog.home import Home
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_events, base_records
from contracts.codes import canonical_id
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import Body, body
from space.wayback.corrections import cases
from space.wayback.grassroots.books import page_of
from space.wayback.grassroots.items import fitting, items_of, kind_called
from space.wayback.grassroots.judging import Acting, Planned, misfits, open_record, plan, too_long
from space.wayback.grassroots.records import Record, record_of

# Why somebody who is in the ledger is not added.
KNOWN: Final = "grassroots.record.known"
# Characters of an identifier.
MOST_OF_AN_IDENTIFIER: Final = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an act.

    Attributes:
        record: which.
        changed: local items that changed.
        challenged: item → challenge sent to its source department, or joined.
        same: items that held the value already.
    """

    record: str
    changed: tuple[str, ...] = ()
    challenged: Mapping[str, str] = field(default_factory=dict)
    same: tuple[str, ...] = ()


def add(
    home: Home,
    engine: Engine,
    acting: Acting,
    kind: str,
    identifier: str,
    values: Mapping[str, str],
    *,
    household: str = "",
) -> Record:
    """Enter somebody or something only the body knows: a tenant, a house, a shop.

    Args:
        home: the installation.
        engine: its store.
        acting: who, for which body.
        kind: of the record.
        identifier: of the person, household, house or shop; kept whole, shown masked.
        values: local items.
        household: record of the household it belongs to.

    Raises:
        Unknown: no such body or household.
        Refused: the identifier is not one, the record is there, or a value does not fit.
    """
    with writing(engine) as connection:
        owner = body(connection, acting.body)
        items = items_of(connection, owner, kind, local_date(acting.now))
        canonical = canonical_id(kind_called(kind, local_date(acting.now)).unit, identifier)
        reasons = misfits(items, values, local_only=True)
        if canonical is None or len(canonical) > MOST_OF_AN_IDENTIFIER:
            reasons.append(Reason("grassroots.identifier", f"not the identifier of a {kind}", "identifier"))
        if reasons or canonical is None:
            raise Refused(Deny(tuple(reasons)))
        if household:
            record_of(connection, acting.body, household)
        book = page_of(home, connection, acting.body, kind, canonical)
        record_id = book.opened(kind, canonical, acting.now)
        if not book.fresh and record_of(connection, acting.body, record_id).state == "open":
            reason = Reason(KNOWN, "the ledger has it already", record_id, "change it")
            raise Refused(Deny((reason,)))
        if book.fresh:
            connection.execute(insert(base_records), book.fresh)
        said = {name: str(fitting(items[name], text)) for name, text in values.items()}
        write(connection, acting, owner, record_id, "add", book.next(record_id), said, household=household)
        return record_of(connection, acting.body, record_id)


def confirm(engine: Engine, acting: Acting, record_id: str, items: Sequence[str] = ()) -> Kept:
    """State that a record, or some items of it, are as they stand.

    Args:
        engine: the store.
        acting: who, for which body.
        record_id: which.
        items: of it; every item where none is named.

    Raises:
        Unknown: the body has no such record.
        Refused: it has no such item, or is closed.
    """
    with writing(engine) as connection:
        found = open_record(connection, acting.body, record_id)
        confirm_in(connection, acting, found, items)
    return Kept(record_id)


def confirm_in(connection: Connection, acting: Acting, found: Record, items: Sequence[str]) -> None:
    """:func:`confirm` in the caller's transaction."""
    missing = [name for name in items if name not in found.cells]
    if missing:
        raise Refused(
            Deny(tuple(Reason("grassroots.item.none", "nothing is known of it", n) for n in missing))
        )
    if found.withheld and not items:  # what a stop hides nobody has looked at
        items = tuple(found.cells)
        if not items:
            raise Refused(Deny((Reason("grassroots.item.none", "nothing is known of it", found.id),)))
    owner = body(connection, acting.body)
    write(connection, acting, owner, found.id, "confirm", found.number + 1, {}, items=items)


def change(
    home: Home, engine: Engine, acting: Acting, record_id: str, values: Mapping[str, str], *, reason: str = ""
) -> Kept:
    """Change items of a record; those of a department become challenges to it.

    Args:
        home: the installation.
        engine: its store.
        acting: who, for which body.
        record_id: which.
        values: item → value; what holds already is left alone.
        reason: why, and on what evidence; needed where a department answers for an item.

    Raises:
        Unknown: the body has no such record.
        Refused: it is closed, has no such item, or a value does not fit.
        NotInArea: the source's row is no longer in the area of the body.
    """
    planned = plan(home, engine, acting, record_id, values, reason)
    with writing(engine) as connection:
        return change_in(connection, acting, planned)


def change_in(connection: Connection, acting: Acting, planned: Planned) -> Kept:
    """Write planned changes in the caller's transaction: event, challenge and evidence together.

    Raises:
        Refused: the record was closed since they were planned.
    """
    owner, found = body(connection, acting.body), open_record(connection, acting.body, planned.record.id)
    number = found.number
    if planned.local:
        number += 1
        write(connection, acting, owner, found.id, "change", number, planned.local, reason=planned.reason)
    sent: dict[str, str] = {}
    for name, prepared in planned.challenges.items():
        asked = prepared.challenge
        open_one = cases.pending(connection, asked.dataset, asked.row, asked.field)
        sent[name] = open_one or cases.send(connection, prepared, by=acting.by, now=acting.now).id
        number += 1
        write(
            connection,
            acting,
            owner,
            found.id,
            "challenge",
            number,
            {},
            items=(name,),
            correction=sent[name],
            reason=planned.reason,
        )
    return Kept(found.id, tuple(planned.local), sent, planned.same)


def close(engine: Engine, acting: Acting, record_id: str, *, reason: str) -> Kept:
    """Close a record: moved away, demolished, no longer open. Its events stay.

    Raises:
        Unknown: the body has no such record.
        Refused: it is closed already, or no reason is given.
    """
    with writing(engine) as connection:
        found = open_record(connection, acting.body, record_id)
        close_in(connection, acting, found, reason)
    return Kept(record_id)


def close_in(connection: Connection, acting: Acting, found: Record, reason: str) -> None:
    """:func:`close` in the caller's transaction."""
    if not reason.strip():
        raise Refused(Deny((Reason("grassroots.reason", "closing a record says why", "reason"),)))
    if long := too_long(reason):
        raise Refused(Deny(tuple(long)))
    owner = body(connection, acting.body)
    write(connection, acting, owner, found.id, "close", found.number + 1, {}, reason=reason)


def write(
    connection: Connection,
    acting: Acting,
    owner: Body,
    record_id: str,
    act: str,
    number: int,
    values: Mapping[str, str],
    *,
    items: Sequence[str] = (),
    household: str = "",
    correction: str | None = None,
    reason: str = "",
) -> None:
    """Append one event of the body's own and its evidence, which names items and never a value."""
    names = sorted(values) if values else list(items)
    told: dict[str, Any] = {"act": act, "items": names, "way": acting.way, "by": acting.by}
    told |= {"correction": correction} if correction else {}
    evidence_id = evidence_record(
        connection, event="grassroots:record:keep", subject=record_id, body=told, now=acting.now
    )
    connection.execute(
        insert(base_events).values(
            id=new_id("bev"),
            body=acting.body,
            record_id=record_id,
            number=number,
            act=act,
            items=names,
            values=dict(values),
            authority=owner.name,
            authority_code=owner.code,
            dataset="",
            row="",
            as_of=local_date(acting.now).isoformat(),
            household=household or None,
            source=acting.way,
            source_id=acting.source_id,
            correction_id=correction,
            reason=reason,
            acted_by=acting.by,
            acted_at=acting.now,
            evidence_id=evidence_id,
        )
    )
