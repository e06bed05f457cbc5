"""``ybz evidence retain``: drop the answers whose time is over."""

from __future__ import annotations

import click

from space.cli.wayback.options import as_json, open_installation, print_json


@click.command(hidden=True)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@as_json
def retain(dry_run: bool, as_json: bool) -> None:
    """Drop stored answers of ended grants that are older than the dated rules ask to keep them."""
    from space.calls.keeping import drop_old

    home, engine, now = open_installation()
    done = drop_old(engine, home, now, dry_run=dry_run)
    if as_json:
        print_json({"dropped": list(done.answers), "kept": done.kept})
    else:
        would = "would be dropped" if dry_run else "dropped"
        click.echo(f"{len(done.answers)} answers {would}, {done.kept} of ended grants kept")
