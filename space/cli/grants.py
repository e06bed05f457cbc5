"""Commands of requests and grants: ``ybz request``, ``ybz decide``, ``ybz grant``, ``ybz revoke``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.options import acting, actor, as_json, open_installation, print_json
from space.cli.refusal import refusals
from space.cli.rules import asked_of, rules

if TYPE_CHECKING:
    from space.granting.grants import Grant
    from space.granting.requests import Request


@click.group()
def request() -> None:
    """Ask for data 申请: new, supplement, list, show."""


@request.command("new")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def file_request(file: Path, as_json: bool) -> None:
    """File the request FILE (YAML or JSON).

    It names the applicant {code, name, kind}, purpose, use_until and items [{dataset, fields}]. A department
    adds legal_basis, scenario, scope, method and vouched_by; an operator implementing_body, agreement,
    scenario and vouched_by. Whatever is missing is listed at once, all of it.
    """
    from catalog.store import writing
    from policies.clocks import local_date
    from space.granting.requests import submit
    from space.granting.statements import read

    _home, engine, now = open_installation()
    with writing(engine) as connection:
        filed = submit(connection, read(connection, _document(file), local_date(now)), now)
    _tell_request(filed, as_json)


@request.command()
@click.argument("request_id", metavar="ID")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def supplement(request_id: str, file: Path, as_json: bool) -> None:
    """Replace the incomplete request ID by the whole of FILE; complete, its clock starts."""
    from catalog.store import writing
    from policies.clocks import local_date
    from space.granting.requests import supplement as add
    from space.granting.statements import read

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        filed = add(connection, request_id, read(connection, _document(file), local_date(now)), now)
    _tell_request(filed, as_json)


@request.command("list")
@as_json
def list_requests(as_json: bool) -> None:
    """Every request, the oldest first."""
    from catalog.store import reading
    from space.granting.requests import all_requests

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        filed = all_requests(connection)
    if as_json:
        print_json([one.to_document() for one in filed])
        return
    for one in filed:
        click.echo(f"{one.id}  {one.state:10}  {one.kind:9}  {one.applicant:18}  due {one.due_on or '—'}")


@request.command("show")
@click.argument("request_id", metavar="ID")
@as_json
def show_request(request_id: str, as_json: bool) -> None:
    """The request ID as it stands."""
    from catalog.store import reading
    from space.granting.requests import by_id

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, request_id)
    _tell_request(found, as_json)


@click.command()
@click.argument("request_id", metavar="ID")
@click.option("--permit", "answer", flag_value="permit", help="Yes.")
@click.option("--refuse", "answer", flag_value="refuse", help="No.")
@click.option("--basis", required=True, help="Law, regulation or decision the answer rests on.")
@actor
@as_json
def decide(request_id: str, answer: str | None, basis: str, by: str, as_json: bool) -> None:
    """Answer the request ID: --permit or --refuse, citing the basis."""
    from catalog.store import writing
    from space.granting.requests import decide as settle

    if answer is None:
        raise click.UsageError("say --permit or --refuse")
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        answered = settle(
            connection, request_id, permit=answer == "permit", basis=basis, by=acting(by), now=now
        )
    _tell_request(answered, as_json)


@click.group()
def grant() -> None:
    """Grants 授权: new, list, show, token, and the rules of owners."""


grant.add_command(rules)


@grant.command("new")
@click.argument("terms", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", required=True, metavar="CODE", help="Code of the organisation that receives it.")
@click.option("--from", "grantor", default=None, metavar="CODE", help="Granting body, where not clear.")
@click.option("--request", "request_id", default=None, metavar="ID", help="The permitted request it answers.")
@actor
@as_json
def sign_grant(
    terms: Path, to: str, grantor: str | None, request_id: str | None, by: str, as_json: bool
) -> None:
    """Sign the TERMS file (YAML or JSON) as a grant.

    It names purpose, datasets [{name, columns, where, rules}] and valid_to; optional are joins, mode,
    disclosure, budget, calls, max_rows, valid_from, price_fen_per_call, analyses and release_period. What it
    leaves out comes from the dated rules; `rules` are written as for `ybz grant rules set`.
    """
    from catalog import keys
    from catalog.store import writing
    from space.granting.grants import grant as sign

    home, engine, now = open_installation()
    signer = keys.load(home).signer
    with refusals(as_json), writing(engine) as connection:
        signed = sign(
            connection,
            signer,
            _document(terms),
            to=to,
            by=acting(by),
            now=now,
            request_id=request_id,
            grantor=grantor,
        )
    _tell_grant(signed, as_json)


@grant.command("list")
@click.option("--to", default=None, metavar="CODE", help="Only this organisation's.")
@as_json
def list_grants(to: str | None, as_json: bool) -> None:
    """Every grant, the oldest first."""
    from catalog.store import reading
    from space.granting.grants import all_grants

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_grants(connection, to)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(
            f"{one.id}  {one.state:8}  {one.terms.mode.value:9}  {one.grantee:18}  {one.terms.purpose:26}"
            f"  {one.terms.valid_from}…{one.terms.valid_to}  calls {one.calls_used}/{one.terms.calls}"
        )


@grant.command("show")
@click.argument("grant_id", metavar="ID")
@as_json
def show_grant(grant_id: str, as_json: bool) -> None:
    """The grant ID: terms, counters, and whether its signature holds."""
    from catalog import keys
    from catalog.store import reading
    from space.granting.grants import by_id, verify

    home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = by_id(connection, grant_id)
    verify(found, keys.load(home).signer.public_raw)
    _tell_grant(found, as_json)


@grant.command()
@click.argument("code")
@click.option("--role", default="client", show_default=True, help="client, reader or auditor.")
@click.option("--days", type=int, default=None, help="How long it is good (default: the dated rule).")
@actor
@as_json
def token(code: str, role: str, days: int | None, by: str, as_json: bool) -> None:
    """Issue a bearer token to the organisation CODE; it is shown once."""
    from catalog.store import writing
    from policies.access import Role
    from policies.clocks import local_date
    from policies.rulebook import rule
    from space.identity.tokens import issue

    if role not in (Role.CLIENT, Role.READER, Role.AUDITOR):
        raise click.UsageError("a token's role is client, reader or auditor")
    _home, engine, now = open_installation()
    life = int(rule("grants", "token_life", local_date(now)).value) if days is None else days
    with writing(engine) as connection:
        issued = issue(connection, code, role=Role(role), by=acting(by), days=life, now=now)
    if as_json:
        print_json({"id": issued.id, "token": issued.secret, "expires_at": issued.expires_at.isoformat()})
        return
    click.echo(f"{issued.secret}\n{issued.id}, good until {issued.expires_at:%Y-%m-%d}; not shown again")


@click.command()
@click.argument("grant_id", metavar="ID")
@click.option("--reason", required=True, help="Why; the grantee reads it.")
@actor
@as_json
def revoke(grant_id: str, reason: str, by: str, as_json: bool) -> None:
    """Revoke the grant ID: it answers no further call, not even one that is running."""
    from catalog import keys
    from catalog.store import writing
    from space.granting.grants import by_id
    from space.granting.revocation import revoke as end
    from space.workspace.ending import sweep

    home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        end(connection, grant_id, reason=reason, by=acting(by), now=now)
        ended = by_id(connection, grant_id)
    sweep(engine, home, keys.load(home).signer, now)  # files of its workspace
    _tell_grant(ended, as_json)


def _document(file: Path) -> dict[str, Any]:
    from contracts.yaml_document import load

    try:
        document = load(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} is not YAML or JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise click.ClickException(f"{file} does not hold key: value pairs")
    return document


def _tell_request(told: Request, as_json: bool) -> None:
    if as_json:
        print_json(told.to_document())
        return
    click.echo(f"{told.id}  {told.state}  {told.applicant}  {told.purpose}  {len(told.items)} items")
    for lack in told.missing:
        click.echo(f"  missing: {lack}")
    if told.due_on is not None:
        provisional = ", provisional" if told.due_provisional else ""
        click.echo(f"  answer due by {told.due_on} ({told.due_rule}{provisional})")
    if told.basis:
        click.echo(f"  {told.state} by {told.answered_by}: {told.basis}")


def _tell_grant(told: Grant, as_json: bool) -> None:
    if as_json:
        print_json(told.to_document())
        return
    terms = told.terms
    click.echo(f"{told.id}  {told.state}  {told.kind}  to {told.grantee} for {terms.purpose}")
    click.echo(f"  mode {terms.mode.value}, {terms.valid_from} to {terms.valid_to}")
    click.echo(f"  open to {', '.join(sorted(analysis.value for analysis in terms.analyses))}")
    click.echo(f"  calls {told.calls_used} of {terms.calls}, {terms.price_fen_per_call} fen a call")
    if told.nrho_limit:
        click.echo(f"  privacy budget {told.nrho_spent / 1e9:g} of {told.nrho_limit / 1e9:g} (rho)")
    for dataset in terms.datasets:
        click.echo(f"  {dataset.name}: {', '.join(dataset.columns)}")
        for line in asked_of(dataset.rules):
            click.echo(f"    {line}")
    for join in terms.joins:
        click.echo(f"  join {join.left_dataset}.{join.left_field} = {join.right_dataset}.{join.right_field}")
    if told.end_reason:
        click.echo(f"  {told.state}: {told.end_reason}")
