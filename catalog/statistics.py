"""The public view 公开视图 of a dataset: the only figures that leave the owning department.

Decides which counts and ratios of a dataset others may see. For a dataset with units: counts below k
are withheld, others step by ten and have three significant digits; where a person may have several rows,
by so many times more. A ratio has two decimal places, and over few rows so coarse a step that at least k
units make the difference between two figures; the score is made of these ratios. No minimum, maximum or
sample value. So nobody learns from the ledger that one person came or left. A dataset that is free of
units, with all its ancestors, shows its counts as they are.

Search, editions and DCAT read this view. ``ybz show`` does not: whoever runs it holds the
installation's folder, keys and data, and sees the owner's exact figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.errors import UnknownDataset
from catalog.lineage import columns as lineage
from catalog.quality import score, weights
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.revisions import PUBLISHED, Revision
from contracts.model import Contract, Dimension
from policies.clocks import local_date
from policies.disclosure import defaults, significant
from policies.rulebook import rule

# Ratios that may be of the dataset as a whole: one item, whether it is as fresh as promised. Source:
# GB/T 36344-2018, dimension 时效性 and those of its indicators that are not over records.
_OF_THE_WHOLE: Final = frozenset({Dimension.TIMELINESS.value, "0501", "0502"})


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


def public_count(value: int, *, has_units: bool, on: date, rows_of_one: int = 1) -> Figure:
    """A count as others may see it.

    Args:
        value: the exact count.
        has_units: whether what is counted has units in it or behind it.
        on: day whose thresholds apply.
        rows_of_one: most rows one person may have in it (:func:`rows_of_one`).

    Source: ``policies/rules/disclosure.yaml``, rules ``k`` and ``public_count_digits``.
    """
    if not has_units:
        return Figure(value)
    # None at all is withheld too: beside "fewer than k" it would tell that the last one left.
    if value < defaults(on).k * rows_of_one:
        return Figure(None)
    step = int(rule("disclosure", "public_count_step", on).value) * rows_of_one
    return Figure(significant(value // step * step, int(rule("disclosure", "public_count_digits", on).value)))


def rows_of_one(contract: Contract, on: date) -> int:
    """Most rows one person or household may have in a dataset, by its contract; 1 where it names none.

    The declared bound is public and kept by every release; what the rows really hold is not asked.

    Source: ``policies/rules/disclosure.yaml``, rule ``public_kinds``.
    """
    kinds = rule("disclosure", "public_kinds", on).value
    return max((unit.max_rows for unit in contract.units if unit.kind in kinds), default=1)


def public_ratio(
    value: float | None, on: date, rows: Figure | None = None, *, rows_of_one: int = 1
) -> float | None:
    """A ratio as others may see it.

    Args:
        value: 0–1, or None where nothing was assessed.
        on: day whose thresholds apply.
        rows: the public count of rows it is over, of a dataset with units; None for one without. A ratio
            over a withheld count, or over fewer rows than 2k persons may have, is withheld.
        rows_of_one: most rows one person may have among them.

    Source: ``policies/rules/disclosure.yaml``, rules ``k`` and ``public_ratio_digits``.
    """
    if value is None:
        return None
    digits = int(rule("disclosure", "public_ratio_digits", on).value)
    if rows is None:
        return round(value, digits)
    # Two figures next to each other lie at least 2k rows apart.
    steps = min(10**digits, (rows.value or 0) // (2 * defaults(on).k * rows_of_one))
    return round(round(value * steps) / steps, digits) if steps else None


def public_dimensions(
    measured: Mapping[str, Mapping[str, Any]], rows: int, on: date, *, has_units: bool, rows_of_one: int = 1
) -> dict[str, float | None]:
    """Ratios ``x = a / b`` of quality as others may see them, by name.

    Args:
        measured: dimension or indicator → ``{a, b, x}``.
        rows: exact count of rows of the release.
        on: day whose thresholds apply.
        has_units: whether the dataset has units in it or behind it.
        rows_of_one: most rows one person may have in it.
    """
    shown: dict[str, float | None] = {}
    for name, each in measured.items():
        over = None
        if has_units and not (name in _OF_THE_WHOLE and each["b"] == 1):
            # A rule that looks at a few rows only has few behind its ratio, however many the dataset has.
            over = public_count(min(rows, each["b"]), has_units=True, on=on, rows_of_one=rows_of_one)
        shown[name] = public_ratio(each["x"], on, over, rows_of_one=rows_of_one)
    return shown


def public_score(dimensions: Mapping[str, float | None], on: date) -> float | None:
    """The score others may see of a dataset with units: of the ratios they see, so it tells no more."""
    return public_ratio(score({name: {"x": x} for name, x in dimensions.items()}, weights(on)), on)


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
    most = rows_of_one(revision.contract, on)
    rows = public_count(release.row_count, has_units=has_units, on=on, rows_of_one=most)
    dimensions = public_dimensions(
        release.dimensions, release.row_count, on, has_units=has_units, rows_of_one=most
    )
    return PublicView(
        revision=revision,
        release=release.id,
        release_number=release.number,
        released_on=local_date(release.published_at),
        kinds=tuple(sorted(kinds)),
        grade=release.grade,
        rows=rows,
        quarantined=public_count(release.quarantined, has_units=has_units, on=on, rows_of_one=most),
        quality=public_score(dimensions, on) if has_units else public_ratio(release.quality, on),
        dimensions=dimensions,
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
