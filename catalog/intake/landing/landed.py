"""What landing hands over: raw rows, the account of every line, and how deliveries differ from layouts.

Decides that an account adds up; an account that does not cannot be built. Reading and mapping are
:mod:`catalog.intake.landing.landing`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from catalog.intake.reading.records import Tally
from contracts.cast import REJECTED
from contracts.model import DriftAction


@dataclass(frozen=True, slots=True)
class LineCounts:
    """What became of every line read.

    Attributes:
        lines_read: records of text files, rows of a sheet, elements of a JSON list, database rows.
        preamble: lines above the heading.
        header: heading lines.
        dropped: lines that are not data, by rule; besides the contract's rules ``footer``,
            ``malformed`` (wrong number of cells) and ``undecodable`` (broken characters).
        landed: rows of data.
        unfolded: rows made beyond one a line, where wide columns are read as rows; below 0 where a
            line gives none.
    """

    lines_read: int
    preamble: int
    header: int
    dropped: Mapping[str, int]
    landed: int
    unfolded: int = 0

    def __post_init__(self) -> None:
        accounted = self.preamble + self.header + sum(self.dropped.values()) + self.landed
        if self.lines_read + self.unfolded != accounted:
            raise ValueError("lines read do not add up")

    @classmethod
    def of(cls, tally: Tally, *, unfolded: int = 0) -> LineCounts:
        """The account of one input, read to its end."""
        dropped = {k: v for k, v in sorted(tally.dropped.items()) if v}
        read = tally.preamble + tally.header + sum(dropped.values()) + tally.rows
        return cls(read, tally.preamble, tally.header, dropped, tally.rows + unfolded, unfolded)

    def __add__(self, other: LineCounts) -> LineCounts:
        return LineCounts(
            self.lines_read + other.lines_read,
            self.preamble + other.preamble,
            self.header + other.header,
            dict(Counter(self.dropped) + Counter(other.dropped)),
            self.landed + other.landed,
            self.unfolded + other.unfolded,
        )


NOTHING = LineCounts(0, 0, 0, {}, 0)


@dataclass(frozen=True, slots=True)
class Drifted:
    """One difference between a delivery and its layout 结构漂移.

    Attributes:
        kind: ``new_column``, ``missing_column``, ``type_change``, ``reordered`` or ``renamed``.
        file: the input, as :attr:`LandedFile.path`.
        column: the field concerned, or the heading of a new column; empty for ``reordered``.
        action: what the contract says to do.
        proposal: the heading a renamed field most likely has now; the share of values that no longer
            fit their type; empty otherwise.
    """

    kind: str
    file: str
    column: str
    action: DriftAction
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One input of a landing.

    Attributes:
        path: as the contract names it, with ``#sheet`` for a workbook.
        sha256: of the file, in hexadecimal; empty for a database URL.
        source: name of the contract's source.
        counts: what became of its lines.
        missing: fields the file has no column for and the layout does not call absent; they land as NULL.
        unexpected: headings of the file no field takes.
        quarantined: field and reason for which all its rows leave, or None.
        identity: what a release that holds it remembers; empty for a database URL.
    """

    path: str
    sha256: str
    source: str
    counts: LineCounts
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    quarantined: tuple[str, str] | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Landed:
    """Raw rows of a dataset.

    Attributes:
        table: every row landed: text columns named by field, ``_file`` (string) and ``_line`` (int64);
            for change logs ``_op`` too (``upsert``, ``delete`` or NULL), in the order of the log.
            Memory-mapped where it is large.
        counts: over all files.
        files: each input, in reading order.
        drift: how the inputs differ from their layouts.
        rejected: rows of ``table`` that leave before they are typed, by
            :data:`contracts.cast.REJECTED`: ``drift:<kind>`` or ``change:operation``. They count as
            landed; :func:`catalog.intake.landing.typing.typed_rows` takes them out and hands them on.
    """

    table: pa.Table
    counts: LineCounts
    files: tuple[LandedFile, ...] = ()
    drift: tuple[Drifted, ...] = ()
    rejected: pa.Table = field(default_factory=REJECTED.empty_table)
