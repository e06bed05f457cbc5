"""Repeated requests: one ``Idempotency-Key`` of an organisation stands for one answered call, or one act.

Decides whether a request is the first of its key, its repetition, or another one under a used key.
A refused or failed request frees its key.

Source: IETF draft "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from catalog.store.tables.queries import idempotency_keys
from contracts.canonical import digest
from policies.clocks import local_date
from policies.rulebook import rule
from space.errors import SpaceError


class KeyReused(SpaceError):
    """The key stood for another request."""


class StillRunning(SpaceError):
    """The first request of the key has not ended."""


def begin(
    connection: Connection, organisation: str, key: str, request: Sequence[str], now: datetime
) -> str | None:
    """Take a key for a request.

    Args:
        connection: a writing transaction of its own.
        organisation: who sends it; keys of others do not matter.
        key: as sent.
        request: what is asked, as texts; only its digest is kept.
        now: aware instant.

    Returns:
        The call that answered the same request before, or what the same act made; None: this one is the
        first.

    Raises:
        KeyReused: the key was used for another request.
        StillRunning: the first request has not ended.
    """
    k = idempotency_keys.c
    mine = (k.organisation == organisation, k.key == key)
    connection.execute(delete(idempotency_keys).where(*mine, k.expires_at <= now))
    fingerprint = digest([organisation, key, *request])
    row = connection.execute(select(idempotency_keys).where(*mine)).first()
    if row is not None:
        if row.request_digest != fingerprint:
            raise KeyReused("this Idempotency-Key was used for another request — choose a fresh one")
        known = row.usage_id or row.subject
        if known is None:
            raise StillRunning("the first request with this Idempotency-Key still runs — try again later")
        return str(known)
    # Held as long as a call may run; the answer then keeps it longer.
    seconds = int(rule("grants", "reservation_deadline", local_date(now)).value)
    values = {"organisation": organisation, "key": key, "request_digest": fingerprint}
    connection.execute(insert(idempotency_keys).values(**values, expires_at=now + timedelta(seconds=seconds)))
    return None


def finish(connection: Connection, organisation: str, key: str, usage_id: str, now: datetime) -> None:
    """Let the key stand for an answered call."""
    k = idempotency_keys.c
    connection.execute(
        update(idempotency_keys)
        .where(k.organisation == organisation, k.key == key)
        .values(usage_id=usage_id, expires_at=now + kept_for(now))
    )


def once(
    connection: Connection,
    organisation: str,
    key: str | None,
    request: Sequence[str],
    act: Callable[[], str],
    now: datetime,
) -> str:
    """Do an act, unless the same request did it before under the key.

    Args:
        connection: the writing transaction of the act: a refused act takes no key.
        organisation: who sends it.
        key: as sent; None: the act is done.
        request: what is asked, as texts.
        act: does it, and gives the id of what it made or moved.
        now: aware instant.

    Returns:
        That id, of now or of before.

    Raises:
        KeyReused: the key was used for another request.
    """
    if key is None:
        return act()
    before = begin(connection, organisation, key, request, now)
    if before is not None:
        return before
    subject = act()
    stand_for(connection, organisation, key, subject, now)
    return subject


def stand_for(connection: Connection, organisation: str, key: str, subject: str, now: datetime) -> None:
    """Let the key of an act that is done stand for what it made or moved."""
    k = idempotency_keys.c
    connection.execute(
        update(idempotency_keys)
        .where(k.organisation == organisation, k.key == key)
        .values(subject=subject, expires_at=now + kept_for(now))
    )


def kept_for(now: datetime) -> timedelta:
    """How long a key stands for what was done under it."""
    return timedelta(hours=int(rule("grants", "idempotency", local_date(now)).value))


def free(connection: Connection, organisation: str, key: str) -> None:
    """Give a key back whose request brought no answer."""
    k = idempotency_keys.c
    connection.execute(
        delete(idempotency_keys).where(
            k.organisation == organisation, k.key == key, k.usage_id.is_(None), k.subject.is_(None)
        )
    )


def forget(connection: Connection, now: datetime) -> None:
    """Delete every key whose time is over."""
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.expires_at <= now))
