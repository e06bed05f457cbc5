"""Un-masking 去掩码: a person of a body looks at masked values of one row, for a reason and a time.

Decides that only fields of the body's own subscription are shown, of a row that lies in its area now, to the
person who asked, until the time is over, and while rows flow to the subscription; and that every look leaves
a posting and an entry of the log before anything is shown. Values are read from the newest release and kept
nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.inbox import unmaskings
from policies.clocks import ZONE, local_date
from policies.decision import Deny, Reason
from policies.showing import Showing, showing
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import as_text, row_by_reference, source
from space.wayback.backflow.bounds import no_reference, too_long
from space.wayback.backflow.subscriptions import Subscription, by_id, not_flowing
from space.wayback.backflow.tasks import task_by_id
from space.wayback.recall.postings import post


@dataclass(frozen=True, slots=True)
class Unmasking:
    """Leave to look at some values of one row.

    Attributes:
        task: id of the inbox task it serves; empty = none.
        expires_at: from then on nothing is shown.
    """

    id: str
    body: str
    subscription: str
    dataset: str
    row: str
    fields: tuple[str, ...]
    task: str
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks to see.

    Attributes:
        subscription: whose rows.
        row: reference, as a delivery shows it.
        fields: of the subscription.
        reason: why, in a sentence.
        hours: for how long; the longest the rules allow where it is 0.
        task: id of the inbox task it serves; empty = none.
    """

    subscription: str
    row: str
    fields: tuple[str, ...]
    reason: str
    hours: int = 0
    task: str = ""


def unmask(home: Home, engine: Engine, asked: Asked, *, by: str, now: datetime) -> Unmasking:
    """Let a person look at values of one row; :func:`reveal` shows them.

    Args:
        home: the installation.
        engine: its store.
        asked: what.
        by: the person who looks.
        now: aware instant.

    Raises:
        Unknown: there is no such subscription or task.
        NotInArea: the row does not lie in the area of the subscription.
        Refused: with every reason.
    """
    rules = showing(local_date(now))
    secret = keys.load(home).pseudonym
    with reading(engine) as connection:
        subscription = by_id(connection, asked.subscription)
        reasons = _judge(connection, asked, subscription, rules, by, now)
        if reasons:
            raise Refused(Deny(tuple(reasons)))
        found = source(connection, subscription.dataset)
    row_by_reference(home, found, subscription.area, asked.row, (), secret, meaning=subscription.meaning)
    made = Unmasking(
        id=new_id("unm"),
        body=subscription.subscriber,
        subscription=subscription.id,
        dataset=subscription.dataset,
        row=asked.row,
        fields=asked.fields,
        task=asked.task,
        reason=asked.reason.strip(),
        asked_by=by,
        asked_at=now,
        expires_at=now + timedelta(hours=asked.hours or rules.unmask_hours),
    )
    with writing(engine) as connection:
        reasons = _judge(connection, asked, subscription, rules, by, now)
        if reasons:
            raise Refused(Deny(tuple(reasons)))
        _insert(connection, made)
    return made


def reveal(
    home: Home, engine: Engine, unmasking_id: str, *, by: str, now: datetime
) -> Mapping[str, str | None]:
    """The values, to the person who asked, while the time runs; every look is posted and logged.

    Args:
        home: the installation.
        engine: its store.
        unmasking_id: leave to look.
        by: the person who looks.
        now: aware instant.

    Returns:
        Field → value as text.

    Raises:
        Unknown: there is no such leave.
        NotInArea: the row left the area.
        Refused: the time is over, another person asked, nothing flows any more, or a stop closes it.
    """
    secret = keys.load(home).pseudonym
    with reading(engine) as connection:
        leave = by_unmasking(connection, unmasking_id)
        subscription = by_id(connection, leave.subscription)
        _refuse(_may_look(connection, leave, subscription, by, now))
        found = source(connection, leave.dataset)
    row = row_by_reference(
        home, found, subscription.area, leave.row, leave.fields, secret, meaning=subscription.meaning
    )
    with writing(engine) as connection:
        subscription = by_id(connection, leave.subscription)
        _refuse(_may_look(connection, leave, subscription, by, now))
        said = {"body": leave.body, "dataset": leave.dataset, "row": leave.row, "fields": list(leave.fields)}
        said |= {"release": found.release.id, "by": by}
        entry = record(connection, event="backflow:value:reveal", subject=leave.id, body=said, now=now)
        post(
            connection,
            secret,
            kind="unmasking",
            dataset=leave.dataset,
            row=leave.row,
            item=leave.fields,
            version=found.release.id,
            receiver=leave.body,
            evidence=entry,
            now=now,
        )
    return {name: as_text(row.values[name]) for name in leave.fields}


def listing(connection: Connection, body: str, part: Part | None = None) -> tuple[Unmasking, ...]:
    """Every leave a body was given, oldest first; a part by when it was asked for, and id."""
    u = unmaskings.c
    query = parted(select(unmaskings).where(u.body == body), part, u.asked_at, u.id)
    return tuple(_unmasking(row) for row in connection.execute(query))


def by_unmasking(connection: Connection, unmasking_id: str) -> Unmasking:
    """The leave of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(unmaskings).where(unmaskings.c.id == unmasking_id)).one_or_none()
    if row is None:
        raise Unknown("un-masking", unmasking_id, "see `ybz backflow unmaskings`")
    return _unmasking(row)


def _judge(
    connection: Connection, asked: Asked, mine: Subscription, rules: Showing, by: str, now: datetime
) -> list[Reason]:
    found = [*no_reference(asked.row), *too_long(local_date(now), reason=asked.reason)]
    if len(asked.reason.strip()) < rules.reason_characters:
        found.append(Reason("unmask.reason", "no reason is given", where="reason"))
    if not asked.fields or set(asked.fields) - set(mine.fields):
        found.append(
            Reason(
                "unmask.field",
                "a field is not among those of the subscription, or none is named",
                where="fields",
                allowed=", ".join(mine.fields),
            )
        )
    if not 0 <= asked.hours <= rules.unmask_hours:
        found.append(
            Reason(
                "unmask.hours",
                "it is asked for longer than the rules allow",
                where="hours",
                allowed=f"at most {rules.unmask_hours}",
            )
        )
    found += not_flowing(connection, mine, now)
    if asked.task and task_by_id(connection, asked.task).body != mine.subscriber:
        found.append(Reason("unmask.task", "the task is not one of the body", where=asked.task))
    found += _over_the_day(connection, mine.subscriber, rules, by, now)
    stop = closed(connection, mine.subscriber, (mine.dataset,))
    return [*found, stop] if stop is not None else found


def _may_look(
    connection: Connection, leave: Unmasking, mine: Subscription, by: str, now: datetime
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if by != leave.asked_by:
        found.append(Reason("unmask.person", "another person asked for it", where="by"))
    if now >= leave.expires_at:
        found.append(
            Reason("unmask.expired", "its time is over", where=leave.id, allowed="ask again, with the reason")
        )
    found += not_flowing(connection, mine, now)
    stop = closed(connection, leave.body, (leave.dataset,))
    return (*found, stop) if stop is not None else tuple(found)


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Refused(Deny(reasons))


def _over_the_day(
    connection: Connection, body: str, rules: Showing, by: str, now: datetime
) -> Iterator[Reason]:
    """The rows of a day, of one person and of the body; under other names people are of the same body."""
    u, start = unmaskings.c, datetime.combine(local_date(now), time(), ZONE)
    today = select(func.count()).select_from(unmaskings).where(u.body == body, u.asked_at >= start)
    if int(connection.execute(today.where(u.asked_by == by)).scalar_one()) >= rules.rows_a_day:
        yield Reason(
            "unmask.day", f"{rules.rows_a_day} rows were un-masked by the same person today", where="by"
        )
    if int(connection.execute(today).scalar_one()) >= rules.body_rows_a_day:
        yield Reason(
            "unmask.body_day", f"{rules.body_rows_a_day} rows were un-masked by the body today", where=body
        )


def _insert(connection: Connection, made: Unmasking) -> None:
    said = {
        "body": made.body, "dataset": made.dataset, "row": made.row, "fields": list(made.fields),
        "task": made.task, "by": made.asked_by, "until": made.expires_at.isoformat(),
    }  # fmt: skip
    entry = record(connection, event="backflow:value:unmask", subject=made.id, body=said, now=made.asked_at)
    connection.execute(
        insert(unmaskings).values(
            id=made.id, body=made.body, subscription_id=made.subscription, dataset=made.dataset, row=made.row,
            fields=list(made.fields), task=made.task, reason=made.reason, asked_by=made.asked_by,
            asked_at=made.asked_at, expires_at=made.expires_at, evidence_id=entry,
        )
    )  # fmt: skip


def _unmasking(row: Row[Any]) -> Unmasking:
    return Unmasking(
        id=row.id,
        body=row.body,
        subscription=row.subscription_id,
        dataset=row.dataset,
        row=row.row,
        fields=tuple(row.fields),
        task=row.task,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
