"""What the commands of the inventory and its lists share: options, the clock's rim, how JSON is printed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
# Lines of a long answer on the terminal; `--json` gives all.
SHOWN: Final = 40


@contextmanager
def writing() -> Iterator[Connection]:
    """A writing transaction of the installation's store."""
    from catalog.home import Home
    from catalog.store import open_store
    from catalog.store import writing as transaction

    with transaction(open_store(Home.find())) as connection:
        yield connection


@contextmanager
def reading() -> Iterator[Connection]:
    """A reading transaction of the installation's store."""
    from catalog.home import Home
    from catalog.store import open_store
    from catalog.store import reading as transaction

    with transaction(open_store(Home.find())) as connection:
        yield connection


def who(by: str) -> str:
    """Who acts: the one named, or the user logged in."""
    return by or getpass.getuser()


def now() -> datetime:
    """The instant, read once a command."""
    return datetime.now(UTC)


def more(count: int) -> None:
    """How many lines of a long answer were not shown."""
    if count > SHOWN:
        click.echo(f"… and {count - SHOWN:,} more (--json gives all)")


def print_json(document: Any) -> None:
    """One JSON value on a line."""
    click.echo(json.dumps(document, ensure_ascii=False))


def told(document: Any, words: str, as_json: bool) -> None:
    """What an act did, as a document or in words."""
    if as_json:
        print_json(document)
    else:
        click.echo(words)
