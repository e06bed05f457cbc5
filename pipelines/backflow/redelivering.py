"""Delivering rows again 重新回流: after a correction, or because a street claimed them.

Decides what an order brings: the row as the newest release a subscription has had holds it, if it lies in
its area; else nothing, and the order says so: its removal was delivered when it left. Where nothing flows to
the subscription any more, the order ends. Orders are rows of the store, entered by whoever asks; a round that
is killed leaves them open.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog import keys, revisions
from catalog.evidence import record
from catalog.flowing import flows
from catalog.home import Home
from catalog.keys import row_references
from catalog.lake import files_of
from catalog.places.attributing import attribute_rows, meaning_of
from catalog.places.knowing import Knowing, moment_of
from catalog.releases import published as releases
from catalog.releases.changes import Changes
from catalog.releases.published import Release
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.attributions import redeliveries, redelivery_orders
from catalog.store.tables.backflow import deliveries, notices, subscriptions
from contracts.canonical import canonical
from pipelines.backflow.attribution import Attributed, Moved, attribute
from pipelines.backflow.moving import CannotDeliver, Version, readable
from pipelines.backflow.outgoing import Outgoing, disputed
from pipelines.building.files import put, write_part, written
from policies.clocks import local_date

_NONE = np.empty(0, np.int64)


# The rows of one release, with their references: read once for all rounds of it, dropped with the last.
_Held = dict[str, tuple[pa.Table, list[str]]]


@dataclass(frozen=True, slots=True)
class _Round:
    """Open orders of one subscription, and the release it had last; None where rows flow to it no more."""

    subscription: Row[Any]
    orders: tuple[Row[Any], ...]
    version: Version | None

    @property
    def release(self) -> str:
        """Id of the release; empty where none is read."""
        return self.version.release.id if self.version is not None else ""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a round found: rows to send, and what became of every order."""

    rows: pa.Table
    counts: dict[str, int]
    outcomes: Mapping[str, str]


def ordered(engine: Engine) -> tuple[str, ...]:
    """Datasets of which rows are ordered again.

    Args:
        engine: the store.
    """
    o = redelivery_orders.c
    with reading(engine) as connection:
        names = connection.execute(select(o.dataset).where(o.closed_at.is_(None)).distinct()).scalars()
        return tuple(sorted(names))


def redeliver_due(home: Home, engine: Engine, now: datetime, *, dataset: str = "") -> int:
    """Carry out every order that waits; doing so again sends nothing.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.
        dataset: whose orders; those of every dataset where it is empty.

    Returns:
        How many re-deliveries were sent.

    Raises:
        CannotDeliver: the rows of a release cannot be read; the orders of others were carried out.
    """
    knowing = Knowing(home, engine, keys.load(home).pseudonym)
    with reading(engine) as connection:
        rounds = sorted(_rounds(connection, dataset, now), key=lambda each: each.release)
    sent, problem = 0, None
    for _, of_one in groupby(rounds, key=lambda each: each.release):
        held: _Held = {}
        for each in of_one:
            try:
                sent += _carry_out(knowing, each, held, now)
            except CannotDeliver as error:
                problem = error
    if problem is not None:
        raise problem
    return sent


def _rounds(connection: Connection, dataset: str, now: datetime) -> list[_Round]:
    o, s = redelivery_orders.c, subscriptions.c
    waiting = select(redelivery_orders).where(o.closed_at.is_(None)).order_by(o.ordered_at, o.id)
    if dataset:
        waiting = waiting.where(o.dataset == dataset)
    by_subscription: dict[str, list[Row[Any]]] = {}
    for order in connection.execute(waiting).all():
        by_subscription.setdefault(order.subscription_id, []).append(order)
    found = []
    for subscription, orders in by_subscription.items():
        row = connection.execute(select(subscriptions).where(s.id == subscription)).one()
        version = None
        if flows(connection, subscription, now):
            release = _newest(connection, subscription)
            if release is None:
                continue  # its first delivery holds the whole area, these rows too
            contract = revisions.number(connection, row.dataset, release.revision).contract
            version = Version(release, contract, moment_of(connection, release, now))
        found.append(_Round(row, tuple(orders), version))
    return found


def _newest(connection: Connection, subscription: str) -> Release | None:
    d = deliveries.c
    had = connection.execute(select(d.release_id).where(d.subscription_id == subscription)).scalars()
    return max((releases.by_id(connection, each) for each in had), key=lambda r: r.number, default=None)


def _carry_out(knowing: Knowing, round_: _Round, held: _Held, now: datetime) -> int:
    """Send the rows of a round; who may have them is asked in the transaction that sends them."""
    s, version = round_.subscription, round_.version
    made = None if version is None else _find(knowing, round_, version, held, now)
    path = _path(round_)
    content = written(made.rows) if made is not None and made.rows.num_rows else b""
    files = files_of(knowing.home)
    part = write_part(files, path, content) if content else None
    try:
        with writing(knowing.engine) as connection:
            if not _still_open(connection, round_.orders):
                return 0  # another round was faster
            if not flows(connection, s.id, now, lock=True):
                _close(connection, round_.orders, {}, None, now)
                return 0
            if made is None or closed(connection, s.subscriber, (s.dataset,)):
                return 0
            sent = None
            if part is not None:
                put(files, part)
                sent = _record(connection, round_, made, path, content, knowing.secret, now)
            _close(connection, round_.orders, made.outcomes, sent, now)
            return int(sent is not None)
    finally:
        if part is not None:
            files.drop(part)


def _find(knowing: Knowing, round_: _Round, version: Version, held: _Held, now: datetime) -> _Made:
    s = round_.subscription
    with readable(version.release):
        rows, refs = _rows(knowing, version, {order.row for order in round_.orders}, held)
        found = _moved(knowing, version, meaning_of(version.contract, s.meaning), rows)
    mine = attribute(found, s.area)
    inside = {refs[at] for at in mine.stayed.tolist()}
    claimed = {order.row for order in round_.orders if order.kind == "claim"}
    added = np.array([at for at in mine.stayed.tolist() if refs[at] in claimed], np.int64)
    stayed = np.array([at for at in mine.stayed.tolist() if refs[at] not in claimed], np.int64)
    part = Attributed(_NONE, added, stayed, _NONE, _NONE, mine.other_areas)
    with reading(knowing.engine) as connection:
        flagged = disputed(connection, version.contract.name)
    outgoing = Outgoing(version.contract, found, knowing.secret, flagged, local_date(now))
    outcomes = {o.id: "delivered" if o.row in inside else "not_in_area" for o in round_.orders}
    count = part.counts
    counts = {
        "added": count[0], "changed": count[1], "removed": count[2], "delivered": part.delivered,
        "total": found.total, "unattributed": found.unattributed, "other_areas": part.other_areas,
    }  # fmt: skip
    return _Made(outgoing.rows(s, part), counts, outcomes)


def _rows(knowing: Knowing, version: Version, wanted: set[str], held: _Held) -> tuple[pa.Table, list[str]]:
    """The rows of the release these references name, with the references; the release is read once."""
    contract, release = version.contract, version.release
    if release.id not in held:
        whole = releases.read_vault(knowing.home, release)
        named = row_references(knowing.secret, contract.name, whole.select(list(contract.key)).to_pylist())
        held[release.id] = whole, named
    whole, refs = held[release.id]
    at = [place for place, ref in enumerate(refs) if ref in wanted]
    return whole.take(pa.array(at, pa.int64())), [refs[place] for place in at]


def _moved(knowing: Knowing, version: Version, meaning: str, rows: pa.Table) -> Moved:
    """Rows as if each had moved within its area: both sides are the same."""
    known = knowing.of(version.contract, meaning, version.release, version.moment)
    told = attribute_rows(version.contract, meaning, rows, known)
    nobody = attribute_rows(version.contract, meaning, rows.slice(0, 0), known)
    none = rows.slice(0, 0)
    tree = known.places.tree
    return Moved(Changes(none, rows, rows, none), nobody, told, told, nobody, tree, tree)


def _path(round_: _Round) -> Path:
    s, name = round_.subscription, hashlib.sha256("\0".join(o.id for o in round_.orders).encode()).hexdigest()
    return Path("backflow", s.area, s.dataset, s.id, f"{round_.release}-again-{name[:16]}.parquet")


def _still_open(connection: Connection, orders: Sequence[Row[Any]]) -> bool:
    o = redelivery_orders.c
    waiting = select(o.id).where(o.id.in_([order.id for order in orders]), o.closed_at.is_(None))
    return len(connection.execute(waiting).all()) == len(orders)


def _record(
    connection: Connection,
    round_: _Round,
    made: _Made,
    path: Path,
    content: bytes,
    secret: bytes,
    now: datetime,
) -> str:
    s, release = round_.subscription, round_.release
    id_, digest = new_id("rdl"), hashlib.sha256(content).hexdigest()
    sealed = b"delivery\0" + canonical({**made.counts, "sha256": digest})
    said = {
        "dataset": s.dataset, "area": s.area, "subscription": s.id, "since": release, "release": release,
        "orders": [order.id for order in round_.orders],
        "seal": hmac.new(secret, sealed, hashlib.sha256).hexdigest(),
    }  # fmt: skip
    entry = record(connection, event="backflow:delivery:repeat", subject=id_, body=said, now=now)
    connection.execute(
        insert(redeliveries).values(
            id=id_, subscription_id=s.id, dataset=s.dataset, area=s.area, release_id=release,
            since_release_id=release, path=path.as_posix(), sha256=digest, state="sent", sent_at=now,
            evidence_id=entry, **made.counts,
        )
    )  # fmt: skip
    message = f"{s.dataset}: {made.counts['delivered']} rows sent again in {s.area}"
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"), organisation=s.subscriber, kind="delivery", subject=id_, message=message,
            sent_at=now,
        )
    )  # fmt: skip
    return id_


def _close(
    connection: Connection,
    orders: Sequence[Row[Any]],
    outcomes: Mapping[str, str],
    sent: str | None,
    now: datetime,
) -> None:
    """Say what became of every order: ``ended`` where rows flow to the subscription no more."""
    o = redelivery_orders.c
    for order in orders:
        outcome = outcomes.get(order.id, "ended")
        brought = sent if outcome == "delivered" else None
        connection.execute(
            update(redelivery_orders)
            .where(o.id == order.id)
            .values(outcome=outcome, redelivery_id=brought, closed_at=now)
        )
