"""Upkeep 例行维护: what a running installation does unasked, at its start and from then on.

Decides the order and that a chore which fails stops neither the others nor the server: it is tried again at
its next turn. How often is a dated rule (``policies/rules/upkeep.yaml``); what a chore does is decided in its
own module. Every chore is safe to repeat, so that several processes over one store may do the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys import Signer
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from policies.clocks import local_date
from policies.rulebook import RuleError, rule
from space.calls import abandoned, keeping
from space.contracting import duties
from space.errors import SpaceError
from space.granting.revocation import close_expired
from space.identity import sessions
from space.money import voucher_spending
from space.notices import outbox
from space.operation import agreeing
from space.store import HELD
from space.supply import ending as supplies
from space.supply import transfers
from space.watch.evaluating import evaluate
from space.wayback.forms import drafts, results, sending, submitting
from space.wayback.recall import retaining
from space.wayback.recall.following import follow
from space.workspace import ending

# When a chore is tried again whose own pace cannot be read, in seconds.
_RETRY_S: Final = 60.0
_FAILURES: Final = (CatalogError, SpaceError, SQLAlchemyError, OSError, RuleError)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The installation that is kept up.

    Attributes:
        engine: of the store.
        home: of the installation.
        signer: signs checkpoints and receipts of deletion.
        clock: gives the aware instant now.
    """

    engine: Engine
    home: Home
    signer: Signer
    clock: Callable[[], datetime]


@dataclass(slots=True)
class Upkeep:
    """The chores of one process, each with its next turn.

    Attributes:
        kept: the installation.
    """

    kept: Kept
    _next: dict[str, float] = field(default_factory=dict)

    def turn(self) -> float:
        """Do what is due.

        Returns:
            Seconds until something is due again.
        """
        for name, chore in CHORES:
            if time.monotonic() < self._next.get(name, 0.0):
                continue
            pace = _RETRY_S
            try:
                now = self.kept.clock()
                pace = float(rule("upkeep", name, local_date(now)).value)
                chore(self.kept, now)
            except _FAILURES as error:
                # The kind alone: the words of a driver may repeat what stands in a row.
                _log.error("upkeep: %s failed (%s); it is tried again", name, type(error).__name__)
            self._next[name] = time.monotonic() + pace
        return max(0.0, min(self._next.values()) - time.monotonic())


def _evidence(kept: Kept, now: datetime) -> None:
    """Give every act its place in the log, sign it and publish it; one process at a time does."""
    publish(kept.engine, kept.home, kept.signer, now, wait=False)


def _abandoned(kept: Kept, now: datetime) -> None:
    """Write down as lost what a stopped gateway left open."""
    abandoned.sweep(kept.engine, kept.home, now)


def _grants(kept: Kept, now: datetime) -> None:
    """End the grants whose last day is over."""
    over = select(grants.c.id).where(grants.c.state.in_(HELD), grants.c.valid_to < local_date(now))
    with reading(kept.engine) as connection:
        due = connection.execute(over.limit(1)).first()
    if due is not None:
        with writing(kept.engine) as connection:
            close_expired(connection, now)


def _agreements(kept: Kept, now: datetime) -> None:
    """Let agreements begin and end by their days; the grants under one that ends go with it."""
    with reading(kept.engine) as connection:
        waiting = agreeing.due(connection, now)
    if waiting:
        with writing(kept.engine) as connection:
            agreeing.settle(connection, now)


def _workspaces(kept: Kept, now: datetime) -> None:
    """Delete the tables that are over."""
    ending.sweep(kept.engine, kept.home, kept.signer, now)


def _contracts(kept: Kept, now: datetime) -> None:
    """Let negotiations lapse that are over, and what is overdue under contracts have its consequence."""
    with reading(kept.engine) as connection:
        waiting = duties.any_due(connection, now)
    if waiting:
        with writing(kept.engine) as connection:
            duties.settle(connection, now)


def _supplies(kept: Kept, now: datetime) -> None:
    """Delete the copies of supplies that are over, and write down the downloads of processes that died."""
    transfers.lose_abandoned(kept.engine, now)
    supplies.sweep(kept.engine, kept.home, kept.signer, now)


def _vouchers(kept: Kept, now: datetime) -> None:
    """End the value of vouchers whose last day is over."""
    with reading(kept.engine) as connection:
        waiting = voucher_spending.any_over(connection, now)
    if waiting:
        with writing(kept.engine) as connection:
            voucher_spending.expire(connection, by="", now=now)


def _records(kept: Kept, now: datetime) -> None:
    """Drop the answers whose time is over."""
    keeping.drop_old(kept.engine, kept.home, now)
    retaining.drop_old(kept.engine, now)


def _forms(kept: Kept, now: datetime) -> None:
    """Make the tasks of forms that come again, land what a stopped process left, drop drafts given up."""
    submitting.settle(kept.home, kept.engine, now)
    results.register_missing(kept.home, kept.engine, now)
    sending.make_due(kept.home, kept.engine, now)
    drafts.sweep(kept.engine, now)


def _corrections(kept: Kept, now: datetime) -> None:
    """Let overdue corrections go up, look for accepted values, tell whoever holds a value."""
    follow(kept.home, kept.engine, now)


def _notices(kept: Kept, now: datetime) -> None:
    """Mail the people on duty what they are to be told."""
    outbox.turn(kept.engine, kept.home, now)


def _alerts(kept: Kept, now: datetime) -> None:
    """Count what was used since the last turn, and raise what crosses a threshold."""
    evaluate(kept.engine, now)


def _sign_ins(kept: Kept, now: datetime) -> None:
    """Forget sessions that were over long ago; evidence of them stays."""
    days = int(rule("identity", "session_kept_days", local_date(now)).value)
    with writing(kept.engine) as connection:
        sessions.forget(connection, now - timedelta(days=days))


# In this order: a grant that ends takes its workspace and its supplies with it, and all of it is evidence.
CHORES: Final[tuple[tuple[str, Callable[[Kept, datetime], None]], ...]] = (
    ("abandoned", _abandoned),
    ("agreements", _agreements),
    ("grants", _grants),
    ("contracts", _contracts),
    ("workspaces", _workspaces),
    ("supplies", _supplies),
    ("vouchers", _vouchers),
    ("records", _records),
    ("forms", _forms),
    ("corrections", _corrections),
    ("alerts", _alerts),
    ("notices", _notices),
    ("sign_ins", _sign_ins),
    ("evidence", _evidence),
)
