"""The outbox 待发通知: what the people on duty are to be told, told once each, and tried again.

Decides that a matter is entered once for everybody on duty, and that one process at a time sends a notice. It
stays until it was handed to the mail server; then, or when it is given up, it is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.notices import notices
from policies.clocks import local_date
from policies.rulebook import rule
from space.notices import mail
from space.notices.duty import Kind, Told, address_of, on_duty
from space.notices.facts import Matter, filled, matters

WAITING: Final = "waiting"
SENT: Final = "sent"
DEAD: Final = "dead"
_N: Final = notices.c
# A process that takes a notice has so long to send it, in multiples of the mail server's patience.
_TAKEN_FOR: Final = 6


@dataclass(frozen=True, slots=True)
class Done:
    """What one turn did.

    Attributes:
        entered: new notices.
        sent: handed to the mail server.
        failed: tried in vain; tried again unless given up.
    """

    entered: int = 0
    sent: int = 0
    failed: int = 0


def enter_due(connection: Connection, now: datetime) -> int:
    """Enter what there is to tell and was not entered before.

    Args:
        connection: a writing transaction.
        now: aware instant.
    """
    return sum(_enter(connection, matter, now) for matter in matters(connection, now))


def enter_trial(connection: Connection, now: datetime) -> int:
    """Enter a trial for everybody on duty."""
    return _enter(connection, Matter(Kind.TRIAL, new_id("tri"), {}), now)


def turn(engine: Engine, home: Home, now: datetime) -> Done:
    """Enter what there is to tell, and send what waits, where a mail server is set.

    Args:
        engine: of the store.
        home: of the installation.
        now: aware instant.
    """
    with reading(engine) as connection:
        new = any(_untold(connection, matter, now) for matter in matters(connection, now))
    entered = 0
    if new:
        with writing(engine) as connection:
            entered = enter_due(connection, now)
    return send_waiting(engine, home, now, Done(entered))


def send_waiting(engine: Engine, home: Home, now: datetime, done: Done | None = None) -> Done:
    """Send what waits and is due; nothing where no mail server is set."""
    counted, server = done or Done(), mail.server(home.root)
    if server is None:
        return counted
    day = local_date(now)
    patience_s = float(rule("notices", "patience", day).value)
    sent = failed = 0
    for _ in range(int(rule("notices", "at_once", day).value)):
        taken = _take(engine, now, patience_s)
        if taken is None:
            break
        problem = _send(engine, server, taken, now, patience_s)
        with writing(engine) as connection:
            _over(connection, taken, problem, now)
        sent, failed = sent + (problem is None), failed + (problem is not None)
    return Done(counted.entered, sent, failed)


def listed(connection: Connection, limit: int = 100) -> tuple[dict[str, Any], ...]:
    """The newest notices, without their texts and addresses."""
    rows = connection.execute(select(notices).order_by(_N.made_at.desc(), _N.id).limit(limit))
    return tuple(
        {
            "id": row.id,
            "kind": row.kind,
            "source": row.source,
            "turn": row.turn_id,
            "state": row.state,
            "attempts": row.attempts,
            "made_at": row.made_at.isoformat(),
            "next_at": None if row.next_at is None else row.next_at.isoformat(),
            "problem": row.last_problem,
        }
        for row in rows
    )


def waiting(connection: Connection) -> int:
    """How many wait."""
    return connection.execute(
        select(func.count()).select_from(notices).where(_N.state == WAITING)
    ).scalar_one()


def _untold(connection: Connection, matter: Matter, now: datetime) -> list[Told]:
    """Who is on duty for a matter and was not told of it."""
    told = on_duty(connection, matter.kind, now)
    if matter.whom:
        told = tuple(one for one in told if one.recipient == matter.whom)
    if not told:
        return []
    mine = select(_N.turn_id, _N.recipient).where(_N.kind == str(matter.kind), _N.source == matter.source)
    there = {(row.turn_id, row.recipient) for row in connection.execute(mine)}
    # Nobody is mailed twice who is on duty twice.
    addresses = {one.address.lower() for one in told if (one.turn_id, one.recipient) in there}
    new: list[Told] = []
    for one in told:
        if one.address.lower() not in addresses:
            addresses.add(one.address.lower())
            new.append(one)
    return new


def _enter(connection: Connection, matter: Matter, now: datetime) -> int:
    new = _untold(connection, matter, now)
    if not new:
        return 0
    facts = filled(connection, matter, now)
    connection.execute(
        insert(notices),
        [
            {
                "id": new_id("ntc"),
                "kind": str(matter.kind),
                "source": matter.source,
                "turn_id": one.turn_id,
                "recipient": one.recipient,
                "facts": facts,
                "state": WAITING,
                "attempts": 0,
                "made_at": now,
                "next_at": now,
            }
            for one in new
        ],
    )
    return len(new)


def _take(engine: Engine, now: datetime, patience_s: float) -> Row[Any] | None:
    """The next notice that is due, taken for a time: no other process sends it meanwhile."""
    due = select(notices).where(_N.state == WAITING, _N.next_at <= now).order_by(_N.next_at, _N.id).limit(1)
    with reading(engine) as connection:
        if connection.execute(due).first() is None:
            return None
    with writing(engine) as connection:
        row = connection.execute(due).first()
        if row is not None:
            until = now + timedelta(seconds=_TAKEN_FOR * patience_s)
            connection.execute(
                update(notices).where(_N.id == row.id).values(attempts=row.attempts + 1, next_at=until)
            )
        return row


def _send(engine: Engine, server: mail.Server, row: Row[Any], now: datetime, patience_s: float) -> str | None:
    """Send one notice; None, or what went wrong in fixed words."""
    with reading(engine) as connection:
        address = address_of(connection, row.turn_id, row.recipient)
    if not address:
        return "nobody is on duty there any more"
    message = mail.written(row.kind, row.facts, sender=server.sender, to=address, reference=row.id, at=now)
    try:
        server.send(message, patience_s)
    except mail.NotSent as error:
        return str(error)
    return None


def _over(connection: Connection, row: Row[Any], problem: str | None, now: datetime) -> None:
    mine = update(notices).where(_N.id == row.id)
    if problem is None:
        connection.execute(
            mine.values(state=SENT, ended_at=now, next_at=None, last_problem=None, reference=row.id)
        )
        return
    pauses = [int(minutes) for minutes in rule("notices", "tried_again_after", local_date(now)).value]
    if row.attempts >= len(pauses):
        connection.execute(mine.values(state=DEAD, ended_at=now, next_at=None, last_problem=problem))
        return
    next_at = now + timedelta(minutes=pauses[row.attempts])
    connection.execute(mine.values(next_at=next_at, last_problem=problem))
