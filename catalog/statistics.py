"""The public view 公开视图 of a dataset: the only figures that leave the owning department.

Decides which counts and ratios of a dataset others may see. For a dataset with units: counts below k
are withheld, others step by ten and have three significant digits; a ratio has two decimal places, and
in a small dataset so coarse a step that at least k units make the difference between two figures; no
minimum, maximum or sample value. So nobody learns from the ledger that one person came or left. A
dataset that is free of units, with all its ancestors, shows its counts as they are.

Search, editions and DCAT read this view. ``ybz show`` does not: whoever runs it holds the
installation's folder, keys and data, and sees the owner's exact figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog import lineage, releases, revisions
from catalog.errors import UnknownDataset
from catalog.releases import Release
from catalog.revisions import PUBLISHED, Revision
from contracts.model import Contract
from policies.clocks import local_date
from policies.disclosure import defaults, significant
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as others may see it.

    Attributes:
        value: the count, rounded; None where it is withheld.
    """

    value: int | None

    @property
    def text(self) -> str:
        """The count for a person; ``withheld`` says that there is one."""
        return "withheld" if self.value is None else f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class PublicView:
    """What others may know of a published dataset.

    Attributes:
        revision: the contract in force, itself public.
        release: id of the current release, or None.
        release_number: its number within the dataset.
        released_on: day it was published, Asia/Shanghai.
        kinds: unit kinds in it or behind it, sorted.
        grade: of the release; of the contract's items before the first one.
        rows: count of rows.
        quarantined: count of rows that left the release.
        quality: 0–1 to two decimal places, or None.
        dimensions: quality dimension → the same.
    """

    revision: Revision
    release: str | None
    release_number: int | None
    released_on: date | None
    kinds: tuple[str, ...]
    grade: int
    rows: Figure | None
    quarantined: Figure | None
    quality: float | None
    dimensions: Mapping[str, float | None]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, for search results and the interface."""
        contract = self.revision.contract
        return {
            "name": self.revision.name,
            "code": self.revision.code,
            "title": contract.title,
            "summary": contract.summary,
            "department": contract.department.name,
            "sharing": contract.sharing.type.value,
            "condition": contract.sharing.condition,
            "update_cycle": contract.update_cycle.value,
            "unit_kinds": list(self.kinds),
            "grade": self.grade,
            "released_on": None if self.released_on is None else self.released_on.isoformat(),
            "rows": None if self.rows is None else self.rows.value,
            "rows_withheld": self.rows is not None and self.rows.value is None,
            "quality": self.quality,
            "dimensions": dict(self.dimensions),
        }


def public_count(value: int, *, has_units: bool, on: date) -> Figure:
    """A count as others may see it.

    Source: ``policies/rules/disclosure.yaml``, rules ``k`` and ``public_count_digits``.
    """
    if not has_units:
        return Figure(value)
    # None at all is withheld too: beside "fewer than k" it would tell that the last one left.
    if value < defaults(on).k:
        return Figure(None)
    step = int(rule("disclosure", "public_count_step", on).value)
    return Figure(significant(value // step * step, int(rule("disclosure", "public_count_digits", on).value)))


def public_ratio(value: float | None, on: date, rows: Figure | None = None) -> float | None:
    """A ratio as others may see it.

    Args:
        value: 0–1, or None where nothing was assessed.
        on: day whose thresholds apply.
        rows: the public count of rows of a dataset with units; None for one without. A ratio over a
            withheld count, or over fewer than 2k rows, is withheld.

    Source: ``policies/rules/disclosure.yaml``, rules ``k`` and ``public_ratio_digits``.
    """
    if value is None:
        return None
    digits = int(rule("disclosure", "public_ratio_digits", on).value)
    if rows is None:
        return round(value, digits)
    # Two figures next to each other lie at least 2k rows apart.
    steps = min(10**digits, (rows.value or 0) // (2 * defaults(on).k))
    return round(round(value * steps) / steps, digits) if steps else None


def public_view(
    revision: Revision, release: Release | None, contracts: Mapping[str, Contract], on: date
) -> PublicView:
    """The public view of one dataset.

    Args:
        revision: in force.
        release: current, or None before the first.
        contracts: of every dataset of the ledger, for the units behind a composed one.
        on: day whose thresholds apply.
    """
    kinds = lineage.kinds_behind(revision.name, contracts)
    # A contract that neither names a unit nor says that there is none is treated as if it had some.
    has_units = bool(kinds) or not revision.contract.unit_free
    if release is None:
        grade = lineage.declared_grade(revision.contract, contracts)
        return PublicView(revision, None, None, None, tuple(sorted(kinds)), grade, None, None, None, {})
    rows = public_count(release.row_count, has_units=has_units, on=on)
    over = rows if has_units else None
    return PublicView(
        revision=revision,
        release=release.id,
        release_number=release.number,
        released_on=local_date(release.published_at),
        kinds=tuple(sorted(kinds)),
        grade=release.grade,
        rows=rows,
        quarantined=public_count(release.quarantined, has_units=has_units, on=on),
        quality=public_ratio(release.quality, on, over),
        dimensions={name: public_ratio(d["x"], on, over) for name, d in release.dimensions.items()},
    )


def public_view_of(
    connection: Connection, name: str, contracts: Mapping[str, Contract], on: date
) -> PublicView:
    """The public view of the dataset called ``name``.

    Args:
        connection: to read with.
        name: ``schema.table`` of a published entry.
        contracts: of every dataset of the ledger.
        on: day whose thresholds apply.

    Raises:
        UnknownDataset: no such entry is published; one that is not is unknown to others.
    """
    revision = revisions.current(connection, name)
    if revision.state != PUBLISHED:
        raise UnknownDataset(name)
    return public_view(revision, releases.latest(connection, name), contracts, on)


def public_views(connection: Connection, on: date) -> tuple[PublicView, ...]:
    """The public view of every published dataset, by name."""
    entries = revisions.all_current(connection)
    contracts = {entry.name: entry.contract for entry in entries}
    current = {release.dataset: release for release in releases.all_latest(connection)}
    return tuple(
        public_view(entry, current.get(entry.name), contracts, on)
        for entry in entries
        if entry.state == PUBLISHED
    )
