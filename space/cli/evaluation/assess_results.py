"""Commands of ``ybz assess`` on payment bound to results 效果付费: bind, accept, bonds, settle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.evaluation.bonds import Bound


@click.command()
@click.argument("subject")
@click.option("--grant", "is_grant", is_flag=True, help="SUBJECT is a grant, not the number of an agreement.")
@click.option("--scheme", required=True, help="By which it is evaluated.")
@click.option("--indicator", required=True, help="Of the scheme.")
@click.option("--period", type=click.Choice(["quarter", "year"]), default="quarter", show_default=True)
@click.option("--share", required=True, type=click.IntRange(1, 100), help="Percent of each amount.")
@click.option("--target", required=True, help="From which on nothing is taken off, e.g. 0.99.")
@click.option(
    "--floor", help="Where the whole share is taken off; between, in proportion. None: all or nothing."
)
@click.option("--from", "valid_from", required=True, metavar="DAY", help="First day, YYYY-MM-DD.")
@click.option("--to", "valid_to", metavar="DAY", help="Last day (default: as long as what it is bound for).")
@click.option("--basis", required=True, help="The clause it is agreed in.")
@actor
@as_json
def bind(
    subject: str, is_grant: bool, scheme: str, indicator: str, period: str, share: int, target: str,
    floor: str | None, valid_from: str, valid_to: str | None, basis: str, by: str, as_json: bool,
) -> None:  # fmt: skip
    """Propose to bind a share of the payments under SUBJECT to a result; the other side accepts it."""
    from catalog.store import writing
    from policies.evaluation import Subject
    from space.evaluation import bonds as bound

    kind = Subject.GRANT if is_grant else Subject.AGREEMENT
    try:
        first = date.fromisoformat(valid_from)
        last = None if valid_to is None else date.fromisoformat(valid_to)
    except ValueError:
        raise click.UsageError("--from and --to are days: YYYY-MM-DD") from None
    terms = bound.Terms(kind, subject, scheme, indicator, period, share, target, floor, first, basis, last)
    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = bound.propose(connection, terms, by=acting(by), now=now)
    _tell([made], as_json, one=True)


@click.command()
@click.argument("bond", metavar="ID")
@actor
@as_json
def accept(bond: str, by: str, as_json: bool) -> None:
    """Accept the bond ID for the other side, before its first day."""
    from catalog.store import writing
    from space.evaluation import bonds as bound

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = bound.accept(connection, bond, by=acting(by), now=now)
    _tell([made], as_json, one=True)


@click.command()
@as_json
def bonds(as_json: bool) -> None:
    """Every bond of a payment to a result."""
    from catalog.store import reading
    from space.evaluation.bonds import all_bonds

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = list(all_bonds(connection))
    _tell(found, as_json)


@click.command()
@click.argument("evaluation", metavar="ID")
@actor
@as_json
def settle(evaluation: str, by: str, as_json: bool) -> None:
    """Settle what the frozen evaluation ID takes off bound payments: credit notes, and the computation.

    The statement of the month shows it; no former statement or invoice changes.
    """
    from catalog import keys
    from catalog.store import writing
    from space.evaluation import settling

    home, engine, now = open_installation()
    signer = keys.load(home).signer
    with refusals(as_json), writing(engine) as connection:
        made = settling.settle(connection, signer, evaluation, by=acting(by), now=now)
    if as_json:
        print_json(made)
        return
    for each in made:
        of = "" if each["of"] is None else f"/{each['of']}"
        click.echo(
            f"{each['bond']}  {each['indicator']} {each['value']}{of}, target {each['target']}:"
            f" {each['credit_fen'] / 100:.2f} yuan taken off"
            f" by {', '.join(each['credit_notes']) or 'no note'}"
        )


def _tell(found: list[Bound], as_json: bool, *, one: bool = False) -> None:
    if as_json:
        print_json(found[0].to_document() if one else [each.to_document() for each in found])
        return
    for each in found:
        floor = "all or nothing" if each.floor is None else f"floor {each.floor}"
        until = "" if each.valid_to is None else f" to {each.valid_to}"
        state = f"accepted by {each.accepted_by}" if each.accepted_at else "waits for the other side"
        click.echo(
            f"{each.id}  {each.subject}  {each.share_percent}% on {each.scheme}/{each.indicator}"
            f" a {each.period_kind}, target {each.target}, {floor}, from {each.valid_from}{until}; {state}"
        )
