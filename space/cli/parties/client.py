"""Commands ``ybz client``: machine clients, and the keys their access tokens are signed with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.parties.person import by_option
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, as_json, open_installation, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from catalog.home import Home
    from policies.access import Role
    from space.identity.clients import Given

_KEY = click.option(
    "--key", "key_file", default=None, metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its public key as JWK; a secret is made, if none.",
)  # fmt: skip
_ROLES = (
    "client", "reader", "provider", "authority", "auditor", "security", "steward", "analyst", "customer",
    "operator_admin", "registrar", "implementing_body",
)  # fmt: skip


@click.group()
def client() -> None:
    """Machine clients 机器客户端: programs that ask `POST /v1/token` for access tokens."""


@client.command()
@click.argument("organisation")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default="client", show_default=True)
@click.option("--grant", default=None, metavar="ID", help="Its tokens open this grant alone.")
@_KEY
@by_option
@as_json
def register(
    organisation: str, name: str, role: str, grant: str | None, key_file: Path | None, by: str, as_json: bool
) -> None:
    """Register a client NAME of an ORGANISATION (its code); a secret is shown once."""
    from catalog.store import writing
    from policies.access import Role
    from space.identity import clients

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        given = clients.register(
            connection, name, organisation, Role(role), by=acting(by), now=now, grant=grant,
            jwk=_jwk(key_file), giver=_giver(home, connection, now),
        )  # fmt: skip
    _hand_over(given, as_json)


@client.command("list")
@click.option("--organisation", default=None, metavar="CODE")
@as_json
def list_clients(organisation: str | None, as_json: bool) -> None:
    """Every client, those that ended included."""
    from catalog.store import reading
    from space.identity import clients

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = clients.all_clients(connection, organisation=organisation, limit=100_000)
    lines = [
        f"{each.id}  {each.organisation}  {each.role.value}  {each.name}{'  ended' if each.ended_at else ''}"
        for each in found
    ]
    _say([each.to_document() for each in found], "\n".join(lines) or "no client yet", as_json)


@client.command()
@click.argument("client_id", metavar="CLIENT")
@as_json
def show(client_id: str, as_json: bool) -> None:
    """A CLIENT and what it may prove itself with now."""
    from catalog.store import reading
    from space.identity import clients, credentials

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        known = clients.client(connection, client_id)
        held = credentials.of_client(connection, client_id, now)
    lines = [f"{known.id}  {known.organisation}  {known.role.value}  {known.name}"]
    lines += [
        f"    {each.id}  {each.kind}, until {each.expires_at.isoformat() if each.expires_at else 'rotated'}"
        for each in held
    ]
    document = known.to_document() | {"credentials": [each.to_document() for each in held]}
    _say(document, "\n".join(lines), as_json)


@client.command()
@click.argument("client_id", metavar="CLIENT")
@_KEY
@click.option("--at-once", is_flag=True, help="The former credentials and their tokens end now.")
@by_option
@as_json
def rotate(client_id: str, key_file: Path | None, at_once: bool, by: str, as_json: bool) -> None:
    """Give a CLIENT another credential; the former stay good for a day, or not."""
    from catalog.store import writing
    from space.identity import clients

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        given = clients.rotate(
            connection, client_id, by=acting(by), now=now, jwk=_jwk(key_file), at_once=at_once,
            giver=_giver(home, connection, now),
        )  # fmt: skip
    _hand_over(given, as_json)


@client.command()
@click.argument("client_id", metavar="CLIENT")
@by_option
@as_json
def revoke(client_id: str, by: str, as_json: bool) -> None:
    """Make every token of a CLIENT useless that was issued until now."""
    from catalog.store import writing
    from space.identity import clients

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        known = clients.revoke(connection, client_id, by=acting(by), now=now)
    _say(known.to_document(), f"{known.id}: tokens issued until now are good for nothing", as_json)


@client.command()
@click.argument("client_id", metavar="CLIENT")
@by_option
@as_json
def end(client_id: str, by: str, as_json: bool) -> None:
    """End a CLIENT: it is given no token, and those it has are good for nothing."""
    from catalog.store import writing
    from space.identity import clients

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        known = clients.end(connection, client_id, by=acting(by), now=now)
    _say(known.to_document(), f"{known.id} ended", as_json)


@client.command("rotate-keys")
@click.option("--at-once", is_flag=True, help="Others may have the key: its tokens end now.")
@by_option
@as_json
def rotate_keys(at_once: bool, by: str, as_json: bool) -> None:
    """Let another key sign access tokens; the former is accepted until its last token has ended."""
    from catalog.store import writing
    from space.identity import token_keys

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        kid = token_keys.rotate(connection, home, by=acting(by), now=now, at_once=at_once)
    _say({"kid": kid}, f"{kid} signs access tokens from now on", as_json)


def _giver(home: Home, connection: Connection, now: datetime) -> Role | None:
    """The role of whoever's token a command is run with, where commands are judged; else None."""
    from catalog.settings import reading as settings
    from space.access.enforcing import enforced
    from space.identity.callers import of_bearer

    if enforced(connection) is None:
        return None
    issuer = settings.value("YBZ_PUBLIC_URL", home.root).rstrip("/")
    who = of_bearer(connection, settings.value("YBZ_TOKEN", home.root), issuer=issuer, now=now)
    return None if who is None else who.role


def _jwk(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise click.ClickException(f"{file} does not hold a public key as JWK")
    return held


def _hand_over(given: Given, as_json: bool) -> None:
    known, held = given.client, given.credential
    document = known.to_document() | {"credential": held.to_document(), "secret": given.secret}
    words = f"{known.id}  {known.organisation}  {known.role.value}  {known.name}\n{held.id}  {held.kind}"
    if given.secret is not None:
        words += f"\nsecret {given.secret}\nshown once"
    _say(document, words, as_json)


def _say(document: Any, words: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(words)
