"""Backflow 回流: the rows of an area go back to the street or village that answers for it.

Decides, for every release and every subscription, which rows were added, changed and removed *in
that area*, and that the counts add up: total = delivered + unattributed + other areas. A row counts
once, however it moved. A row whose area changed is a removal where it was and an addition where it
is now. The first delivery of a subscription holds the whole area; every later one the net changes
between two published versions. Writes rows of the store and files of the lake; ``space`` reads them.

Source: 政务数据共享条例（国务院令第809号）第24条.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from catalog import keys, revisions
from catalog.flowing import flowing
from catalog.home import Home
from catalog.lake import files_of, forget_drafts
from catalog.places.attributing import meaning_of
from catalog.places.knowing import Knowing, moment_of
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.store import reading
from catalog.store.tables.backflow import deliveries, subscriptions
from pipelines.backflow.attribution import attribute
from pipelines.backflow.lateness import lateness
from pipelines.backflow.moving import CannotDeliver, Step, Version, moved, readable
from pipelines.backflow.outgoing import Outgoing, disputed
from pipelines.backflow.recording import record_rows
from pipelines.backflow.redelivering import ordered, redeliver_due
from pipelines.backflow.sending import Parcel, Sent, pack, send_all
from policies.clocks import local_date


@dataclass(frozen=True, slots=True)
class Run:
    """What a round of deliveries did.

    Attributes:
        sent: deliveries made now; none where everything had been delivered.
        failed: dataset → why some of it could not be delivered.
    """

    sent: tuple[Sent, ...]
    failed: dict[str, str]


def deliver_due(home: Home, engine: Engine, now: datetime) -> Run:
    """Deliver every release that some subscription has not had yet; doing so again sends nothing.

    Rows that were ordered again, after a correction or a claim, go last.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.

    Returns:
        What was sent, and the datasets that could not be delivered, with the reason.
    """
    for below in ("backflow", "landing"):
        forget_drafts(files_of(home), below, now)
    active = select(subscriptions.c.dataset).where(flowing(now)).distinct()
    with reading(engine) as connection:
        names = sorted(connection.execute(active).scalars())
        newest = [found for name in names if (found := releases.latest(connection, name)) is not None]
    sent: list[Sent] = []
    failed: dict[str, str] = {}
    for release in newest:
        made, problem = _bring_up(home, engine, release.dataset, release.id, now)
        sent += made
        if problem is not None:
            failed[release.dataset] = str(problem)
    for dataset in ordered(engine):
        try:
            redeliver_due(home, engine, now, dataset=dataset)
        except CannotDeliver as error:  # its orders wait; those of other datasets do not
            failed.setdefault(dataset, str(error))
    return Run(tuple(sent), failed)


def deliver(home: Home, engine: Engine, dataset: str, release_id: str, now: datetime) -> tuple[Sent, ...]:
    """Bring every active subscription of a dataset up to a release.

    Releases a subscription missed are delivered first, one by one, so that each has its own counts. All
    subscriptions that need one comparison are served by one pass over it.

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
        CannotDeliver: the contract names no area or no primary key any more, a field changed its type, or the
            rows cannot be read; subscriptions that start from a later release were served all the same.
    """
    sent, problem = _bring_up(home, engine, dataset, release_id, now)
    if problem is not None:
        raise problem
    return sent


def _bring_up(
    home: Home, engine: Engine, dataset: str, release_id: str, now: datetime
) -> tuple[tuple[Sent, ...], CannotDeliver | None]:
    """What was delivered, and why some of it could not be."""
    with reading(engine) as connection:
        target = releases.by_id(connection, release_id)
        wanted = _wanted(connection, dataset, target, now)
        flagged = disputed(connection, dataset) if wanted else {}
    knowing = Knowing(home, engine, keys.load(home).pseudonym)
    sent: list[Sent] = []
    problem: CannotDeliver | None = None
    broken: set[str] = set()
    for step, asking in wanted:
        mine = [row for row in asking if row.id not in broken]
        try:
            sent += _send(knowing, step, mine, flagged, now) if mine else ()
        except CannotDeliver as error:  # other subscriptions may start from a later release
            problem = error
            broken |= {row.id for row in mine}
    return tuple(sent), problem


def _send(
    knowing: Knowing,
    step: Step,
    asking: list[Row[Any]],
    flagged: Mapping[str, tuple[str, ...]],
    now: datetime,
) -> tuple[Sent, ...]:
    """Attribute one comparison once, and send every subscription its part."""
    areas = {row.area for row in asking}
    with readable(step.after.release):
        found = moved(knowing, step, areas)
    recorded = record_rows(knowing, step, found)
    former = step.before.release if step.before is not None else None
    late = lateness(step.after.contract, former, now)
    outgoing = Outgoing(step.after.contract, found, knowing.secret, flagged, local_date(now))

    def parcels() -> Iterator[Parcel]:
        parts = {area: attribute(found, area) for area in areas}
        outgoing.refer(parts.values())
        for row in asking:
            part = parts[row.area]
            rows = outgoing.rows(row, part)
            yield pack(row, step, part, rows, total=found.total, unattributed=found.unattributed)

    try:
        return send_all(
            knowing.home, knowing.engine, parcels(), recorded, late, secret=knowing.secret, now=now
        )
    finally:
        files = files_of(knowing.home)
        for part in recorded.parts:
            files.drop(part)


def _wanted(
    connection: Connection, dataset: str, target: Release, now: datetime
) -> list[tuple[Step, list[Row[Any]]]]:
    """Every comparison some subscription needs, the earliest first, with those who need it."""
    s = subscriptions.c
    query = select(subscriptions).where(s.dataset == dataset, flowing(now)).order_by(s.opened_at, s.id)
    had = _had(connection, dataset)
    versions: dict[str, Version] = {}

    def version(release: Release) -> Version:
        if release.id not in versions:
            contract = revisions.number(connection, dataset, release.revision).contract
            versions[release.id] = Version(release, contract, moment_of(connection, release, now))
        return versions[release.id]

    found: dict[tuple[str, str, str], tuple[Step, list[Row[Any]]]] = {}
    chains: dict[str, list[tuple[Release | None, Release]]] = {}
    for row in connection.execute(query).all():
        last = had.get(row.id)
        mark = last.id if last is not None else ""
        if mark not in chains:
            chains[mark] = _comparisons(connection, last, target)
        for before, after in chains[mark]:
            newer = version(after)
            meaning = meaning_of(newer.contract, row.meaning)
            step = Step(version(before) if before is not None else None, newer, meaning)
            found.setdefault(step.ends, (step, []))[1].append(row)
    return sorted(found.values(), key=lambda pair: pair[0].after.release.number)


def _had(connection: Connection, dataset: str) -> dict[str, Release]:
    """Subscription → the newest release it was delivered."""
    d = deliveries.c
    query = select(d.subscription_id, d.release_id).where(d.dataset == dataset)
    known: dict[str, Release] = {}
    newest: dict[str, Release] = {}
    for row in connection.execute(query).all():
        if row.release_id not in known:
            known[row.release_id] = releases.by_id(connection, row.release_id)
        release = known[row.release_id]
        former = newest.get(row.subscription_id)
        if former is None or former.number < release.number:
            newest[row.subscription_id] = release
    return newest


def _comparisons(
    connection: Connection, last: Release | None, target: Release
) -> list[tuple[Release | None, Release]]:
    """The comparisons that bring a subscription to ``target``, in order."""
    if last is None:
        return [(None, target)]
    chain = [target]
    while chain[-1].number > last.number:
        former = releases.previous(connection, chain[-1])
        assert former is not None, "releases are numbered without gaps"
        chain.append(former)
    return [(before, after) for before, after in pairwise(reversed(chain)) if after.number > last.number]
