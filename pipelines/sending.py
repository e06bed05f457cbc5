"""Sending a delivery: its file, and the rows of the store that say it was sent.

Decides what a delivered row looks like and that file and store agree: file first, then one
transaction; killed between them, the next round writes the same delivery again.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine, Row, insert, select

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.stops import closed
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import attributions, deliveries, notices, subscriptions
from contracts.canonical import canonical
from contracts.model import Contract
from pipelines.attribution import Attributed, Moved, together
from policies.masking import Mask

# Columns a delivery has beside the subscribed fields.
CHANGE, ROW, FIELDS, DISPUTED = "_change", "_row", "_fields", "_disputed"


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
        since: release compared with; empty where the whole area is sent.
        release: release delivered.
        moved: all rows that moved, for the counts.
        found: those of the area.
        rows: as delivered.
    """

    subscription: Row[Any]
    since: str
    release: str
    moved: Moved
    found: Attributed
    rows: pa.Table

    @property
    def path(self) -> Path:
        """Of the file, below the lake."""
        s = self.subscription
        return Path("backflow", s.area, s.dataset, s.id, f"{self.release}.parquet")

    @property
    def counts(self) -> dict[str, int]:
        """As in :class:`Sent`."""
        return {
            "added": self.found.added.num_rows,
            "changed": self.found.changed_after.num_rows,
            "removed": self.found.removed.num_rows,
            "delivered": self.found.delivered,
            "total": self.moved.total,
            "unattributed": self.moved.unattributed,
            "other_areas": self.found.other_areas,
        }


def rows_for(
    contract: Contract,
    subscription: Row[Any],
    found: Attributed,
    *,
    secret: bytes,
    masks: Mapping[str, Mask],
    disputed: Mapping[str, Sequence[str]],
) -> pa.Table:
    """The delivered rows: change, row reference, changed fields, flags, then the subscribed fields.

    Args:
        contract: of the release.
        subscription: its ``fields`` leave, its ``plain`` ones unmasked; nothing else does.
        found: the rows of the area.
        secret: the pseudonym key, for row references.
        masks: check-digit code → mask.
        disputed: row reference → challenged fields.
    """
    fields = [f for f in contract.fields if f.name in set(subscription.fields)]
    names = [f.name for f in fields]
    parts = [("added", found.added), ("changed", found.changed_after), ("removed", found.removed)]
    rows = together(*(part for _, part in parts))
    keys = rows.select(list(contract.key)).to_pylist()
    refs = [row_reference(secret, contract.name, key) for key in keys]
    columns: dict[str, Any] = {
        CHANGE: pa.array([word for word, part in parts for _ in range(part.num_rows)], pa.string()),
        ROW: pa.array(refs, pa.string()),
        FIELDS: pa.array(_changed_fields(found, names), pa.string()),
        DISPUTED: pa.array(_flags(refs, disputed, names), pa.string()),
    }
    for field in fields:
        mask = masks.get(field.check or "") if field.name not in subscription.plain else None
        column = rows[field.name]
        columns[field.name] = column if mask is None else _masked(column, mask)
    return pa.table(columns)


def send(home: Home, engine: Engine, parcel: Parcel, *, secret: bytes, now: datetime) -> Sent | None:
    """Write the file and record the delivery, unless it was sent before.

    Args:
        home: the installation.
        engine: its store.
        parcel: what to send, to whom.
        secret: keys the digest that goes into the evidence.
        now: aware instant.

    Returns:
        The delivery, or None where the subscription has had it or has ended, or a stop closes it: then the
        next round after its lifting sends it.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(parcel.rows, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    subscription = parcel.subscription
    with writing(engine) as connection:
        if _is_stopped(connection, subscription):
            return None
        if not _is_wanted(connection, subscription.id, parcel.release):
            return None
        _attribute_once(connection, parcel)
        _write(home.lake / parcel.path, content)
        delivery = _record(connection, parcel, content, secret=secret, now=now)
    return Sent(
        id=delivery,
        subscription=subscription.id,
        dataset=subscription.dataset,
        area=subscription.area,
        release=parcel.release,
        **parcel.counts,
    )


def _is_wanted(connection: Connection, subscription: str, release: str) -> bool:
    state = connection.execute(
        select(subscriptions.c.state).where(subscriptions.c.id == subscription).with_for_update()
    ).scalar_one()
    had = select(deliveries.c.id).where(
        deliveries.c.subscription_id == subscription, deliveries.c.release_id == release
    )
    return state == "active" and connection.execute(had).first() is None


def _is_stopped(connection: Connection, subscription: Row[Any]) -> bool:
    return closed(connection, subscription.subscriber, (subscription.dataset,)) is not None


def _attribute_once(connection: Connection, parcel: Parcel) -> None:
    a = attributions.c
    known = select(a.release_id).where(a.since_release_id == parcel.since, a.release_id == parcel.release)
    if connection.execute(known).first() is None:
        moved = parcel.moved
        connection.execute(
            insert(attributions).values(
                release_id=parcel.release,
                since_release_id=parcel.since,
                dataset=parcel.subscription.dataset,
                changed=moved.total,
                attributed=moved.total - moved.unattributed,
                unattributed=moved.unattributed,
            )
        )


def _record(connection: Connection, parcel: Parcel, content: bytes, *, secret: bytes, now: datetime) -> str:
    delivery, sha256 = new_id("dlv"), hashlib.sha256(content).hexdigest()
    subscription, counts = parcel.subscription, parcel.counts
    named = {"dataset": subscription.dataset, "area": subscription.area}
    # Counts of a small area say something of its people: the log holds them under a key only.
    sealed = b"delivery\0" + canonical({**counts, "sha256": sha256})
    evidence_id = record(
        connection,
        event="backflow:delivery:send",
        subject=delivery,
        body={
            **named,
            "subscription": subscription.id,
            "since": parcel.since,
            "release": parcel.release,
            "seal": hmac.new(secret, sealed, hashlib.sha256).hexdigest(),
        },
        now=now,
    )
    connection.execute(
        insert(deliveries).values(
            id=delivery,
            subscription_id=subscription.id,
            release_id=parcel.release,
            since_release_id=parcel.since,
            path=parcel.path.as_posix(),
            sha256=sha256,
            state="sent",
            sent_at=now,
            evidence_id=evidence_id,
            **named,
            **counts,
        )
    )
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"),
            organisation=subscription.subscriber,
            kind="delivery",
            subject=delivery,
            message=f"{subscription.dataset}: {counts['added']} added, {counts['changed']} changed,"
            f" {counts['removed']} removed in {subscription.area}",
            sent_at=now,
        )
    )
    return delivery


def _changed_fields(found: Attributed, names: Sequence[str]) -> Iterable[str]:
    """Per delivered row the subscribed fields that changed; empty for added and removed rows."""
    pairs = zip(
        found.changed_before.select(names).to_pylist(),
        found.changed_after.select(names).to_pylist(),
        strict=True,
    )
    changed = [",".join(n for n in names if before[n] != after[n]) for before, after in pairs]
    return [""] * found.added.num_rows + changed + [""] * found.removed.num_rows


def _flags(refs: Sequence[str], disputed: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[str]:
    """Per delivered row the delivered fields that are challenged now."""
    return [",".join(n for n in disputed.get(ref, ()) if n in names) for ref in refs]


def _masked(column: pa.ChunkedArray, mask: Mask) -> pa.Array:
    return pa.array([None if text is None else mask.apply(text) for text in column.to_pylist()], pa.string())


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
