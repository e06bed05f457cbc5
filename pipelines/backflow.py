"""Backflow 回流: the rows of an area go back to the street or village that answers for it.

Decides, for every release and every subscription, which rows were added, changed and removed *in
that area*, and that the counts add up: total = delivered + unattributed + other areas. A row counts
once, however it moved. A row whose area changed is a removal where it was and an addition where it
is now. The first delivery of a subscription holds the whole area; every later one the net changes
between two published versions. Writes rows of the store and files of the lake; ``space`` reads them.

Source: 政务数据共享条例（国务院令第809号）第24条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, select

from catalog import keys, revisions
from catalog.home import Home
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.store import reading
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.forms import disputes
from catalog.store.tables.ledger import entries
from contracts.model import Contract
from pipelines.attribution import Moved, attribute
from pipelines.errors import PipelineError
from pipelines.sending import Parcel, Sent, rows_for, send
from policies.clocks import local_date
from policies.masking import masks


class CannotDeliver(PipelineError):
    """A dataset whose rows can no longer be attributed to an area, or compared with the former ones.

    Attributes:
        sent: what was delivered to the other subscriptions all the same.
    """

    def __init__(self, message: str, sent: tuple[Sent, ...] = ()) -> None:
        self.sent = sent
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Run:
    """What a round of deliveries did.

    Attributes:
        sent: deliveries made now; none where everything had been delivered.
        failed: dataset → why nothing of it could be delivered.
    """

    sent: tuple[Sent, ...]
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One comparison a subscription needs: from a published version to a later one."""

    before: Release | None
    after: Release

    @property
    def ends(self) -> tuple[Release, ...]:
        return (self.after,) if self.before is None else (self.before, self.after)


def deliver_due(home: Home, engine: Engine, now: datetime) -> Run:
    """Deliver every release that some subscription has not had yet; doing so again sends nothing.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.

    Returns:
        What was sent, and the datasets that could not be delivered, with the reason.
    """
    active = select(subscriptions.c.dataset).where(_flowing()).distinct()
    with reading(engine) as connection:
        names = sorted(connection.execute(active).scalars())
        newest = [found for name in names if (found := releases.latest(connection, name)) is not None]
    sent: list[Sent] = []
    failed: dict[str, str] = {}
    for release in newest:
        try:
            sent += deliver(home, engine, release.dataset, release.id, now)
        except CannotDeliver as error:
            sent += error.sent
            failed[release.dataset] = str(error)
    return Run(tuple(sent), failed)


def deliver(home: Home, engine: Engine, dataset: str, release_id: str, now: datetime) -> tuple[Sent, ...]:
    """Bring every active subscription of a dataset up to a release.

    Releases a subscription missed are delivered first, one by one, so that each has its own counts.

    Args:
        home: the installation.
        engine: its store.
        dataset: ``schema.table``.
        release_id: the release to reach.
        now: aware instant.

    Returns:
        The deliveries made now; empty where all had been made.

    Raises:
        UnknownRelease: there is no such release.
        CannotDeliver: the contract names no area or no primary key any more, or a field changed its type.
    """
    with reading(engine) as connection:
        target = releases.by_id(connection, release_id)
        wanted = [(row, _steps(connection, row, target)) for row in _active(connection, dataset)]
        spoken = {r.revision for _, steps in wanted for step in steps for r in step.ends}
        contracts = {number: revisions.number(connection, dataset, number).contract for number in spoken}
    work = _Work(home, engine, contracts, keys.load(home).pseudonym, now, {})
    sent: list[Sent] = []
    problem: CannotDeliver | None = None
    for subscription, steps in wanted:
        try:
            sent += (done for step in steps if (done := work.send(subscription, step)) is not None)
        except CannotDeliver as error:  # the next subscription may start from a later release
            problem = error
    if problem is not None:
        raise CannotDeliver(str(problem), tuple(sent)) from problem
    return tuple(sent)


@dataclass(frozen=True, slots=True)
class _Work:
    """One round over one dataset; versions are compared once, however many subscriptions ask."""

    home: Home
    engine: Engine
    contracts: Mapping[int, Contract]
    secret: bytes
    now: datetime
    compared: dict[tuple[str, str], Moved]

    def send(self, subscription: Row[Any], step: _Step) -> Sent | None:
        """Attribute and send one comparison to one subscription."""
        contract = self.contracts[step.after.revision]
        since = step.before.id if step.before else ""
        pair = (since, step.after.id)
        if pair not in self.compared:
            self.compared[pair] = _moved(self.home, self.contracts, step)
        moved = self.compared[pair]
        found = attribute(moved, subscription.area)
        with reading(self.engine) as connection:
            flagged = _disputed(connection, contract.name)
        hidden = masks(local_date(self.now))
        rows = rows_for(contract, subscription, found, secret=self.secret, masks=hidden, disputed=flagged)
        parcel = Parcel(subscription, since, step.after.id, moved, found, rows)
        return send(self.home, self.engine, parcel, secret=self.secret, now=self.now)


def _active(connection: Connection, dataset: str) -> list[Row[Any]]:
    s = subscriptions.c
    query = select(subscriptions).where(s.dataset == dataset, _flowing()).order_by(s.opened_at, s.id)
    return list(connection.execute(query).all())


def _flowing() -> ColumnElement[bool]:
    """Active subscriptions of published datasets: of one that was withdrawn nothing flows back."""
    published = select(entries.c.name).where(entries.c.state == revisions.PUBLISHED)
    return and_(subscriptions.c.state == "active", subscriptions.c.dataset.in_(published))


def _steps(connection: Connection, subscription: Row[Any], target: Release) -> list[_Step]:
    """The comparisons that bring a subscription to ``target``, in order."""
    had = connection.execute(
        select(deliveries.c.release_id).where(deliveries.c.subscription_id == subscription.id)
    ).scalars()
    last = max((releases.by_id(connection, found) for found in had), key=lambda r: r.number, default=None)
    if last is None:
        return [_Step(None, target)]
    chain = [target]
    while chain[-1].number > last.number:
        former = releases.previous(connection, chain[-1])
        assert former is not None, "releases are numbered without gaps"
        chain.append(former)
    return [_Step(before, after) for before, after in pairwise(reversed(chain)) if after.number > last.number]


def _moved(home: Home, contracts: Mapping[int, Contract], step: _Step) -> Moved:
    contract = contracts[step.after.revision]
    if contract.area is None or not contract.key:
        missing = "area" if contract.area is None else "primary key"
        raise CannotDeliver(f"{contract.name} names no {missing} — add it to the contract, then build again")
    if step.before is not None:
        _refuse_new_types(contracts[step.before.revision], contract)
    changes = releases.changes(home, step.before, step.after, contract.key)
    return Moved.of(changes, contract.area.field)


def _refuse_new_types(before: Contract, after: Contract) -> None:
    """Values of two types are neither the same nor different: no change can be told from them."""
    types = {field.name: field.type for field in before.fields}
    differ = [f.name for f in after.fields if types.get(f.name, f.type) is not f.type]
    if differ:
        raise CannotDeliver(
            f"{after.name} gave {', '.join(differ)} another type — end its subscriptions and open them anew:"
            " the first delivery holds the whole area"
        )


def _disputed(connection: Connection, dataset: str) -> dict[str, tuple[str, ...]]:
    """Row reference → fields of it that are challenged now."""
    d = disputes.c
    query = select(d.row, d.field).where(d.dataset == dataset, d.closed_at.is_(None)).order_by(d.row, d.field)
    flagged: dict[str, tuple[str, ...]] = {}
    for row, field in connection.execute(query):
        flagged[row] = (*flagged.get(row, ()), field)
    return flagged
