"""Changes of a record judged before they are written: what each becomes, or why it may not be.

Decides that a local value fits its item, that a department's item is challenged only where it has a row, and
that what holds already, or is challenged already, is no change. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, Engine

from catalog.home import Home
from catalog.stops import closed
from catalog.store import reading
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import body
from space.wayback.corrections.challenges import Challenge, Prepared, prepare
from space.wayback.grassroots.items import MOST_CHARACTERS, LedgerItem, fitting, items_of
from space.wayback.grassroots.records import Record, record_of

Way = Literal["phone", "excel", "task"]
PHONE: Final[Way] = "phone"
# Characters of a reason.
MOST_OF_A_REASON: Final = 1000


@dataclass(frozen=True, slots=True)
class Acting:
    """Who keeps a ledger, and how.

    Attributes:
        body: code of the body whose ledger it is.
        by: the person.
        now: aware instant.
        way: ``phone``, ``excel`` or ``task``.
        source_id: id of the import or the task.
    """

    body: str
    by: str
    now: datetime
    way: Way = PHONE
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """Changes of one record, judged and not yet written."""

    record: Record
    local: Mapping[str, str]
    challenges: Mapping[str, Prepared]
    same: tuple[str, ...]
    reason: str


def plan(
    home: Home, engine: Engine, acting: Acting, record_id: str, values: Mapping[str, str], reason: str
) -> Planned:
    """Judge changes of one record without writing anything; see :func:`change`."""
    with reading(engine) as connection:
        owner = body(connection, acting.body)
        found = open_record(connection, acting.body, record_id)
        items = items_of(connection, owner, found.kind, local_date(acting.now))
        stops = _stopped(connection, acting.body, items, found, values)
    if reasons := [*misfits(items, values), *too_long(reason), *stops, *_rowless(items, found, values)]:
        raise Refused(Deny(tuple(reasons)))
    local, challenges, same = {}, {}, []
    for name, text in values.items():
        item, cell = items[name], found.cells.get(name)
        said = fitting(item, text) if item.local else text.strip()
        if cell is not None and (cell.value == said or (cell.disputed and cell.correction)):
            same.append(name)  # it is so, or the body has challenged it
        elif item.local:
            local[name] = str(said)
        else:
            challenges[name] = _prepared(home, engine, acting.body, item, found, text, reason)
    return Planned(found, local, challenges, tuple(same), reason)


def open_record(connection: Connection, body_code: str, record_id: str) -> Record:
    """A record of a body that takes events.

    Raises:
        Unknown: the body has none of that id.
        Refused: it is closed, or a stop closes the ledger.
    """
    found = record_of(connection, body_code, record_id)
    if found.state != "open":
        reason = Reason("grassroots.record.closed", "the record is closed", record_id, "add it again")
        raise Refused(Deny((reason,)))
    return found


def misfits(
    items: Mapping[str, LedgerItem], values: Mapping[str, str], *, local_only: bool = False
) -> list[Reason]:
    """Why values do not fit their items; with ``local_only``, also those a department answers for."""
    reasons = []
    for name, text in values.items():
        item = items.get(name)
        if item is None:
            reasons.append(Reason("grassroots.item.unknown", "the ledger has no such item", name[:200]))
        elif item.local and fitting(item, text) is None:
            allowed = "、".join(item.allowed) or item.type.value
            reasons.append(Reason("grassroots.item.value", "the value does not fit the item", name, allowed))
        elif not item.local and len(text.strip()) > MOST_CHARACTERS:
            allowed = f"at most {MOST_CHARACTERS} characters"
            reasons.append(Reason("grassroots.item.value", "the value does not fit the item", name, allowed))
        elif local_only and not item.local:
            reasons.append(
                Reason("grassroots.item.authority", f"{item.authority} answers for it", name, "leave it out")
            )
    return reasons


def too_long(reason: str) -> list[Reason]:
    """Why a reason is none that is kept."""
    if len(reason) <= MOST_OF_A_REASON:
        return []
    allowed = f"at most {MOST_OF_A_REASON} characters"
    return [Reason("grassroots.reason.long", "the reason is too long", "reason", allowed)]


def _stopped(
    connection: Connection,
    body_code: str,
    items: Mapping[str, LedgerItem],
    found: Record,
    values: Mapping[str, str],
) -> list[Reason]:
    """Why items of a stopped dataset are not challenged: nobody sees what they say."""
    named = {items[name].dataset for name in values if name in items} & set(found.withheld)
    return [reason for one in sorted(named) if (reason := closed(connection, body_code, (one,)))]


def _rowless(items: Mapping[str, LedgerItem], found: Record, values: Mapping[str, str]) -> list[Reason]:
    """Items of a department of which it has no row about this record: there is nothing to challenge."""
    reasons = []
    for name in values:
        item = items.get(name)
        withheld = item is not None and item.dataset in found.withheld
        if item is not None and not item.local and name not in found.cells and not withheld:
            said = f"{item.authority} has no row about it"
            reasons.append(Reason("grassroots.item.no_row", said, name, "keep what you know in a local item"))
    return reasons


def _prepared(
    home: Home, engine: Engine, body_code: str, item: LedgerItem, found: Record, text: str, reason: str
) -> Prepared:
    row = found.cells[item.name].row
    return prepare(home, engine, Challenge(body_code, item.dataset, row, item.field, text, reason))
