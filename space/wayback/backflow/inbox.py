"""The inbox of a body: what was delivered, reading it, and counting it back 对账.

Decides that a delivery is acknowledged only with the receiver's own counts: where they differ from
the sender's, the delivery is disputed, not settled.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table, bindparam, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.lake import files_of
from catalog.stops import closed
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.prepared_parts import PreparedPart
from catalog.store.tables.attributions import redeliveries
from catalog.store.tables.backflow import deliveries, notices, subscriptions
from catalog.store.tables.releases import releases
from policies.clocks import local_date
from policies.decision import Deny
from space.errors import Refused, SpaceError, Unknown
from space.wayback.backflow.bounds import miscounted


class FileChanged(SpaceError):
    """The file of a delivery is missing or is not what was delivered."""


class AlreadyAnswered(SpaceError):
    """The delivery was acknowledged before, with other counts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a delivery, by what happened to them."""

    added: int
    changed: int
    removed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as its receiver sees it.

    Attributes:
        since_release: the release compared with; empty where the whole area was delivered.
        counts: rows in the file, as the sender counted them.
        state: ``sent``, ``acknowledged`` or ``disputed``.
        again: whether it brings rows of a release once more, after a correction or a claim.
    """

    id: str
    subscription: str
    subscriber: str
    dataset: str
    area: str
    release: str
    since_release: str
    counts: Counts
    path: str
    sha256: str
    state: str
    sent_at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A line in an inbox: something was delivered or answered."""

    id: str
    kind: str
    subject: str
    message: str
    sent_at: datetime
    read_at: datetime | None


def listing(
    connection: Connection, subscriber: str | None = None, part: Part | None = None
) -> tuple[Delivery, ...]:
    """Deliveries of one body or of all, oldest first; a part by when they were sent, and id."""
    if subscriber is not None and part is not None:
        return _sent_to(connection, subscriber, part)
    mine = () if subscriber is None else (lambda _: subscriptions.c.subscriber == subscriber,)
    return tuple(_delivery(*one) for one in sent_rows(connection, *mine, part=part))


def _sent_to(connection: Connection, subscriber: str, part: Part) -> tuple[Delivery, ...]:
    """The same of one body, a part at a time: what every look into an inbox asks."""
    rows = [
        (again, row)
        for again, sent in _SENT
        for row in sent.run(connection, {"subscriber": subscriber}, part)
    ]
    rows.sort(key=lambda one: (one[1].sent_at, one[1].id))  # their texts sort as instants do
    return tuple(_delivery(again, row, _instant(row.sent_at)) for again, row in rows[: part.most + 1])


def deliveries_of(connection: Connection, subscription_id: str) -> tuple[Delivery, ...]:
    """Deliveries of one subscription, oldest first."""
    rows = sent_rows(connection, lambda table: table.c.subscription_id == subscription_id)
    return tuple(_delivery(*one) for one in rows)


def delivery(connection: Connection, delivery_id: str) -> Delivery:
    """The delivery of that id.

    Raises:
        Unknown: there is none.
    """
    rows = sent_rows(connection, lambda table: table.c.id == delivery_id)
    if not rows:
        raise Unknown("delivery", delivery_id, "see `ybz backflow list`")
    return _delivery(*rows[0])


def require_open(connection: Connection, made: Delivery) -> None:
    """Let the rows of a delivery be read, if no stop closes them.

    Raises:
        Refused: the dataset, the receiver or everything is stopped.
    """
    stop = closed(connection, made.subscriber, (made.dataset,))
    if stop is not None:
        raise Refused(Deny((stop,)))


def read_rows(home: Home, made: Delivery) -> pa.Table:
    """The delivered rows, once the file is shown to be what was delivered.

    Raises:
        FileChanged: it is missing or differs.
    """
    content = files_of(home).read(made.path) or b""
    if hashlib.sha256(content).hexdigest() != made.sha256:
        raise FileChanged(f"the file of delivery {made.id} is missing or changed — do not use it")
    return pq.read_table(io.BytesIO(content))


def count(rows: pa.Table) -> Counts:
    """The receiver's own count of delivered rows."""
    found = Counter(rows["_change"].to_pylist())
    return Counts(added=found["added"], changed=found["changed"], removed=found["removed"])


def acknowledge(engine: Engine, delivery_id: str, counts: Counts, *, by: str, now: datetime) -> Delivery:
    """Count a delivery back.

    Args:
        engine: the store.
        delivery_id: which.
        counts: as the receiver counted the rows.
        by: the person who did.
        now: aware instant.

    Returns:
        The delivery: ``acknowledged`` where both sides count alike, else ``disputed``. A disputed
        one may be counted again.

    Raises:
        Unknown: there is no such delivery.
        AlreadyAnswered: it was acknowledged before, with other counts.
        Refused: a count is negative, or more than a delivery has rows.
    """
    reasons = tuple(miscounted(local_date(now), counts.added, counts.changed, counts.removed))
    if reasons:
        raise Refused(Deny(reasons))
    with writing(engine) as connection:
        made = delivery(connection, delivery_id)
        agreed = counts == made.counts
        if made.state == "acknowledged":
            if not agreed:
                raise AlreadyAnswered(f"delivery {delivery_id} was acknowledged with other counts")
            return made
        state = "acknowledged" if agreed else "disputed"
        table = redeliveries if made.again else deliveries
        connection.execute(
            update(table)
            .where(table.c.id == delivery_id)
            .values(state=state, received=counts.total, acknowledged_by=by, acknowledged_at=now)
        )
        connection.execute(
            update(notices)
            .where(notices.c.subject == delivery_id, notices.c.read_at.is_(None))
            .values(read_at=now)
        )
        body = {"agreed": agreed, "by": by, "subscription": made.subscription, "release": made.release}
        record(connection, event="backflow:delivery:acknowledge", subject=delivery_id, body=body, now=now)
        return delivery(connection, delivery_id)


def notices_of(
    connection: Connection, organisation: str, *only: ColumnElement[bool], unread: bool = False,
    part: Part | None = None,
) -> tuple[Notice, ...]:  # fmt: skip
    """What waits in an organisation's inbox, oldest first; a part is by `sent_at` and id."""
    n = notices.c
    if not only and not unread:
        found = _NOTICES.run(connection, {"organisation": organisation}, part)
        return tuple(_notice(row) for row in found)
    query = select(*n[_TOLD]).where(n.organisation == organisation, *only)
    if unread:
        query = query.where(n.read_at.is_(None))
    return tuple(Notice(*row) for row in connection.execute(parted(query, part, n.sent_at, n.id)))


def _notice(row: Row[Any]) -> Notice:
    read_at = None if row.read_at is None else _instant(row.read_at)
    return Notice(row.id, row.kind, row.subject, row.message, _instant(row.sent_at), read_at)


def sent_rows(
    connection: Connection, *conditions: Any, part: Part | None = None
) -> list[tuple[bool, Row[Any]]]:
    """Rows of deliveries, and of what was delivered again, oldest first.

    Args:
        connection: a transaction.
        conditions: ``table -> condition`` over either table.
        part: by when they were sent, and id, and in this order; every row where None.

    Returns:
        Whether it was delivered again, and the row with its subscriber and the number of its release.
    """
    found: list[tuple[bool, Row[Any]]] = []
    for again, table in _TABLES:
        query = _sent(table).where(*(condition(table) for condition in conditions))
        rows = connection.execute(query if part is None else parted(query, part, table.c.sent_at, table.c.id))
        found += [(again, row) for row in rows.all()]
    if part is not None:
        return sorted(found, key=lambda one: (one[1].sent_at, one[1].id))[: part.most + 1]
    # Several releases may be delivered in one round: their numbers say which came first.
    return sorted(found, key=lambda one: (one[1].sent_at, one[1].number, one[0], one[1].id))


def _sent(table: Table) -> Select[Any]:
    """Deliveries of either table, each with its subscriber and the number of its release."""
    return (
        select(table, subscriptions.c.subscriber, releases.c.number)
        .join(subscriptions, subscriptions.c.id == table.c.subscription_id)
        .join(releases, releases.c.id == table.c.release_id)
    )


def _delivery(again: bool, row: Row[Any], sent_at: datetime | None = None) -> Delivery:
    return Delivery(
        id=row.id,
        subscription=row.subscription_id,
        subscriber=row.subscriber,
        dataset=row.dataset,
        area=row.area,
        release=row.release_id,
        since_release=row.since_release_id,
        counts=Counts(row.added, row.changed, row.removed),
        path=row.path,
        sha256=row.sha256,
        state=row.state,
        sent_at=sent_at or row.sent_at,
        again=again,
    )


# A prepared statement gives text.
_instant: Final = datetime.fromisoformat
_TABLES: Final = ((False, deliveries), (True, redeliveries))
# Asked whenever a body looks into its inbox.
_SENT: Final = tuple(
    (
        again,
        PreparedPart(
            _sent(table).where(subscriptions.c.subscriber == bindparam("subscriber")),
            table.c.sent_at, table.c.id,
        ),
    )
    for again, table in _TABLES
)  # fmt: skip
_TOLD: Final = ("id", "kind", "subject", "message", "sent_at", "read_at")
_NOTICES: Final = PreparedPart(
    select(*notices.c[_TOLD]).where(notices.c.organisation == bindparam("organisation")),
    notices.c.sent_at, notices.c.id,
)  # fmt: skip
