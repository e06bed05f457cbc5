"""Command ``ybz assess``: evaluations of use from their opening to the frozen document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.evaluation.assess_reports import impact_register, important_data, risk_report
from space.cli.evaluation.assess_results import accept, bind, bonds, settle
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

if TYPE_CHECKING:
    from space.evaluation.evaluations import Evaluation

_id = click.argument("evaluation", metavar="ID")
_organisation = click.option("--organisation", required=True, metavar="CODE", help="For whom one acts.")
_office = click.option(
    "--as", "office", required=True, type=click.Choice(["self", "user", "third_party"]),
    help="The evaluated itself, one that used it, or a third party.",
)  # fmt: skip


@click.group()
def assess() -> None:
    """Evaluation of use 评价, payment bound to results 效果付费, and the reports on data security."""


for _command in (bind, accept, bonds, settle, risk_report, impact_register, important_data):
    assess.add_command(_command)


@assess.command("open")
@click.argument("scheme")
@click.argument("subject")
@click.argument("period")
@actor
@as_json
def open_(scheme: str, subject: str, period: str, by: str, as_json: bool) -> None:
    """Open the evaluation of SUBJECT by SCHEME in PERIOD (2026Q3 or 2026); reviews are taken from now on.

    Schemes as shipped: operation (number of an agreement), scenario (its id), operator (its code),
    dataset (its name), grant (its id).
    """
    from space.evaluation import acting as acts

    _take(lambda c, now, by: acts.open_(c, scheme, subject, period, by=by, now=now), by, as_json)


@assess.command()
@_id
@click.option("--mark", required=True, type=int, help="0 to 100.")
@click.option("--words", required=True, help="What it rests on; published with it.")
@_organisation
@_office
@actor
@as_json
def review(
    evaluation: str, mark: int, words: str, organisation: str, office: str, by: str, as_json: bool
) -> None:
    """Review what the evaluation ID is about: as itself, as a user, or as a third party."""
    from policies.evaluation import Judge
    from space.evaluation import acting as acts

    _take(
        lambda c, now, by: acts.review(
            c,
            evaluation,
            mark=mark,
            words=words,
            organisation=organisation,
            office=Judge(office),
            by=by,
            now=now,
        ),
        by,
        as_json,
    )


@assess.command()
@_id
@actor
@as_json
def publish(evaluation: str, by: str, as_json: bool) -> None:
    """Count, score and publish the evaluation ID with its rows; from now on it may be contested."""
    from space.evaluation import acting as acts

    _take(lambda c, now, by: acts.publish(c, evaluation, by=by, now=now), by, as_json)


@assess.command("object")
@_id
@click.option("--indicator", required=True, help="Code of the indicator.")
@click.option("--reason", required=True, help="Why; published with the answer.")
@_organisation
@_office
@actor
@as_json
def object_(
    evaluation: str, indicator: str, reason: str, organisation: str, office: str, by: str, as_json: bool
) -> None:
    """Object to an indicator of the published evaluation ID."""
    from catalog.store import writing
    from policies.evaluation import Judge
    from space.evaluation import contesting

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = contesting.object_(
            connection, evaluation, indicator=indicator, reason=reason, organisation=organisation,
            office=Judge(office), by=acting(by), now=now,
        )  # fmt: skip
    if as_json:
        print_json({"objection": made})
        return
    click.echo(f"{made}  objection to {indicator} of {evaluation}")


@assess.command()
@click.argument("objection", metavar="OBJECTION")
@click.argument("outcome", type=click.Choice(["rejected", "recounted", "set_aside"]))
@click.option("--basis", required=True, help="What the answer rests on.")
@actor
@as_json
def answer(objection: str, outcome: str, basis: str, by: str, as_json: bool) -> None:
    """Answer the OBJECTION: rejected, recounted (from the rows as they are now), or set_aside (left out)."""
    from space.evaluation import contesting

    _take(
        lambda c, now, by: contesting.answer(c, objection, outcome, basis=basis, by=by, now=now), by, as_json
    )


@assess.command()
@_id
@actor
@as_json
def freeze(evaluation: str, by: str, as_json: bool) -> None:
    """Freeze the published evaluation ID, once it can be contested no more."""
    from space.evaluation import acting as acts

    _take(lambda c, now, by: acts.freeze(c, evaluation, by=by, now=now), by, as_json)


@assess.command()
@_id
@actor
@as_json
def drop(evaluation: str, by: str, as_json: bool) -> None:
    """Give up the evaluation ID before it is published."""
    from space.evaluation import acting as acts

    _take(lambda c, now, by: acts.drop(c, evaluation, by=by, now=now), by, as_json)


@assess.command("list")
@as_json
def list_evaluations(as_json: bool) -> None:
    """Every evaluation, the oldest first."""
    from catalog.store import reading
    from space.evaluation.evaluations import all_evaluations

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_evaluations(connection)
    if as_json:
        print_json([each.to_document() for each in found])
        return
    for each in found:
        click.echo(_line(each))


@assess.command()
@_id
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a printable page.")
@as_json
def show(evaluation: str, html: Path | None, as_json: bool) -> None:
    """The evaluation ID: as it was published, with its rows, objections and steps."""
    from catalog.store import reading
    from space.evaluation import evaluations, page

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = evaluations.by_id(connection, evaluation)
        steps = evaluations.steps_of(connection, found.id)
        told = evaluations.view(connection, found) if found.version else None
    if html is not None:
        if told is None:
            raise click.ClickException(f"{evaluation} is not published — `ybz assess publish {evaluation}`")
        html.write_text(page.evaluation(told), encoding="utf-8")
    if as_json:
        print_json({**found.to_document(), "published": told, "steps": steps})
        return
    click.echo(_line(found))
    for each in [] if told is None else told["document"]["result"]["indicators"]:
        of = "" if each["of"] is None else f"/{each['of']}"
        points = f"left out: {each['left_out']}" if each["left_out"] else f"{each['points']} points"
        click.echo(f"  {each['code']:14} weight {each['weight']:3}  {each['value']}{of}  {points}")
    if told is not None:
        click.echo(f"  score {told['document']['result']['score']}  digest {told['digest']}")
        for each in told["objections"]:
            click.echo(f"  objection {each['id']} to {each['indicator']}: {each['outcome'] or 'open'}")
    for step in steps:
        click.echo(f"  {step['made_at'][:10]}  {step['event']} → {step['state']} by {step['made_by']}")


def _take(act: Callable[[Any, Any, str], Evaluation], by: str, as_json: bool) -> None:
    """Take a step in one writing transaction, and show where it led."""
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = act(connection, now, acting(by))
    if as_json:
        print_json(found.to_document())
        return
    click.echo(_line(found))


def _line(found: Evaluation) -> str:
    until = f"  contest until {found.contest_until}" if found.contest_until else ""
    return (
        f"{found.id}  {found.scheme} {found.period}  {found.subject}  {found.state} v{found.version}{until}"
    )
