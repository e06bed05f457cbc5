"""What the commands of the way back share: options, the installation, and how values are printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.home import Home

# Where a command's calls come from: this machine. Source: RFC 1122, 3.2.1.3 (loopback).
HERE: Final = "127.0.0.1"

as_json = click.option("--json", "as_json", is_flag=True, help="Machine output.")
actor = click.option("--by", default="", metavar="NAME", help="Who acts (default: the login name).")
body_option = click.option("--body", required=True, metavar="CODE", help="Code of the grass-roots body.")


def open_installation() -> tuple[Home, Engine, datetime]:
    """The installation, its store, and the instant of this command."""
    from catalog.home import Home
    from catalog.store import open_store

    home = Home.find()
    return home, open_store(home), datetime.now(UTC)


def acting(given: str) -> str:
    """The person who acts: as given, else the login name."""
    import getpass

    return given or getpass.getuser()


def names(text: str) -> tuple[str, ...]:
    """``a, b`` as a tuple."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def pairs(given: Iterable[str]) -> dict[str, str]:
    """``ITEM=VALUE`` texts as a mapping.

    Raises:
        UsageError: a text has no ``=``.
    """
    parted = [text.partition("=") for text in given]
    if not all(middle for _, middle, _ in parted):
        raise click.UsageError("write ITEM=VALUE")
    return {name.strip(): value for name, _, value in parted}


def document(file: Path) -> dict[str, Any]:
    """What a paper in YAML or JSON states.

    Raises:
        ClickException: it cannot be read, or holds no key: value pairs.
    """
    from contracts.yaml_document import load

    try:
        stated = load(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} is not YAML or JSON in UTF-8") from error
    if not isinstance(stated, dict):
        raise click.ClickException(f"{file} does not hold key: value pairs")
    return stated


def print_json(value: Any) -> None:
    """One JSON value on a line."""
    click.echo(json.dumps(value, ensure_ascii=False))
