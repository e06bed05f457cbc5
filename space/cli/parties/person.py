"""Commands ``ybz person``: people, their memberships, and who they are at a provider of identities."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, as_json, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

by_option = click.option("--by", default="", metavar="ID", help="Person who acts (default: the login name).")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def person() -> None:
    """People 人员: register, show, and whom they act for."""


@person.command()
@click.argument("name")
@click.option("--contact", default=None, metavar="TEXT", help="Mail or telephone, for notices.")
@by_option
@as_json
def register(name: str, contact: str | None, by: str, as_json: bool) -> None:
    """Enter a person by NAME; no number of a document is kept."""
    from catalog.store import writing
    from space.identity import people

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = people.register(connection, name, contact, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id} {made.name}", as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.option("--name", default=None)
@click.option("--contact", default=None, metavar="TEXT", help="Mail or telephone; empty: none.")
@by_option
@as_json
def correct(person_id: str, name: str | None, contact: str | None, by: str, as_json: bool) -> None:
    """Give a PERSON another name or contact."""
    from catalog.store import writing
    from space.identity import people

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = people.correct(connection, person_id, name, contact, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id} {made.name}", as_json)


@person.command("list")
@as_json
def list_people(as_json: bool) -> None:
    """Everybody, those who left included."""
    from catalog.store import reading
    from space.identity import people

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = people.everybody(connection, limit=100_000)
    lines = [f"{each.id}  {each.name}{'  left' if each.ended_at else ''}" for each in found]
    _say([each.to_document() for each in found], "\n".join(lines) or "nobody yet", as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@as_json
def show(person_id: str, as_json: bool) -> None:
    """A PERSON, its memberships, its account, and where it is known elsewhere."""
    from catalog.store import reading

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = _whole(connection, person_id)
    lines = [f"{found['id']}  {found['name']}{'  left' if found['ended_at'] else ''}"]
    for each in found["memberships"]:
        until = "ended" if each["ended_at"] else f"until {each['last_day'] or 'further notice'}"
        since = f"from {each['first_day']}"
        lines.append(f"    {each['id']}  {each['organisation']}  {each['role']}  {since}, {until}")
    lines += [f"    account {each['login']}" for each in found["accounts"] if not each["ended_at"]]
    lines += [f"    {each['id']}  known at {each['issuer']}" for each in found["links"]]
    _say(found, "\n".join(lines), as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@by_option
@as_json
def end(person_id: str, by: str, as_json: bool) -> None:
    """A PERSON leaves: memberships, account, links and sessions end at once."""
    from catalog.store import writing
    from space.identity import leaving

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = leaving.leave(connection, person_id, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id} left", as_json)


@person.command("enter")
@click.argument("person_id", metavar="PERSON")
@click.argument("organisation")
@click.argument("role")
@click.option("--from", "first_day", type=_DAY, default=None, metavar="DATE", help="Default: today.")
@click.option(
    "--until", "last_day", type=_DAY, default=None, metavar="DATE", help="Last day (default: lasts)"
)
@by_option
@as_json
def enter_membership(
    person_id: str, organisation: str, role: str, first_day: datetime | None, last_day: datetime | None,
    by: str, as_json: bool,
) -> None:  # fmt: skip
    """Let a PERSON act for an ORGANISATION (its code) in a ROLE."""
    from catalog.store import writing
    from space.identity import memberships

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = memberships.enter(
            connection, person_id, organisation, _role(role), by=acting(by), now=now,
            first_day=None if first_day is None else first_day.date(),
            last_day=None if last_day is None else last_day.date(),
        )  # fmt: skip
    _say(made.to_document(), f"{made.id}  {made.organisation}  {made.role.value}", as_json)


@person.command("change")
@click.argument("membership")
@click.option("--until", "last_day", type=_DAY, default=None, metavar="DATE", help="None: it lasts.")
@by_option
@as_json
def change_membership(membership: str, last_day: datetime | None, by: str, as_json: bool) -> None:
    """Give a MEMBERSHIP another last day."""
    from catalog.store import writing
    from space.identity import memberships

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        until = None if last_day is None else last_day.date()
        made = memberships.change(connection, membership, until, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id} lasts until {made.last_day or 'further notice'}", as_json)


@person.command("leave")
@click.argument("membership")
@by_option
@as_json
def end_membership(membership: str, by: str, as_json: bool) -> None:
    """End a MEMBERSHIP now; whoever is signed in with it is let in no more."""
    from catalog.store import writing
    from space.identity import memberships

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = memberships.end(connection, membership, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id} ended", as_json)


@person.command()
@click.argument("membership")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366))
@by_option
@as_json
def token(membership: str, days: int, by: str, as_json: bool) -> None:
    """Issue a person's own token of a MEMBERSHIP, for commands (YBZ_TOKEN) and programs; shown once."""
    from catalog.store import writing
    from space.identity import memberships, tokens

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        held = memberships.membership(connection, membership)
        made = tokens.issue(
            connection, held.organisation, role=held.role, by=acting(by), days=days, now=now,
            membership=held.id,
        )  # fmt: skip
    document = {"id": made.id, "token": made.secret, "expires_at": made.expires_at.isoformat()}
    _say(document, f"{made.id}  {made.secret}\nshown once; good until {made.expires_at:%Y-%m-%d}", as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.option(
    "--value-file", required=True, metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the value of the provider's claim; a command line is seen by others.",
)  # fmt: skip
@by_option
@as_json
def link(person_id: str, value_file: Path, by: str, as_json: bool) -> None:
    """Say who a PERSON is at the provider of identities of this installation."""
    from catalog import keys
    from catalog.store import writing
    from space.identity import external
    from space.identity.openid_provider import provider_of

    home, engine, now = open_installation()
    provider = provider_of(home)
    if provider is None:
        raise click.ClickException("no provider of identities is set — see YBZ_OPENID_ISSUER")
    value = value_file.read_text(encoding="utf-8").strip()
    secret = keys.load(home).pseudonym
    with refusals(as_json), writing(engine) as connection:
        made = external.link(connection, secret, person_id, provider.issuer, value, by=acting(by), now=now)
    _say(made.to_document(), f"{made.id}  {made.person} is known at {made.issuer}", as_json)


@person.command()
@click.argument("link_id", metavar="LINK")
@by_option
@as_json
def unlink(link_id: str, by: str, as_json: bool) -> None:
    """Let an identity elsewhere (LINK) stand for nobody."""
    from catalog.store import writing
    from space.identity import external

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        external.unlink(connection, link_id, by=acting(by), now=now)
    _say({"id": link_id, "ended": True}, f"{link_id} stands for nobody", as_json)


def _role(text: str) -> Any:
    from policies.access import Role

    try:
        return Role(text)
    except ValueError:
        raise click.UsageError(f"no such role — one of {', '.join(role.value for role in Role)}") from None


def _whole(connection: Connection, person_id: str) -> dict[str, Any]:
    from space.identity import accounts, external, memberships, people

    return people.person(connection, person_id).to_document() | {
        "memberships": [each.to_document() for each in memberships.of_person(connection, person_id)],
        "accounts": [each.to_document() for each in accounts.all_accounts(connection, person=person_id)],
        "links": [each.to_document() for each in external.links(connection, person_id)],
    }


def _say(document: Any, words: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(words)
