"""What a demonstration found, and where it differs from what the generator planted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from examples.city.planted import Flow, Planted, PlantedDataset

Row = Mapping[str, Any]

FIGURES = ("state", "lines_read", "landed", "typed", "quarantined")


@dataclass(slots=True)
class Report:
    """Figures of one run; :meth:`document` is the stable form ``ybz demo --json`` prints.

    Attributes:
        seconds: wall-clock time.
        outcomes: of the first build.
        answers, refused, receipts_verified, corrections_answered: counted as the story goes.
        evidence: size, root, ok of the log.
        attribution: of the rows that carry an address alone: rows, attributed, share, share_right, waiting,
            claimed.
        deliveries: area, changed, delivered, unattributed, other_areas.
        differences: one sentence for each figure that is not what was planted.
    """

    seconds: float = 0.0
    outcomes: list[Row] = field(default_factory=list)
    answers: int = 0
    refused: int = 0
    receipts_verified: int = 0
    corrections_answered: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)
    attribution: dict[str, Any] = field(default_factory=dict)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, planted: object) -> None:
        """Note a difference."""
        if found != planted:
            self.differences.append(f"{what}: {found}, planted {planted}")

    def expect_near(self, what: str, found: float, planted: float, within: float) -> None:
        """Note a difference larger than the answer's own uncertainty."""
        if not math.isclose(found, planted, rel_tol=0, abs_tol=within):
            self.differences.append(f"{what}: {found}, planted {planted} within {within:g}")

    def document(self) -> dict[str, Any]:
        """The one JSON object."""
        return {
            "ok": not self.differences,
            "seconds": round(self.seconds, 1),
            "datasets": len(self.outcomes),
            "released": sum(row["state"] == "released" for row in self.outcomes),
            "stopped": [
                {"name": row["name"], "reason": row["reason"]}
                for row in self.outcomes
                if row["state"] == "stopped"
            ],
            "lines_read": self._sum("lines_read"),
            "landed": self._sum("landed"),
            "typed": self._sum("typed"),
            "quarantined": self._sum("quarantined"),
            "answers": self.answers,
            "refused": self.refused,
            "receipts_verified": self.receipts_verified,
            "evidence": self.evidence,
            "attribution": self.attribution,
            "deliveries": self.deliveries,
            "corrections_answered": self.corrections_answered,
        }

    def _sum(self, figure: str) -> int:
        return sum(int(row[figure]) for row in self.outcomes)


def compare_build(report: Report, outcomes: Iterable[Row], planted: Iterable[PlantedDataset]) -> None:
    """Compare the outcome of a build with what was planted, dataset by dataset."""
    found = {row["name"]: row for row in outcomes}
    wanted = {one.name: one for one in planted}
    report.expect("datasets built", sorted(found), sorted(wanted))
    for name in sorted(found.keys() & wanted.keys()):
        row, one = found[name], wanted[name]
        for figure in FIGURES:
            report.expect(f"{name} {figure}", row[figure], getattr(one, figure))
        if one.reason:
            report.expect(f"{name} reason names {one.reason}", one.reason in row["reason"], True)


def compare_flow(report: Report, delivery: Row, flow: Flow, what: str) -> None:
    """Compare one delivery with the rows that were planted to move, and its four numbers with each other."""
    for figure in ("changed", "delivered", "unattributed", "other_areas"):
        report.expect(f"{what} {figure}", delivery[figure], getattr(flow, figure))
    parts = delivery["delivered"] + delivery["unattributed"] + delivery["other_areas"]
    report.expect(f"{what}: changed = delivered + unattributed + other areas", delivery["changed"], parts)


def compare_groups(
    report: Report, what: str, found: Mapping[str, float], planted: Mapping[str, float], within: float
) -> None:
    """Compare the cells of an answer with the true values."""
    report.expect(f"{what}: groups", sorted(found), sorted(planted))
    for group in sorted(found.keys() & planted.keys()):
        report.expect_near(f"{what} {group}", found[group], planted[group], within)


def late(planted: Planted) -> tuple[str, ...]:
    """Names of the datasets that are late against their update cycle."""
    return tuple(one.name for one in planted.datasets if one.late)
