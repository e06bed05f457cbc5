"""What a figure is counted over: a month, the instant it is judged at, and what many figures share.

Decides that figures of a month are judged at its end, or now while it runs. Figures of datasets come from
the public view alone (:mod:`catalog.statistics`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, func, select

from catalog import revisions
from catalog.inventory.accounting import Accounted, accounted
from catalog.inventory.balance import Balance, balance
from catalog.inventory.periods import Period
from catalog.inventory.published import Known, known_entries
from catalog.releases import published as releases
from catalog.revisions import PUBLISHED
from catalog.statistics import PublicView, public_view
from catalog.store.tables.releases import releases as release_rows
from catalog.usage.counts import Use, shown
from policies.clocks import local_date

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted.

    Attributes:
        value: the figure; None where it cannot be known.
        rows: what stands behind it.
        why: why it cannot be known; empty otherwise.
        part, whole: what a ratio or mean divides; None for any other.
    """

    value: float | None
    rows: tuple[Row, ...] = ()
    why: str = ""
    part: float | None = None
    whole: float | None = None


def unknown(why: str) -> Counted:
    """A figure that cannot be known: not assessed, never 0."""
    return Counted(None, (), why)


def of_rows(rows: list[dict[str, Any]]) -> Counted:
    """A figure that counts its rows."""
    return Counted(len(rows), tuple(rows))


def share(part: float, whole: float, rows: list[dict[str, Any]], why: str) -> Counted:
    """A ratio; not assessed where there is nothing to divide by."""
    if not whole:
        return Counted(None, tuple(rows), why)
    return Counted(round(part / whole, 4), tuple(rows), part=round(part, 4), whole=whole)


class Scope:
    """A month of a ledger, with what many figures share; counted when it is first asked for.

    Attributes:
        connection: to read with.
        month: the period.
        now: aware instant.
        cutoff: instant the month is judged at.
        on: its last day that is judged.
    """

    def __init__(self, connection: Connection, month: Period, now: datetime) -> None:
        self.connection, self.month, self.now = connection, month, now
        self.cutoff, self.on = month.cutoff(now), month.last_day(now)

    @cached_property
    def tables(self) -> tuple[Accounted, ...]:
        """Tables of the inventory."""
        return accounted(self.connection, self.on, known_at=self.cutoff)

    @cached_property
    def entries(self) -> dict[str, Known]:
        """Entries of the ledger, published or not."""
        return known_entries(self.connection)

    @cached_property
    def published(self) -> dict[str, Known]:
        """Entries that were published by the cutoff."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if entry.state == PUBLISHED
            and entry.published_at is not None
            and entry.published_at < self.cutoff
        }

    @cached_property
    def balance(self) -> Balance:
        """The balance of the month."""
        return balance(self.connection, self.month.text, self.now)

    @cached_property
    def views(self) -> tuple[PublicView, ...]:
        """The public view of every published dataset, with the release that was current at the cutoff."""
        made = revisions.all_current(self.connection)
        contracts = revisions.Contracts(made)
        current = {r.dataset: r for r in self._releases()}
        return tuple(
            public_view(revision, current.get(revision.name), contracts, self.on)
            for revision in made
            if revision.name in self.published
        )

    @cached_property
    def use(self) -> tuple[Use, ...]:
        """All use of the month."""
        return shown(self.connection, self.month.first, self.on)

    @cached_property
    def released_on(self) -> dict[str, date]:
        """Dataset → day of its last release by the cutoff."""
        r = release_rows.c
        query = select(r.dataset, func.max(r.published_at).label("at")).where(r.published_at < self.cutoff)
        return {row.dataset: local_date(row.at) for row in self.connection.execute(query.group_by(r.dataset))}

    def _releases(self) -> tuple[releases.Release, ...]:
        newest = releases.all_latest(self.connection)
        if all(release.published_at < self.cutoff for release in newest):
            return newest
        r = release_rows.c
        last = (
            select(r.dataset, func.max(r.number).label("number"))
            .where(r.published_at < self.cutoff)
            .group_by(r.dataset)
            .subquery()
        )
        query = select(r.id).join(last, (last.c.dataset == r.dataset) & (last.c.number == r.number))
        ids = self.connection.execute(query).scalars().all()
        return tuple(releases.by_id(self.connection, each) for each in ids)


def never_known(why: str) -> Callable[[Scope], Counted]:
    """A figure for which the store keeps nothing: it says why."""
    return lambda _: unknown(why)
