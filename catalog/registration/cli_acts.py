"""What the commands of registration share: options, the clock's rim, how an act is printed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.home import Home
    from catalog.registration.files import Kept
    from catalog.registration.rows import Application
    from catalog.registration.steps import Actor

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_whom = click.option("--by", default="", metavar="NAME", help="Who does it (default: the user logged in).")
because = click.option("--reason", required=True, metavar="TEXT", help="Why, one sentence.")
file_option = click.Path(exists=True, dir_okay=False, path_type=Path)


def now() -> datetime:
    """The instant, read once a command."""
    return datetime.now(UTC)


def today(at: datetime) -> date:
    """The day of it in Shanghai."""
    from policies.clocks import local_date

    return local_date(at)


def actor(by: str, office: str) -> Actor:
    """Who acts in which office."""
    from catalog.registration.steps import Actor
    from policies.machine import Office

    return Actor(by or getpass.getuser(), Office(office))


@contextmanager
def written() -> Iterator[tuple[Home, Connection]]:
    """The installation and a writing transaction of its store."""
    from catalog.home import Home
    from catalog.store import open_store, writing

    home = Home.find()
    with writing(open_store(home)) as connection:
        yield home, connection


@contextmanager
def read() -> Iterator[tuple[Home, Connection]]:
    """The installation and a reading transaction of its store."""
    from catalog.home import Home
    from catalog.store import open_store, reading

    home = Home.find()
    with reading(open_store(home)) as connection:
        yield home, connection


def keep(home: Home, role: str, path: Path, at: datetime) -> Kept:
    """Keep one file in the installation's folder."""
    from catalog.registration import files

    return files.keep(home, role, path, today(at))


def attached(home: Home, attach: Sequence[str], at: datetime) -> tuple[Kept, ...]:
    """Keep the files of ``--attach KEY=FILE``."""
    kept = []
    for pair in attach:
        role, told, path = pair.partition("=")
        if not told:
            raise click.BadParameter(
                f"{pair}: write KEY=FILE, e.g. commitment=承诺书.pdf", param_hint="--attach"
            )
        kept.append(keep(home, role, Path(path), at))
    return tuple(kept)


def form_of(path: Path | None) -> dict[str, Any]:
    """The form in a file, or an empty one."""
    from catalog.registration import forms

    return {} if path is None else forms.read(path)


def print_json(document: object) -> None:
    """One JSON value on a line."""
    click.echo(json.dumps(document, ensure_ascii=False))


def print_case(case: Application, json_wanted: bool, *more: str, **beside: Any) -> None:
    """An application after a step, and what to do next."""
    if json_wanted:
        print_json(case.to_document() | beside)
        return
    click.echo(f"{case.id}: {case.kind}, {case.state}")
    for line in more:
        click.echo(f"    {line}")


def print_lines(lines: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """One line a document, its values in order, nothing for what is not there."""
    for line in lines:
        click.echo("  ".join(str(line[key]) for key in keys if line[key] is not None))
