"""Subscriptions 回流订阅: which rows of which dataset flow back to which body, on what legal basis.

Opens, ends and lists them; whether one may be opened is :mod:`space.wayback.backflow.asking`'s. The rows are
attributed and delivered by the pipelines after each release; the first delivery holds the whole area, so that
a body starts with a full ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog import revisions
from catalog.evidence import record
from catalog.flowing import flows
from catalog.places.attributing import meaning_of
from catalog.places.ledger import divisions_on
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.grants import grants
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.calls.budget import NOT_HELD
from space.errors import Refused, Unknown
from space.wayback.backflow.asking import Wanted, judge
from space.wayback.backflow.bodies import body

__all__ = [
    "Subscription",
    "Wanted",
    "by_id",
    "end",
    "judge",
    "listing",
    "not_flowing",
    "require_flowing",
    "subscribe",
]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An open or ended subscription; fields as in :class:`Wanted`."""

    id: str
    subscriber: str
    area: str
    dataset: str
    fields: tuple[str, ...]
    plain: tuple[str, ...]
    basis: str
    state: str
    opened_at: datetime
    meaning: str = ""
    valid_from: str = ""
    valid_to: str = ""


def subscribe(engine: Engine, wanted: Wanted, *, by: str, now: datetime) -> Subscription:
    """Open a subscription.

    Args:
        engine: the store.
        wanted: what flows back.
        by: the person who opens it.
        now: aware instant.

    Returns:
        The subscription; its first delivery comes with the next `ybz build`.

    Raises:
        Unknown, UnknownDataset: the body or the dataset is not there.
        Refused: with every reason.
    """
    with writing(engine) as connection:
        asker = body(connection, wanted.subscriber)
        found = revisions.current(connection, wanted.dataset)
        tree = divisions_on(connection, local_date(now), now)
        published = found.state == revisions.PUBLISHED
        decision = judge(wanted, asker, found.contract, published=published, tree=tree)
        if isinstance(decision, Deny):
            raise Refused(decision)
        area = wanted.area or asker.area
        _refuse_second(connection, wanted, area, meaning_of(found.contract, wanted.meaning))
        _require_grant(connection, wanted)
        made = Subscription(
            id=new_id("sub"),
            subscriber=wanted.subscriber,
            area=area,
            dataset=wanted.dataset,
            fields=wanted.fields,
            plain=wanted.plain,
            basis=wanted.basis,
            state="active",
            opened_at=now,
            meaning=meaning_of(found.contract, wanted.meaning),
            valid_from=wanted.valid_from,
            valid_to=wanted.valid_to,
        )
        _insert(connection, made, by, wanted.grant_id or None)
    return made


def end(engine: Engine, subscription_id: str, *, by: str, now: datetime) -> None:
    """End a subscription; what was delivered stays delivered.

    Raises:
        Unknown: there is no active one of that id.
    """
    with writing(engine) as connection:
        ended = connection.execute(
            update(subscriptions)
            .where(subscriptions.c.id == subscription_id, subscriptions.c.state == "active")
            .values(state="ended", ended_at=now)
        )
        if ended.rowcount != 1:
            raise Unknown("active subscription", subscription_id)
        record(
            connection, event="backflow:subscription:end", subject=subscription_id, body={"by": by}, now=now
        )


def listing(
    connection: Connection, subscriber: str | None = None, part: Part | None = None
) -> tuple[Subscription, ...]:
    """Subscriptions of one body or of all, in the order they were opened, and id; a part where named."""
    s, query = subscriptions.c, select(subscriptions)
    if subscriber is not None:
        query = query.where(s.subscriber == subscriber)
    rows = connection.execute(parted(query, part, s.opened_at, s.id))
    return tuple(_subscription(row) for row in rows)


def by_id(connection: Connection, subscription_id: str) -> Subscription:
    """The subscription of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(subscriptions).where(subscriptions.c.id == subscription_id)).one_or_none()
    if row is None:
        raise Unknown("subscription", subscription_id, "see `ybz backflow subscriptions`")
    return _subscription(row)


def not_flowing(connection: Connection, subscription: Subscription, now: datetime) -> tuple[Reason, ...]:
    """Why nothing is shown to who has a subscription; empty where rows flow to it.

    Args:
        connection: the transaction of the act, where there is one.
        subscription: whose rows.
        now: aware instant.
    """
    if flows(connection, subscription.id, now):
        return ()
    return (
        Reason(
            "backflow.subscription.closed",
            "nothing flows to the subscription: it has ended, its term does not run, or its dataset is not"
            " published",
            where=subscription.id,
        ),
    )


def require_flowing(connection: Connection, subscription: Subscription, now: datetime) -> None:
    """Let rows be shown and claimed only under a subscription that rows flow to.

    Args:
        connection: the transaction of the act, where there is one.
        subscription: whose rows.
        now: aware instant.

    Raises:
        Refused: it has ended, its term does not run, or its dataset is not published.
    """
    reasons = not_flowing(connection, subscription, now)
    if reasons:
        raise Refused(Deny(reasons))


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        subscriber=row.subscriber,
        area=row.area,
        dataset=row.dataset,
        fields=tuple(row.fields),
        plain=tuple(row.plain),
        basis=row.basis,
        state=row.state,
        opened_at=row.opened_at,
        meaning=row.meaning or "",
        valid_from=row.valid_from or "",
        valid_to=row.valid_to or "",
    )


def _refuse_second(connection: Connection, wanted: Wanted, area: str, meaning: str) -> None:
    s = subscriptions.c
    there = select(s.id, s.meaning).where(
        s.subscriber == wanted.subscriber, s.dataset == wanted.dataset, s.area == area, s.state == "active"
    )
    same = (row.id for row in connection.execute(there) if not meaning or row.meaning in (None, meaning))
    found = next(same, None)
    if found is not None:
        reason = Reason(
            "backflow.subscription.twice", f"{found} already covers it", allowed=f"end {found} first"
        )
        raise Refused(Deny((reason,)))


def _require_grant(connection: Connection, wanted: Wanted) -> None:
    """A subscription under a grant needs one of the subscriber that is in force."""
    g = grants.c
    mine = select(g.id).where(g.id == wanted.grant_id, g.grantee == wanted.subscriber, g.state == "in_force")
    if wanted.grant_id and connection.execute(mine).first() is None:
        raise Refused(Deny((NOT_HELD,)))


def _insert(connection: Connection, made: Subscription, by: str, grant_id: str | None) -> None:
    values = {
        "subscriber": made.subscriber,
        "area": made.area,
        "dataset": made.dataset,
        "fields": list(made.fields),
        "plain": list(made.plain),
        "basis": made.basis,
        "meaning": made.meaning,
        "valid_from": made.valid_from or None,
        "valid_to": made.valid_to or None,
        "opened_by": by,
    }
    evidence_id = record(
        connection, event="backflow:subscription:open", subject=made.id, body=values, now=made.opened_at
    )
    connection.execute(
        insert(subscriptions).values(
            id=made.id,
            state="active",
            opened_at=made.opened_at,
            evidence_id=evidence_id,
            grant_id=grant_id,
            **values,
        )
    )
