"""How the rows of a comparison were attributed, kept: per row its area, the rule, how sure, and why not.

Decides which rows wait for an area: the queue of a release is the one before it, without the rows that moved
since, and with those of them no rule tells. Files of the lake hold the rows by their keys, so they lie where
the rows themselves do; the store holds counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, insert, select

from catalog.keys import row_references
from catalog.lake import Draft, Files, files_of
from catalog.places.attributing import Attribution, attribute_rows
from catalog.places.knowing import Knowing
from catalog.places.queue import waiting, waiting_path
from catalog.releases import published as releases
from catalog.store.tables.attributions import attribution_moments, attribution_shares
from catalog.store.tables.backflow import attributions
from contracts.model import Contract
from pipelines.backflow.attribution import Moved
from pipelines.backflow.moving import Step, Version, together
from pipelines.building.files import put, write_part, written


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is kept of one comparison.

    Attributes:
        step: the comparison.
        first: whether its meaning is the first of the dataset, whose counts stand for the release.
        changed: rows that moved.
        unattributed: those no area is told of.
        waiting: rows of the whole release no area is told of.
        path: of the file of the moved rows, below the lake.
        parts: its files, which no reader sees yet.
    """

    step: Step
    first: bool
    changed: int
    unattributed: int
    waiting: int
    path: Path
    parts: tuple[Draft, ...]


def record_rows(knowing: Knowing, step: Step, moved: Moved) -> Recorded:
    """Write how the moved rows were attributed, and which rows of the release wait for an area.

    Args:
        knowing: reads lists, registers and claims.
        step: the comparison.
        moved: its rows.
    """
    contract = step.after.contract
    folder = Path("backflow", "_attributed", contract.name, step.meaning)
    path = folder / f"{step.since or 'first'}-{step.after.release.id}.parquet"
    queue = _waiting(knowing, step, moved)
    files = (
        (path, _rows(contract, moved)),
        (waiting_path(contract.name, step.meaning, step.after.release.id), queue),
    )
    lake = files_of(knowing.home)
    parts = tuple(write_part(lake, at, written(rows)) for at, rows in files)
    return Recorded(
        step,
        contract.attribution_rules[0].meaning == step.meaning,
        moved.total,
        moved.unattributed,
        queue.num_rows,
        path,
        parts,
    )


def keep(connection: Connection, files: Files, recorded: Recorded, now: datetime) -> None:
    """Record a comparison beside the first delivery of it, once; its files are put in place.

    Args:
        connection: a writing transaction, the one that records the deliveries.
        files: of the lake.
        recorded: what was written.
        now: aware instant.
    """
    step, release = recorded.step, recorded.step.after.release
    for version in (step.before, step.after):
        if version is not None:
            _keep_moment(connection, version)
    s = attribution_shares.c
    known = select(s.release_id).where(
        s.release_id == release.id, s.since_release_id == step.since, s.meaning == step.meaning
    )
    if connection.execute(known).first() is not None:
        return
    for part in recorded.parts:
        put(files, part)
    counts = {
        "dataset": release.dataset,
        "changed": recorded.changed,
        "attributed": recorded.changed - recorded.unattributed,
        "unattributed": recorded.unattributed,
    }
    connection.execute(
        insert(attribution_shares).values(
            release_id=release.id,
            since_release_id=step.since,
            meaning=step.meaning,
            waiting=recorded.waiting,
            path=recorded.path.as_posix(),
            attributed_at=now,
            **counts,
        )
    )
    a = attributions.c
    told = select(a.release_id).where(a.release_id == release.id, a.since_release_id == step.since)
    if recorded.first and connection.execute(told).first() is None:
        connection.execute(
            insert(attributions).values(release_id=release.id, since_release_id=step.since, **counts)
        )


def _keep_moment(connection: Connection, version: Version) -> None:
    m = attribution_moments.c
    if connection.execute(select(m.moment).where(m.release_id == version.release.id)).first() is None:
        connection.execute(
            insert(attribution_moments).values(
                release_id=version.release.id, dataset=version.release.dataset, moment=version.moment
            )
        )


def _rows(contract: Contract, moved: Moved) -> pa.Table:
    """Key, change, area before and after, and by which rule, how surely and how the area was told."""
    changes, key = moved.changes, list(contract.key)
    nothing = pa.nulls(0, pa.string())
    parts = []
    for word, rows, before, after in (
        ("added", changes.added, None, moved.added),
        ("changed", changes.changed_after, moved.before, moved.after),
        ("removed", changes.removed, moved.removed, None),
    ):
        told = after if after is not None else before
        assert told is not None, "every row has a side"
        absent = pa.nulls(rows.num_rows, pa.string()) if rows.num_rows else nothing
        columns = {name: rows[name] for name in key} | {
            "_change": pa.array([word]).take(pa.array([0] * rows.num_rows, pa.int8())),
            "_before": absent if before is None else before.codes,
            "_after": absent if after is None else after.codes,
            "_by": told.by,
            "_confidence": told.confidence,
            "_how": told.how,
        }
        parts.append(pa.table(columns))
    return together(*parts)


def _waiting(knowing: Knowing, step: Step, moved: Moved) -> pa.Table:
    """Rows of the release no area is told of: reference, key, and why."""
    after = step.after
    fresh = together(
        _untold(knowing, after.contract, moved.changes.added, moved.added),
        _untold(knowing, after.contract, moved.changes.changed_after, moved.after),
    )
    if step.before is None:
        return fresh
    held = waiting(knowing.home, after.contract.name, step.meaning, step.before.release.id)
    if held is None:
        return _all_untold(knowing, step)
    key = list(after.contract.key)
    gone = {
        tuple(row.values())
        for part in (moved.changes.changed_after, moved.changes.removed)
        for row in part.select(key).to_pylist()
    } if held.num_rows else set()  # fmt: skip
    stay = [tuple(row.values()) not in gone for row in held.select(key).to_pylist()]
    return together(held.filter(pa.array(stay, pa.bool_())), fresh)


def _all_untold(knowing: Knowing, step: Step) -> pa.Table:
    """The same from all rows of the release, where nothing was kept of the one before."""
    after = step.after
    rows = releases.read_vault(knowing.home, after.release)
    known = knowing.of(after.contract, step.meaning, after.release, after.moment)
    return _untold(knowing, after.contract, rows, attribute_rows(after.contract, step.meaning, rows, known))


def _untold(knowing: Knowing, contract: Contract, rows: pa.Table, told: Attribution) -> pa.Table:
    nobody = pc.is_null(told.codes)
    keys = rows.select(list(contract.key)).filter(nobody)
    refs = row_references(knowing.secret, contract.name, keys.to_pylist())
    return keys.append_column("_row", pa.array(refs, pa.string())).append_column(
        "_how", told.how.filter(nobody)
    )
