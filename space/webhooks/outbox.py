"""The outbox of webhooks: events found in the evidence log become messages that wait to be told.

Decides that every act is told once to each address that asked for it: messages and the position up to which
the log was read are written in one transaction. A message says which thing and when, never a value of a
person; its receiver reads the thing over the interface, under its own rights.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from catalog.clocks import duties
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.webhooks import webhook_messages, webhook_positions, webhooks
from policies.clocks import local_date
from policies.rulebook import rule
from policies.warning import Colour
from space.access.concerned import owners
from space.errors import Unknown
from space.webhooks.hooks import CLOCK_WARNING, Webhook, known_events, listing

WAITING: Final = "waiting"
TOLD: Final = "told"
DEAD: Final = "dead"
_READER: Final = "evidence"
# Event → the kind of thing its subject names; None: everybody may know of it.
_CONCERNS: Final = {
    "grant.revoked": "grant",
    "delivery.ready": "delivery",
    "supply.ready": "supply",
    "correction.answered": "challenge",
    "signature.waiting": "signature",
    "entry.published": None,
    "release.published": None,
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; mirrors its row."""

    id: str
    webhook_id: str
    event: str
    payload: str
    state: str
    attempts: int
    made_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    last_status: int | None
    last_problem: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "event": self.event,
            "state": self.state,
            "attempts": self.attempts,
            "made_at": self.made_at.isoformat(),
            "next_at": None if self.next_at is None else self.next_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
            "last_status": self.last_status,
            "last_problem": self.last_problem,
        }


def idle(connection: Connection) -> bool:
    """Whether nobody was ever to be told of anything: there is nothing to gather."""
    return connection.execute(select(webhooks.c.id).limit(1)).first() is None


def gather(connection: Connection, now: datetime) -> int:
    """Write a message for each event since the last time and each address that asked for it; how many.

    Args:
        connection: a writing transaction.
        now: aware instant.
    """
    position = _position(connection)
    hooks = [one for one in listing(connection) if not one.paused]
    e = evidence_entries.c
    batch = int(rule("webhooks", "batch", local_date(now)).value)
    wanted = select(e.id, e.event, e.subject, e.recorded_at, e.position).where(e.position >= position)
    rows = connection.execute(wanted.order_by(e.position).limit(batch)).all()
    made = 0
    for row in rows if hooks else ():
        made += _tell(connection, hooks, row, now)
    if rows:
        p = webhook_positions.c
        moved = update(webhook_positions).where(p.name == _READER)
        connection.execute(moved.values(position=rows[-1].position + 1))
    return made


def warn(connection: Connection, now: datetime) -> int:
    """Write a message for each duty that became pressing today, once for each duty and colour; how many."""
    hooks = [one for one in listing(connection) if not one.paused and CLOCK_WARNING in one.events]
    made = 0
    for duty in duties.duties(connection, local_date(now)) if hooks else ():
        if duty.colour not in (Colour.RED, Colour.YELLOW):
            continue
        told = {
            "subject": duty.subject, "rule": duty.rule, "colour": duty.colour.value,
            "due_on": None if duty.due_on is None else duty.due_on.isoformat(),
        }  # fmt: skip
        source = f"{duty.rule}:{duty.colour.value}:{told['due_on']}:{duty.subject}"[:80]
        for hook in hooks:
            if hook.organisation == duty.owner_code:
                made += _add(connection, hook, CLOCK_WARNING, source, told, now)
    return made


def due(connection: Connection, now: datetime) -> tuple[tuple[Message, Row[Any]], ...]:
    """Messages to be sent now with their webhooks, the oldest first."""
    m, w = webhook_messages.c, webhooks.c
    batch = int(rule("webhooks", "batch", local_date(now)).value)
    wanted = (
        select(webhook_messages, w.url, w.organisation)
        .join(webhooks, w.id == m.webhook_id)
        .where(m.state == WAITING, m.next_at <= now, w.paused_at.is_(None), w.ended_at.is_(None))
        .order_by(m.next_at, m.id)
        .limit(batch)
    )
    return tuple((_message(row), row) for row in connection.execute(wanted))


def claim(connection: Connection, message: Message, now: datetime) -> bool:
    """Take a message to send it; False where another process has."""
    m = webhook_messages.c
    mine = (m.id == message.id, m.state == WAITING, m.attempts == message.attempts)
    changed = connection.execute(
        update(webhook_messages)
        .where(*mine)
        .values(attempts=message.attempts + 1, next_at=now + _wait(message.attempts, now))
    )
    return changed.rowcount == 1


def settle(
    connection: Connection, message: Message, now: datetime, *, status: int | None, problem: str | None
) -> str:
    """Write down how a try of a message ended; the state it is in now."""
    m = webhook_messages.c
    tries = len(rule("webhooks", "retries_s", local_date(now)).value) + 1
    state = TOLD if problem is None else DEAD if message.attempts + 1 >= tries else WAITING
    values: dict[str, Any] = {"state": state, "last_status": status, "last_problem": problem}
    if state != WAITING:
        values |= {"ended_at": now, "next_at": None}
    connection.execute(update(webhook_messages).where(m.id == message.id).values(**values))
    return state


def again(connection: Connection, hook: Webhook, message_id: str, *, by: str, now: datetime) -> Message:
    """Send a message once more, whether it was told or given up.

    Raises:
        Unknown: the webhook has no such message.
    """
    found = message_of(connection, hook, message_id)
    body = {"message": found.id, "actor": by}
    record(connection, event="space:webhook:repeat", subject=hook.id, body=body, now=now)
    m = webhook_messages.c
    values = {"state": WAITING, "attempts": 0, "next_at": now, "ended_at": None}
    connection.execute(update(webhook_messages).where(m.id == found.id).values(**values))
    return message_of(connection, hook, message_id)


def message_of(connection: Connection, hook: Webhook, message_id: str) -> Message:
    """A message of a webhook.

    Raises:
        Unknown: it has none of that id.
    """
    m = webhook_messages.c
    wanted = select(webhook_messages).where(m.id == message_id, m.webhook_id == hook.id)
    row = connection.execute(wanted).first()
    if row is None:
        raise Unknown("message", message_id)
    return _message(row)


def messages(
    connection: Connection, hook: Webhook, state: str | None = None, part: Part | None = None
) -> tuple[Message, ...]:
    """Messages of a webhook, the oldest first; a part by when they were made, and id."""
    m = webhook_messages.c
    wanted = parted(select(webhook_messages).where(m.webhook_id == hook.id), part, m.made_at, m.id)
    if state is not None:
        wanted = wanted.where(m.state == state)
    return tuple(_message(row) for row in connection.execute(wanted))


def give_up(connection: Connection, webhook_id: str, now: datetime) -> None:
    """Give up what waits for a webhook that ended."""
    m = webhook_messages.c
    waiting = (m.webhook_id == webhook_id, m.state == WAITING)
    values = {"state": DEAD, "ended_at": now, "next_at": None, "last_problem": "the webhook was ended"}
    connection.execute(update(webhook_messages).where(*waiting).values(**values))


def forget(connection: Connection, now: datetime) -> None:
    """Delete messages whose time is over."""
    kept = timedelta(days=int(rule("webhooks", "kept_days", local_date(now)).value))
    connection.execute(delete(webhook_messages).where(webhook_messages.c.ended_at <= now - kept))


def _tell(connection: Connection, hooks: Iterable[Webhook], row: Any, now: datetime) -> int:
    events = [name for name, sources in known_events(now).items() if row.event in sources]
    made = 0
    for event in events:
        kind = _CONCERNS[event]
        whose = None if kind is None else owners(connection, kind, row.subject, local_date(now))
        told = {
            "subject": row.subject,
            "act": row.event,
            "evidence": row.id,
            "at": row.recorded_at.isoformat(),
        }
        for hook in hooks:
            if event in hook.events and (whose is None or hook.organisation in whose):
                made += _add(connection, hook, event, row.id, told, now)
    return made


def _add(
    connection: Connection, hook: Webhook, event: str, source: str, told: dict[str, Any], now: datetime
) -> int:
    m = webhook_messages.c
    known = select(m.id).where(m.webhook_id == hook.id, m.source == source)
    if connection.execute(known).first() is not None:
        return 0
    payload = {"type": event, "timestamp": now.isoformat(), "data": told}
    connection.execute(
        insert(webhook_messages).values(
            id=new_id("msg"), webhook_id=hook.id, event=event, source=source, state=WAITING, attempts=0,
            payload=json.dumps(payload, ensure_ascii=False, separators=(",", ":")), made_at=now, next_at=now,
        )
    )  # fmt: skip
    return 1


def _position(connection: Connection) -> int:
    """Where the log is read on; at the first time from its end: nobody is told of what was before."""
    found = connection.execute(
        select(webhook_positions.c.position).where(webhook_positions.c.name == _READER)
    ).scalar()
    if found is not None:
        return int(found)
    end = (
        connection.execute(select(func.coalesce(func.max(evidence_entries.c.position), -1))).scalar_one() + 1
    )
    connection.execute(insert(webhook_positions).values(name=_READER, position=end))
    return int(end)


def _wait(attempts: int, now: datetime) -> timedelta:
    waits = rule("webhooks", "retries_s", local_date(now)).value
    return timedelta(seconds=float(waits[min(attempts, len(waits) - 1)]))


def _message(row: Row[Any]) -> Message:
    return Message(
        row.id, row.webhook_id, row.event, row.payload, row.state, row.attempts, row.made_at, row.next_at,
        row.ended_at, row.last_status, row.last_problem,
    )  # fmt: skip
