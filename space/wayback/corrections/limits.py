"""What a challenge has to pass in the transaction that sends it: stops, the leave it rests on, its number.

Decides that no challenge is taken of what a stop closes, nor under a grant or a subscription that is over,
and that an organisation sends so many a day, and so many of one value (dated rules of ``corrections.yaml``):
every one is a case with its evidence, so that trying values is bounded and stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from catalog.stops import closed
from catalog.store.tables.forms import corrections
from policies.clocks import ZONE, local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space import store
from space.calls.budget import NOT_HELD, objection
from space.errors import Refused
from space.wayback.backflow.subscriptions import by_id as subscription_by_id
from space.wayback.corrections.challenges import Prepared


def admit(connection: Connection, prepared: Prepared, now: datetime) -> None:
    """Let a prepared challenge be sent now.

    Args:
        connection: the writing transaction that sends it.
        prepared: the challenge.
        now: aware instant.

    Raises:
        Refused: with every reason.
    """
    reasons = (*_closed(connection, prepared), *_over(connection, prepared, now))
    reasons = reasons or tuple(_too_many(connection, prepared, now))
    if reasons:
        raise Refused(Deny(reasons))


def _closed(connection: Connection, prepared: Prepared) -> tuple[Reason, ...]:
    asked = prepared.challenge
    stop = closed(connection, asked.asker, (asked.dataset,))
    return () if stop is None else (stop,)


def _over(connection: Connection, prepared: Prepared, now: datetime) -> Iterator[Reason]:
    """Why the grant or the subscription the value was seen under does not carry a challenge today."""
    day = local_date(now)
    if prepared.grant:
        grant = store.grant_row(connection, prepared.grant)
        why = NOT_HELD if grant is None else objection(grant, day, calls=0)
        if why is not None:
            yield why
    if prepared.subscription:
        under = subscription_by_id(connection, prepared.subscription)
        if under.state != "active" or (under.valid_to and day.isoformat() > under.valid_to):
            yield Reason(
                "correction.subscription",
                "the subscription the value was seen under is over",
                under.id,
                "challenge it where you see it now",
            )


def _too_many(connection: Connection, prepared: Prepared, now: datetime) -> Iterator[Reason]:
    asked, c = prepared.challenge, corrections.c
    same = (c.dataset == asked.dataset, c.row == asked.row, c.field == asked.field)
    for name, narrowed in (("challenges_per_day", ()), ("challenges_of_value_per_day", same)):
        most = int(rule("corrections", name, local_date(now)).value)
        if _sent(connection, asked.asker, now, *narrowed) >= most:
            yield Reason(
                "correction.too_many",
                "as many challenges were sent today as may be",
                name,
                f"{most} a day; send it tomorrow",
            )


def _sent(connection: Connection, asker: str, now: datetime, *narrowed: Any) -> int:
    """Challenges of an organisation since midnight in Shanghai, whatever became of them."""
    c = corrections.c
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).where(c.asker == asker, c.opened_at >= midnight, *narrowed)
    return int(connection.execute(query).scalar_one())
