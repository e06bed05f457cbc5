"""Commands ``ybz account``: local accounts, and the first administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from space.cli.parties.person import by_option
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.identity.accounts import Handed

_ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@click.group()
def account() -> None:
    """Local accounts 账号: a login for a person; nobody else ever sets its password."""


@account.command()
@click.argument("login")
@click.argument("name")
@click.option("--organisation", required=True, metavar="CODE", help="Whom the administrator acts for.")
@click.option("--role", type=click.Choice(_ADMINISTRATORS), default="system_admin", show_default=True)
@click.option("--contact", default=None, metavar="TEXT", help="Mail or telephone, for notices.")
@by_option
@as_json
def first(
    login: str, name: str, organisation: str, role: str, contact: str | None, by: str, as_json: bool
) -> None:
    """Enter the first administrator of a role: a person NAME with the account LOGIN; refused where one is."""
    from catalog.store import writing
    from policies.access import Role
    from space.identity import first as ceremony
    from space.identity import memberships

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        handed = ceremony.first(
            connection, login, name, organisation, Role(role), contact=contact, by=acting(by), now=now
        )
        (held,) = memberships.of_person(connection, handed.account.person)
    _hand_over(handed, as_json, membership=held.id)


@account.command("open")
@click.argument("person")
@click.argument("login")
@by_option
@as_json
def open_account(person: str, login: str, by: str, as_json: bool) -> None:
    """Open the account LOGIN for a PERSON, with a one-time code for the first sign-in."""
    from catalog.store import writing
    from space.identity import accounts

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        handed = accounts.opened(connection, person, login, by=acting(by), now=now)
    _hand_over(handed, as_json)


@account.command()
@click.argument("login")
@by_option
@as_json
def reset(login: str, by: str, as_json: bool) -> None:
    """Take the password of LOGIN away and hand over a one-time code; its sessions end."""
    from catalog.store import writing
    from space.identity import accounts

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        known = accounts.of_login(connection, login)
        handed = accounts.reset(connection, known.id, by=acting(by), now=now)
    _hand_over(handed, as_json)


@account.command("list")
@as_json
def list_accounts(as_json: bool) -> None:
    """Every account, those that ended included; nothing of passwords."""
    from catalog.store import reading
    from space.identity import accounts

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = accounts.all_accounts(connection, limit=100_000)
    lines = [f"{each.login}  {each.person}{'  ended' if each.ended_at else ''}" for each in found]
    _say([each.to_document() for each in found], "\n".join(lines) or "no account yet", as_json)


@account.command()
@click.argument("login")
@as_json
def show(login: str, as_json: bool) -> None:
    """The account LOGIN and its sessions."""
    from catalog.store import reading
    from space.identity import accounts, sessions

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        known = accounts.of_login(connection, login)
        held = sessions.lasting(connection, known.person, now)
    state = "has a password" if known.password_set_at else "waits for its one-time code"
    lines = [f"{known.login}  {known.person}  {state}"]
    lines += [f"    {each['id']}  since {each['opened_at']}, by {each['means']}" for each in held]
    _say(known.to_document() | {"sessions": list(held)}, "\n".join(lines), as_json)


@account.command()
@click.argument("login")
@by_option
@as_json
def end(login: str, by: str, as_json: bool) -> None:
    """End the account LOGIN and its sessions; nobody else is ever given that login."""
    from catalog.store import writing
    from space.identity import accounts

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        known = accounts.of_login(connection, login)
        made = accounts.end(connection, known.id, by=acting(by), now=now)
    _say(made.to_document(), f"{made.login} ended", as_json)


@account.command("sign-out")
@click.argument("login")
@as_json
def sign_out(login: str, as_json: bool) -> None:
    """End every session of the account LOGIN, in every browser."""
    from catalog.store import writing
    from space.identity import accounts, sessions

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        known = accounts.of_login(connection, login)
        count = sessions.end_of_person(connection, known.person, reason="ended", now=now)
    _say({"login": known.login, "ended": count}, f"{count} sessions of {known.login} ended", as_json)


def _hand_over(handed: Handed, as_json: bool, membership: str = "") -> None:
    known = handed.account
    document = known.to_document() | {"code": handed.code, "code_expires_at": handed.expires_at.isoformat()}
    words = (
        f"{known.login}  {known.person}\none-time code {handed.code}\n"
        f"shown once; good until {handed.expires_at:%Y-%m-%d %H:%M} UTC, for choosing a password at the first"
        " sign-in"
    )
    if membership:
        document |= {"membership": membership}
        words += f"\na token for commands, before `ybz access enforce`: `ybz person token {membership}`"
    _say(document, words, as_json)


def _say(document: Any, words: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(words)
