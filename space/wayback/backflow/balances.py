"""Counts of deliveries on both sides 对账, how complete they are, and how late.

Decides when a delivery balances: its four numbers add up, and the receiver has not counted otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from catalog.store.parts import Part
from catalog.store.tables.attributions import attribution_shares, delivery_figures
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.releases import releases
from policies.clocks import calendar, due, local_date
from policies.showing import showing
from space.wayback.backflow.inbox import sent_rows


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts of one delivery on both sides.

    Attributes:
        id, sent_at: of the delivery.
        changed: all rows that moved in the dataset.
        delivered, unattributed, other_areas: where they went.
        balanced: the three add up, and the receiver has not counted otherwise.
    """

    id: str
    sent_at: datetime
    release: str
    area: str
    changed: int
    delivered: int
    unattributed: int
    other_areas: int
    balanced: bool

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"sent_at": self.sent_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Figures:
    """How complete and how late one delivery is.

    Attributes:
        meaning: whose area its rows were attributed by.
        filled: share of the subscribed cells that hold a value; None where no row came.
        attributed: share of the rows that moved that an area is told of; None where none moved.
        waiting: rows of the whole release no area is told of; None where it was not counted.
        due_on: day the release was due by its update cycle; empty where nothing is late against it.
        late_days: days after it that it was sent.
        acknowledge_by: day by which the receiver has to count it back.
        overdue: whether that day has passed and it has not.
    """

    delivery: str
    meaning: str
    filled: float | None
    attributed: float | None
    waiting: int | None
    due_on: str
    late_days: int
    acknowledge_by: date
    overdue: bool


def balance(connection: Connection, part: Part | None = None) -> tuple[Balance, ...]:
    """Both sides' counts of every delivery, oldest first; a part by when they were sent, and id."""
    return tuple(
        Balance(
            id=row.id,
            sent_at=row.sent_at,
            release=row.release_id,
            area=row.area,
            changed=row.total,
            delivered=row.delivered,
            unattributed=row.unattributed,
            other_areas=row.other_areas,
            balanced=_is_balanced(row),
        )
        for _, row in sent_rows(connection, part=part)
    )


def figures(
    connection: Connection, subscriber: str | None, now: datetime, among: Collection[str] | None = None
) -> tuple[Figures, ...]:
    """How complete and how late every delivery of one body or of all is, oldest first.

    Args:
        connection: a reading transaction.
        subscriber: code of the body; None = all.
        now: aware instant.
        among: ids of the deliveries wanted; None = all.
    """
    days, today = showing(local_date(now)).acknowledge_days, local_date(now)
    made = []
    told = _told(subscriber)
    wanted = told if among is None else told.where(deliveries.c.id.in_(sorted(among)))
    for row in connection.execute(wanted):
        by = due(local_date(row.sent_at), days, calendar()).date
        made.append(
            Figures(
                delivery=row.id,
                meaning=row.meaning,
                filled=row.filled / row.cells if row.cells else None,
                attributed=row.attributed,
                waiting=row.waiting,
                due_on=row.due_on,
                late_days=row.late_days,
                acknowledge_by=by,
                overdue=row.state != "acknowledged" and today > by,
            )
        )
    return tuple(made)


def _told(subscriber: str | None) -> Select[Any]:
    """Deliveries of a body or of all, each with its figures and with what waits in its release."""
    d, f, s = deliveries.c, delivery_figures.c, attribution_shares.c
    of_release = (
        s.release_id == d.release_id,
        s.since_release_id == d.since_release_id,
        s.meaning == f.meaning,
    )
    query = (
        select(
            d.id,
            d.state,
            d.sent_at,
            f.meaning,
            f.filled,
            f.cells,
            f.attributed,
            f.due_on,
            f.late_days,
            s.waiting,
        )
        .join(delivery_figures, f.delivery_id == d.id)
        .join(releases, releases.c.id == d.release_id)
        .outerjoin(attribution_shares, and_(*of_release))
        .order_by(d.sent_at, releases.c.number, d.id)
    )
    if subscriber is None:
        return query
    mine = select(subscriptions.c.id).where(subscriptions.c.subscriber == subscriber)
    return query.where(d.subscription_id.in_(mine))


def _is_balanced(row: Row[Any]) -> bool:
    adds_up = bool(row.total == row.delivered + row.unattributed + row.other_areas)
    return adds_up and row.state != "disputed" and row.received in (None, row.delivered)
