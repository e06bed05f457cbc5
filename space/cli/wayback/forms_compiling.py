"""Commands of the form compiler: ``ybz form compile``, ``fill``, ``read`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, body_option, open_installation, print_json

if TYPE_CHECKING:
    from space.wayback.forms.compiling.handing import Handout
    from space.wayback.forms.compiling.items import Compiled, Item
    from space.wayback.forms.compiling.returned_cells import CellFault

_workbook = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_bindings = click.option(
    "--bindings", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sidecar that `ybz form compile --out` wrote, answered.",
)  # fmt: skip
_period = click.option("--period", required=True, metavar="PERIOD", help="E.g. 2026-09.")


@click.command("compile")
@_workbook
@click.option("--about", type=click.Choice(["person", "household", "enterprise", "area"]), default=None,
              help="What one sheet or row is about; guessed where it is not given.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the sidecar here.")
@click.option("--bindings", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The answered sidecar, to make the form from.")  # fmt: skip
@click.option("--form", "form_file", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the form for `ybz form admit` here; needs --bindings.")  # fmt: skip
@as_json
def compile_(
    file: Path,
    about: str | None,
    out: Path | None,
    bindings: Path | None,
    form_file: Path | None,
    as_json: bool,
) -> None:
    """Read the form in FILE (.xlsx): what exists, what can be computed, what must be asked."""
    from space.wayback.forms.compiling import sidecar
    from space.wayback.forms.compiling.compiled import compile_workbook

    if (bindings is None) != (form_file is None):
        raise click.UsageError("--form and --bindings go together")
    _home, engine, now = open_installation()
    with refusals(as_json):
        if bindings is not None and form_file is not None:
            from space.wayback.forms.compiling.admitting import write_form

            written = write_form(engine, file, sidecar.read(bindings), form_file, now)
            if as_json:
                print_json({"form": written.code, "file": str(form_file), "items": len(written.items)})
            else:
                click.echo(
                    f"{form_file}: {written.code}, {len(written.items)} items — ybz form admit {form_file}"
                )
            return
        compiled = compile_workbook(engine, file, now, about=about or "")
        if out is not None:
            sidecar.write(sidecar.bindings_of(compiled), out)
    if as_json:
        print_json(compiled.to_document())
        return
    _print(compiled)
    if out is not None:
        click.echo(f"bindings: {out}")


@click.command()
@_workbook
@_bindings
@body_option
@_period
@click.option("--subject", "subjects", multiple=True, metavar="ID",
              help="Only for these; everybody of the form's roster in the area otherwise.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Archive (.zip), or workbook (.xlsx) where it is one.")  # fmt: skip
@actor
@as_json
def fill(
    file: Path,
    bindings: Path,
    body: str,
    period: str,
    subjects: tuple[str, ...],
    out: Path,
    by: str,
    as_json: bool,
) -> None:
    """Fill the workbook FILE for subjects the body is asked for: one each in its layout, or one with rows."""
    from catalog.store import reading
    from space.wayback.forms.asking import asked
    from space.wayback.forms.compiling import sidecar
    from space.wayback.forms.compiling.handing import Wanted, hand_out

    home, engine, now = open_installation()
    with refusals(as_json):
        wanted = Wanted(file, sidecar.read(bindings), body, period, subjects)
        if out.suffix.lower() not in (".zip", ".xlsx"):
            raise click.UsageError("--out ends in .zip or .xlsx")
        with reading(engine) as connection:
            code = str(wanted.bindings.form["code"])
            look = asked(home, connection, code, body, subjects, by=acting(by), now=now)
        made = hand_out(home, engine, wanted, look, now=now)
    _write(made, out)
    if as_json:
        print_json(made.to_document() | {"out": str(out)})
        return
    cells = f"{made.prefilled} cells prefilled, {made.computed} computed, {made.asked} to be filled"
    click.echo(f"{made.id}: {made.sheets} subjects, {cells}: {out}")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--original", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The issuer's workbook.")  # fmt: skip
@_bindings
@click.option(
    "--reason", default="", metavar="TEXT", help="Why values differ, where no comment of the cell says."
)
@click.option("--faults", type=click.Path(file_okay=False, path_type=Path),
              help="Folder for copies with the faults marked.")  # fmt: skip
@actor
@as_json
def read(
    files: tuple[Path, ...],
    original: Path,
    bindings: Path,
    reason: str,
    faults: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Read filled workbooks (FILES, .xlsx) back and submit what differs from what was prefilled."""
    from space.wayback.forms.compiling import sidecar
    from space.wayback.forms.compiling.returned_cells import ReturnFaulty
    from space.wayback.forms.compiling.returning import take_back

    home, engine, now = open_installation()
    with refusals(as_json):
        try:
            taken = take_back(
                home, engine, files, (original, sidecar.read(bindings)), reason=reason, by=acting(by), now=now
            )
        except ReturnFaulty as faulty:
            _say_faults(files, faulty.faults, faults, as_json)
            raise click.exceptions.Exit(1) from faulty
    if as_json:
        print_json(taken.to_document())
        return
    said = taken.to_document()
    items = f"{said['kept']} kept, {said['corrected']} corrected, {said['added']} added"
    click.echo(
        f"{taken.handout}: {said['sheets']} subjects, {items}, {said['unchanged']} cells as handed out"
    )
    for challenge in said["challenges"]:
        click.echo(f"  challenge {challenge} sent to its source department")


@click.command()
@click.argument("code")
@click.option("--layout", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Declared import layout of the old system (YAML).")  # fmt: skip
@body_option
@_period
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@actor
@as_json
def export(code: str, layout: Path, body: str, period: str, out: Path, by: str, as_json: bool) -> None:
    """Export what was submitted of form CODE in an old system's import layout; counted as typed twice."""
    from space.wayback.forms.compiling import old_layouts
    from space.wayback.forms.compiling.second_entry import export as enter_again

    home, engine, now = open_installation()
    with refusals(as_json):
        declared = old_layouts.read(layout)
        made = enter_again(home, engine, (code, body, period), declared, by=acting(by), now=now)
    _keep(out, made.content)
    if as_json:
        print_json(made.to_document() | {"out": str(out)})
        return
    click.echo(f"{made.id}: {made.rows} rows for {made.system}, {made.cells} cells typed twice: {out}")
    for fault in made.faults:
        click.echo(f"  row {fault.row} left out: {fault.heading} {fault.what}", err=True)


COMMANDS: Final = (compile_, fill, read, export)


def _print(compiled: Compiled) -> None:
    kind = f"a roster of {compiled.about}s" if compiled.roster else f"one sheet a {compiled.about}"
    click.echo(f"{compiled.title} ({kind})")
    groups = (
        ("exists", [i for i in compiled.items if i.source is not None and not i.question]),
        ("can be computed", [i for i in compiled.items if i.computed is not None and not i.question]),
        ("is asked by another form", [i for i in compiled.items if i.asked_by and not i.question]),
        ("must be asked", [i for i in compiled.items if i.must_ask and not i.question]),
        ("questions to the issuer", [i for i in compiled.items if i.question]),
    )
    for heading, items in groups:
        if items:
            click.echo(f"{heading}: {len(items)}")
        for item in items:
            click.echo(
                f"  {item.blank.place:24} {' / '.join(item.blank.path)}  {_said(item)}  {item.confidence:.2f}"
            )
    if compiled.signed:
        click.echo(f"signed or sealed: {'、'.join(compiled.signed)}")


def _said(item: Item) -> str:
    if item.question:
        return item.question
    if item.source is not None:
        return f"[{item.source.department}, as of {item.source.as_of}]"
    if item.computed is not None:
        return f"[{item.computed.how}]"
    if item.asked_by:
        return "[" + "、".join(f"{a.form} {a.item}" for a in item.asked_by) + "]"
    return f"[{item.element}]" if item.element else ""


def _write(made: Handout, out: Path) -> None:
    if out.suffix.lower() == ".xlsx":
        if len(made.files) > 1:
            raise click.UsageError("there are several workbooks: --out ends in .zip")
        _keep(out, next(iter(made.files.values())))
    else:
        _keep(out, made.packed())


def _keep(path: Path, content: bytes) -> None:
    """Files with values in them are their owner's alone."""
    import os

    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror or 'check path'}") from error


def _say_faults(
    files: tuple[Path, ...], faults: tuple[CellFault, ...], folder: Path | None, as_json: bool
) -> None:
    from dataclasses import asdict

    from space.wayback.forms.compiling.marking import marked

    if as_json:
        print_json({"ok": False, "faults": [asdict(fault) for fault in faults]})
    for fault in faults:
        click.echo(f"refused: {fault}", err=True)
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        if any(fault.file == path.name for fault in faults):
            _keep(folder / path.name, marked(path, faults))
            click.echo(f"marked: {folder / path.name}", err=True)
