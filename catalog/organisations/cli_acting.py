"""What the commands of the tree share: their options, and a transaction with who, when and why."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.organisations.changes import Reform

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
given_by = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
rests_on = click.option("--basis", required=True, metavar="TEXT", help="The document it rests on.")
on_day = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day (default: today)."
)


@contextmanager
def rim(on: datetime | None, basis: str, by: str) -> Iterator[tuple[Connection, Reform]]:
    """A writing transaction and what the change states."""
    from catalog.home import Home
    from catalog.organisations.changes import Reform
    from catalog.store import open_store, writing
    from policies.clocks import local_date

    now = datetime.now(UTC)
    day = local_date(now) if on is None else on.date()
    with writing(open_store(Home.find())) as connection:
        yield connection, Reform(day, basis, by or getpass.getuser(), now)


@contextmanager
def looking() -> Iterator[Connection]:
    """A reading transaction."""
    from catalog.home import Home
    from catalog.store import open_store, reading

    with reading(open_store(Home.find())) as connection:
        yield connection
