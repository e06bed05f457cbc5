"""Command ``ybz alert``: what was noticed in the use of data, and the case of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from space.watch.alerts import Alert

_id = click.argument("alert_id", metavar="ID")


@click.group()
def alert() -> None:
    """Alerts 预警 from use: refusals, racing, scraping, off-hours; each with a case and a handler."""


@alert.command("list")
@click.option("--all", "every", is_flag=True, help="Also those whose case is over.")
@as_json
def list_alerts(every: bool, as_json: bool) -> None:
    """The alerts that wait, the one due first before the others."""
    from catalog.store import reading
    from space.watch.alerts import all_alerts

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_alerts(connection, ended=every)
    if as_json:
        print_json([each.to_document() for each in found])
        return
    if not found:
        click.echo("no alert waits")
    for each in found:
        _tell(each)


@alert.command()
@_id
@as_json
def show(alert_id: str, as_json: bool) -> None:
    """The alert ID with what was counted, and the steps of its case."""
    from catalog.store import reading
    from space.watch.alerts import by_id, steps_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found, steps = by_id(connection, alert_id), steps_of(connection, alert_id)
    if as_json:
        print_json(found.to_document() | {"steps": list(steps)})
        return
    from space.cli.watch.incidents import local

    _tell(found)
    for code, count in sorted(found.codes.items()):
        click.echo(f"  {count:8}  {code}")
    for step in steps:
        reason = f": {step['reason']}" if step["reason"] else ""
        click.echo(
            f"  {local(step['made_at'])}  {step['event']} → {step['state']}  by {step['made_by']}{reason}"
        )


@alert.command()
@as_json
def evaluate(as_json: bool) -> None:
    """Look now at what came since the last time; a running server does so by itself."""
    from catalog.store import reading
    from space.watch.alerts import by_id
    from space.watch.evaluating import evaluate as look

    _home, engine, now = open_installation()
    raised = look(engine, now)
    with reading(engine) as connection:
        found = [by_id(connection, each) for each in raised]
    if as_json:
        print_json([each.to_document() for each in found])
        return
    click.echo(f"{len(found)} alerts raised" if found else "nothing crossed a threshold")
    for each in found:
        _tell(each)


@alert.command()
@as_json
def rules(as_json: bool) -> None:
    """The rules in force today: what is counted, from how many on, and what each rests on."""
    from dataclasses import asdict

    from catalog.clocks.place import place_on
    from catalog.store import reading
    from policies.clocks import local_date
    from policies.watching import alert_rules

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = alert_rules(local_date(now), place_on(connection, local_date(now)))
    if as_json:
        print_json([asdict(each) | {"outcomes": sorted(each.outcomes), "products": sorted(each.products)}
                    for each in found])  # fmt: skip
        return
    for each in found:
        counted = f"{each.threshold} in {each.window_s // 60} min by {each.by}"
        handled = f"{each.office} within {each.workdays} working days"
        click.echo(f"{each.name}: {counted}, {each.severity}, {handled} — {each.source}")


@alert.command()
@_id
@click.option("--to", required=True, metavar="NAME", help="Who handles it.")
@actor
@as_json
def assign(alert_id: str, to: str, by: str, as_json: bool) -> None:
    """Give the case of the alert ID to a person."""
    from space.watch import alerts

    _act(as_json, lambda c, now: alerts.assign(c, alert_id, to=to, by=acting(by), now=now))


@alert.command()
@_id
@actor
@as_json
def ack(alert_id: str, by: str, as_json: bool) -> None:
    """Take the case of the alert ID: you handle it."""
    from space.watch import alerts

    _act(as_json, lambda c, now: alerts.acknowledge(c, alert_id, by=acting(by), now=now))


@alert.command()
@_id
@click.option("--reason", required=True, metavar="TEXT", help="What was found; kept with the case.")
@actor
@as_json
def close(alert_id: str, reason: str, by: str, as_json: bool) -> None:
    """Close the case of the alert ID, which was acknowledged."""
    from space.watch import alerts

    _act(
        as_json,
        lambda connection, now: alerts.close(connection, alert_id, reason=reason, by=acting(by), now=now),
    )


@alert.command()
@_id
@click.option("--kind", default="misuse", show_default=True, help="A kind of incidents.yaml.")
@click.option("--severity", default="general", show_default=True, help="How grave it is.")
@click.option("--trait", "traits", multiple=True, help="personal, important, critical (default: personal).")
@click.option("--not-personal", is_flag=True, help="No personal information is concerned.")
@click.option("--reason", required=True, metavar="TEXT", help="What happened; kept with the incident.")
@actor
@as_json
def escalate(
    alert_id: str,
    kind: str,
    severity: str,
    traits: tuple[str, ...],
    not_personal: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Make an incident of the alert ID; its clocks run from now."""
    from catalog.store import writing
    from space.cli.watch.incidents import stated_traits, tell
    from space.watch.opening import escalate as make
    from space.watch.opening import of_alert

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        chosen = stated_traits(traits, not_personal)
        opening = of_alert(
            connection, alert_id, kind=kind, severity=severity, statement=reason, traits=chosen
        )
        found = make(connection, alert_id, opening, by=acting(by), now=now)
    if as_json:
        print_json(found.to_document())
    else:
        tell(found)


def _act(as_json: bool, act: Callable[[Connection, datetime], Alert]) -> None:
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = act(connection, now)
    if as_json:
        print_json(found.to_document())
    else:
        _tell(found)


def _tell(found: Alert) -> None:
    who = found.handler or found.office
    click.echo(
        f"{found.id}  {found.state:12}  {found.severity:6}  {found.rule} about {found.subject}:"
        f" {found.count} (from {found.threshold} on), {who} by {found.due_on}"
    )
    if found.incident_id is not None:
        click.echo(f"  became the incident {found.incident_id}")
