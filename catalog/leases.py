"""Leases: who builds a dataset now.

Decides that one builder at a time may write a dataset's tables. A lease expires so that a dead
builder does not block for ever; its fence only grows, is written into every Delta commit and is
compared once more in the transaction that publishes, so a builder that lost its lease publishes
nothing however late it wakes.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.errors import CatalogError
from catalog.store import writing
from catalog.store.tables.releases import leases

# How long a builder that says nothing keeps its lease. Far above the slowest stage of a build;
# an earlier take-over is refused, a later one only delays.
LEASE_S: Final = 600


class LeaseHeld(CatalogError):
    """Another builder has the dataset."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(f"{dataset} is being built by another process — wait, or try again in {LEASE_S} s")


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
        holder: host, process and a random part.
        fence: number of this holding; every later one is larger.
        expires_at: from then on another may take the dataset.
    """

    dataset: str
    holder: str
    fence: int
    expires_at: datetime


def take(engine: Engine, dataset: str, *, now: datetime, seconds: int = LEASE_S) -> Lease:
    """Take the lease of ``dataset``.

    Raises:
        LeaseHeld: another holds it, it has not expired, and its process is not known to be dead.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(6)}"
    expires = now + timedelta(seconds=seconds)
    with writing(engine) as connection:
        row = connection.execute(
            select(leases.c.holder, leases.c.fence, leases.c.expires_at).where(leases.c.dataset == dataset)
        ).one_or_none()
        if row is None:
            connection.execute(
                insert(leases).values(dataset=dataset, holder=holder, fence=1, expires_at=expires)
            )
            return Lease(dataset, holder, 1, expires)
        if row.holder is not None and row.expires_at > now and not _is_dead(row.holder):
            raise LeaseHeld(dataset)
        fence = row.fence + 1
        connection.execute(
            update(leases)
            .where(leases.c.dataset == dataset)
            .values(holder=holder, fence=fence, expires_at=expires)
        )
    return Lease(dataset, holder, fence, expires)


def give_back(engine: Engine, lease: Lease) -> None:
    """End a lease; without effect if another has taken over."""
    with writing(engine) as connection:
        connection.execute(
            update(leases)
            .where(leases.c.dataset == lease.dataset, leases.c.fence == lease.fence)
            .values(holder=None, expires_at=None)
        )


def hold(connection: Connection, lease: Lease) -> None:
    """Make sure, inside a writing transaction, that nobody took over.

    An expired lease nobody else took is still good: the fence decides, not the clock.

    Raises:
        LeaseLost: another holding began, or this one was given back.
    """
    row = connection.execute(
        select(leases.c.fence, leases.c.holder).where(leases.c.dataset == lease.dataset)
    ).one_or_none()
    if row is None or row.fence != lease.fence or row.holder != lease.holder:
        raise LeaseLost(lease.dataset)


def _is_dead(holder: str) -> bool:
    """Whether the holder is a process of this host that no longer runs."""
    host, _, rest = holder.partition(":")
    process = rest.partition(":")[0]
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
