"""The end of a build, as rectification sees it: one call in the transaction that records it.

Decides what of a build's account is looked at. A build that died between its release and this call left
the release unmarked: it is caught up with when cases are next listed or counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, insert, select, update

from catalog import revisions
from catalog.home import Home
from catalog.rectification.opening import Changed, Seen, open_cases
from catalog.releases import published as releases
from catalog.releases.attempts import Attempt, results_of
from catalog.store.tables.quality import rectification_marks
from catalog.store.tables.releases import builds
from contracts.model import Contract, LoadKind


def observe(
    connection: Connection,
    contract: Contract,
    attempt: Attempt,
    *,
    counts: Mapping[str, Any],
    rejected: pa.Table | None,
) -> Changed:
    """Open, count, close and reopen cases by what a build of a dataset saw.

    Args:
        connection: a writing transaction; best the one that records the attempt.
        contract: as it was built.
        attempt: as it is recorded; of a failed one nothing is concluded.
        counts: the build's account of lines; ``files`` of it names what was read.
        rejected: rows of the quarantine (``field``, ``reason``), or None where there are none to say.

    Returns:
        What changed.
    """
    if attempt.state not in ("released", "stopped") or not attempt.results:
        return Changed()
    release = releases.latest(connection, contract.name)
    seen = Seen(
        build_id=attempt.id,
        began=attempt.started_at,
        results=attempt.results,
        rejected=_counted(rejected),
        landed=attempt.landed,
        files=files_of(counts),
        whole=_is_whole(contract, counts),
    )
    if attempt.state == "released" and release is not None:
        _mark(connection, release)
    return open_cases(connection, contract, seen, now=attempt.ended_at)


def files_of(counts: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What a dataset's rows were read from: path → ``sha256`` and ``raw``, the name its raw rows are kept by.

    Of loads that add to a release, files of earlier builds are known by that name alone.
    """
    files, kept = counts.get("files", ()), list(counts.get("raw", ()))
    former, names = kept[: len(kept) - len(files)], kept[len(kept) - len(files) :]
    names += [""] * (len(files) - len(names))
    found = {f"raw:{name}": {"sha256": "", "raw": str(name)} for name in former}
    return found | {
        str(file["path"]): {"sha256": str(file["sha256"]), "raw": str(name)}
        for file, name in zip(files, names, strict=True)
    }


def _is_whole(contract: Contract, counts: Mapping[str, Any]) -> bool:
    """Whether the rules looked at every row, not at new ones only."""
    return contract.load.kind is LoadKind.FULL or bool(counts.get("from_raw"))


def untold(connection: Connection) -> tuple[releases.Release, ...]:
    """The newest releases no build told of: its process died after it, or it is older than cases."""
    marks = rectification_marks.c
    marked = {
        row.dataset: row.release_id
        for row in connection.execute(select(marks.dataset, marks.release_id)).all()
    }
    return tuple(r for r in releases.all_latest(connection) if marked.get(r.dataset) != r.id)


def catch_up(home: Home, connection: Connection, *, now: datetime) -> Changed:
    """Look at every release that :func:`untold` names.

    Args:
        home: the installation.
        connection: a writing transaction.
        now: aware instant.
    """
    changed = Changed()
    for release in untold(connection):
        contract = revisions.number(connection, release.dataset, release.revision).contract
        changed += _caught_up(home, connection, contract, release, now)
    return changed


def _caught_up(
    home: Home, connection: Connection, contract: Contract, release: releases.Release, now: datetime
) -> Changed:
    build = build_of(connection, release)
    if build is None:
        return Changed()
    version = release.counts.get("quarantine_version")
    seen = Seen(
        build_id=build,
        began=release.published_at,
        results=results_of(connection, build),
        rejected=_counted(
            None if version is None else releases.read_quarantine(home, contract.name, version)
        ),
        landed=release.landed,
        files=files_of(release.counts),
        whole=_is_whole(contract, release.counts),
    )
    _mark(connection, release)
    return open_cases(connection, contract, seen, now=now)


def build_of(connection: Connection, release: releases.Release) -> str | None:
    """Id of the build that made a release, or None where none is on record."""
    b = builds.c
    made = (
        select(b.id)
        .where(b.dataset == release.dataset, b.state == "released", b.ended_at <= release.published_at)
        .order_by(b.ended_at.desc())
        .limit(1)
    )
    found: str | None = connection.execute(made).scalar_one_or_none()
    return found


def _counted(rejected: pa.Table | None) -> dict[tuple[str, str], int]:
    if rejected is None or not rejected.num_rows:
        return {}
    pairs = rejected.group_by(["field", "reason"]).aggregate([([], "count_all")]).to_pylist()
    counted: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counted[(pair["field"], pair["reason"])] += pair["count_all"]
    return dict(counted)


def _mark(connection: Connection, release: releases.Release) -> None:
    marks = rectification_marks.c
    done = connection.execute(
        update(rectification_marks).where(marks.dataset == release.dataset).values(release_id=release.id)
    )
    if not done.rowcount:
        connection.execute(insert(rectification_marks).values(dataset=release.dataset, release_id=release.id))
