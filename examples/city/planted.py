"""What the generator knows to be true of the files it wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Movement:
    """Rows that the second delivery adds, changes and removes, counted after quarantine.

    Attributes:
        added, changed, removed: rows.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All rows that moved."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Flow:
    """What one subscription must receive from one dataset (对账: the four numbers add up).

    Attributes:
        changed: all rows that moved in the dataset.
        delivered: those of the area.
        unattributed: those whose area is missing.
        other_areas: the rest.
    """

    changed: int
    delivered: int
    unattributed: int
    other_areas: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A value grass-roots staff know better, and the source department accepts.

    Attributes:
        dataset, key_field, key: the row.
        field: the item.
        old: value in the first delivery.
        new: value asked for, and sent in the second delivery.
        area: 12-digit code of the village of the row.
    """

    dataset: str
    key_field: str
    key: str
    field: str
    old: str
    new: str
    area: str


@dataclass(frozen=True, slots=True)
class PlantedDataset:
    """The true figures of one dataset.

    Attributes:
        name: ``schema.table``.
        state: ``released``, ``stopped``, or ``unchanged`` where the second delivery has nothing new.
        reason: why it is stopped: the field that shows more than its contract declares.
        lines_read: preamble + header + dropped + landed.
        preamble, header: lines before the first row, over all files.
        dropped: rule → lines that are not rows.
        landed, typed, quarantined: rows; landed = typed + quarantined.
        spoilt: planted fault → rows kept out.
        kept: planted fault → rows that must arrive all the same.
        late: whether it is late against its update cycle.
        composed: whether it is made by SQL over other datasets.
        movement: area code → rows that move in the second delivery; ``""`` where the area is missing.
    """

    name: str
    state: str
    lines_read: int
    preamble: int
    header: int
    landed: int
    typed: int
    quarantined: int
    reason: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    spoilt: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    late: bool = False
    composed: bool = False
    movement: Mapping[str, Movement] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the release: a row repeated in a delivery that is merged by key is there once."""
        return self.typed - self.kept.get("repeated", 0)

    def flow(self, area: str) -> Flow:
        """What a subscriber for ``area`` (a region code, or the start of one) must be told."""
        changed = sum(m.total for m in self.movement.values())
        delivered = sum(m.total for code, m in self.movement.items() if code and code.startswith(area))
        unattributed = sum(m.total for code, m in self.movement.items() if not code)
        return Flow(changed, delivered, unattributed, changed - delivered - unattributed)

    def moved(self, area: str) -> Movement:
        """The same rows by kind, for ``area`` alone."""
        inside = [m for code, m in self.movement.items() if code and code.startswith(area)]
        return Movement(
            sum(m.added for m in inside), sum(m.changed for m in inside), sum(m.removed for m in inside)
        )


@dataclass(frozen=True, slots=True)
class Planted:
    """Everything planted in one delivery of the city.

    Attributes:
        seed, stage: of the generator.
        close: last day of the period, ISO text.
        datasets: source datasets first, then composed ones.
        truth: statistic → group → value, over the rows that must be released.
        correction: asked for after the first delivery, fulfilled by the second.
    """

    seed: int
    stage: int
    close: str
    datasets: tuple[PlantedDataset, ...]
    truth: Mapping[str, Mapping[str, float]]
    correction: Correction

    def dataset(self, name: str) -> PlantedDataset:
        """The figures of one dataset.

        Raises:
            KeyError: the city has none of that name.
        """
        for one in self.datasets:
            if one.name == name:
                return one
        raise KeyError(name)

    def total(self, figure: str) -> int:
        """Sum of a figure (``landed``, ``typed`` …) over all datasets."""
        return sum(int(getattr(one, figure)) for one in self.datasets)

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Planted:
        """Read what :meth:`write` wrote."""
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        datasets = tuple(
            PlantedDataset(**{**d, "movement": {a: Movement(**m) for a, m in d["movement"].items()}})
            for d in raw.pop("datasets")
        )
        return cls(**{**raw, "datasets": datasets, "correction": Correction(**raw["correction"])})
