"""Commands of the registrar and of who names it: ``registrar authorise accept return review notice …``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from catalog.registration import cli_acts
from catalog.registration.cli_acts import as_json, because, by_whom, file_option

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def registrar() -> None:
    """Who the registrar 登记机构 is."""


@registrar.command("name")
@click.argument("code")
@click.argument("called", metavar="NAME")
@click.option("--designated-by", required=True, metavar="NAME", help="The data authority that designated it.")
@click.option("--basis", required=True, metavar="TEXT", help="The decision it rests on.")
@click.option("--from", "valid_from", type=_DAY, metavar="DATE", help="First day (default: today).")
@by_whom
@as_json
def name_registrar(
    code: str,
    called: str,
    designated_by: str,
    basis: str,
    valid_from: datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Name the registrar from a day on."""
    from catalog.registration import registrars

    at = cli_acts.now()
    first = cli_acts.today(at) if valid_from is None else valid_from.date()
    with cli_acts.written() as (_, connection):
        named = registrars.name(
            connection, code=code, called=called, designated_by=designated_by, basis=basis,
            valid_from=first, by=cli_acts.actor(by, "authority").by, now=at,
        )  # fmt: skip
    if as_json:
        cli_acts.print_json({"id": named.id, "code": code, "name": called, "valid_from": first.isoformat()})
    else:
        click.echo(f"{called} {code} is the registrar from {first}")


@registrar.command("list")
@as_json
def list_registrars(as_json: bool) -> None:
    """List who was and is registrar."""
    from catalog.registration import registrars

    with cli_acts.read() as (_, connection):
        found = registrars.registrars(connection)
    lines = [
        {
            "valid_from": r.valid_from.isoformat(), "code": r.code, "name": r.name,
            "designated_by": r.designated_by, "basis": r.basis,
        }
        for r in found
    ]  # fmt: skip
    if as_json:
        cli_acts.print_json(lines)
    elif not lines:
        click.echo("no registrar is named — `ybz register registrar name`")
    else:
        cli_acts.print_lines(lines, ("valid_from", "code", "name", "designated_by", "basis"))


@click.command()
@click.argument("datasets", nargs=-1, metavar="NAME...")
@click.option("--body", nargs=2, metavar="CODE NAME", help="Implementing body 实施机构.")
@click.option("--operator", nargs=2, metavar="CODE NAME", help="Operator 运营机构.")
@click.option("--agreement", metavar="TEXT", help="Reference of the agreement.")
@click.option("--mode", metavar="KEY", help="whole 整体, field 分领域 or scenario 依场景.")
@click.option("--from", "starts_on", type=_DAY, metavar="DATE", help="First day.")
@click.option("--until", "ends_on", type=_DAY, metavar="DATE", help="Last day.")
@click.option("--end", metavar="ID", help="End an authorisation before its last day.")
@click.option("--reason", default="", metavar="TEXT", help="Why it ends early.")
@by_whom
@as_json
def authorise(
    datasets: tuple[str, ...],
    body: tuple[str, str] | None,
    operator: tuple[str, str] | None,
    agreement: str | None,
    mode: str | None,
    starts_on: datetime | None,
    ends_on: datetime | None,
    end: str | None,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Record an authorisation of operation over datasets; their first registration is owed from its start."""
    from catalog.registration import authorisations, coding, ending, terms
    from catalog.registration.authorisations import Authorisation

    at = cli_acts.now()
    who = cli_acts.actor(by, "authority").by
    if end is not None:
        if not reason:
            raise click.UsageError("--end needs --reason")
        with cli_acts.written() as (_, connection):
            shortened = ending.end(connection, end, reason=reason, by=who, now=at)
            lapsed = coding.lapse(connection, at)
            terms.watch(connection, at)
        if as_json:
            told = [each.to_document() for each in shortened]
            cli_acts.print_json({"ended": end, "shortened": told, "lapsed": list(lapsed)})
            return
        click.echo(f"{end}: ended")
        for each in shortened:
            click.echo(f"    {each.name}: its registration stands until {each.after}, not {each.before}")
        return
    if not (datasets and body and operator and agreement and mode and starts_on and ends_on):
        raise click.UsageError("name datasets, --body, --operator, --agreement, --mode, --from and --until")
    agreed = Authorisation(
        body_name=body[1], body_code=body[0], operator_name=operator[1], operator_code=operator[0],
        agreement=agreement, mode=mode, starts_on=starts_on.date(), ends_on=ends_on.date(),
        datasets=datasets,
    )  # fmt: skip
    with cli_acts.written() as (_, connection):
        authorisation_id = authorisations.authorise(connection, agreed, by=who, now=at)
        owed = terms.watch(connection, at)
    if as_json:
        cli_acts.print_json({"id": authorisation_id, "first_registration_owed": list(owed)})
        return
    click.echo(f"{authorisation_id}: recorded, {len(set(datasets))} datasets")
    for name in owed:
        click.echo(f"    {name}: its first registration is owed, see `ybz due`")


@click.command()
@click.argument("named", metavar="ID")
@by_whom
@as_json
def accept(named: str, by: str, as_json: bool) -> None:
    """Accept a complete application 受理."""
    from catalog.registration import examining

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, "registrar")
        case = examining.accept(connection, named, who, now=cli_acts.now())
    cli_acts.print_case(case, as_json, "next: `ybz register review`")


@click.command("return")
@click.argument("named", metavar="ID")
@click.option("--lacks", multiple=True, metavar="TEXT", help="What it lacks beside what the checklist finds.")
@by_whom
@as_json
def return_(named: str, lacks: tuple[str, ...], by: str, as_json: bool) -> None:
    """Return an application, once, with the one complete list of what it lacks."""
    from catalog.registration import examining

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, "registrar")
        case = examining.send_back(connection, named, lacks, who, now=cli_acts.now())
    cli_acts.print_case(case, as_json, *(f"lacks {each}" for each in case.returned or ()))


@click.command()
@click.argument("named", metavar="ID")
@by_whom
@as_json
def review(named: str, by: str, as_json: bool) -> None:
    """Pass the formal review 形式审核."""
    from catalog.registration import examining

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, "registrar")
        case = examining.review(connection, named, who, now=cli_acts.now())
    cli_acts.print_case(case, as_json, "next: `ybz register notice`")


@click.command()
@click.argument("named", metavar="ID")
@by_whom
@as_json
def notice(named: str, by: str, as_json: bool) -> None:
    """Begin the public notice 公示."""
    from catalog.registration import examining

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, "registrar")
        case = examining.publish(connection, named, who, now=cli_acts.now())
    provisional = " (provisional: that year has no official calendar yet)" if case.notice_provisional else ""
    cli_acts.print_case(case, as_json, f"open to objections until {case.notice_until}{provisional}")


@click.command("decide-objection")
@click.argument("objection", metavar="ID")
@click.option("--accept/--dismiss", "accepted", required=True, default=None, help="Whether it holds.")
@because
@click.option("--basis", required=True, metavar="TEXT", help="What the decision rests on.")
@by_whom
@as_json
def decide_objection(objection: str, accepted: bool, reason: str, basis: str, by: str, as_json: bool) -> None:
    """Decide an objection; one that is accepted ends the application."""
    from catalog.registration import objections

    with cli_acts.written() as (_, connection):
        case = objections.decide(
            connection, objection, accepted=accepted, reason=reason, basis=basis,
            actor=cli_acts.actor(by, "registrar"), now=cli_acts.now(),
        )  # fmt: skip
    cli_acts.print_case(case, as_json)


@click.command("record-code")
@click.argument("named", metavar="ID")
@click.option("--code", default="", metavar="TEXT", help="The code as the national platform gave it.")
@click.option("--query-code", default="", metavar="TEXT", help="登记结果查询码.")
@click.option("--proof", type=file_option, required=True, metavar="FILE", help="What shows it.")
@click.option("--coded-on", type=_DAY, metavar="DATE", help="Day on the proof (default: today).")
@by_whom
@as_json
def record_code(
    named: str,
    code: str,
    query_code: str,
    proof: Path,
    coded_on: datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Record what the national platform gave; nothing here issues a code."""
    from catalog.registration import coding
    from catalog.registration.files import PROOF

    at = cli_acts.now()
    with cli_acts.written() as (home, connection):
        given = coding.Given(
            cli_acts.keep(home, PROOF, proof, at), code, query_code,
            None if coded_on is None else coded_on.date(),
        )  # fmt: skip
        who = cli_acts.actor(by, "registrar")
        done = coding.record_code(connection, named, given, who, now=at)
    if as_json:
        cli_acts.print_json(done.to_document())
    else:
        click.echo(f"{done.name}: {done.state}, code {done.code}, until {done.valid_until}")


@click.command()
@click.argument("named", metavar="ID")
@click.option("--ground", required=True, metavar="KEY", help="Of the list of grounds; a wrong one prints it.")
@because
@by_whom
@as_json
def refuse(named: str, ground: str, reason: str, by: str, as_json: bool) -> None:
    """Refuse an application on a ground of the list."""
    from catalog.registration import examining

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, "registrar")
        case = examining.refuse(connection, named, ground, who, reason=reason, now=cli_acts.now())
    cli_acts.print_case(case, as_json, f"basis: {case.basis}")


@click.command()
@as_json
def lapse(as_json: bool) -> None:
    """Mark what lapsed, and start the clocks of first registrations that are owed; safe to run daily."""
    from catalog.registration import coding, terms

    at = cli_acts.now()
    with cli_acts.written() as (_, connection):
        done = coding.lapse(connection, at)
        owed = terms.watch(connection, at)
    if as_json:
        cli_acts.print_json({"lapsed": list(done), "first_registration_owed": list(owed)})
        return
    click.echo(f"lapsed: {', '.join(done) or 'nothing'}")
    for name in owed:
        click.echo(f"{name}: its first registration is owed, see `ybz due`")


COMMANDS: Final = (
    registrar, authorise, accept, return_, review, notice, decide_objection, record_code, refuse, lapse,
)  # fmt: skip
