"""Webhooks as rows: registered by an organisation, changed, rotated, ended.

Decides what may be registered and how many. Whether an organisation may do so is decided at the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.webhooks import webhooks
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.webhooks.reach import require
from space.webhooks.signing import secret_of

# The event that comes of no single act: a duty became pressing.
CLOCK_WARNING = "clock.warning"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address; mirrors its row.

    Attributes:
        id: of the webhook.
        organisation: that is told.
        url: where.
        events: of which events.
        generation: of its secret.
        rotated_at: when the secret was rotated last.
        paused: whether nothing is sent now.
        made_by, made_at: who registered it, when.
    """

    id: str
    organisation: str
    url: str
    events: tuple[str, ...]
    generation: int
    rotated_at: datetime | None
    paused: bool
    made_by: str
    made_at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form; without its secret."""
        return {
            "id": self.id,
            "url": self.url,
            "events": list(self.events),
            "paused": self.paused,
            "rotated_at": None if self.rotated_at is None else self.rotated_at.isoformat(),
            "made_by": self.made_by,
            "made_at": self.made_at.isoformat(),
        }

    def generations(self, now: datetime) -> tuple[int, ...]:
        """Generations of the secrets that sign now, the newest first."""
        overlap = timedelta(hours=int(rule("webhooks", "overlap_hours", local_date(now)).value))
        if self.rotated_at is None or now >= self.rotated_at + overlap:
            return (self.generation,)
        return (self.generation, self.generation - 1)


def known_events(now: datetime) -> Mapping[str, Sequence[str]]:
    """Event → the entries of the evidence log it comes from."""
    stated: Mapping[str, Sequence[str]] = rule("webhooks", "events", local_date(now)).value
    return {**stated, CLOCK_WARNING: ()}


def register(
    connection: Connection, organisation: str, url: str, events: Sequence[str], *, by: str,
    now: datetime,
) -> Webhook:  # fmt: skip
    """Register an address; the secret its receiver checks messages with is :func:`with_secret`.

    Raises:
        Refused: no webhook may go there, an event is unknown, or the organisation has as many as it may.
    """
    _known(events, now)
    require(connection, url)
    most = int(rule("webhooks", "most_each", local_date(now)).value)
    w = webhooks.c
    held = select(func.count()).where(w.organisation == organisation, w.ended_at.is_(None))
    if connection.execute(held).scalar_one() >= most:
        raise Refused(Deny((Reason("webhook.many", f"an organisation has at most {most} webhooks"),)))
    made = new_id("whk")
    body = {"organisation": organisation, "events": sorted(set(events)), "actor": by}
    evidence_id = record(connection, event="space:webhook:register", subject=made, body=body, now=now)
    connection.execute(
        insert(webhooks).values(
            id=made, organisation=organisation, url=url, events=sorted(set(events)), generation=1, made_by=by,
            made_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return by_id(connection, made, organisation)


def with_secret(home: Home, hook: Webhook) -> dict[str, Any]:
    """The document of a webhook with the secret it signs with now; told to who made it, and kept nowhere."""
    return hook.to_document() | {"secret": secret_of(home, hook.id, hook.generation)}


def change(
    connection: Connection, hook: Webhook, *, url: str | None, events: Sequence[str] | None,
    paused: bool | None, by: str, now: datetime,
) -> Webhook:  # fmt: skip
    """Change an address, its events, or whether anything is sent.

    Raises:
        Refused: as :func:`register`.
    """
    values: dict[str, Any] = {}
    if url is not None:
        values["url"] = require(connection, url)
    if events is not None:
        _known(events, now)
        values["events"] = sorted(set(events))
    if paused is not None:
        values["paused_at"] = now if paused else None
    if values:
        record(
            connection, event="space:webhook:change", subject=hook.id,
            body={"changed": sorted(values), "actor": by}, now=now,
        )  # fmt: skip
        connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(**values))
    return by_id(connection, hook.id, hook.organisation)


def rotate(connection: Connection, hook: Webhook, *, by: str, now: datetime) -> Webhook:
    """Make a new secret; the former one signs too, for a time."""
    record(connection, event="space:webhook:rotate", subject=hook.id, body={"actor": by}, now=now)
    values = {"generation": hook.generation + 1, "rotated_at": now}
    connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(**values))
    return by_id(connection, hook.id, hook.organisation)


def end(connection: Connection, hook: Webhook, *, by: str, now: datetime) -> None:
    """End a webhook: nothing more is sent; what waits is given up."""
    from space.webhooks.outbox import give_up

    record(connection, event="space:webhook:end", subject=hook.id, body={"actor": by}, now=now)
    connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(ended_at=now))
    give_up(connection, hook.id, now)


def by_id(connection: Connection, webhook_id: str, organisation: str) -> Webhook:
    """The webhook of that id, if it is the organisation's.

    Raises:
        Unknown: there is none.
    """
    w = webhooks.c
    wanted = select(webhooks).where(w.id == webhook_id, w.organisation == organisation, w.ended_at.is_(None))
    row = connection.execute(wanted).first()
    if row is None:
        raise Unknown("webhook", webhook_id)
    return _webhook(row)


def listing(
    connection: Connection, organisation: str | None = None, part: Part | None = None
) -> tuple[Webhook, ...]:
    """Webhooks of an organisation, or all, the oldest first; a part by when they were made, and id."""
    w = webhooks.c
    wanted = select(webhooks).where(w.ended_at.is_(None))
    if organisation is not None:
        wanted = wanted.where(w.organisation == organisation)
    return tuple(_webhook(row) for row in connection.execute(parted(wanted, part, w.made_at, w.id)))


def _known(events: Sequence[str], now: datetime) -> None:
    known = known_events(now)
    if not events or set(events) - set(known):
        told = Reason(
            "webhook.event", "a webhook is told of events there are", where="events",
            allowed=f"one or more of {', '.join(sorted(known))}",
        )  # fmt: skip
        raise Refused(Deny((told,)))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        row.id, row.organisation, row.url, tuple(row.events), row.generation, row.rotated_at,
        row.paused_at is not None, row.made_by, row.made_at,
    )  # fmt: skip
