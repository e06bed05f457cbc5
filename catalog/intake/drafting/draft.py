"""A folder of files made into drafted contracts, with a report on every file.

Decides names of schema, table and fields, which fields the period, area and sub-headings of files
become, and what is left for a person. How files are read is decided in :mod:`catalog.intake.tables.layout`,
which belong together in :mod:`catalog.intake.drafting.families`, what columns mean in
:mod:`catalog.intake.drafting.semantics`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from catalog.intake.drafting import naming
from catalog.intake.drafting.families import Family, fold, twins
from catalog.intake.drafting.fields import drafted_contract
from catalog.intake.drafting.members import Member
from catalog.intake.drafting.sources import reasons_of
from catalog.intake.drafting.standing import Standing, alike, names_of, same_files
from catalog.intake.errors import SourceMissing
from catalog.intake.tables.found import Refused, Table
from catalog.intake.tables.layout import tables_of
from contracts.model import Contract, SourceFormat
from contracts.proposals import Proposal

# Formats whose rows have no heading line to number.
_HEADED: Final = (SourceFormat.CSV, SourceFormat.EXCEL)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file, or of one sheet or table in it.

    Attributes:
        path: relative to the folder drafted.
        encoding: of text files.
        sheet: of workbooks, with its columns where tables stand side by side; the table of a database.
        header_row: 1-based line of the (last) heading row; 0 where the file has none; None where the
            format has no heading lines.
        rows: rows of data.
        columns: columns of data.
        family: name of the dataset it belongs to.
        problem: what a person must look at, or why it is not read.
        fate: ``read``, ``replaced`` (another file holds its rows) or ``refused``.
        reasons: why it is read as it is, by property of its source.
    """

    path: str
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    rows: int = 0
    columns: int = 0
    family: str | None = None
    problem: str | None = None
    fate: str = "refused"
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftedFamily:
    """One drafted dataset.

    Attributes:
        name: ``schema.table``.
        files: those its contract reads.
        contract: the draft; source paths are relative to the folder drafted.
        proposals: field → standard elements it may follow, best first.
        doubts: what a person must look at, one sentence each.
    """

    name: str
    files: tuple[str, ...]
    contract: Contract
    proposals: Mapping[str, tuple[Proposal, ...]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Contracts drafted from a folder, and a report on every file in it."""

    folder: Path
    files: tuple[FileReport, ...]
    families: tuple[DraftedFamily, ...]


def draft(
    folder: Path,
    on_file: Callable[[str], None] | None = None,
    *,
    without: Sequence[Path] = (),
    unpivot: bool = True,
    standing: Sequence[Standing] = (),
    encoding: str = "",
) -> Draft:
    """Draft contracts for everything in a folder.

    Args:
        folder: holds files, in any depth; names that begin with a dot are passed over.
        on_file: told the name of each file before it is read.
        without: folders inside it that are passed over: the installation's own.
        unpivot: whether columns that are years, months or days are read as rows.
        standing: contracts that stand already: files they read keep their dataset's and fields' names.
        encoding: of every text file that is not UTF-8, as a person names it; empty = found file by file.

    Returns:
        One contract per family and one report per file, sheet or table. Nothing is written.

    Raises:
        SourceMissing: there is no such folder.
    """
    if not folder.is_dir():
        raise SourceMissing(str(folder), "no such folder")
    found: list[Table | Refused] = []
    present: list[str] = []
    for path in data_files(folder, without):
        name = path.relative_to(folder).as_posix()
        present.append(name)
        if on_file is not None:
            on_file(name)
        found += tables_of(path, name, encoding)
    families = fold((t for t in found if isinstance(t, Table)), unpivot=unpivot)
    named: list[tuple[str, Family]] = []
    drafted: list[DraftedFamily] = []
    taken: set[str] = set()
    standing = tuple(standing)
    for family in families:
        paths = tuple(dict.fromkeys(m.table.path for m in family.members))
        free = [s for s in standing if s.contract.name not in taken]
        earlier = same_files((folder / p for p in paths), free)
        schema, table = (
            (earlier.contract.schema, earlier.contract.table)
            if earlier
            else naming.dataset_name(family, folder.name, taken)
        )
        taken.add(f"{schema}.{table}")
        former = names_of(earlier.contract) if earlier else {}
        made = drafted_contract(family, schema, table, present=present, former=former)
        named.append((made.contract.name, family))
        doubts = (*made.doubts, *(text for _, text in alike(made.contract, standing)))
        drafted.append(DraftedFamily(made.contract.name, paths, made.contract, made.proposals, doubts))
    homes = {id(m.printed): (name, _notes(family, m)) for name, family in named for m in family.members}
    reasons = {id(m.printed): reasons_of(family, m) for _, family in named for m in family.members}
    lost = {id(x.member.printed) for family in families for x in family.losers}
    homes |= {
        id(x.member.printed): (name, [*x.member.table.problems, x.reason])
        for name, family in named
        for x in family.losers
    }
    return Draft(folder, tuple(_report(t, homes, lost, reasons) for t in found), tuple(drafted))


def data_files(folder: Path, without: Sequence[Path] = ()) -> Iterator[Path]:
    """Files of a folder in name order, without hidden files and folders and those ``without`` names."""
    passed = {p.resolve() for p in without}
    for root, folders, names in os.walk(folder):
        kept = (f for f in folders if not f.startswith(".") and (Path(root) / f).resolve() not in passed)
        folders[:] = sorted(kept)
        for name in sorted(n for n in names if not n.startswith(".")):
            yield Path(root) / name


def relocated(contract: Contract, folder: Path, home: Path) -> Contract:
    """The contract with source paths that hold from the folder its file is written to.

    Paths stay relative where the data lies inside that folder, and are absolute otherwise: a relative
    path that climbs out of one folder into another breaks as soon as either is moved.
    """
    base, at = home.resolve(), folder.resolve()
    sources = []
    for source in contract.sources:
        path = at / source.path
        if path.is_relative_to(base):
            place = path.relative_to(base).as_posix()
        elif "*" in source.path:
            place = f"{glob.escape(at.as_posix())}/{source.path}"
        else:
            place = path.as_posix()
        sources.append(replace(source, path=place))
    return replace(contract, sources=tuple(sources))


def _notes(family: Family, member: Member) -> list[str]:
    """What a person must look at in a file that is read."""
    notes = list(member.table.problems)
    same = twins(family, member)
    if same:
        notes.append(f"the same content as {same[0]}, though its name tells another period or place: check")
    if member.wide_by_period and member.indicator is None and not _first_column_tells(member):
        notes.append("the file does not say what its figures are (no 指标 line): name them in the contract")
    if not member.table.records.rows:
        notes.append("holds headings but no rows yet")
    if not member.headed and len(family.members) == 1:
        notes.append("the file has no headings: name its columns in the contract")
    return notes


def _first_column_tells(member: Member) -> bool:
    first = next(iter(member.headings.values()), "")
    return "指标" in first or "项目" in first


def _report(
    found: Table | Refused,
    homes: Mapping[int, tuple[str, Sequence[str]]],
    lost: Collection[int],
    reasons: Mapping[int, Mapping[str, str]],
) -> FileReport:
    if isinstance(found, Refused):
        return FileReport(found.path, found.encoding, found.sheet, problem=found.problem)
    family, notes = homes[id(found)]
    source = found.source
    return FileReport(
        path=found.path,
        encoding=source.encoding,
        sheet=source.sheet or source.query,
        header_row=source.header_row if source.format in _HEADED else None,
        rows=found.records.rows,
        columns=len(found.headings),
        family=family,
        problem="; ".join(notes) or None,
        fate="replaced" if id(found) in lost else "read",
        reasons=reasons.get(id(found), source.reasons),
    )
