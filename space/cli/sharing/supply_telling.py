"""How commands tell of a supply: in one line, or with all that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from space.cli.wayback.options import print_json

if TYPE_CHECKING:
    from space.supply.supplies import Supply


def line(one: Supply) -> str:
    """A supply in one line."""
    counted = "" if one.received_state is None else f"  {one.received_state}"
    return f"{one.id}  {one.state:8} {one.form:7}  {one.receiver:18}  {one.dataset}  {one.rows} rows{counted}"


def tell(one: Supply, as_json: bool) -> None:
    """Print a supply as it stands."""
    if as_json:
        print_json(one.to_document())
        return
    click.echo(line(one))
    click.echo(f"  of {one.grant_id}, release {one.release_id}")
    if one.place:
        click.echo(f"  table {one.place}")
    if one.sha256:
        click.echo(f"  {one.size_bytes} bytes, sha256 {one.sha256}")
    masked = [column["name"] for column in one.columns if column["masked"]]
    if masked:
        click.echo(f"  masked: {', '.join(masked)}")
    if one.receipt_id:
        click.echo(f"  receipt {one.receipt_id}; {one.fetched_bytes} bytes fetched so far")
    if one.received_state:
        click.echo(f"  {one.received_state}: {one.received_rows} rows counted by {one.received_by}")
    if one.keep_until:
        click.echo(f"  may be kept until {one.keep_until}")
    if one.end_reason:
        click.echo(f"  ended: {one.end_reason}; proof of deletion due by {one.proof_due_on}")
    if one.deletion_id:
        click.echo(f"  the copy here is deleted: {one.deletion_id}")
    if one.proved_on:
        click.echo(f"  deleted by its receiver on {one.proved_on}, stated by {one.proved_by}")
