"""Commands ``ybz agreement review`` and ``mend``: the yearly review, and what it found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json


@click.command()
@click.argument("number")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def review(number: str, file: Path, by: str, as_json: bool) -> None:
    """Review the oldest year of NUMBER that is over: conclusion, findings [{words, owed_by}]."""
    from catalog.store import writing
    from space.operation import reviews

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = reviews.review(connection, number, document(file), by=acting(by), now=now)
    tell_review(made, as_json)


@click.command()
@click.argument("finding", metavar="ID")
@click.option("--answer", required=True, help="How it was mended.")
@actor
@as_json
def mend(finding: str, answer: str, by: str, as_json: bool) -> None:
    """Say how the finding ID of a review was mended."""
    from catalog.store import writing
    from space.operation import reviews

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = reviews.mend(connection, finding, answer=answer, by=acting(by), now=now)
    if as_json:
        print_json(made)
        return
    click.echo(f"{made['id']}  {made['state']}: {made['answer']}")


def tell_review(made: dict[str, Any], as_json: bool) -> None:
    """Print a review with its findings."""
    if as_json:
        print_json(made)
        return
    click.echo(f"  review of the year up to {made['until']} by {made['made_by']}: {made['conclusion']}")
    for finding in made["findings"]:
        click.echo(
            f"    {finding['id']}  {finding['state']}  owed by the {finding['owed_by']}: {finding['words']}"
        )
