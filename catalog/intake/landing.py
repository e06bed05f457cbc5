"""Landing: the rows of a contract's sources as raw text columns, with every line accounted for.

Decides which heading feeds which field and what each line became: preamble, heading, dropped under
a named rule, or landed. Types and rules are judged later (:mod:`contracts.cast`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake import database, delimited, excel, filenames, json_documents, parquet
from catalog.intake.errors import HeadingsDiffer, SourceMissing
from catalog.intake.records import Records
from catalog.intake.sniff import form_of
from contracts.model import Contract, Source, SourceFormat
from contracts.odcs import contract_digest

# Columns made from where a row was found, not from a heading; ``Source.columns`` names their fields.
SPECIAL: Final = ("@period", "@area", "@file", "@sheet", "@section")
# Bytes hashed at a time.
CHUNK_BYTES: Final = 1 << 20


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
    """

    lines_read: int
    preamble: int
    header: int
    dropped: Mapping[str, int]
    landed: int

    def __post_init__(self) -> None:
        if self.lines_read != self.preamble + self.header + sum(self.dropped.values()) + self.landed:
            raise ValueError("lines read do not add up")

    @classmethod
    def of(cls, records: Records) -> LineCounts:
        """The account of one source file."""
        dropped = {k: v for k, v in sorted(records.dropped.items()) if v}
        read = records.preamble + records.header + sum(dropped.values()) + records.rows
        return cls(read, records.preamble, records.header, dropped, records.rows)

    def __add__(self, other: LineCounts) -> LineCounts:
        return LineCounts(
            self.lines_read + other.lines_read,
            self.preamble + other.preamble,
            self.header + other.header,
            dict(Counter(self.dropped) + Counter(other.dropped)),
            self.landed + other.landed,
        )


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One input of a landing.

    Attributes:
        path: as the contract names it, with ``#sheet`` for a workbook.
        sha256: of the file, in hexadecimal; empty for a database URL.
        source: name of the contract's source.
        counts: what became of its lines.
        missing: fields the file has no column for; they land as NULL.
        unexpected: headings of the file no field takes.
    """

    path: str
    sha256: str
    source: str
    counts: LineCounts
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landed:
    """Raw rows of a dataset.

    Attributes:
        table: text columns named by field, ``_file`` (string) and ``_line`` (int64).
        counts: over all files.
        files: each input, in reading order.
    """

    table: pa.Table
    counts: LineCounts
    files: tuple[LandedFile, ...] = field(default=())


def land(contract: Contract, folder: Path) -> Landed:
    """Read every source of a contract.

    Args:
        contract: with at least one source.
        folder: what source paths are relative to.

    Returns:
        Raw rows and the account of every line.

    Raises:
        SourceMissing: a path names no file.
        Unreadable: a file is locked, damaged or not what the contract says.
        HeadingsDiffer: a file has none of the contract's columns.
    """
    tables: list[pa.Table] = []
    files: list[LandedFile] = []
    for source in contract.sources:
        for path, label in inputs(source, folder):
            records = records_of(source, path, folder)
            table, landed = _mapped(contract, source, records, label, path)
            tables.append(table)
            files.append(landed)
    if not tables:
        raise SourceMissing(contract.name, "the contract names no source to land")
    counts = files[0].counts
    for landed in files[1:]:
        counts = counts + landed.counts
    return Landed(pa.concat_tables(tables), counts, tuple(files))


def fingerprint(contract: Contract, folder: Path) -> str:
    """A digest that changes whenever the contract or the content of an input changes.

    Args:
        contract: whose sources are looked at.
        folder: what source paths are relative to.

    Returns:
        SHA-256 in hexadecimal. Files are hashed as they are; a table behind a URL is read.

    Raises:
        SourceMissing: a path names no file.
    """
    seen = hashlib.sha256(contract_digest(contract).encode())
    for source in contract.sources:
        for path, label in inputs(source, folder):
            content = _file_digest(path) if path else _rows_digest(records_of(source, None, folder))
            seen.update(f"\n{label}\0{content}".encode())
    return seen.hexdigest()


def inputs(source: Source, folder: Path) -> Iterator[tuple[Path | None, str]]:
    """Files of a source in name order, each with its label; (None, URL) for a database behind a URL."""
    if "://" in source.path:
        yield None, f"{database.shown(source.path)}#{source.query}"
        return
    tail = f"#{source.sheet or source.query}" if source.sheet or source.query else ""
    whole = folder / source.path
    if whole.is_file():
        yield whole, source.path + tail
        return
    root, pattern = (
        (Path(whole.anchor), str(whole.relative_to(whole.anchor)))
        if whole.is_absolute()
        else (
            folder,
            source.path,
        )
    )
    found = sorted(p for p in root.glob(pattern) if p.is_file()) if any(c in pattern for c in "*?[") else []
    if not found:
        sought = "" if Path(source.path).is_absolute() else f" in {folder}"
        remedy = "put it back, or correct the path in the contract"
        raise SourceMissing(source.path, f"no such file{sought} — {remedy}")
    for path in found:
        label = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        yield path, label + tail


def records_of(source: Source, path: Path | None, folder: Path) -> Records:
    """Records of one input, by the source's format."""
    if source.format is SourceFormat.SQL:
        return database.read(folder, source)
    assert path is not None, "only a database is read without a file"
    where = path.name
    if source.format is SourceFormat.EXCEL:
        form_of(path, where)
        return excel.read(path, source, where)
    if source.format is SourceFormat.PARQUET:
        return parquet.read(path, source, where)
    data = path.read_bytes()
    if source.format is SourceFormat.CSV:
        return delimited.read(data, source, where)
    return json_documents.read(data, source, where)


def field_of(contract: Contract, source: Source) -> dict[str, str]:
    """Heading → field name, as landing reads it: the source's mapping, the business name, the name."""
    known = {f.name for f in contract.fields}
    mapping = {f.name: f.name for f in contract.fields}
    mapping |= {f.business_name: f.name for f in contract.fields}
    mapping |= {f"#{i}": name for i, name in enumerate(source.positions, 1) if name}
    mapping |= dict(source.columns)
    return {heading: name for heading, name in mapping.items() if name in known}


def _mapped(
    contract: Contract, source: Source, records: Records, label: str, path: Path | None
) -> tuple[pa.Table, LandedFile]:
    mapping = field_of(contract, source)
    # Where two headings lead to one field, the source's own mapping wins over a chance likeness.
    ranked = sorted(records.headings, key=lambda h: h not in source.columns)
    taken: dict[str, str] = {}
    for heading in ranked:
        if heading in mapping:
            taken.setdefault(mapping[heading], heading)
    if not taken and records.rows:
        raise HeadingsDiffer(
            label, "none of its headings belongs to the contract — draft it again or map them"
        )
    special = {
        name: _special(heading, source, records, label, path)
        for heading, name in source.columns.items()
        if heading in SPECIAL and name not in taken
    }
    data: dict[str, pa.ChunkedArray] = {}
    for f in contract.fields:
        if f.name in taken:
            data[f.name] = records.column(taken[f.name])
        elif f.name in special:
            data[f.name] = special[f.name]
        else:
            data[f.name] = _constant(None, records.rows)
    data["_file"] = _constant(label, records.rows)
    data["_line"] = records.lines
    used = set(taken.values())
    landed = LandedFile(
        path=label,
        sha256=_file_digest(path) if path else "",
        source=source.name,
        counts=LineCounts.of(records),
        missing=tuple(f.name for f in contract.fields if f.name not in taken and f.name not in special),
        unexpected=tuple(h for h in records.headings if h not in used and not h.startswith("#")),
    )
    return pa.table(data), landed


def _special(
    heading: str, source: Source, records: Records, label: str, path: Path | None
) -> pa.ChunkedArray:
    """A column made from where the rows were found."""
    stem = path.stem if path else label
    if heading == "@period":
        return _constant(source.period or filenames.period_in(stem), records.rows)
    if heading == "@area":
        return _constant(source.area or filenames.area_in(stem), records.rows)
    if heading == "@file":
        return _constant(path.name if path else label, records.rows)
    if heading == "@sheet":
        return _constant(excel.split_range(source.sheet)[0] if source.sheet else None, records.rows)
    return _section(records)


def _section(records: Records) -> pa.ChunkedArray:
    """For each row, the sub-heading last seen above it, without its count."""
    if not records.sections or not records.rows:
        return _constant(None, records.rows)
    starts = [line for line, _ in records.sections]
    labels = pa.array([None, *(filenames.without_count(text) for _, text in records.sections)], pa.string())
    places = _last_before(starts, records.lines.to_pylist())
    return pa.chunked_array([pc.take(labels, pa.array(places, pa.int64()))])


def _last_before(starts: list[int], lines: list[int]) -> list[int]:
    """For each line (ascending), how many of ``starts`` (ascending) lie above it."""
    out, seen = [], 0
    for line in lines:
        while seen < len(starts) and starts[seen] < line:
            seen += 1
        out.append(seen)
    return out


def _constant(value: str | None, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value, pa.string()), rows)])


def _file_digest(path: Path) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            seen.update(chunk)
    return seen.hexdigest()


def _rows_digest(records: Records) -> str:
    seen = hashlib.sha256("\0".join(records.headings).encode())
    for row in zip(*(c.to_pylist() for c in records.columns), strict=True):
        seen.update(repr(row).encode())
    return seen.hexdigest()
