"""``ybz draft``: a folder of files into contracts a person confirms."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.intake.draft import Draft, FileReport


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where contracts go (default: YBZ_HOME/contracts).",
)
@click.option("--force", is_flag=True, help="Write over contracts that are already there.")
@click.option("--department", default="", help="The source department 数源部门 that answers for the folder.")
@click.option("--department-code", default="", help="Its USCC 统一社会信用代码.")
@click.option(
    "--share",
    type=click.Choice(["unconditional", "conditional", "withheld"]),
    help="Sharing type 共享类型 of everything in the folder.",
)
@click.option("--condition", default="", help="Condition of conditional sharing.")
@click.option("--basis", default="", help="Cited basis of conditional or withheld sharing.")
def draft(
    folder: Path,
    as_json_: bool,
    out: Path | None,
    force: bool,
    department: str,
    department_code: str,
    share: str | None,
    condition: str,
    basis: str,
) -> None:
    """Draft contracts from the files in FOLDER: encodings, tables, types, families.

    Nothing in FOLDER is changed. Every file is named in the report, also those that cannot be read.
    What a file cannot say (whose it is, how it is shared) is stated here for the whole folder, or in
    each contract afterwards.
    """
    from catalog.home import Home
    from catalog.intake.draft import as_json
    from catalog.intake.statement import Statement, state
    from catalog.intake.writing import write
    from contracts.model import ShareType

    target = out or Home.find().contracts
    stated = Statement(department, department_code, ShareType(share) if share else None, condition, basis)
    made = state(_with_progress(folder, [Home.find().root, target]), stated)
    written = write(made, target, overwrite=force)
    if as_json_:
        click.echo(json.dumps(as_json(made, written), ensure_ascii=False, indent=2))
        return
    for report in made.files:
        click.echo(_described(report))
    click.echo(f"\n{len(written)} contract(s) in {target}:")
    for family in made.families:
        click.echo(f"  {family.name}.yaml  {family.contract.title}, {len(family.files)} file(s)")
    click.echo("Next: confirm department, sharing, units and uses in them, then `ybz catalog`.")


def _with_progress(folder: Path, without: list[Path]) -> Draft:
    """The draft, naming the file at work on a terminal."""
    from catalog.intake.draft import draft as draft_folder

    if not sys.stderr.isatty():
        return draft_folder(folder, without=without)
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        return draft_folder(folder, lambda name: status.update(f"reading {name}"), without=without)


def _described(report: FileReport) -> str:
    """One file in two or three short lines."""
    lines = [report.path + (f" [{report.sheet}]" if report.sheet else "")]
    if report.family:
        heading = ""
        if report.header_row is not None:
            heading = f", heading on line {report.header_row}" if report.header_row else ", no heading"
        encoding = f", {report.encoding}" if report.encoding else ""
        shape = f"{report.rows:,} rows × {report.columns} columns"
        lines.append(f"    {shape}{encoding}{heading} → {report.family}")
    if report.problem:
        lines.append(f"    ! {report.problem}")
    return "\n".join(lines)
