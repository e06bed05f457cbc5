"""Commands of cataloguing: ``submit``, ``approve``, ``entry``, ``diff``."""

from __future__ import annotations

import click


@click.command("submit")
def submit() -> None:
    """Submit an entry."""


@click.command("approve")
def approve() -> None:
    """Review and publish an entry."""


@click.group("entry")
def entry() -> None:
    """Steps and history of one entry."""


@click.command("diff")
def diff() -> None:
    """Compare two revisions of an entry."""
