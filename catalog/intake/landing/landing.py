"""Landing: the rows of a contract's sources as raw text columns, with every line accounted for.

Decides which inputs a source has, which of them are read, and what each line became: preamble,
heading, dropped under a named rule, or landed. Types and rules are judged later
(:mod:`catalog.intake.landing.typing`, :mod:`contracts.conditions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.errors import SourceEmpty, SourceMissing, Unreadable
from catalog.intake.landing import change_log, drift
from catalog.intake.landing.fingerprint import content_digest, fingerprint, identity
from catalog.intake.landing.landed import NOTHING, Drifted, Landed, LandedFile, LineCounts
from catalog.intake.landing.mapping import SPECIAL, Mapping, field_of, raw_schema
from catalog.intake.reading import database
from catalog.intake.reading.readers import records_of, stream_of
from catalog.intake.reading.spill import Sink
from contracts.cast import OPERATION, REJECTED
from contracts.model import Contract, LoadKind, RuleKind, Source, SourceFormat

__all__ = [
    "SPECIAL",
    "Drifted",
    "Landed",
    "LandedFile",
    "LineCounts",
    "field_of",
    "fingerprint",
    "inputs",
    "land",
    "records_of",
    "stream_of",
]


def land(
    contract: Contract,
    folder: Path,
    *,
    spill: Path | None = None,
    since: str | None = None,
    loaded: frozenset[str] = frozenset(),
    digest: Callable[[Path], str] = content_digest,
    as_of: date | None = None,
) -> Landed:
    """Read every source of a contract.

    Args:
        contract: with at least one source.
        folder: what source paths are relative to.
        spill: folder for rows that outgrow memory; None keeps them there. Nothing is left in it.
        since: watermark from which on SQL sources of an incremental load are read, as text; days that
            are read again for late rows are taken off it already.
        loaded: identity of the files earlier releases hold; loads that add to a release leave them out.
        digest: gives the SHA-256 of a file, e.g. from a cache.
        as_of: day of the dated rules; the newest ones where None.

    Returns:
        Raw rows and the account of every line.

    Raises:
        SourceMissing: a path names no file.
        SourceEmpty: a source of a full load holds no row, and no rule says that it may.
        Unreadable: a file is locked, damaged, not what the contract says, or changed while it was read;
            a table of an append load.
        HeadingsDiffer: a file has none of the contract's columns.
        SchemaDrifted: a file differs from its layout and the contract stops at that.
        NoRoom: the disk cannot take the rows.
    """
    if not contract.sources:
        raise SourceMissing(contract.name, "the contract names no source to land")
    adding = contract.load.kind is not LoadKind.FULL
    found: list[_Found] = []
    held = set(loaded)
    with Sink(raw_schema(contract), spill) as sink:
        for source in contract.sources:
            _refuse_whole(contract, source)
            before = len(found)
            for path, label in inputs(source, folder):
                stamp = _stamp(path)
                sha256 = digest(path) if path else ""
                known = identity(source, label, sha256)
                if adding and known in held:
                    continue
                one = _landed(contract, source, folder, path, label, sha256, since, sink, as_of)
                if _stamp(path) != stamp:
                    raise Unreadable(label, "changed while it was read — build again once it is whole")
                found.append(replace(one, file=replace(one.file, identity=known)))
                held |= {known} - {""}
            if not adding:
                _refuse_empty(contract, found[before:])
        table = sink.table()
    if contract.load.kind is LoadKind.CHANGES:
        table = change_log.ordered(contract, table, spill)
    files = tuple(one.file for one in found)
    counts = NOTHING
    for file in files:
        counts = counts + file.counts
    differences = tuple(d for one in found for d in one.drift)
    return Landed(table, counts, files, differences, _rejected(contract, table, files, spill))


def inputs(source: Source, folder: Path) -> Iterator[tuple[Path | None, str]]:
    """Inputs of a source in name order, each with its label; (None, URL) for a database behind a URL.

    A Delta table is a folder.
    """
    if "://" in source.path:
        yield None, f"{database.shown(source.path)}#{source.query}"
        return
    try:
        yield from _found(source, folder)
    except (ValueError, NotImplementedError, OSError) as error:
        remedy = "** stands for whole folders, as in 2024/**/*.csv"
        raise SourceMissing(source.path[:80], f"cannot be searched for — {remedy}") from error


def _found(source: Source, folder: Path) -> list[tuple[Path, str]]:
    """Files or Delta folders at a source's path, by name."""
    tail = f"#{source.sheet or source.query}" if source.sheet or source.query else ""
    is_there = Path.is_dir if source.format is SourceFormat.DELTA else Path.is_file
    whole = folder / source.path
    if is_there(whole):
        return [(whole, source.path + tail)]
    if whole.is_absolute() and Path(source.path).is_absolute():
        root, pattern = Path(whole.anchor), str(whole.relative_to(whole.anchor))
    else:
        root, pattern = folder, source.path
    found = sorted(p for p in root.glob(pattern) if is_there(p)) if any(c in pattern for c in "*?[") else []
    if not found:
        sought = "" if Path(source.path).is_absolute() else f" in {folder}"
        what = "folder" if source.format is SourceFormat.DELTA else "file"
        remedy = "put it back, or correct the path in the contract"
        raise SourceMissing(source.path, f"no such {what}{sought} — {remedy}")
    labels = [p.relative_to(folder) if p.is_relative_to(folder) else p for p in found]
    return [(path, label.as_posix() + tail) for path, label in zip(found, labels, strict=True)]


@dataclass(frozen=True, slots=True)
class _Found:
    """One input read, and how it differs from its layout."""

    file: LandedFile
    drift: tuple[Drifted, ...]


def _landed(
    contract: Contract,
    source: Source,
    folder: Path,
    path: Path | None,
    label: str,
    sha256: str,
    since: str | None,
    sink: Sink,
    as_of: date | None,
) -> _Found:
    """Read one input into the sink."""
    mapping = Mapping(contract, source, label, path)
    read = stream_of(source, path, folder, from_=database.From.of(contract, source, since))
    with closing(read.batches):
        for batch in read.batches:
            sink.add(mapping.rows(batch))
    missing, unexpected = mapping.missing, mapping.unexpected
    counts = LineCounts.of(read.tally, unfolded=mapping.unfolded)
    differences: tuple[Drifted, ...] = ()
    if counts.landed:
        headings = tuple(mapping.headings)
        differences = drift.differences(
            contract, source, label, headings, mapping.taken, missing, unexpected, as_of
        )
        drift.stop(differences)
    quarantined = drift.quarantine(differences)
    file = LandedFile(label, sha256, source.name, counts, missing, unexpected, quarantined)
    return _Found(file, differences)


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What the file system says of an input; None of what is no file, or is there no more."""
    if path is None or not path.is_file():
        return None
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _refuse_whole(contract: Contract, source: Source) -> None:
    """A table gives all its rows each time: appended, they would be there twice."""
    whole = source.format in (SourceFormat.SQL, SourceFormat.DELTA)
    if whole and contract.load.kind is LoadKind.APPEND:
        raise Unreadable(
            database.shown(source.path),
            "a table gives all its rows each time, which an append load would add again — "
            "make the load incremental, with a watermark, or full",
        )


def _refuse_empty(contract: Contract, found: list[_Found]) -> None:
    """A source without a row would publish an empty dataset where there was a full one."""
    if any(one.file.counts.landed for one in found):
        return
    for rule in contract.rules:
        if rule.kind is RuleKind.ROW_COUNT and rule.args.get("minimum") == 0:
            return
    raise SourceEmpty(
        found[0].file.path,
        "holds no row of data — ask the sender; if it may be empty, add a rule row_count with minimum: 0",
    )


def _rejected(
    contract: Contract, table: pa.Table, files: tuple[LandedFile, ...], spill: Path | None
) -> pa.Table:
    """Rows that leave before they are typed, with their reason."""
    gone = {f.path: f.quarantined for f in files if f.quarantined}
    logged = OPERATION in table.column_names
    if not gone and not (logged and table[OPERATION].null_count):
        return REJECTED.empty_table()
    paths = pa.array(list(gone), pa.string())
    names = pa.array([field for field, _ in gone.values()], pa.string())
    reasons = pa.array([reason for _, reason in gone.values()], pa.string())
    with Sink(REJECTED, spill) as sink:
        for batch in table.to_batches():
            place = pc.index_in(batch["_file"], value_set=paths)
            name, reason = names.take(place), reasons.take(place)
            if logged:
                unknown = pc.and_(pc.is_null(place), pc.is_null(batch[OPERATION]))
                name = pc.if_else(unknown, contract.load.operation, name)
                reason = pc.if_else(unknown, change_log.UNKNOWN, reason)
            out = pa.table([batch["_file"], batch["_line"], name, reason], schema=REJECTED)
            sink.add(out.filter(pc.is_valid(reason)))
        return sink.table()
