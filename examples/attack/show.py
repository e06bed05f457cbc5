"""A run told to a person: two small tables and what deviates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


def tell(told: Mapping[str, Any]) -> None:
    """Print what :func:`examples.attack.report.document` gives."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for title, key in (("expected", "by_expect"), ("class", "by_class")):
        table = Table(title, "refused", "suppressed", "answered", "failed")
        for name, counts in told[key].items():
            table.add_row(
                name, *(str(counts.get(c, 0)) for c in ("refused", "suppressed", "answered", "failed"))
            )
        if told[key]:
            console.print(table)
    refused = told["benign"]["refused"]
    click.echo(f"benign: {told['benign']['answered']} answered, {len(refused)} refused")
    for one in refused:
        click.echo(f"  {one['id']}: {one['code']}")
    deviations, failed = told["deviations"], {one["id"]: one["code"] for one in told["failed"]}
    if told["asked_again"]:
        click.echo(f"{told['asked_again']} lines were asked again: at first nothing was decided")
    click.echo(f"{told['total']} lines in {told['mode']} mode; {len(deviations)} not as expected")
    for one in deviations:
        why = failed.get(one["id"])
        undecided = "" if why is None else f" ({why}): nothing was decided — run it again"
        click.echo(f"  {one['id']}: expected {one['expect']}, got {one['got']}{undecided}", err=True)
