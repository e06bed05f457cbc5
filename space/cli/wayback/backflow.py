"""Commands of backflow 回流: ``ybz backflow``.

Deliveries are made by `ybz build` after each release; here they are subscribed to, read and counted back.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from space.cli.refusal import refusals
from space.cli.wayback.backflow_claims import CLAIMS
from space.cli.wayback.backflow_desk import DESK
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    names,
    open_installation,
    print_json,
)


@click.group()
def backflow() -> None:
    """Rows of an area flow back 回流: subscribe, receive, count back, claim, un-mask."""


for _each in (*CLAIMS, *DESK):
    backflow.add_command(_each)


@backflow.command("body")
@click.argument("code")
@click.option("--name", required=True, help="Of the street, town, community or village.")
@click.option("--area", required=True, metavar="REGION", help="Region code it answers for.")
@as_json
def enter_body(code: str, name: str, area: str, as_json: bool) -> None:
    """Enter the grass-roots body CODE and the area it answers for."""
    from space.wayback.backflow.bodies import Body, register

    _home, engine, now = open_installation()
    with refusals(as_json):
        entered = register(engine, Body(code, name, area), now)
    if as_json:
        print_json(asdict(entered))
        return
    click.echo(f"{entered.code} {entered.name} answers for {entered.area}")


@backflow.command()
@body_option
@click.option("--dataset", required=True, metavar="SCHEMA.TABLE")
@click.option("--fields", required=True, metavar="A,B", help="Field names; nothing else leaves.")
@click.option("--basis", required=True, help="Legal basis 使用依据.")
@click.option("--area", default="", metavar="REGION", help="Within the body's own area (default: all of it).")
@click.option("--plain", default="", metavar="A,B", help="Identity numbers delivered unmasked.")
@click.option("--grant", "grant_id", default="", metavar="ID", help="A grant of the body it ends with.")
@click.option("--meaning", default="", help="Whose area: residence, registration or workplace.")
@click.option("--from", "valid_from", default="", metavar="DAY", help="First day (default: at once).")
@click.option("--until", "valid_to", default="", metavar="DAY", help="Last day (default: until it is ended).")
@click.option("--condition", "conditions", multiple=True, help="Refused: nothing may be added to it.")
@actor
@as_json
def subscribe(
    body: str,
    dataset: str,
    fields: str,
    basis: str,
    area: str,
    plain: str,
    grant_id: str,
    meaning: str,
    valid_from: str,
    valid_to: str,
    conditions: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Subscribe a body to the rows of its area in a dataset."""
    from space.wayback.backflow.subscriptions import Wanted
    from space.wayback.backflow.subscriptions import subscribe as open_subscription

    _home, engine, now = open_installation()
    wanted = Wanted(
        body,
        dataset,
        names(fields),
        basis,
        area,
        names(plain),
        grant_id,
        meaning,
        valid_from,
        valid_to,
        conditions,
    )
    with refusals(as_json):
        made = open_subscription(engine, wanted, by=acting(by), now=now)
    if as_json:
        print_json(asdict(made) | {"opened_at": made.opened_at.isoformat()})
    else:
        click.echo(f"{made.id}: {dataset} flows back to {body} for {made.area} — next: `ybz build`")


@backflow.command("subscriptions")
@click.option("--body", default=None, metavar="CODE", help="Only this body's.")
@as_json
def list_subscriptions(body: str | None, as_json: bool) -> None:
    """Subscriptions, in the order they were opened."""
    from catalog.store import reading
    from space.wayback.backflow.subscriptions import listing

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = listing(connection, body)
    if as_json:
        print_json([asdict(one) | {"opened_at": one.opened_at.isoformat()} for one in found])
        return
    for one in found:
        term = f"{one.valid_from or '…'} to {one.valid_to or '…'}"
        click.echo(f"{one.id}  {one.area:12}  {one.dataset:32} {one.meaning:12} {one.state:8} {term}")


@backflow.command()
@click.argument("subscription")
@actor
@as_json
def end(subscription: str, by: str, as_json: bool) -> None:
    """End a SUBSCRIPTION; what was delivered stays."""
    from space.wayback.backflow.subscriptions import end as end_subscription

    _home, engine, now = open_installation()
    with refusals(as_json):
        end_subscription(engine, subscription, by=acting(by), now=now)
    if as_json:
        print_json({"id": subscription, "state": "ended"})
    else:
        click.echo(f"{subscription} ended")


@backflow.command("list")
@click.option("--body", default=None, metavar="CODE", help="Only this body's.")
@as_json
def list_deliveries(body: str | None, as_json: bool) -> None:
    """Deliveries, oldest first, with how complete and how late they are."""
    from catalog.store import reading
    from space.wayback.backflow.balances import figures
    from space.wayback.backflow.inbox import listing

    _home, engine, now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        made = listing(connection, body)
        known = {one.delivery: one for one in figures(connection, body, now)}
    if as_json:
        rows = []
        for one in made:
            told = known.get(one.id)
            shown = (
                None if told is None else asdict(told) | {"acknowledge_by": told.acknowledge_by.isoformat()}
            )
            rows.append({**asdict(one), "sent_at": one.sent_at.isoformat(), "figures": shown})
        print_json(rows)
        return
    for one in made:
        counts = f"+{one.counts.added} ~{one.counts.changed} -{one.counts.removed}"
        told = known.get(one.id)
        late = f"  {told.late_days} days late" if told is not None and told.late_days else ""
        click.echo(f"{one.id}  {one.area:12}  {one.dataset:32} {counts:16} {one.state}{late}")


@backflow.command()
@click.argument("delivery_id", metavar="DELIVERY")
@click.option("--limit", default=20, show_default=True, help="Rows shown.")
@as_json
def show(delivery_id: str, limit: int, as_json: bool) -> None:
    """Rows of a DELIVERY, once its file is checked."""
    from catalog.store import reading
    from space.wayback.backflow.inbox import delivery, read_rows, require_open

    home, engine, _now = open_installation()
    with refusals(as_json):
        with reading(engine) as connection:
            made = delivery(connection, delivery_id)
            require_open(connection, made)
        rows = read_rows(home, made).slice(0, limit).to_pylist()
    if as_json:
        print_json([{name: None if v is None else str(v) for name, v in row.items()} for row in rows])
        return
    for row in rows:
        click.echo("  ".join("" if value is None else str(value) for value in row.values()))


@backflow.command()
@click.argument("delivery_id", metavar="DELIVERY")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def export(delivery_id: str, file: Path, as_json: bool) -> None:
    """Write the rows of a DELIVERY as an Excel workbook FILE, once they are checked."""
    from catalog.releases.published import by_id
    from catalog.revisions import number
    from catalog.store import reading
    from space.wayback.backflow.balances import figures
    from space.wayback.backflow.export import write
    from space.wayback.backflow.inbox import delivery, read_rows, require_open

    home, engine, now = open_installation()
    with refusals(as_json):
        with reading(engine) as connection:
            made = delivery(connection, delivery_id)
            require_open(connection, made)
            contract = number(connection, made.dataset, by_id(connection, made.release).revision).contract
            known = {one.delivery: one for one in figures(connection, made.subscriber, now)}
        rows = write(made, read_rows(home, made), contract, known.get(made.id), file)
    if as_json:
        print_json({"delivery": made.id, "rows": rows, "file": str(file)})
    else:
        click.echo(f"{rows} rows written to {file}")


@backflow.command()
@click.argument("delivery_id", metavar="DELIVERY")
@click.option("--counts", nargs=3, type=int, metavar="ADDED CHANGED REMOVED", help="As the receiver counted.")
@actor
@as_json
def ack(delivery_id: str, counts: tuple[int, int, int] | None, by: str, as_json: bool) -> None:
    """Count a DELIVERY back 对账; without --counts the rows of its file are counted here."""
    from catalog.store import reading
    from space.wayback.backflow.inbox import Counts, acknowledge, count, delivery, read_rows

    home, engine, now = open_installation()
    with refusals(as_json):
        with reading(engine) as connection:
            made = delivery(connection, delivery_id)
        received = Counts(*counts) if counts else count(read_rows(home, made))
        done = acknowledge(engine, delivery_id, received, by=acting(by), now=now)
    if as_json:
        print_json({"delivery": done.id, "state": done.state, "received": asdict(received)})
    else:
        click.echo(f"{done.id}: {done.state}")
    if done.state == "disputed":
        raise click.exceptions.Exit(1)


@backflow.command()
@as_json
def balance(as_json: bool) -> None:
    """Counts of every delivery on both sides; fails where one does not add up."""
    from catalog.store import reading
    from space.wayback.backflow.balances import balance as balances

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = balances(connection)
    if as_json:
        print_json([one.to_document() for one in found])
    else:
        for one in found:
            told = f"{one.changed} = {one.delivered} + {one.unattributed} + {one.other_areas}"
            click.echo(f"{one.release}  {one.area:12}  {told:32} {'ok' if one.balanced else 'DIFFERS'}")
    if not all(one.balanced for one in found):
        raise click.exceptions.Exit(1)


@backflow.command()
@body_option
@click.option("--unread", is_flag=True)
@as_json
def inbox(body: str, unread: bool, as_json: bool) -> None:
    """What waits for a body: deliveries, and answers to its challenges."""
    from catalog.store import reading
    from space.wayback.backflow.inbox import notices_of

    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = notices_of(connection, body, unread=unread)
    if as_json:
        print_json([{"kind": n.kind, "subject": n.subject, "message": n.message} for n in found])
        return
    for notice in found:
        click.echo(f"{notice.sent_at:%Y-%m-%d %H:%M}Z  {notice.subject}  {notice.message}")
