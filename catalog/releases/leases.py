"""Leases 租约: who builds a dataset now.

Decides that one builder at a time may write a dataset's tables. A lease expires so that a dead
builder does not block for ever; its fence only grows, is written into every Delta commit and is
compared once more in the transaction that publishes, so a builder that lost its lease publishes
nothing however late it wakes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from catalog.errors import CatalogError
from catalog.releases.holders import Holder, Life
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.tables.releases import leases

# How long a builder that says nothing keeps its lease; several times RENEW_S, so that a slow store or
# a machine at its limit costs no builder its lease.
LEASE_S: Final = 180
# How often a builder says that it is at work.
RENEW_S: Final = 30

_log = logging.getLogger(__name__)


class LeaseHeld(CatalogError):
    """Another builder has the dataset.

    Attributes:
        dataset: ``schema.table``.
        holder: who has it.
        until: when it expires if its holder says nothing more.
    """

    def __init__(self, dataset: str, holder: Holder | None, until: datetime) -> None:
        self.dataset, self.holder, self.until = dataset, holder, until
        who = "another process" if holder is None else holder.label
        super().__init__(
            f"{dataset} is being built by {who} — wait until it is done (`ybz leases`), or end that process; "
            f"if it says nothing more, build again after {until:%H:%M:%S} UTC"
        )


class LeaseLost(CatalogError):
    """The lease was taken over while its holder was away."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(f"{dataset}: another build took over; nothing was published — build again")


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to write one dataset's tables.

    Attributes:
        dataset: ``schema.table``.
        holder: host, process, its start and a random part.
        fence: number of this holding; every later one is larger.
        expires_at: from then on another may take the dataset, unless it is renewed.
    """

    dataset: str
    holder: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a dataset now, for an operator to read.

    Attributes:
        dataset: ``schema.table``.
        holder: the process; None where the store's text names none.
        fence: number of the holding.
        expires_at: when another may take it, unless it is renewed.
        life: whether its process runs.
        expired: whether another may take it now.
    """

    dataset: str
    holder: Holder | None
    fence: int
    expires_at: datetime
    life: Life
    expired: bool


def take(engine: Engine, dataset: str, *, now: datetime, seconds: int = LEASE_S) -> Lease:
    """Take the lease of ``dataset``.

    Raises:
        LeaseHeld: another holds it, it has not expired, and its process is not known to be dead.
    """
    try:
        return _take(engine, dataset, now, now + timedelta(seconds=seconds))
    except IntegrityError:  # two were the first at once: now there is a row to wait for
        return _take(engine, dataset, now, now + timedelta(seconds=seconds))


def _take(engine: Engine, dataset: str, now: datetime, expires: datetime) -> Lease:
    holder = str(Holder.here())
    with writing(engine) as connection:
        row = connection.execute(
            select(leases.c.holder, leases.c.fence, leases.c.expires_at)
            .where(leases.c.dataset == dataset)
            .with_for_update()
        ).one_or_none()
        if row is None:
            connection.execute(
                insert(leases).values(dataset=dataset, holder=holder, fence=1, expires_at=expires)
            )
            return Lease(dataset, holder, 1, expires)
        if row.holder is not None and row.expires_at > now:
            other = Holder.parse(row.holder)
            if other is None or other.life != "ended":
                raise LeaseHeld(dataset, other, row.expires_at)
        fence = row.fence + 1
        connection.execute(
            update(leases)
            .where(leases.c.dataset == dataset)
            .values(holder=holder, fence=fence, expires_at=expires)
        )
    return Lease(dataset, holder, fence, expires)


def renew(engine: Engine, lease: Lease, *, now: datetime, seconds: int = LEASE_S) -> bool:
    """Say that the builder is at work; False if another has taken over."""
    with writing(engine) as connection:
        done = connection.execute(
            update(leases)
            .where(
                leases.c.dataset == lease.dataset,
                leases.c.fence == lease.fence,
                leases.c.holder == lease.holder,
            )
            .values(expires_at=now + timedelta(seconds=seconds))
        )
    return done.rowcount == 1


def give_back(engine: Engine, lease: Lease) -> None:
    """End a lease; without effect if another has taken over."""
    with writing(engine) as connection:
        connection.execute(
            update(leases)
            .where(leases.c.dataset == lease.dataset, leases.c.fence == lease.fence)
            .values(holder=None, expires_at=None)
        )


@contextmanager
def held(
    engine: Engine, dataset: str, *, clock: Callable[[], datetime], every_s: float = RENEW_S
) -> Iterator[Lease]:
    """A lease for the time of the block, renewed by a thread while the block runs.

    Args:
        engine: of the store.
        dataset: ``schema.table``.
        clock: gives the instant, UTC.
        every_s: seconds between two renewals.

    Raises:
        LeaseHeld: another has it.
    """
    lease = take(engine, dataset, now=clock())
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every_s):
            try:
                if not renew(engine, lease, now=clock()):
                    return
            # A store that is busy now may answer the next time; the fence decides in the end.
            except SQLAlchemyError as error:
                _log.warning("%s: its lease could not be renewed (%s)", dataset, type(error).__name__)

    thread = threading.Thread(target=beat, name=f"lease of {dataset}", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        over.set()
        thread.join()
        give_back(engine, lease)


def holdings(engine: Engine, *, now: datetime, part: Part | None = None) -> tuple[Holding, ...]:
    """Every dataset that is held, by name: who builds what; a part where one is named."""
    taken = select(leases).where(leases.c.holder.is_not(None))
    with reading(engine) as connection:
        rows = connection.execute(parted(taken, part, leases.c.dataset)).all()
    made = []
    for row in rows:
        holder = Holder.parse(row.holder)
        life: Life = "unknown" if holder is None else holder.life
        expired = row.expires_at <= now or life == "ended"
        made.append(Holding(row.dataset, holder, row.fence, row.expires_at, life, expired))
    return tuple(made)


def sweep(engine: Engine, *, now: datetime) -> tuple[str, ...]:
    """End the leases whose holders are dead, so that nobody is shown at work who is not.

    What they left half-done is settled first: see :func:`catalog.releases.publication.recover`.

    Returns:
        Names of the datasets that became free.
    """
    dead = [each for each in holdings(engine, now=now) if each.life == "ended"]
    if dead:
        with writing(engine) as connection:
            for each in dead:
                connection.execute(
                    update(leases)
                    .where(
                        leases.c.dataset == each.dataset,
                        leases.c.fence == each.fence,
                        leases.c.holder == str(each.holder),
                    )
                    .values(holder=None, expires_at=None)
                )
    return tuple(each.dataset for each in dead)


def hold(connection: Connection, lease: Lease) -> None:
    """Make sure, inside a writing transaction, that nobody took over.

    An expired lease nobody else took is still good: the fence decides, not the clock.

    Raises:
        LeaseLost: another holding began, or this one was given back.
    """
    row = connection.execute(
        select(leases.c.fence, leases.c.holder).where(leases.c.dataset == lease.dataset).with_for_update()
    ).one_or_none()
    if row is None or row.fence != lease.fence or row.holder != lease.holder:
        raise LeaseLost(lease.dataset)
