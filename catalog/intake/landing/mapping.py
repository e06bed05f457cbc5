"""Headings to fields: the columns of an input as raw text columns of its dataset.

Decides which heading feeds which field, what a row gets from where it was found (period, area, file,
sheet, sub-heading), and how wide columns become rows. Does not judge what is missing
(:mod:`catalog.intake.landing.drift` does).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting import filenames
from catalog.intake.errors import HeadingsDiffer
from catalog.intake.landing import change_log
from catalog.intake.reading.records import Batch
from catalog.intake.reading.sheet_ranges import split_range
from contracts.model import Contract, LoadKind, Source

# Columns made from where a row was found, not from a heading; ``Source.columns`` names their fields.
SPECIAL: Final = ("@period", "@area", "@file", "@sheet", "@section")


def field_of(contract: Contract, source: Source) -> dict[str, str]:
    """Heading → field name, as landing reads it: the source's mapping, the business name, the name."""
    known = {f.name for f in contract.fields}
    mapping = {f.name: f.name for f in contract.fields}
    mapping |= {f.business_name: f.name for f in contract.fields}
    mapping |= {f"#{i}": name for i, name in enumerate(source.positions, 1) if name}
    mapping |= dict(source.columns)
    return {heading: name for heading, name in mapping.items() if name in known}


def raw_schema(contract: Contract) -> pa.Schema:
    """Columns of the raw rows of a dataset: text by field, where each row was found, what it does."""
    columns = [(f.name, pa.string()) for f in contract.fields]
    columns += [("_file", pa.string()), ("_line", pa.int64())]
    if contract.load.kind is LoadKind.CHANGES:
        columns += change_log.COLUMNS
    return pa.schema(columns)


class Mapping:
    """Maps the batches of one input, and remembers which headings it met.

    Args:
        contract: whose fields.
        source: the layout.
        label: the input, for provenance and messages.
        path: of the file; None for a database behind a URL.

    Attributes:
        headings: all met so far, in order.
        taken: field → the heading that feeds it.
        unfolded: rows made beyond one a line.
    """

    def __init__(self, contract: Contract, source: Source, label: str, path: Path | None) -> None:
        self._contract, self._source, self._label, self._path = contract, source, label, path
        self._known = field_of(contract, source)
        self._schema = raw_schema(contract)
        self._section: str | None = None
        self.headings: dict[str, None] = {}
        self.taken: dict[str, str] = {}
        self.wide: dict[str, str | None] = {}
        self.unfolded = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields no heading fed, which the layout does not call absent."""
        fed = {*self.taken, *self._specials(), *self._source.absent}
        if self.wide and self._source.unpivot is not None:
            fed |= {self._source.unpivot.label, self._source.unpivot.value}
        return tuple(f.name for f in self._contract.fields if f.name not in fed)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Headings no field takes."""
        used = {*self.taken.values(), *self.wide, *change_log.headings(self._contract)}
        return tuple(h for h in self.headings if h not in used and not h.startswith("#"))

    def rows(self, batch: Batch) -> pa.Table:
        """A batch as raw rows of the dataset.

        Raises:
            HeadingsDiffer: none of its headings belongs to the contract, or a change log does not say
                what happened.
        """
        self._meet(batch.headings)
        number = len(batch.lines)
        if not self.taken and not self.wide and number:
            raise HeadingsDiffer(
                self._label, "none of its headings belongs to the contract — draft it again or map them"
            )
        at = {heading: place for place, heading in enumerate(batch.headings)}
        data: dict[str, pa.ChunkedArray] = {
            name: batch.columns[at[heading]] for name, heading in self.taken.items() if heading in at
        }
        for name, heading in self._specials().items():
            data[name] = self._special(heading, batch)
        lines = batch.lines
        if self.wide and self._source.unpivot is not None:
            data, lines = self._long(batch, at, data)
        if self._contract.load.kind is LoadKind.CHANGES and number:
            data |= change_log.columns(self._contract, batch, self._label)
        rows = len(lines)
        data["_file"], data["_line"] = _constant(self._label, rows), lines
        empty = pa.nulls(rows, pa.string())
        return pa.table([data.get(name, empty) for name in self._schema.names], schema=self._schema)

    def _meet(self, headings: tuple[str, ...]) -> None:
        if len(headings) == len(self.headings):
            return
        self.headings.update(dict.fromkeys(headings))
        unpivot = self._source.unpivot
        if unpivot is not None:
            self.wide |= _labels(unpivot.pattern, headings)
        # Where two headings lead to one field, the source's own mapping wins over a chance likeness.
        for heading in sorted(headings, key=lambda h: h not in self._source.columns):
            if heading in self._known and heading not in self.wide:
                self.taken.setdefault(self._known[heading], heading)

    def _specials(self) -> dict[str, str]:
        """Field → the special column that feeds it."""
        return {
            name: heading
            for heading, name in self._source.columns.items()
            if heading in SPECIAL and name not in self.taken and name in self._schema.names
        }

    def _special(self, heading: str, batch: Batch) -> pa.ChunkedArray:
        """A column made from where the rows were found."""
        rows = len(batch.lines)
        stem = self._path.stem if self._path else self._label
        if heading == "@period":
            return _constant(self._source.period or filenames.period_in(stem), rows)
        if heading == "@area":
            return _constant(self._source.area or filenames.area_in(stem), rows)
        if heading == "@file":
            return _constant(self._path.name if self._path else self._label, rows)
        if heading == "@sheet":
            sheet = self._source.sheet
            return _constant(split_range(sheet)[0] if sheet else None, rows)
        return self._sections(batch)

    def _sections(self, batch: Batch) -> pa.ChunkedArray:
        """For each row, the sub-heading last seen above it, without its count."""
        starts = [line for line, _ in batch.sections]
        texts = [self._section, *(filenames.without_count(text) for _, text in batch.sections)]
        places = np.searchsorted(starts, batch.lines.to_numpy()) if starts else np.zeros(len(batch.lines))
        self._section = texts[-1]
        return pa.chunked_array([pa.array(texts, pa.string()).take(pa.array(places, pa.int64()))])

    def _long(
        self, batch: Batch, at: dict[str, int], data: dict[str, pa.ChunkedArray]
    ) -> tuple[dict[str, pa.ChunkedArray], pa.ChunkedArray]:
        """One row for each line and each wide heading, line by line."""
        unpivot = self._source.unpivot
        assert unpivot is not None, "only called for a layout that is unpivoted"
        number, wide = len(batch.lines), [h for h in self.wide if h in at]
        repeated = pa.array(np.repeat(np.arange(number), len(wide)))
        long = {name: column.take(repeated) for name, column in data.items()}
        labels = pa.array([self.wide[h] for h in wide], pa.string())
        long[unpivot.label] = pa.chunked_array([labels.take(pa.array(np.tile(np.arange(len(wide)), number)))])
        cells = pa.chunked_array([c for h in wide for c in batch.columns[at[h]].chunks], pa.string())
        order = np.arange(number * len(wide)).reshape(len(wide), number).T.ravel()
        long[unpivot.value] = cells.take(pa.array(order))
        self.unfolded += number * len(wide) - number
        return long, batch.lines.take(repeated)


def _labels(pattern: str, headings: tuple[str, ...]) -> dict[str, str | None]:
    """The headings a pattern of an unpivot matches whole, with their labels.

    By RE2, whose time grows with the headings alone: a pattern that somebody sends may be any.
    """
    whole, texts = rf"\A(?:{of_any_script(pattern)})\z", pa.array(headings, pa.string())
    found = texts.filter(pc.match_substring_regex(texts, pattern=whole))
    grouped = re.compile(pattern).groups > 0
    labels = pc.replace_substring_regex(found, pattern=whole, replacement=r"\1") if grouped else found
    return {
        heading: label or None
        for heading, label in zip(*map(pa.Array.to_pylist, (found, labels)), strict=True)
    }


# Classes RE2 has for ASCII alone, as they are of any script, within brackets. Source: RE2, its syntax.
_CLASSES: Final = {"w": r"\p{L}\p{N}_", "d": r"\p{Nd}", "s": r"\s\p{Z}"}


def of_any_script(pattern: str) -> str:
    r"""A pattern whose ``\w``, ``\d`` and ``\s`` mean letters, digits and blanks of any script.

    >>> of_any_script(r"(\w+)人数[\d_]")
    '([\\p{L}\\p{N}_]+)人数[\\p{Nd}_]'
    """
    made, within, at = [], False, 0
    while at < len(pattern):
        sign = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        made.append(_one(sign, within))
        within = sign == "[" or (within and sign != "]")
        at += len(sign)
    return "".join(made)


def _one(sign: str, within: bool) -> str:
    """A sign of a pattern, or its class written out; one that excludes stays as it is within brackets."""
    letter = sign[1:]
    if letter.lower() not in ("w", "d", "s") or (within and letter.isupper()):
        return sign
    held = _CLASSES[letter.lower()]
    return held if within else f"[{'^' if letter.isupper() else ''}{held}]"


def _constant(value: str | None, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value, pa.string()), rows)])
