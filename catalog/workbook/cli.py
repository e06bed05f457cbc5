"""``ybz workbook``: contracts as an Excel workbook, both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from catalog.workbook.reading import Filled
    from contracts.elements import Element
    from contracts.model import Contract

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def workbook() -> None:
    """A contract as an Excel workbook (编目工作簿), both ways."""


@workbook.command()
@click.argument("what", nargs=-1, metavar="CONTRACT.yaml|FOLDER|NAME...")
@click.option("--department", metavar="NAME", help="All datasets of a department in the ledger.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The workbook to write.")
@click.option(
    "--powers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Powers and duties of the department (权责清单), YAML or CSV: offered as basis of sharing.",
)
@as_json
def write(
    what: tuple[str, ...], department: str | None, out: Path | None, powers: Path | None, as_json: bool
) -> None:
    """Write one workbook of contract files, folders of them, or datasets of the ledger."""
    from catalog.workbook.powers import read_powers
    from catalog.workbook.writing import write as written

    if not what and department is None:
        raise click.UsageError("name contract files, folders or datasets, or --department")
    contracts = _contracts(what, department)
    listed = () if powers is None else read_powers(powers)
    one = contracts[0][0].name if len(contracts) == 1 else "编目工作簿"
    path = out or Path(f"{one}.xlsx")
    path.write_bytes(written(contracts, powers=listed, own=_own_elements() or {}))
    names = [contract.name for contract, _ in contracts]
    if as_json:
        click.echo(json.dumps({"workbook": str(path), "datasets": names}, ensure_ascii=False))
    else:
        counted = "1 dataset" if len(names) == 1 else f"{len(names)} datasets"
        click.echo(f"{path}: {counted}; fill it in, then `ybz workbook read {path}`")


@workbook.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the contract files (default: that of the workbook).",
)
@click.option(
    "--force", is_flag=True, help="Replace contract files that changed since the workbook was made."
)
@as_json
def read(file: Path, into: Path | None, force: bool, as_json: bool) -> None:
    """Take a filled-in workbook back into contract files; exit 1 and name the cells that are wrong.

    A contract nobody changed is left as it is. A contract file that was edited meanwhile is not replaced.
    """
    from catalog.workbook.faults import WorkbookFaulty
    from catalog.workbook.reading import read as filled

    try:
        found = filled(file, own=_own_elements())
    except WorkbookFaulty as error:
        _say_faults(file, error, as_json)
        raise SystemExit(1) from None
    folder = into or file.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_take(each, folder, force=force) for each in found]
    conflicts = [line for line in lines if line["state"] == "conflict"]
    if as_json:
        click.echo(json.dumps({"ok": not conflicts, "faults": [], "contracts": lines}, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line['name']}: {line['state']}  {line['path']}")
        for line in conflicts:
            remedy = "take your edits over by hand, or read with --force"
            click.echo(f"{line['path']}: was changed since the workbook was made — {remedy}", err=True)
        if any(line["state"] == "written" for line in lines):
            click.echo(f"next: `ybz lint {folder}`, `ybz catalog {folder}`")
    if conflicts:
        raise SystemExit(1)


def _say_faults(file: Path, error: Any, as_json: bool) -> None:
    if as_json:
        faults = [
            {"sheet": f.sheet, "cell": f.cell, "what": f.what, "remedy": f.remedy} for f in error.faults
        ]
        click.echo(json.dumps({"ok": False, "faults": faults, "contracts": []}, ensure_ascii=False))
        return
    for fault in error.faults:
        click.echo(str(fault))
    cells = sum(bool(fault.cell) for fault in error.faults)
    said = f"{cells} cell{'' if cells == 1 else 's'} to correct; " if cells else ""
    click.echo(f"{file}: {said}nothing was written", err=True)


def _take(each: Filled, folder: Path, *, force: bool) -> dict[str, Any]:
    """Write one contract where it changed, and say what became of it."""
    from contracts.odcs.files import OdcsError, contract_digest, dumps
    from contracts.odcs.files import read as read_contract

    contract = each.contract
    path = folder / (Path(each.file).name or f"{contract.name.replace('.', '_')}.yaml")
    line = {"name": contract.name, "path": str(path), "state": "written"}
    wanted = contract_digest(contract)
    if path.exists():
        try:
            standing = contract_digest(read_contract(path))
        except OdcsError:
            standing = ""
        if standing == wanted:
            return line | {"state": "unchanged"}
        known = "" if each.written is None else contract_digest(each.written)
        if standing != known and not force:
            return line | {"state": "conflict"}
    path.write_text(dumps(contract), encoding="utf-8")
    return line


def _contracts(what: Sequence[str], department: str | None) -> list[tuple[Contract, str]]:
    """The contracts named, each with the name of its file."""
    from contracts.errors import ContractError
    from contracts.odcs.files import read as read_contract

    made = {} if department is None else _of_department(department)
    for given in what:
        path = Path(given)
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml"))
            found = [(read_contract(each), each.name) for each in files]
        elif path.exists() or path.suffix in (".yaml", ".yml"):
            found = [(read_contract(path), path.name)]
        else:
            found = [_of_ledger(given)]
        for contract, file in found:
            if contract.name in made:
                remedy = "name each dataset once"
                raise ContractError(f"{contract.name} is given twice", where=given, remedy=remedy)
            made[contract.name] = (contract, file)
    if not made:
        remedy = "name a contract file, a dataset or a department of the ledger"
        raise ContractError("no contract there", where=department or what[0], remedy=remedy)
    return list(made.values())


def _of_ledger(name: str) -> tuple[Contract, str]:
    from catalog import revisions
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        entry = revisions.current(connection, name)
    return entry.contract, "" if entry.path is None else entry.path.name


def _of_department(name: str) -> dict[str, tuple[Contract, str]]:
    from catalog import revisions
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        found = revisions.all_current(connection)
    return {
        entry.name: (entry.contract, "" if entry.path is None else entry.path.name)
        for entry in found
        if entry.contract.department.name == name
    }


def _own_elements() -> Mapping[str, Element] | None:
    """The city's own elements in force today; None where there is no installation."""
    from catalog.errors import NotInitialised
    from catalog.home import Home
    from catalog.standards.life import in_force
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    try:
        engine = open_store(Home.find())
    except NotInitialised:
        return None
    with reading(engine) as connection:
        return in_force(connection, local_date(datetime.now(UTC)))
