"""Commands ``ybz notice …``: who is on duty, what they were told, and a trial."""

from __future__ import annotations

from datetime import date, datetime

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def notice() -> None:
    """Mail the people on duty: alerts, incidents, signatures, and a daily digest of what is due."""


@notice.command(name="list")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@as_json
def list_(limit: int, as_json: bool) -> None:
    """List the newest notices with their states; texts and addresses are not shown."""
    from catalog.store import reading
    from space.notices.outbox import listed

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = listed(connection, limit)
    if as_json:
        print_json(list(found))
        return
    for one in found:
        why = f" ({one['problem']})" if one["problem"] else ""
        click.echo(f"{one['made_at']}  {one['kind']}  {one['source']}  {one['state']}{why}")


@notice.command()
@as_json
def send(as_json: bool) -> None:
    """Send now what waits and is due; a running `ybz serve` does so by itself."""
    from catalog.store import reading
    from space.notices.outbox import turn, waiting

    home, engine, now = open_installation()
    with refusals(as_json):
        done = turn(engine, home, now)
    with reading(engine) as connection:
        left = waiting(connection)
    _told(done.entered, done.sent, done.failed, left, as_json)


@notice.command()
@as_json
def trial(as_json: bool) -> None:
    """Mail everybody on duty a trial; exit status 1 where it did not leave."""
    from catalog.store import reading, writing
    from space.notices.duty import unreachable
    from space.notices.mail import server
    from space.notices.outbox import enter_trial, listed, send_waiting, waiting

    home, engine, now = open_installation()
    if server(home.root) is None:
        raise click.ClickException("no mail server is set — set YBZ_MAIL_HOST and YBZ_MAIL_FROM")
    with writing(engine) as connection:
        entered = enter_trial(connection, now)
        without = [] if entered else unreachable(connection, now)
    if without:
        raise click.ClickException(
            f"on duty without a mail address: {', '.join(without)} — give a person one"
            " (`ybz person correct PERSON --contact MAIL`), or put an office's on duty"
            " (`ybz notice duty add --address MAIL`)"
        )
    if not entered:
        raise click.ClickException("nobody is on duty — `ybz notice duty add` enters somebody")
    done = send_waiting(engine, home, now)
    with reading(engine) as connection:
        left = waiting(connection)
        why = {str(one["problem"]) for one in listed(connection, done.failed) if one["problem"]}
    _told(entered, done.sent, done.failed, left, as_json)
    if done.failed:
        click.echo(f"  {'; '.join(sorted(why))} — see the YBZ_MAIL_… settings (docs/operate.md)", err=True)
        click.get_current_context().exit(1)


@notice.group()
def duty() -> None:
    """Say who is on duty 值守, for which notices, on which days."""


@duty.command()
@click.option("--person", metavar="ID", help="A person of the register, by its contact.")
@click.option("--role", help="Everybody who holds this role.")
@click.option("--address", metavar="MAIL", help="An office's own address.")
@click.option(
    "--for",
    "kinds",
    multiple=True,
    type=click.Choice(["alert", "incident", "digest", "signature"]),
    help="All if none.",
)
@click.option("--from", "first", type=_DAY, help="First day (default: today).")
@click.option("--until", "last", type=_DAY, help="Last day (default: until ended).")
@actor
@as_json
def add(
    person: str | None,
    role: str | None,
    address: str | None,
    kinds: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Put a person, the holders of a role, or an office on duty."""
    from catalog.store import writing
    from policies.clocks import local_date
    from space.notices.duty import Whom, enter, reached

    _home, engine, now = open_installation()
    days: tuple[date, date | None] = (
        local_date(now) if first is None else first.date(),
        None if last is None else last.date(),
    )
    with refusals(as_json), writing(engine) as connection:
        made = enter(connection, Whom(person, role, address), kinds, days=days, by=acting(by), now=now)
        lacking = not reached(connection, made, local_date(now))
    if as_json:
        print_json(made.to_document())
    else:
        click.echo(f"{made.id}: on duty from {made.first_day} for {', '.join(made.kinds)}")
        if lacking:
            click.echo("nobody of it has a mail address: `ybz person correct PERSON --contact MAIL`")


@duty.command()
@click.argument("turn_id", metavar="ID")
@actor
@as_json
def end(turn_id: str, by: str, as_json: bool) -> None:
    """Take the turn ID off duty."""
    from catalog.store import writing
    from space.notices.duty import end as take_off

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        over = take_off(connection, turn_id, by=acting(by), now=now)
    if as_json:
        print_json(over.to_document())
    else:
        click.echo(f"{over.id}: no longer on duty")


@duty.command(name="list")
@as_json
def list_duty(as_json: bool) -> None:
    """List every turn of duty."""
    from catalog.store import reading
    from space.notices.duty import turns

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = turns(connection)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        whom = one.person_id or one.role or one.address
        span = f"{one.first_day} – {one.last_day or '…'}"
        click.echo(f"{one.id}  {whom}  {', '.join(one.kinds)}  {span}{'  ended' if one.ended else ''}")


def _told(entered: int, sent: int, failed: int, left: int, as_json: bool) -> None:
    if as_json:
        print_json({"entered": entered, "sent": sent, "failed": failed, "waiting": left})
    else:
        click.echo(f"{entered} new, {sent} sent, {failed} not sent, {left} wait")
