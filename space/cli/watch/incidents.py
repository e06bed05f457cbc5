"""Command ``ybz incident``: data security incidents, their exposure, containment, and report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.watch.incidents import Incident

_id = click.argument("incident_id", metavar="ID")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the incident.")
_when = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.group()
def incident() -> None:
    """Data security incidents 数据安全事件: open, contain in one act, tell who has to know, close by two."""


@incident.command("open")
@click.option("--kind", default="leak", show_default=True, help="A kind of incidents.yaml.")
@click.option("--severity", default="general", show_default=True, help="general, larger, major, grave.")
@click.option("--trait", "traits", multiple=True, help="personal, important, critical (default: personal).")
@click.option("--not-personal", is_flag=True, help="No personal information is concerned.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="What it is about; repeatable.")
@click.option("--grant", metavar="GRANT", help="Only what was received under this grant.")
@click.option("--organisation", metavar="CODE", help="Only what this one received.")
@click.option("--since", required=True, type=_when, help="First instant (Asia/Shanghai).")
@click.option("--until", type=_when, help="Last instant (default: until it is contained).")
@click.option("--drill", is_flag=True, help="演练: stops nothing, is counted nowhere.")
@_reason
@actor
@as_json
def open_(
    kind: str,
    severity: str,
    traits: tuple[str, ...],
    not_personal: bool,
    datasets: tuple[str, ...],
    grant: str | None,
    organisation: str | None,
    since: datetime,
    until: datetime | None,
    drill: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Open an incident; the clocks of its notices run from now."""
    from catalog.store import writing
    from policies.clocks import ZONE
    from space.watch.opening import Opening, open_incident

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        opening = Opening(
            kind, severity, reason, since.replace(tzinfo=ZONE),
            None if until is None else until.replace(tzinfo=ZONE),
            stated_traits(traits, not_personal), datasets, grant, organisation, drill,
        )  # fmt: skip
        found = open_incident(connection, opening, by=acting(by), now=now)
    _show(found, as_json)


@incident.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that are closed.")
@as_json
def list_incidents(every: bool, as_json: bool) -> None:
    """Incidents and drills that are not closed; the figures count no drill."""
    from catalog.store import reading
    from space.watch.incidents import all_incidents, figures

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found, counted = all_incidents(connection, closed=every), figures(connection)
    if as_json:
        print_json({"figures": counted, "incidents": [each.to_document() for each in found]})
        return
    if not found:
        click.echo("no incident is open")
    for each in found:
        tell(each)


@incident.command()
@_id
@as_json
def show(incident_id: str, as_json: bool) -> None:
    """The incident ID: its steps, what is stopped, whom it is told, and what is open next."""
    from catalog.store import reading
    from space.watch.reporting import report

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = report(connection, incident_id, now)
    if as_json:
        print_json(found)
        return
    _header(found["incident"])
    for step in found["steps"]:
        reason = f": {step['reason']}" if step["reason"] else ""
        click.echo(
            f"  {local(step['made_at'])}  {step['event']} → {step['state']}  by {step['made_by']}{reason}"
        )
    for stop in found["stops"]:
        click.echo(_stop_line(stop))
    for each in found["notices"]:
        click.echo(f"  {each['id']}  {each['state']:7}  {each['addressee']}, by {local(each['due_at'])}")
    click.echo(f"  open now: {', '.join(found['incident']['open']) or 'nothing, it is over'}")


@incident.command()
@_id
@as_json
def exposure(incident_id: str, as_json: bool) -> None:
    """Who received what of the incident ID, from the ledger's own rows; counts, no values."""
    from catalog.store import reading
    from space.watch.exposure import digest, exposed
    from space.watch.incidents import by_id

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        lines = exposed(connection, by_id(connection, incident_id).scope(now))
    if as_json:
        print_json({"sha256": digest(lines), "lines": [line.to_document() for line in lines]})
        return
    if not lines:
        click.echo("nobody received anything of it")
    for line in lines:
        rows = "" if line.rows is None else f", {line.rows} records"
        who = f"{line.name} {line.organisation}".strip()
        click.echo(f"{who}  {line.dataset}  {line.way}: {line.times} times{rows}, {line.receipts} receipts,"
                   f" {local(line.first_at)} to {local(line.last_at)}")  # fmt: skip


@incident.command()
@_id
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Stop this dataset; repeatable.")
@click.option("--organisation", "organisations", multiple=True, metavar="CODE", help="Stop this one.")
@click.option("--all", "everything", is_flag=True, help="Stop everything.")
@_reason
@actor
@as_json
def contain(
    incident_id: str,
    datasets: tuple[str, ...],
    organisations: tuple[str, ...],
    everything: bool,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Stop in one act what the incident ID is about, or what is named; a drill stops nothing."""
    from catalog.store import writing
    from space.watch.containing import Target, stops_of
    from space.watch.containing import contain as act

    _home, engine, _now = open_installation()
    targets = [Target("dataset", name) for name in datasets]
    targets += [Target("organisation", code) for code in organisations]
    targets += [Target("all")] if everything else []
    with refusals(as_json), writing(engine) as connection:
        now = datetime.now(UTC)  # inside: no answer stored before bears a later instant
        found = act(connection, incident_id, targets, reason=reason, by=acting(by), now=now)
        stops = [each.to_document() for each in stops_of(connection, incident_id)]
    if as_json:
        print_json(found.to_document() | {"stops": stops})
        return
    tell(found)
    for stop in stops:
        click.echo(_stop_line(stop))


@incident.command("report")
@_id
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the page there.")
@as_json
def report_(incident_id: str, file: Path | None, as_json: bool) -> None:
    """The report of the incident ID 处置报告, as a page in Chinese."""
    from catalog.store import reading
    from space.watch.reporting import page, report

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        found = report(connection, incident_id, now)
    if file is not None:
        file.write_text(page(found), encoding="utf-8")
    if as_json:
        print_json(found)
    elif file is None:
        click.echo(page(found), nl=False)
    else:
        click.echo(f"{file}: report of {incident_id}")


def stated_traits(traits: tuple[str, ...], not_personal: bool) -> tuple[str, ...]:
    """The traits of an incident: personal information is concerned unless it is said that it is not."""
    if not_personal and "personal" in traits:
        raise click.UsageError("say --trait personal or --not-personal, not both")
    return traits if not_personal else tuple(dict.fromkeys(("personal", *traits)))


def local(at: str | datetime) -> str:
    """An instant as it is read here: ``2026-09-24 12:00``, Asia/Shanghai."""
    from policies.clocks import ZONE

    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M}"


def tell(found: Incident) -> None:
    """One line of an incident."""
    _header(found.to_document())


def _show(found: Incident, as_json: bool) -> None:
    if as_json:
        print_json(found.to_document())
    else:
        tell(found)


def _header(found: dict[str, object]) -> None:
    mark = "【演练】" if found["drill"] else ""
    click.echo(f"{found['id']}  {found['state']:10}  {mark}{found['kind']}, {found['severity']}, opened"
               f" {local(str(found['opened_at']))} by {found['opened_by']}")  # fmt: skip


def _stop_line(stop: dict[str, object]) -> str:
    what = f"{stop['kind']} {stop['name']}".strip()
    effects = stop["effects"]
    assert isinstance(effects, dict)  # as every stop states them
    counts = ", ".join(f"{count} {name}" for name, count in effects.items())
    verb = "would stop" if stop["simulated"] else "stopped before" if stop["stood"] else "stopped"
    return f"  {verb} {what}: {counts}"
