"""Sending what waits in the outbox: one bounded call each, tried again with growing pauses, then given up.

Decides what counts as told (a status of 2xx) and that a receiver which is gone (410) is paused. No redirect
is followed and no proxy asked; nothing of an answer is kept but its status.

Source: Standard Webhooks 1.0 (delivery, retries, 410 Gone).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import Engine, update

from catalog.home import Home
from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import NotAllowed
from catalog.linking.settings import LinkError
from catalog.settings.reading import rehearsing
from catalog.store import reading, writing
from catalog.store.tables.webhooks import webhooks
from policies.clocks import local_date
from policies.rulebook import rule
from space.webhooks import outbox
from space.webhooks.hooks import Webhook, by_id
from space.webhooks.outbox import Message
from space.webhooks.reach import Reach, reach
from space.webhooks.signing import headers


def turn(home: Home, engine: Engine, now: datetime, over: Callable[[], bool] = lambda: False) -> int:
    """Gather events and send what is due; how many messages were sent.

    Args:
        home: of the installation.
        engine: of the store.
        now: aware instant.
        over: whether the process is about to end: the rest waits.
    """
    if rehearsing(home.root):  # the receivers hear the installation itself
        return 0
    with reading(engine) as connection:
        idle = outbox.idle(connection)
    if idle:
        return 0
    with writing(engine) as connection:
        outbox.gather(connection, now)
        outbox.warn(connection, now)
        outbox.forget(connection, now)
    with reading(engine) as connection:
        waiting = outbox.due(connection, now)
    sent = 0
    for message, row in waiting:
        if over():
            break
        with writing(engine) as connection:
            mine = outbox.claim(connection, message, now)
        if mine:
            _send(home, engine, message, row.organisation, now)
            sent += 1
    return sent


def _send(home: Home, engine: Engine, message: Message, organisation: str, now: datetime) -> None:
    with reading(engine) as connection:
        hook = by_id(connection, message.webhook_id, organisation)
        allowed = reach(connection, hook.url)
    status, problem = _called(home, hook, message, allowed, now)
    with writing(engine) as connection:
        outbox.settle(connection, message, now, status=status, problem=problem)
        if status == HTTPStatus.GONE:
            connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(paused_at=now))


def _called(
    home: Home, hook: Webhook, message: Message, allowed: Reach, now: datetime
) -> tuple[int | None, str | None]:
    day, body = local_date(now), message.payload.encode()
    signed = headers(home, hook.id, hook.generations(now), message.id, body, now)
    wanted = Call(
        hook.url,
        float(rule("webhooks", "timeout_s", day).value),
        int(rule("webhooks", "answer_cap_bytes", day).value),
        method="POST",
        headers={"Content-Type": "application/json", "User-Agent": "yibenzhang-webhooks", **signed},
        body=body,
        keep=False,
    )
    try:
        answer = call(wanted, allowed)
    except NotAllowed:
        return None, "no webhook may go to its address now"
    except (NotReached, LinkError) as error:
        return None, str(error)[:200]
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer.status, None
    return answer.status, f"it answered {answer.status}"
