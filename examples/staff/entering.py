"""Enters the staff: organisations, people, memberships, accounts, passwords; then what waits for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from catalog import keys
from catalog.home import Home
from catalog.store import open_store
from examples.demo.commands import Commands
from examples.staff.roster import AUTHORITY, BASIS, STAFF, Member
from examples.staff.waiting import leave
from space.identity import browser_known, signing_in

# What tells a demonstration from an installation somebody works with.
_MARK = Path("city") / "planted.json"


def enter(folder: Path) -> tuple[Member, ...]:
    """Enter everybody who is not there yet.

    Args:
        folder: of a demonstration.

    Raises:
        ClickException: it is none.
    """
    if not (folder / _MARK).is_file():
        raise click.ClickException(f"{folder} is no demonstration — `ybz demo` makes one")
    commands = Commands()
    if not commands.json("organisation", "tree"):
        code, name, kind = AUTHORITY
        commands.run("organisation", "add", code, name, "--kind", kind, "--basis", BASIS, "--by", name)
    there = {one["login"] for one in commands.json("account", "list")}
    known = {one["code"] for one in commands.json("participant", "list")}
    for one in STAFF:
        if one.organisation not in known:
            commands.run("participant", "register", one.organisation, one.called, "--kind", one.kind)
            known.add(one.organisation)
        if one.login not in there:
            _choose(folder, one, _opened(commands, one))
    leave(commands, folder)
    return STAFF


def _opened(commands: Commands, one: Member) -> str:
    """Open an account; gives the one-time code."""
    if one.role.endswith("_admin") and one.role != "operator_admin":
        return str(
            commands.json(
                "account",
                "first",
                one.login,
                one.name,
                "--organisation",
                one.organisation,
                "--role",
                one.role,
            )["code"]
        )
    person: dict[str, Any] = commands.json("person", "register", one.name)
    commands.run("person", "enter", person["id"], one.organisation, one.role)
    return str(commands.json("account", "open", person["id"], one.login)["code"])


def _choose(folder: Path, one: Member, code: str) -> None:
    home = Home(folder)
    engine, now = open_store(home), datetime.now(UTC)
    tried = browser_known.attempt(keys.load(home).pseudonym, one.login, None, None, now)
    signing_in.choose_password(engine, tried, one.password, now=now, code=code)
    engine.dispose()
