"""Waiting after attempts that went wrong 登录失败处理: growing, never for ever.

Decides who waits. A browser that signed in to the account before is counted by itself, so that whoever
guesses elsewhere makes it not wait; all others are counted by account and address, by account, and by
address. An attempt while one waits counts as none, and a one-time code is tried without waiting: nobody is
shut out by another. An unknown account is counted as a known one is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from catalog.store.tables.accounts import sign_in_failures
from policies.clocks import local_date
from space.identity import limits


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, as far as one can tell.

    Attributes:
        login: as it was typed.
        address: where the request comes from.
        browser: one that is known to have signed in to this account; None for any other.
    """

    login: str
    address: str | None
    browser: str | None = None

    def counted(self) -> Mapping[str, str]:
        """Where it counts: kind → digest."""
        if self.browser is not None:
            return {"browser": _digest("browser", self.login, self.browser)}
        address = self.address or ""
        return {
            "address": _digest("address", self.login, address),
            "account": _digest("account", self.login),
            "everyone": _digest("everyone", address),
        }


def waits_until(connection: Connection, attempt: Attempt, now: datetime) -> datetime | None:
    """Until when this attempt has to wait; None where it need not."""
    f = sign_in_failures.c
    query = select(f.waits_until).where(f.digest.in_(attempt.counted().values()), f.waits_until > now)
    return max(connection.execute(query).scalars(), default=None)


def went_wrong(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Count an attempt that went wrong, and forget those of long ago.

    Args:
        connection: a writing transaction.
        attempt: whose.
        now: aware instant.
    """
    f, on = sign_in_failures.c, local_date(now)
    forgotten = now - limits.hours("wrong_attempts_forgotten", on)
    connection.execute(delete(sign_in_failures).where(f.failed_at < forgotten))
    patience = limits.patience(on)
    for kind, digest in attempt.counted().items():
        before = connection.execute(select(f.failures).where(f.digest == digest)).scalar()
        failures = (before or 0) + 1
        wait = patience[kind].wait(failures)
        values = {"failures": failures, "failed_at": now, "waits_until": now + wait if wait else None}
        if before is None:
            connection.execute(insert(sign_in_failures).values(digest=digest, **values))
        else:
            connection.execute(update(sign_in_failures).where(f.digest == digest).values(**values))


def went_well(connection: Connection, attempt: Attempt) -> None:
    """Forget what was counted against who now signed in; what counts against an address stays."""
    f = sign_in_failures.c
    own = [digest for kind, digest in attempt.counted().items() if kind != "everyone"]
    connection.execute(delete(sign_in_failures).where(f.digest.in_(own)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
