"""Commands over how rows are attributed 归集, and over those no rule attributes.

``ybz backflow attribution | unattributed | claim | unclaim | claims``
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json


@click.command()
@click.argument("dataset")
@click.option("--meaning", default="", help="Whose area: residence, registration or workplace.")
@click.option(
    "--check",
    "sample",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="CSV of rows somebody checked: the key of the dataset, and area.",
)
@as_json
def attribution(dataset: str, meaning: str, sample: Path | None, as_json: bool) -> None:
    """How the rows of a DATASET were attributed: by which rule, how surely, and why not the rest."""
    from catalog.store import reading
    from policies.attribution import attributing
    from policies.clocks import local_date
    from space.wayback.backflow.attributed import attribution as attributed
    from space.wayback.backflow.attributed import checked, read_sample

    home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found, rows = attributed(home, connection, dataset, meaning)
    compared = None
    if sample is not None:
        key = tuple(name for name in rows.column_names if not name.startswith("_"))
        compared = checked(rows, read_sample(sample, key), key, attributing(local_date(now)).least_digits)
    if as_json:
        told = None if compared is None else asdict(compared) | {"share_right": compared.share_right}
        print_json(asdict(found) | {"share": found.share, "checked": told})
        return
    click.echo(
        f"{found.dataset} {found.meaning}: {found.attributed} of {found.rows} rows ({found.share:.1%})"
    )
    for rule in found.rules:
        click.echo(f"  {rule.by:14} {rule.rows:>9}  confidence {rule.confidence:.2f}")
    for reason, count in found.why:
        click.echo(f"  not told       {count:>9}  {reason}")
    if compared is not None:
        click.echo(
            f"{compared.rows} checked: {compared.attributed} told, {compared.share_right:.2%} of them right"
        )


@click.command()
@click.argument("subscription")
@click.option("--limit", default=50, show_default=True, help="Rows shown.")
@as_json
def unattributed(subscription: str, limit: int, as_json: bool) -> None:
    """Rows of the dataset of a SUBSCRIPTION that no rule attributes and that may lie in its area."""
    from catalog.store import reading
    from space.wayback.backflow.claims import waiting
    from space.wayback.backflow.subscriptions import by_id

    home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        total, rows = waiting(home, connection, by_id(connection, subscription), now=now, limit=limit)
    if as_json:
        print_json({"waiting": total, "rows": [asdict(row) for row in rows]})
        return
    for row in rows:
        values = "  ".join(text or "" for text in row.values.values())
        click.echo(f"{row.row}  {row.near or '—':12}  {values}  [{row.why}]")
    click.echo(f"{total} rows wait")


@click.command()
@click.argument("subscription")
@click.argument("row")
@click.option("--area", required=True, metavar="REGION", help="Where it lies, within the body's area.")
@click.option("--reason", required=True, help="How the body knows.")
@actor
@as_json
def claim(subscription: str, row: str, area: str, reason: str, by: str, as_json: bool) -> None:
    """Claim a waiting ROW for the body of a SUBSCRIPTION."""
    from space.wayback.backflow.claims import claim as claim_row

    home, engine, now = open_installation()
    with refusals(as_json):
        made = claim_row(home, engine, subscription, row, area=area, reason=reason, by=acting(by), now=now)
    if as_json:
        print_json({"id": made.id, "dataset": made.dataset, "row": made.row, "area": made.area})
    else:
        click.echo(f"{made.id}: the row is of {made.area} — next: `ybz build` delivers it")


@click.command()
@click.argument("claim_id", metavar="CLAIM")
@actor
@as_json
def unclaim(claim_id: str, by: str, as_json: bool) -> None:
    """Take a CLAIM back; from the next release on the row waits again."""
    from space.wayback.backflow.claims import withdraw

    _home, engine, now = open_installation()
    with refusals(as_json):
        withdraw(engine, claim_id, by=acting(by), now=now)
    if as_json:
        print_json({"id": claim_id, "state": "withdrawn"})
    else:
        click.echo(f"{claim_id} withdrawn")


@click.command()
@click.option("--body", default=None, metavar="CODE", help="Only this body's.")
@as_json
def claims(body: str | None, as_json: bool) -> None:
    """Claims, oldest first."""
    from catalog.store import reading
    from space.wayback.backflow.claims import claims_of

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = claims_of(connection, body)
    if as_json:
        print_json(
            [
                asdict(one)
                | {
                    "claimed_at": one.claimed_at.isoformat(),
                    "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
                }
                for one in found
            ]
        )
        return
    for one in found:
        state = "withdrawn" if one.withdrawn_at else "claimed"
        click.echo(f"{one.id}  {one.area:12}  {one.dataset:32} {one.row}  {state}")


CLAIMS = (attribution, unattributed, claim, unclaim, claims)
