"""A folder of files made into drafted contracts, with a report on every file.

Decides names of schema, table and fields, which fields the period, area and sub-headings of files
become, and what is left for a person. How files are read is decided in :mod:`catalog.intake.layout`,
which belong together in :mod:`catalog.intake.families`, what columns mean in
:mod:`catalog.intake.semantics`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from catalog.intake import naming
from catalog.intake.errors import SourceMissing
from catalog.intake.families import Family, fold, twins
from catalog.intake.fields import drafted_contract
from catalog.intake.layout import Refused, Table, tables_of
from catalog.intake.likeness import Member
from contracts.model import Contract, SourceFormat

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
    """

    path: str
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    rows: int = 0
    columns: int = 0
    family: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DraftedFamily:
    """One drafted dataset.

    Attributes:
        name: ``schema.table``.
        files: those its contract reads.
        contract: the draft; source paths are relative to the folder drafted.
    """

    name: str
    files: tuple[str, ...]
    contract: Contract


@dataclass(frozen=True, slots=True)
class Draft:
    """Contracts drafted from a folder, and a report on every file in it."""

    folder: Path
    files: tuple[FileReport, ...]
    families: tuple[DraftedFamily, ...]


def draft(
    folder: Path, on_file: Callable[[str], None] | None = None, *, without: Sequence[Path] = ()
) -> Draft:
    """Draft contracts for everything in a folder.

    Args:
        folder: holds files, in any depth; names that begin with a dot are passed over.
        on_file: told the name of each file before it is read.
        without: folders inside it that are passed over: the installation's own.

    Returns:
        One contract per family and one report per file, sheet or table. Nothing is written.

    Raises:
        SourceMissing: there is no such folder.
    """
    if not folder.is_dir():
        raise SourceMissing(str(folder), "no such folder")
    found: list[Table | Refused] = []
    for path in data_files(folder, without):
        name = path.relative_to(folder).as_posix()
        if on_file is not None:
            on_file(name)
        found += tables_of(path, name)
    families = fold(t for t in found if isinstance(t, Table))
    named: list[tuple[str, Family]] = []
    drafted: list[DraftedFamily] = []
    taken: set[str] = set()
    for family in families:
        schema, table = naming.dataset_name(family, folder.name, taken)
        taken.add(f"{schema}.{table}")
        contract = drafted_contract(family, schema, table)
        named.append((contract.name, family))
        paths = dict.fromkeys(m.table.path for m in family.members)
        drafted.append(DraftedFamily(contract.name, tuple(paths), contract))
    homes = {id(m.table): (name, _notes(family, m)) for name, family in named for m in family.members}
    homes |= {
        id(x.member.table): (name, [*x.member.table.problems, x.reason])
        for name, family in named
        for x in family.losers
    }
    return Draft(folder, tuple(_report(t, homes) for t in found), tuple(drafted))


def data_files(folder: Path, without: Sequence[Path] = ()) -> Iterator[Path]:
    """Files of a folder in name order, without hidden files and folders and those ``without`` names."""
    passed = {p.resolve() for p in without}
    for root, folders, names in os.walk(folder):
        kept = (f for f in folders if not f.startswith(".") and (Path(root) / f).resolve() not in passed)
        folders[:] = sorted(kept)
        for name in sorted(n for n in names if not n.startswith(".")):
            yield Path(root) / name


def as_json(made: Draft, paths: Mapping[str, str]) -> dict[str, Any]:
    """The stable machine form of a draft.

    Args:
        made: the draft.
        paths: family name → file its contract was written to.
    """
    files = [
        {
            "path": f.path,
            "encoding": f.encoding,
            "sheet": f.sheet,
            "header_row": f.header_row,
            "rows": f.rows,
            "columns": f.columns,
            "family": f.family,
            "problem": f.problem,
        }
        for f in made.files
    ]
    families = [
        {"name": f.name, "files": list(f.files), "contract": paths.get(f.name)} for f in made.families
    ]
    return {"files": files, "families": families}


def relocated(contract: Contract, folder: Path, home: Path) -> Contract:
    """The contract with source paths that hold from the folder its file is written to.

    Paths stay relative where the data lies inside that folder, and are absolute otherwise: a relative
    path that climbs out of one folder into another breaks as soon as either is moved.
    """
    sources = []
    for source in contract.sources:
        path = (folder / source.path).resolve()
        inside = path.is_relative_to(home.resolve())
        sources.append(
            replace(source, path=(path.relative_to(home.resolve()) if inside else path).as_posix())
        )
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


def _report(found: Table | Refused, homes: Mapping[int, tuple[str, Sequence[str]]]) -> FileReport:
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
    )
