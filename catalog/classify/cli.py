"""Commands ``classify …``: findings and standings of fields, decisions, reviews, evaluation.

``show`` prints the owner's view: counts and shares of what detectors saw, never values.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from catalog.classify import cli_decide

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
# Where the labelled set lies beside a checkout.
_SET = Path(__file__).resolve().parents[2] / "tests" / "classification"


@click.group("classify")
def classify() -> None:
    """Classification: findings, decisions, evaluation."""


for _command in cli_decide.COMMANDS:
    classify.add_command(_command)


@classify.command("show")
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show each field of a dataset: declared, found, inherited, decided, and its grade after all that."""
    from catalog.classify import view
    from catalog.home import Home
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    with reading(open_store(Home.find())) as connection:
        document = view.dataset(connection, name, local_date(datetime.now(UTC)))
    if as_json:
        _print_json(document)
        return
    from catalog.classify import cli_tables

    cli_tables.print_dataset(document)


@classify.command("list")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are over as well.")
@as_json
def list_(name: str | None, everything: bool, as_json: bool) -> None:
    """List decisions, of one dataset or of all."""
    from catalog.classify import view
    from catalog.home import Home
    from catalog.store import open_store, reading
    from policies.clocks import local_date

    with reading(open_store(Home.find())) as connection:
        lines = view.decisions(connection, name, local_date(datetime.now(UTC)), everything=everything)
    if as_json:
        _print_json(lines)
        return
    for line in lines:
        until = f" until {line['until']}" if line["until"] else ""
        signed = f"{line['made_by']} ({line['made_as']})"
        if line["second_by"]:
            signed += f", {line['second_by']} ({line['second_as']})"
        click.echo(
            f"{line['id']}  {line['dataset']}.{line['field']}  {line['kind']}  {line['act']} "
            f"{line['grade_before']} → {line['grade']}  {line['state']}{until}  {signed}: {line['reason']}"
        )
    if not lines:
        click.echo(
            "no decision" + ("" if everything else " stands or waits — --all shows those that are over")
        )


@classify.command("reviews")
@click.option("--all", "everything", is_flag=True, help="Decided ones as well.")
@as_json
def reviews(everything: bool, as_json: bool) -> None:
    """List reviews of datasets that merge personal sources."""
    from catalog.classify import view
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        lines = view.reviews(connection, everything=everything)
    if as_json:
        _print_json(lines)
        return
    for line in lines:
        merged = "; ".join(f"{source} ({', '.join(names)})" for source, names in line["sources"].items())
        click.echo(
            f"{line['id']}  {line['dataset']}  {line['state']}  grade {line['grade']}  merges {merged}"
        )
    if not lines:
        click.echo("no review" + ("" if everything else " is open — --all shows decided ones"))


@classify.command("evaluate")
@click.option(
    "--set",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the labelled set (default: the checkout's).",
)
@click.option(
    "--split",
    type=click.Choice(["held_out", "validation", "development", "all"]),
    default="held_out",
    show_default=True,
)
@as_json
def evaluate(folder: Path | None, split: str, as_json: bool) -> None:
    """Judge labelled columns and print how well: F1, under-classification, every class."""
    from catalog.classify import evaluation, labelled
    from catalog.classify.judging import judge

    if folder is None and not _SET.is_dir():
        raise labelled.NoLabelledSet(
            "the labelled set is part of the source tree, not of an installation — name its folder with --set"
        )
    document = evaluation.evaluate(folder or _SET, split, judge)
    if as_json:
        _print_json(document)
        return
    from catalog.classify import cli_tables

    cli_tables.print_evaluation(document)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))
