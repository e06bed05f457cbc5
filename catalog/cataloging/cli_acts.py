"""What the commands of cataloguing share: options, who acts, the store, how JSON is printed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.cataloging.acts import Who

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_name = click.option("--by", default="", metavar="NAME", help="Who acts (default: the user logged in).")
looked_at = click.option(
    "--revision",
    type=click.IntRange(1),
    metavar="N",
    help="The revision you looked at: none newer is taken for it.",
)
reasoned = click.option("--reason", required=True, metavar="TEXT", help="Why.")


def as_office(*offices: str) -> Callable[[Any], Any]:
    """``--as OFFICE``; the first is taken where none is given."""
    return click.option(
        "--as", "office", default=offices[0], show_default=True, metavar="OFFICE",
        type=click.Choice(["steward", "head", "authority"]), help=f"In which office: {' or '.join(offices)}.",
    )  # fmt: skip


def who(by: str, office: str) -> Who:
    """Who acts in which office."""
    from catalog.cataloging.acts import Who
    from policies.machine import Office

    return Who(by or getpass.getuser(), Office(office))


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False))


def store() -> Engine:
    """The store of the installation."""
    from catalog.home import Home
    from catalog.store import open_store

    return open_store(Home.find())


def as_typed(point: str, name: str) -> str:
    """An open point with what closes it at a terminal, where the service names a field.

    >>> as_typed("the authority states that it has seen it (`seen_added_condition`)", "edu.schools")
    'the authority states that it has seen it (`ybz approve edu.schools --seen-added-condition`)'
    """
    typed = {"seen_added_condition": f"ybz approve {name} --seen-added-condition", "pia": "--pia REFERENCE"}
    for field, words in typed.items():
        point = point.replace(f"(`{field}`)", f"(`{words}`)")
    return point
