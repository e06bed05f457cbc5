"""Releases of a dataset as others may know them: how its public figures went on.

Decides that a former release is shown under the stricter of two contracts: the one it was made under, and
the one in force, each with its inputs in force, and the former one with those of its day too. Else a dataset
that is declared free of units today, or whose inputs are, would show exact counts of its past. A release of
which nobody can say any more what stood behind it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.errors import UnknownDataset
from catalog.lineage.columns import LineageCycle, LineageError, UnknownInput, kinds_behind, known_inputs
from catalog.releases.published import history
from catalog.revisions import PUBLISHED, Revision
from catalog.statistics import PublicView, public_view, rows_of_one
from contracts.model import Contract

# Releases shown, the newest; a choice of the installation.
_MOST: Final = 24


def releases(connection: Connection, name: str, on: date) -> tuple[PublicView, ...]:
    """The public view of a published dataset at each of its newest releases, the newest first.

    Args:
        connection: to read with.
        name: ``schema.table`` of a published entry.
        on: day whose thresholds apply.

    Raises:
        UnknownDataset: no such entry is published.
    """
    current = revisions.current(connection, name)
    if current.state != PUBLISHED:
        raise UnknownDataset(name)
    made = []
    for release in history(connection, name, _MOST):
        then = revisions.number(connection, name, release.revision)
        try:
            judged = [(one, known_inputs(connection, one.contract)) for one in (current, then)]
            judged.append((then, known_inputs(connection, then.contract, at=release.published_at)))
        except (UnknownInput, LineageError, LineageCycle):
            continue
        strict, behind = max(judged, key=partial(_strictness, on))
        made.append(replace(public_view(strict, release, behind, on), revision=then))
    return tuple(made)


def document(view: PublicView) -> dict[str, Any]:
    """Plain JSON-able form of a release."""
    return {
        "release": view.release,
        "number": view.release_number,
        "released_on": None if view.released_on is None else view.released_on.isoformat(),
        "revision": view.revision.number,
        "rows": None if view.rows is None else view.rows.value,
        "rows_withheld": view.rows is not None and view.rows.value is None,
        "grade": view.grade,
        "quality": view.quality,
        "dimensions": dict(view.dimensions),
    }


def _strictness(on: date, judged: tuple[Revision, Mapping[str, Contract]]) -> tuple[bool, int]:
    """Whether counts are coarsened under the contract of a revision and of its inputs, and how much."""
    revision, behind = judged
    contract = revision.contract
    kinds = kinds_behind(revision.name, behind)
    return bool(kinds) or not contract.unit_free, rows_of_one(contract, on)
