"""``ybz draft``: a folder of files into contracts a person confirms."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from catalog.home import Home
    from catalog.intake.drafting.draft import Draft
    from catalog.intake.drafting.standing import Standing

# A line of progress is printed at most so often where there is no terminal, seconds.
PROGRESS_S: Final = 5.0


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where contracts go (default: YBZ_HOME/contracts).",
)
@click.option("--force", is_flag=True, help="Replace contracts a person has edited.")
@click.option(
    "--keep-wide", is_flag=True, help="Keep columns that are years or months as columns, not as rows."
)
@click.option(
    "--encoding",
    default="",
    help="Encoding of every text file that is not UTF-8, e.g. gb18030, big5 (default: found file by file).",
)
@click.option("--department", default="", help="The source department 数源部门 that answers for the folder.")
@click.option(
    "--department-code",
    default="",
    help="Its USCC 统一社会信用代码 (default: of the one unit of the tree that has the name).",
)
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
    keep_wide: bool,
    encoding: str,
    department: str,
    department_code: str,
    share: str | None,
    condition: str,
    basis: str,
) -> None:
    """Draft contracts from the files in FOLDER: encodings, tables, types, families.

    Nothing in FOLDER is changed. Every file is named in the report, also those that cannot be read.
    What a file cannot say (whose it is, how it is shared) is stated here for the whole folder, or in
    each contract afterwards. A contract a person has edited is kept; the new draft is laid beside it.
    Where nothing could be drafted, the exit status is 1.
    """
    from catalog.home import Home
    from catalog.intake.drafting.report import as_json, lines
    from catalog.intake.drafting.statement import Statement, state
    from catalog.intake.drafting.writing import State, write
    from contracts.model import ShareType
    from contracts.odcs.fit import is_encoding

    if encoding and not is_encoding(encoding):
        raise click.UsageError(
            f"no encoding is called {encoding} — name gb18030, big5 or another of Python's"
        )
    target = out or Home.find().contracts
    code = department_code or _code_of(Home.find(), department)
    stated = Statement(department, code, ShareType(share) if share else None, condition, basis)
    standing = _standing(target)
    found = _with_progress(
        folder, [Home.find().root, target], standing, unpivot=not keep_wide, encoding=encoding
    )
    if not found.files:
        raise click.ClickException(f"no file in {folder} — name the folder that holds the data")
    made = state(found, stated, standing)
    written = write(made, target, overwrite=force)
    if as_json_:
        click.echo(json.dumps(as_json(made, written), ensure_ascii=False, indent=2))
        sys.exit(0 if written else 1)
    for line in lines(made, written):
        click.echo(line)
    if not written:
        refused = "no contract was drafted: each line marked ! says why its file was refused"
        raise click.ClickException(f"{refused}; mend the files and draft {folder} again")
    if any(w.state is State.KEPT for w in written.values()):
        click.echo("Contracts edited by a person were kept; --force replaces them.")
    click.echo(f"In {target}: ? is a doubt to settle, ~ a standard element the field may follow.")
    click.echo(
        "Next: confirm department, sharing, units and uses there (or in a `ybz workbook write` of them),"
    )
    click.echo(f"then `ybz lint {target}`, `ybz catalog{f' {target}' if out else ''}`, `ybz build`.")


def _code_of(home: Home, department: str) -> str:
    """Code of the one unit of the organisation tree that has the name today; empty where it is not one."""
    from catalog.errors import NotInitialised
    from catalog.organisations import tree
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    if not department:
        return ""
    try:
        with reading(open_store(home)) as connection:
            units = tree.units_on(connection, local_date(datetime.now(UTC)))
    except NotInitialised:
        return ""
    found = [unit.code for unit in units if unit.name == department]
    return found[0] if len(found) == 1 else ""


def _with_progress(
    folder: Path, without: list[Path], standing: list[Standing], *, unpivot: bool, encoding: str
) -> Draft:
    """The draft, naming the file at work: on a terminal all the time, elsewhere now and then."""
    from catalog.intake.drafting.draft import draft as draft_folder

    asked = partial(draft_folder, without=without, unpivot=unpivot, standing=standing, encoding=encoding)
    if not sys.stderr.isatty():
        return asked(folder, _now_and_then())
    from rich.console import Console

    with Console(stderr=True).status("") as status:

        def show(name: str) -> None:
            status.update(f"reading {name}")

        return asked(folder, show)


def _now_and_then() -> Callable[[str], None]:
    """Tells which file is at work once so many seconds have passed."""
    began = told = time.monotonic()
    files = 0

    def show(name: str) -> None:
        nonlocal told, files
        files += 1
        now = time.monotonic()
        if now - told >= PROGRESS_S:
            told = now
            click.echo(f"{now - began:.0f} s: {files} files, now {name}", err=True)

    return show


def _standing(target: Path) -> list[Standing]:
    """Contracts in the target folder, and those of the ledger that lie elsewhere."""
    from catalog.errors import CatalogError
    from catalog.home import Home
    from catalog.intake.drafting.standing import Standing, standing_in
    from catalog.revisions import all_current
    from catalog.store import open_store, reading

    found = list(standing_in(target))
    names = {s.contract.name for s in found}
    try:
        with reading(open_store(Home.find())) as connection:
            held = all_current(connection)
    except CatalogError:
        return found  # no installation yet: nothing stands in a ledger
    return found + [Standing(r.contract, (), "the ledger") for r in held if r.name not in names]
