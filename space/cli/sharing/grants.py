"""Commands of grants: ``ybz grant``, ``ybz revoke``; others hold those of requests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.sharing.requests import decide, request
from space.cli.sharing.rules import asked_of, rules
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from space.granting.grants import Grant

__all__ = ["decide", "grant", "request", "revoke"]


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

    It names purpose, datasets [{name, columns, where, region, rules}] and valid_to; optional are joins, mode,
    disclosure, budget, calls, max_rows, valid_from, price_fen_per_call, prices, trial_fee, tiers, analyses,
    release_period, hours, networks, rates, volumes, retention, breach and in_charge. What it leaves out comes
    from the dated rules; `rules` are written as for `ybz grant rules set`. This is the short way: a contract
    that both sides negotiate and sign is made with `ybz contract draft`.
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
            document(terms),
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
        ring = keys.ring_of(connection, keys.load(home).signer)
    verify(found, ring)
    _tell_grant(found, as_json)


@grant.command()
@click.argument("code")
@click.option(
    "--role",
    default="client",
    show_default=True,
    help="client, provider, authority, reader, auditor or security.",
)
@click.option(
    "--grant", "grant_id", default=None, metavar="ID", help="Good for this grant alone; ends with it."
)
@click.option("--days", type=int, default=None, help="How long it is good (default: the dated rule).")
@actor
@as_json
def token(code: str, role: str, grant_id: str | None, days: int | None, by: str, as_json: bool) -> None:
    """Issue a bearer token to the organisation CODE; it is shown once."""
    from catalog.store import writing
    from policies.access import Role
    from policies.clocks import local_date
    from policies.rulebook import rule
    from space.identity.tokens import issue

    if role not in tuple(Role):
        raise click.UsageError(f"a token's role is one of {', '.join(Role)}")
    _home, engine, now = open_installation()
    life = int(rule("grants", "token_life", local_date(now)).value) if days is None else days
    with writing(engine) as connection:
        issued = issue(
            connection, code, role=Role(role), by=acting(by), days=life, now=now, grant_id=grant_id
        )
    if as_json:
        print_json({"id": issued.id, "token": issued.secret, "expires_at": issued.expires_at.isoformat()})
        return
    click.echo(f"{issued.secret}\n{issued.id}, good until {issued.expires_at:%Y-%m-%d}; not shown again")


@click.command()
@click.argument("grant_id", metavar="ID")
@click.option("--reason", required=True, help="Why; the other side reads it.")
@click.option("--give-back", "holder", default=None, metavar="CODE", help="Its holder gives it back 退回.")
@actor
@as_json
def revoke(grant_id: str, reason: str, holder: str | None, by: str, as_json: bool) -> None:
    """End the grant ID at once, on every server: it answers no further call, not even one that is running.

    Signed addresses and downloads of its supplies, its workspace, standing queries, subscriptions and tokens
    end with it, and the other side is told.
    """
    from datetime import UTC, datetime

    from catalog import keys
    from catalog.store import writing
    from space.granting.grants import by_id
    from space.granting.revocation import give_back
    from space.granting.revocation import revoke as end
    from space.supply.ending import sweep as delete_supplies
    from space.workspace.ending import sweep as delete_tables

    home, engine, _now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        now = datetime.now(UTC)  # inside: no answer stored before bears a later instant
        if holder is None:
            end(connection, grant_id, reason=reason, by=acting(by), now=now)
        else:
            give_back(connection, grant_id, holder=holder, reason=reason, by=acting(by), now=now)
        ended = by_id(connection, grant_id)
    signer = keys.load(home).signer
    for sweep in (delete_tables, delete_supplies):  # files of its workspace and its supplies
        sweep(engine, home, signer, now)
    _tell_grant(ended, as_json)


def _tell_grant(told: Grant, as_json: bool) -> None:
    if as_json:
        print_json(told.to_document())
        return
    from policies.usage_form import usage_document

    terms = told.terms
    click.echo(f"{told.id}  {told.state}  {told.kind}  to {told.grantee} for {terms.purpose}")
    click.echo(f"  mode {terms.mode.value}, {terms.valid_from} to {terms.valid_to}")
    click.echo(f"  open to {', '.join(sorted(analysis.value for analysis in terms.analyses))}")
    click.echo(f"  calls {told.calls_used} of {terms.calls}, {terms.price_fen_per_call} fen a call")
    if told.nrho_limit:
        window = None if terms.budget is None else terms.budget.window
        most = "" if window is None else f", at most {window.text()}"
        click.echo(f"  privacy budget {told.nrho_spent / 1e9:g} of {told.nrho_limit / 1e9:g} (rho){most}")
    for name, value in usage_document(terms).items():
        stated = value.items() if isinstance(value, dict) else ()
        lines = [value] if isinstance(value, str) else value
        said = ", ".join(f"{key} {one}" for key, one in stated) or "; ".join(map(str, lines))
        click.echo(f"  {name.replace('_', ' ')}: {said}")
    for dataset in terms.datasets:
        scoped = f" (only rows of {dataset.region}…)" if dataset.region else ""
        click.echo(f"  {dataset.name}: {', '.join(dataset.columns)}{scoped}")
        for line in asked_of(dataset.rules):
            click.echo(f"    {line}")
    for join in terms.joins:
        click.echo(f"  join {join.left_dataset}.{join.left_field} = {join.right_dataset}.{join.right_field}")
    if told.end_reason:
        click.echo(f"  {told.state}: {told.end_reason}")
