"""``ybz evidence resume``: bring a restored store to continue the published log."""

from __future__ import annotations

from pathlib import Path

import click

from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json


@click.command(hidden=True)
@click.argument("export", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--accept", is_flag=True, help="Acts that took something away are done again by hand at once.")
@click.option(
    "--give-up",
    is_flag=True,
    help="What the key signed and no copy has is lost: count what it may have spent, stop everything.",
)
@click.option(
    "--nothing-since",
    is_flag=True,
    help="You state that nothing was published after the backup, where EXPORT holds no more than it.",
)
@actor
@as_json
def resume(export: Path, accept: bool, give_up: bool, nothing_since: bool, by: str, as_json: bool) -> None:
    """After a restore: continue the log of EXPORT, and take again what was spent since the backup."""
    from catalog import keys
    from space.resuming import resume as act

    home, engine, now = open_installation()
    done = act(
        engine,
        keys.load(home).signer,
        export,
        by=acting(by),
        now=now,
        accept=accept,
        give_up=give_up,
        nothing_since=nothing_since,
    )
    if as_json:
        print_json(done.to_document())
        return
    click.echo(f"the log goes on: {done.common} entries of the backup, {done.size} published")
    if done.lost:
        click.echo(f"  given up: {done.lost} entries; everything is stopped until two people lift it")
    for name, count in sorted(done.recharged.items()):
        click.echo(f"  taken again: {name} {count}")
    for event, count in sorted(done.to_do.items()):
        click.echo(f"  to be done again: {event} ({count})")
