"""Commands of requests: ``ybz request`` (the applicant's and the provider's side) and ``ybz decide``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.sharing.requests_approval import chain, delegate, delegations, undelegate
from space.cli.sharing.requests_dispute import dispute
from space.cli.wayback.options import acting, actor, as_json, document, names, open_installation, print_json

if TYPE_CHECKING:
    from space.requesting.requests import Request

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def request() -> None:
    """Ask for data 申请: file, complete, withdraw; approval chains, delegation, disputes."""


for command in (chain, delegate, undelegate, delegations, dispute):
    request.add_command(command)


@request.command("new")
@click.argument("file", type=_FILE)
@as_json
def file_request(file: Path, as_json: bool) -> None:
    """File the request FILE (YAML or JSON).

    It names the applicant {code, name, kind}, purpose, use_until, items [{dataset, fields}] and vouched_by, a
    person. A department adds legal_basis, scenario, scope and method; an operator implementing_body,
    agreement and scenario; `kind: open` asks for data open to the public. Whatever is missing is listed at
    once, all of it. A request over data of several owners is answered in one case an owner.
    """
    from catalog.store import writing
    from policies.clocks import local_date
    from space.operation.agreeing import settle
    from space.requesting.filing import submit
    from space.requesting.statements import read

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        settle(connection, now)
        filed = submit(connection, read(connection, document(file), local_date(now)), now)
    tell(filed, as_json)


@request.command()
@click.argument("request_id", metavar="ID")
@click.argument("file", type=_FILE)
@as_json
def supplement(request_id: str, file: Path, as_json: bool) -> None:
    """Replace the incomplete request ID by the whole of FILE; complete, its clocks start."""
    from catalog.store import writing
    from policies.clocks import local_date
    from space.requesting.filing import supplement as add
    from space.requesting.statements import read

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        filed = add(connection, request_id, read(connection, document(file), local_date(now)), now)
    tell(filed, as_json)


@request.command("complete")
@click.argument("case_id", metavar="CASE")
@click.option("--answer", "answers", multiple=True, required=True, help="One for each point, in their order.")
@actor
@as_json
def complete_case(case_id: str, answers: tuple[str, ...], by: str, as_json: bool) -> None:
    """Give what the provider found missing in CASE; its clock runs on."""
    from catalog.store import writing
    from space.requesting.filing import complete
    from space.requesting.requests import by_id

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        case = complete(connection, case_id, answers, by=acting(by), now=now)
        told = by_id(connection, case.request_id)
    tell(told, as_json)


@request.command()
@click.argument("request_id", metavar="ID")
@click.option("--reason", required=True, help="Why.")
@actor
@as_json
def withdraw(request_id: str, reason: str, by: str, as_json: bool) -> None:
    """Take the request ID back, as far as it is not answered."""
    from catalog.store import writing
    from space.requesting.filing import withdraw as take_back

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        told = take_back(connection, request_id, reason=reason, by=acting(by), now=now)
    tell(told, as_json)


@request.command("return")
@click.argument("case_id", metavar="CASE")
@click.option("--lacks", "lacks", multiple=True, required=True, help="One point that is missing; repeat it.")
@actor
@as_json
def return_case(case_id: str, lacks: tuple[str, ...], by: str, as_json: bool) -> None:
    """Tell the applicant of CASE all that is missing, once and completely; the clock waits."""
    from catalog.store import writing
    from space.requesting.answering import give_back

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        told = give_back(connection, case_id, lacks, by=acting(by), now=now)
    tell(told, as_json)


@request.command()
@click.argument("case_id", metavar="CASE")
@click.option("--reason", required=True, help="Why; the applicant reads it.")
@click.option("--approved-by", required=True, metavar="NAME", help="Who of the authority consents.")
@click.option("--days", type=int, default=None, help="Working days, where fewer than the rule allows.")
@actor
@as_json
def extend(case_id: str, reason: str, approved_by: str, days: int | None, by: str, as_json: bool) -> None:
    """Extend the clock of the answer to CASE, once, with the consent of the authority."""
    from catalog.store import writing
    from space.requesting.answering import extend as add_days

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        told = add_days(
            connection, case_id, reason=reason, approved_by=approved_by, by=acting(by), now=now, workdays=days
        )
    tell(told, as_json)


@request.command("list")
@click.option("--applicant", default=None, metavar="CODE", help="Only this organisation's.")
@as_json
def list_requests(applicant: str | None, as_json: bool) -> None:
    """Every request, the oldest first."""
    from catalog.store import reading
    from space.requesting.requests import all_requests

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        filed = all_requests(connection, applicant)
    if as_json:
        print_json([one.to_document() for one in filed])
        return
    for one in filed:
        click.echo(f"{one.id}  {one.state:10}  {one.kind:9}  {one.applicant:18}  due {one.due_on or '—'}")


@request.command("show")
@click.argument("request_id", metavar="ID")
@as_json
def show_request(request_id: str, as_json: bool) -> None:
    """The request ID as it stands: its cases, whose turn it is, and the answer to each item."""
    from catalog.store import reading
    from space.requesting.requests import by_id

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, request_id)
    tell(found, as_json)


@request.command("history")
@click.argument("request_id", metavar="ID")
@as_json
def show_history(request_id: str, as_json: bool) -> None:
    """Every step of the request ID and of its cases, the first one first."""
    from catalog.store import reading
    from space.requesting.requests import by_id, history

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        by_id(connection, request_id)
        steps = history(connection, request_id)
    if as_json:
        print_json([step.to_document() for step in steps])
        return
    for step in steps:
        stands = f" for {step.for_person}" if step.for_person else ""
        click.echo(
            f"{step.number:3}  {step.made_at:%Y-%m-%d %H:%M}Z  {step.event:12} → {step.state:16}"
            f"  {step.office} {step.made_by}{stands}" + (f"  {step.case_id}" if step.case_id else "")
        )
        if step.reason:
            click.echo(f"     {step.reason}")


@click.command()
@click.argument("named", metavar="ID")
@click.option("--permit", "answer", flag_value="permit", help="Yes.")
@click.option("--refuse", "answer", flag_value="refuse", help="No.")
@click.option("--basis", required=True, help="Law, regulation or decision the answer rests on.")
@click.option(
    "--items", default="", metavar="ITEMS", help="Only these: DATASET.FIELD,…; the rest is refused."
)
@click.option("--ground", default="", metavar="CODE", help="Ground of what is refused, of the dated list.")
@click.option(
    "--refusal-basis", default="", metavar="TEXT", help="What the refusal rests on, beside --ground."
)
@click.option("--as", "office", default=None, metavar="STAGE", help="first, second, region or authority.")
@actor
@as_json
def decide(
    named: str,
    answer: str | None,
    basis: str,
    items: str,
    ground: str,
    refusal_basis: str,
    office: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Answer the request or the case ID at its stage: --permit or --refuse, citing the basis."""
    from catalog.store import writing
    from policies.approval import STAGES, Side
    from space.requesting.answering import decide as settle

    if answer is None:
        raise click.UsageError("say --permit or --refuse")
    if office is not None and office not in STAGES:
        raise click.UsageError(f"--as is one of {', '.join(STAGES)}")
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        answered = settle(
            connection,
            named,
            permit=answer == "permit",
            basis=basis,
            by=acting(by),
            now=now,
            ground=ground,
            refusal_basis=refusal_basis,
            items=names(items) or None,
            office=None if office is None else Side(office),
        )
    tell(answered, as_json)


def tell(told: Request, as_json: bool) -> None:
    """Print a request as it stands."""
    if as_json:
        print_json(told.to_document())
        return
    click.echo(f"{told.id}  {told.state}  {told.applicant}  {told.purpose}  {len(told.items)} items")
    for lack in told.missing:
        click.echo(f"  missing: {lack}")
    if told.due_on is not None:
        provisional = ", provisional" if told.due_provisional else ""
        click.echo(f"  answer due by {told.due_on} ({told.due_rule}{provisional})")
    for case in told.cases:
        who = case.chain.seat(case.state) if case.state in [s.stage for s in case.chain.seats] else None
        turn = f", waits for {who.name} {', '.join(who.persons)}".rstrip() if who else ""
        click.echo(f"  case {case.id}  {case.owner}  {case.share_type}  {case.state}{turn}")
        for lack in case.lacks if case.state == "returned" else ():
            click.echo(f"    missing: {lack}")
        for item in case.items:
            ground = f" ({item.ground}: {item.basis})" if item.answer == "refused" else ""
            click.echo(f"    {item.name}  {item.answer or 'waits'}{ground}")
    if told.basis:
        click.echo(f"  {told.state} by {told.answered_by}: {told.basis}")
