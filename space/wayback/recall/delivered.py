"""Who holds a row by backflow: computed from the manifests of deliveries and their files.

Decides that a delivery gave a row out where its fields name an item that is asked for and its file has the
row, added or changed, in the version that is asked for. A file that is gone or changed excludes nobody: then
the row's area in that release decides, and where that is gone too, the receiver counts as a holder.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Row, select

from catalog.lake import files_of
from catalog.store.tables.attributions import redeliveries
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.releases import releases
from contracts.codes import CODES
from space.wayback.backflow.authoritative import as_text
from space.wayback.recall.holdings import Holding, Looking
from space.wayback.recall.rows import Target, VersionGone, row_at

_ROW, _CHANGE, _REMOVED = "_row", "_change", "removed"


def holdings(looking: Looking, dataset: str, targets: Sequence[Target]) -> Iterator[Holding]:
    """The deliveries that gave out some of these rows, the oldest first.

    Args:
        looking: one look for holders.
        dataset: of all targets.
        targets: the rows.
    """
    for sent in _deliveries(looking, dataset):
        fields = tuple(sent.fields)
        wanted = [one for one in targets if looking.items(one, fields)]
        if not wanted:
            continue
        rows = _rows_of(looking, sent, {name for one in wanted for name in one.names})
        for one in wanted:
            items = _items(looking, sent, rows, one, fields)
            if items:
                yield Holding(
                    sent.subscriber, "backflow", sent.subscription_id, dataset, items, sent.release_id,
                    sent.id, sent.evidence_id, sent.sent_at,
                )  # fmt: skip


def gave_anew(looking: Looking, subscription: str, target: Target, after: int) -> tuple[str, Any] | None:
    """The delivery that brought a receiver a later version of a row, or took the row back.

    Args:
        looking: one look for holders.
        subscription: under which it was held.
        target: the row; its ``value`` is the old one.
        after: number of the release from which on the value is corrected.

    Returns:
        Id and instant of the delivery; None where none has come.
    """
    s = subscriptions.c
    subscriber = select(s.subscriber).where(s.id == subscription).scalar_subquery()
    later = (releases.c.number >= after, s.subscriber == subscriber)
    for sent in _deliveries(looking, target.dataset, *later):
        if not looking.items(target, tuple(sent.fields)):
            continue
        rows = _rows_of(looking, sent, target.names)
        if rows:
            return sent.id, sent.sent_at
    return None


def brought(looking: Looking, subscription: str, after: int) -> bool:
    """Whether a subscription has had a release from that number on: what it lacks then has to be ordered."""
    d = deliveries.c
    query = (
        select(d.id)
        .join(releases, releases.c.id == d.release_id)
        .where(d.subscription_id == subscription, releases.c.number >= after)
    )
    return looking.connection.execute(query).first() is not None


def _deliveries(looking: Looking, dataset: str, *conditions: Any) -> list[Row[Any]]:
    """What was sent of a dataset, once or again, by the number of its release."""
    s = subscriptions.c
    found: list[Row[Any]] = []
    for table in (deliveries, redeliveries):
        query = (
            select(table, releases.c.number, s.subscriber, s.fields, s.plain)
            .join(subscriptions, s.id == table.c.subscription_id)
            .join(releases, releases.c.id == table.c.release_id)
            .where(table.c.dataset == dataset, *conditions)
        )
        found += looking.connection.execute(query).all()
    return sorted(found, key=lambda sent: (sent.number, sent.sent_at, sent.id))


def _rows_of(
    looking: Looking, sent: Row[Any], names: frozenset[str] | set[str]
) -> dict[str, Mapping[str, Any]] | None:
    """Reference → row of the file, of these references; None where the file is not what was delivered."""
    content = files_of(looking.home).read(sent.path) or b""
    if hashlib.sha256(content).hexdigest() != sent.sha256:
        return None
    chosen = pc.field(_ROW).isin(pa.array(sorted(names), pa.string()))
    return {row[_ROW]: row for row in pq.read_table(io.BytesIO(content), filters=chosen).to_pylist()}


def _items(
    looking: Looking,
    sent: Row[Any],
    rows: Mapping[str, Mapping[str, Any]] | None,
    target: Target,
    fields: tuple[str, ...],
) -> tuple[str, ...]:
    """The items of a row this delivery gave out in the version that is looked for."""
    wanted = looking.items(target, fields)
    if rows is None:
        return wanted if _may_have_held(looking, sent, target) else ()
    row = next((rows[name] for name in target.names if name in rows), None)
    if row is None or row[_CHANGE] == _REMOVED:
        return ()
    return tuple(
        name for name in wanted if name in row and _is_version(looking, sent, row[name], name, target)
    )


def _is_version(looking: Looking, sent: Row[Any], shown: Any, name: str, target: Target) -> bool:
    """Whether a cell shows the version that is looked for; behind a mask the release says which it was."""
    seen = target.any_version or as_text(shown) == target.value
    return seen or looking.held_version(target, sent.release_id, name)


def _may_have_held(looking: Looking, sent: Row[Any], target: Target) -> bool:
    """Whether a delivery whose file is gone can have held a row, by what its manifest says."""
    release = looking.release(sent.release_id)
    if release is None:
        return True
    try:
        found = row_at(looking.home, release, target.key)
    except VersionGone:
        return True
    contract = looking.contract(release)
    area = contract.area
    if not found.num_rows:
        return False
    if contract.attribution or area is None or area.field not in found.column_names:
        return True  # its area followed from more than a code of the row
    code = CODES["region"](str(found[area.field][0].as_py()))
    return code is None or looking.lies_in(release, code, sent.area)
