"""A delivery: one dataset's table, the files it is written to, and how it moves from first to second.

Decides nothing about a department's content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from examples.city.planted import Movement, PlantedDataset
from examples.city.table import Table


@dataclass(frozen=True)
class Delivery:
    """What a department sends.

    Attributes:
        table: cells and planted faults.
        write: writes the files below the folder it is given.
        header, preamble: lines before the first rows, over all files.
        dropped: rule → lines that are not rows.
        stopped: the field for which the release must be stopped, or empty.
        late: whether the last period is long past.
        movement: see :class:`PlantedDataset`.
        merged: whether rows are merged by key, so that a repeated row is the same row and no fault.
    """

    table: Table
    write: Callable[[Path], None]
    header: int = 1
    preamble: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    stopped: str = ""
    late: bool = False
    movement: Mapping[str, Movement] = field(default_factory=dict)
    merged: bool = False

    @property
    def planted(self) -> PlantedDataset:
        """The figures the ledger must find."""
        landed, typed = self.table.rows, int(self.table.good.sum())
        spoilt, kept = dict(self.table.spoilt), dict(self.table.kept)
        if self.merged:
            kept["repeated"] = spoilt.pop("duplicate", 0)
            typed += kept["repeated"]
        return PlantedDataset(
            name=self.table.name,
            state="stopped" if self.stopped else "released",
            reason=self.stopped,
            lines_read=self.preamble + self.header + sum(self.dropped.values()) + landed,
            preamble=self.preamble,
            header=self.header,
            dropped=dict(self.dropped),
            landed=landed,
            typed=typed,
            quarantined=landed - typed,
            spoilt=spoilt,
            kept=kept,
            late=self.late,
            movement=dict(self.movement),
        )


@dataclass
class Moves:
    """Rows of a table that the second delivery treats otherwise.

    Attributes:
        changed: row → heading → new text.
        removed: rows taken out.
        added: heading → texts of the new rows.
        newcomers: per new row, whom it is about.
    """

    added: dict[str, list[str]]
    newcomers: Sequence[int]
    changed: dict[int, dict[str, str]] = field(default_factory=dict)
    removed: Sequence[int] = ()

    def movement(self, table: Table, heading: str) -> dict[str, Movement]:
        """Area → rows that move, by the area column of the table as it is now."""
        areas = table.cells[heading]
        counts: dict[str, list[int]] = {}
        for place, codes in enumerate(
            (self.added[heading], [areas[r] for r in self.changed], [areas[r] for r in self.removed])
        ):
            for code in codes:
                counts.setdefault(code, [0, 0, 0])[place] += 1
        return {code: Movement(*found) for code, found in sorted(counts.items())}

    def apply(self, table: Table) -> None:
        """Turn the first delivery's table into the second's."""
        for row, cells in self.changed.items():
            for heading, text in cells.items():
                table.cells[heading][row] = text
        table.drop(self.removed)
        table.append(self.added, self.newcomers)
