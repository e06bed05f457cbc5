"""``ybz staff``: people of every role for a demonstration city, so that its console can be tried.

Decides nothing: each step is a command anybody can type, and a sign-in as anybody's. Their passwords stand
in this file; the command therefore refuses any installation but a demonstration's.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click


@click.command()
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="The demonstration, as `ybz demo` left it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def staff(folder: Path, as_json: bool) -> None:
    """Enter people of every role into the demonstration city 云州市, each with an account.

    Then `ybz --home var/demo serve --console` lets them sign in; repeated, it changes nothing.
    """
    from examples.staff.entering import enter

    os.environ["YBZ_HOME"] = str(folder)
    people = enter(folder)
    if as_json:
        click.echo(json.dumps([one.to_document() for one in people], ensure_ascii=False))
        return
    for one in people:
        click.echo(f"{one.login:<12} {one.password:<22} {one.role:<18} {one.name} · {one.organisation}")
