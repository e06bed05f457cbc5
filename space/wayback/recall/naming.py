"""Every row of every release that names a unit: what somebody may have received data about it by."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from catalog.releases.release import Release
from catalog.store.tables.releases import releases
from space.wayback.backflow.authoritative import as_text
from space.wayback.recall.holdings import Looking
from space.wayback.recall.rows import Target, VersionGone, names_of, rows_about


def targets(looking: Looking, kind: str, identifier: str) -> Iterator[Target]:
    """Every row that names a unit, in any release: a row that is gone was received all the same.

    Args:
        looking: one look for holders.
        kind: person, household or enterprise.
        identifier: canonical.
    """
    r = releases.c
    known: set[tuple[str, str]] = set()
    for release_id in looking.connection.execute(select(r.id).order_by(r.dataset, r.number)).scalars():
        release = looking.release(release_id)
        assert release is not None, "read just now"
        for target in _of_release(looking, release, kind, identifier):
            name = (target.dataset, str(sorted(target.key.items())))
            if name not in known:
                known.add(name)
                yield target


def _of_release(looking: Looking, release: Release, kind: str, identifier: str) -> Iterator[Target]:
    contract = looking.contract(release)
    if not any(f.unit is not None and f.unit.kind == kind for f in contract.fields):
        return
    try:
        rows = rows_about(looking.home, release, contract, kind, identifier)
    except VersionGone:
        return
    for row in rows:
        key = {name: as_text(row[name]) for name in contract.key}
        yield Target(contract.name, key, names_of(contract, row, looking.secret))
