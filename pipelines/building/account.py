"""What the stages of a build hand on: its account, the rows on their way, the other datasets.

Decides nothing: values that are filled stage by stage.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from catalog.lineage.columns import Edge
from catalog.quality import RuleResult
from catalog.releases.arrivals import Arrivals
from catalog.releases.attempts import FindingRow
from catalog.releases.charges import Charge
from catalog.releases.noise import Noise
from catalog.releases.published import Release
from contracts.model import Contract
from pipelines.building.loads import Base

# Counts of a release by which the next delivery knows what is loaded.
HELD: Final = ("loaded", "raw", "deliveries", "left_out", "names", "shape")


@dataclass(slots=True)
class Account:
    """What is known of a build so far: counts, outcomes, times. Filled stage by stage."""

    lines_read: int = 0
    landed: int = 0
    typed: int = 0
    quarantined: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    results: tuple[RuleResult, ...] = ()
    found: tuple[FindingRow, ...] = ()
    dimensions: Mapping[str, Any] = field(default_factory=dict)
    quality: float | None = None
    grade: int | None = None
    timings: dict[str, float] = field(default_factory=dict)
    rejected: pa.Table | None = None

    @property
    def aside(self) -> int:
        """Typed rows that a load leaves out before its rules are run, by what it counted of them."""
        return sum(self.counts.get("aside", {}).values())

    @property
    def held(self) -> dict[str, Any]:
        """Counts that say which deliveries a load that adds holds; empty of other loads."""
        if "loaded" not in self.counts:
            return {}
        return {name: self.counts[name] for name in HELD if name in self.counts}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the block to a stage, in milliseconds."""
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - began) * 1000
            self.timings[stage] = round(self.timings.get(stage, 0.0) + spent, 1)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a dataset on their way.

    Attributes:
        typed: fields in their types, ``_file`` and ``_line``.
        rejected: rows that left: ``_file``, ``_line``, ``field``, ``reason``.
        edges: column lineage, of a composed dataset only.
        derived_from: unit kinds behind a statistical dataset.
        noise, charge: of a statistical dataset that was made with noise.
        arrived: net changes, of a load that adds to a release.
        base: what they are added to, as it was when they landed; None for rows that were not landed.
        cells: field → cells whose value fits its type, cells that hold a value.
    """

    typed: pa.Table
    rejected: pa.Table
    edges: tuple[Edge, ...] | None = None
    derived_from: tuple[str, ...] = ()
    noise: Noise | None = None
    charge: Charge | None = None
    arrived: Arrivals | None = None
    base: Base | None = None
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a build knows of the other datasets.

    Attributes:
        contracts: of every dataset, by name.
        releases: the newest release of every dataset that has one.
    """

    contracts: Mapping[str, Contract]
    releases: Mapping[str, Release]


def no_rejected() -> pa.Table:
    """An empty quarantine."""
    names = {"_file": pa.string(), "_line": pa.int64(), "field": pa.string(), "reason": pa.string()}
    return pa.schema(list(names.items())).empty_table()
