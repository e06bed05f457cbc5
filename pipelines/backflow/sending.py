"""Sending deliveries: their files, and the rows of the store that say they were sent.

Decides that files and store agree: files first, under names no reader knows, then one transaction for many
subscriptions that puts them in place; killed between them, the next round writes the same deliveries again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, Engine, Row, insert, select

from catalog.evidence.append import record_all
from catalog.flowing import flowing
from catalog.home import Home
from catalog.lake import Draft, Files, files_of
from catalog.stops import closed_to
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.attributions import delivery_figures
from catalog.store.tables.backflow import deliveries, notices, subscriptions
from contracts.canonical import canonical
from pipelines.backflow.attribution import Attributed
from pipelines.backflow.lateness import Lateness
from pipelines.backflow.moving import Step
from pipelines.backflow.outgoing import CHANGE, DISPUTED, FIELDS, ROW
from pipelines.backflow.recording import Recorded, keep
from pipelines.building.files import put, write_part, written

__all__ = ["CHANGE", "DISPUTED", "FIELDS", "ROW", "Parcel", "Sent", "pack", "send_all"]

# Subscriptions sent in one transaction: others wait no longer than for one delivery of many rows.
TOGETHER: Final = 250
# Files written side by side: what takes the time is waiting for the disk.
_WRITERS: Final = 8


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery and its counts (对账).

    Attributes:
        total: all rows that moved in the dataset = delivered + unattributed + other_areas.
        delivered: rows in the file = added + changed + removed.
    """

    id: str
    subscription: str
    dataset: str
    area: str
    release: str
    added: int
    changed: int
    removed: int
    total: int
    delivered: int
    unattributed: int
    other_areas: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is about to be sent to one subscription.

    Attributes:
        subscription: its row.
        step: the comparison it is of.
        counts: as in :class:`Sent`.
        cells: subscribed cells of added and changed rows.
        filled: those that hold a value.
        content: of the file.
    """

    subscription: Row[Any]
    step: Step
    counts: dict[str, int]
    cells: int
    filled: int
    content: bytes

    @property
    def path(self) -> Path:
        """Of the file, below the lake."""
        s = self.subscription
        return Path("backflow", s.area, s.dataset, s.id, f"{self.step.after.release.id}.parquet")


def pack(
    subscription: Row[Any], step: Step, found: Attributed, rows: pa.Table, *, total: int, unattributed: int
) -> Parcel:
    """A parcel of delivered rows.

    Args:
        subscription: its row.
        step: the comparison.
        found: the rows of its area.
        rows: as delivered.
        total: rows that moved in the dataset.
        unattributed: those of no area.
    """
    added, changed, removed = found.counts
    counts = {
        "added": added,
        "changed": changed,
        "removed": removed,
        "delivered": found.delivered,
        "total": total,
        "unattributed": unattributed,
        "other_areas": found.other_areas,
    }
    live = rows.select([name for name in rows.column_names if not name.startswith("_")]).slice(
        0, added + changed
    )
    empty = sum(live[name].null_count for name in live.column_names)
    cells = live.num_rows * live.num_columns
    return Parcel(subscription, step, counts, cells, cells - empty, written(rows))


def send_all(
    home: Home,
    engine: Engine,
    parcels: Iterable[Parcel],
    recorded: Recorded,
    late: Lateness,
    *,
    secret: bytes,
    now: datetime,
) -> tuple[Sent, ...]:
    """Write the files and record the deliveries, those that were sent before left out.

    Args:
        home: the installation.
        engine: its store.
        parcels: what to send, to whom; all of one comparison.
        recorded: how its rows were attributed, recorded beside the first delivery.
        late: how late the release is.
        secret: keys the digests that go into the evidence.
        now: aware instant.

    Returns:
        The deliveries made now. One that a subscription has had, or whose subscription has ended, or that a
        stop closes is left out; after the stop is lifted the next round sends it.
    """
    sent: list[Sent] = []
    files = files_of(home)
    for some in _pages(parcels):
        parts = _write_parts(files, some)
        try:
            with writing(engine) as connection:
                keep(connection, files, recorded, now)
                mine = _going(connection, some, now)
                for parcel in mine:
                    put(files, parts[parcel.subscription.id])
                sent += _record(connection, mine, late, secret=secret, now=now)
        finally:
            for part in parts.values():
                files.drop(part)
    return tuple(sent)


def _write_parts(files: Files, parcels: Sequence[Parcel]) -> dict[str, Draft]:
    with ThreadPoolExecutor(_WRITERS) as pool:
        parts = pool.map(lambda parcel: write_part(files, parcel.path, parcel.content), parcels)
        return {parcel.subscription.id: part for parcel, part in zip(parcels, parts, strict=True)}


def _pages(parcels: Iterable[Parcel]) -> Iterator[list[Parcel]]:
    page: list[Parcel] = []
    for parcel in parcels:
        page.append(parcel)
        if len(page) == TOGETHER:
            yield page
            page = []
    if page:
        yield page


def _going(connection: Connection, parcels: Sequence[Parcel], now: datetime) -> list[Parcel]:
    """Those whose subscription is open and has not had the release, where nothing is stopped."""
    ids = [parcel.subscription.id for parcel in parcels]
    first = parcels[0]
    receivers = {parcel.subscription.subscriber for parcel in parcels}
    stopped = closed_to(connection, receivers, (first.subscription.dataset,))
    s, d = subscriptions.c, deliveries.c
    open_ = select(s.id).where(s.id.in_(ids), flowing(now)).with_for_update()
    active = set(connection.execute(open_).scalars())
    release = first.step.after.release.id
    had = set(
        connection.execute(
            select(d.subscription_id).where(d.subscription_id.in_(ids), d.release_id == release)
        ).scalars()
    )
    may = active - had
    return [p for p in parcels if p.subscription.id in may and p.subscription.subscriber not in stopped]


def _record(
    connection: Connection, parcels: Sequence[Parcel], late: Lateness, *, secret: bytes, now: datetime
) -> list[Sent]:
    """Rows and evidence of many deliveries."""
    if not parcels:
        return []
    made = [(new_id("dlv"), hashlib.sha256(parcel.content).hexdigest(), parcel) for parcel in parcels]
    evidence = record_all(
        connection,
        [("backflow:delivery:send", id_, _said(parcel, digest, secret)) for id_, digest, parcel in made],
        now=now,
    )
    rows = [
        {
            "id": id_,
            "subscription_id": parcel.subscription.id,
            "dataset": parcel.subscription.dataset,
            "area": parcel.subscription.area,
            "release_id": parcel.step.after.release.id,
            "since_release_id": parcel.step.since,
            "path": parcel.path.as_posix(),
            "sha256": digest,
            "state": "sent",
            "sent_at": now,
            "evidence_id": entry,
            **parcel.counts,
        }
        for (id_, digest, parcel), entry in zip(made, evidence, strict=True)
    ]
    connection.execute(insert(deliveries), rows)
    connection.execute(insert(notices), [_notice(id_, parcel, now) for id_, _, parcel in made])
    connection.execute(
        insert(delivery_figures), [{**_figures(parcel, late), "delivery_id": id_} for id_, _, parcel in made]
    )
    return [
        Sent(
            id_,
            parcel.subscription.id,
            parcel.subscription.dataset,
            parcel.subscription.area,
            parcel.step.after.release.id,
            **parcel.counts,
        )
        for id_, _, parcel in made
    ]


def _said(parcel: Parcel, sha256: str, secret: bytes) -> dict[str, Any]:
    # Counts of a small area say something of its people: the log holds them under a key only.
    sealed = b"delivery\0" + canonical({**parcel.counts, "sha256": sha256})
    return {
        "dataset": parcel.subscription.dataset,
        "area": parcel.subscription.area,
        "subscription": parcel.subscription.id,
        "since": parcel.step.since,
        "release": parcel.step.after.release.id,
        "seal": hmac.new(secret, sealed, hashlib.sha256).hexdigest(),
    }


def _notice(delivery: str, parcel: Parcel, now: datetime) -> dict[str, Any]:
    s, counts = parcel.subscription, parcel.counts
    return {
        "id": new_id("ntc"),
        "organisation": s.subscriber,
        "kind": "delivery",
        "subject": delivery,
        "message": f"{s.dataset}: {counts['added']} added, {counts['changed']} changed,"
        f" {counts['removed']} removed in {s.area}",
        "sent_at": now,
    }


def _figures(parcel: Parcel, late: Lateness) -> dict[str, Any]:
    total = parcel.counts["total"]
    return {
        "meaning": parcel.step.meaning,
        "cells": parcel.cells,
        "filled": parcel.filled,
        "attributed": 1 - parcel.counts["unattributed"] / total if total else None,
        "published_at": parcel.step.after.release.published_at,
        "due_on": late.due_on,
        "late_days": late.days,
    }
