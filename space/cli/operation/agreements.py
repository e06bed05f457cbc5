"""Command ``ybz agreement``: authorised-operation agreements, their supplements, reviews and ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from space.cli.operation.reviews import mend, review, tell_review
from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, document, open_installation, print_json

if TYPE_CHECKING:
    from space.operation.agreements import Agreement

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_number = click.argument("number")
_reason = click.option("--reason", required=True, help="Why; the other side reads it.")
_office = click.option(
    "--as", "office", type=click.Choice(["body", "operator", "authority"]), default="body", show_default=True,
    help="For whom one acts.",
)  # fmt: skip


@click.group()
def agreement() -> None:
    """Authorised-operation agreements 授权运营协议: draft, sign, supplement, suspend, review, end."""


for _made in (review, mend):
    agreement.add_command(_made)


@agreement.command()
@click.argument("file", type=_FILE)
@actor
@as_json
def draft(file: Path, by: str, as_json: bool) -> None:
    """Draft the agreement FILE (YAML or JSON), or draft it anew before it is signed.

    It names number, body {code, name, person}, operator {code, name, person}, mode, starts_on, ends_on,
    catalogue [{dataset, revision}], purposes, products [{name, kind, standard}] and clauses {…}. Whatever it
    lacks is listed at once, all of it.
    """
    from space.operation import agreeing

    _take(lambda connection, now, by: agreeing.draft(connection, document(file), by=by, now=now), by, as_json)


@agreement.command()
@_number
@actor
@as_json
def offer(number: str, by: str, as_json: bool) -> None:
    """Sign the draft NUMBER for the implementing body, and offer it to the operator."""
    from space.operation import agreeing

    _take(lambda connection, now, by: agreeing.offer(connection, number, by=by, now=now), by, as_json)


@agreement.command()
@_number
@actor
@as_json
def sign(number: str, by: str, as_json: bool) -> None:
    """Sign what is offered for the operator: the agreement NUMBER, or the supplement that waits."""
    from catalog import keys
    from space.operation import offices

    def act(connection: Any, now: Any, by: str) -> Agreement:
        signer = keys.load(open_installation()[0]).signer
        return offices.sign(connection, signer, number, by=by, now=now)

    _take(act, by, as_json)


@agreement.command()
@_number
@_reason
@actor
@as_json
def decline(number: str, reason: str, by: str, as_json: bool) -> None:
    """Decline what is offered, for the operator: the agreement NUMBER, or the supplement that waits."""
    from space.operation import offices

    _take(
        lambda connection, now, by: offices.decline(connection, number, reason=reason, by=by, now=now),
        by,
        as_json,
    )


@agreement.command()
@_number
@_reason
@actor
@as_json
def drop(number: str, reason: str, by: str, as_json: bool) -> None:
    """Give up the agreement NUMBER, which nobody has signed for the operator."""
    from space.operation import agreeing

    _take(
        lambda connection, now, by: agreeing.drop(connection, number, reason=reason, by=by, now=now),
        by,
        as_json,
    )


@agreement.command()
@_number
@click.argument("file", type=_FILE)
@_reason
@actor
@as_json
def supplement(number: str, file: Path, reason: str, by: str, as_json: bool) -> None:
    """Propose and sign a supplement to the agreement NUMBER for the implementing body.

    FILE says what changes: add [{dataset, revision}], remove [dataset], ends_on, purposes, products, clauses.
    It is in force once the operator signs (`ybz agreement sign`); grants on what it removes end then.
    """
    from space.operation import supplements

    _take(
        lambda connection, now, by: supplements.propose(
            connection, number, document(file), reason=reason, by=by, now=now
        ),
        by,
        as_json,
    )


def _standing(name: str, text: str) -> None:
    """A command that suspends, resumes or ends an agreement, for any party the table of steps lets."""

    def command(number: str, reason: str, office: str, by: str, as_json: bool) -> None:
        from policies.operation import Party
        from space.operation import agreeing

        acts = {"suspend": agreeing.suspend, "resume": agreeing.resume, "terminate": agreeing.terminate}

        def act(connection: Any, now: Any, by: str) -> Agreement:
            return acts[name](connection, number, reason=reason, by=by, office=Party(office), now=now)

        _take(act, by, as_json)

    command.__doc__ = text
    agreement.command(name)(_number(_reason(_office(actor(as_json(command))))))


_standing(
    "suspend", "Suspend the agreement NUMBER: every grant under it answers nothing until it is resumed."
)
_standing("resume", "Resume the suspended agreement NUMBER, and the grants its suspension set aside.")
_standing(
    "terminate",
    "End the agreement NUMBER before its last day: every grant and scenario under it ends with it.",
)


@agreement.command("settle")
@as_json
def settle(as_json: bool) -> None:
    """Let agreements begin whose first day has come, and end those whose last day is over."""
    from catalog.store import writing
    from space.operation import agreeing

    _home, engine, now = open_installation()
    with writing(engine) as connection:
        moved = agreeing.settle(connection, now)
    if as_json:
        print_json({"moved": list(moved)})
        return
    click.echo(", ".join(moved) or "nothing was to be done")


@agreement.command("list")
@as_json
def list_agreements(as_json: bool) -> None:
    """Every agreement, the oldest first."""
    from catalog.store import reading
    from space.operation.agreements import all_agreements

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = all_agreements(connection)
    if as_json:
        print_json([one.to_document() for one in found])
        return
    for one in found:
        click.echo(
            f"{one.number}  {one.state:10}  version {one.version}  {one.body_name} → {one.operator_name}"
            f"  {one.starts_on}…{one.ends_on}  {len(one.listed)} datasets"
        )


@agreement.command("show")
@_number
@as_json
def show(number: str, as_json: bool) -> None:
    """The agreement NUMBER: what it says, its versions, its steps, its reviews."""
    from catalog.store import reading
    from space.operation.agreements import called, steps_of
    from space.operation.reviews import reviews_of

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        found = called(connection, number)
        steps, reviews = steps_of(connection, found.id), reviews_of(connection, found.id)
    if as_json:
        print_json({**found.to_document(), "steps": list(steps), "reviews": list(reviews)})
        return
    _tell(found, as_json)
    for step in steps:
        reason = f": {step['reason']}" if step["reason"] else ""
        click.echo(
            f"  {step['made_at'][:10]}  {step['event']} → {step['state']} by {step['made_by']}{reason}"
        )
    for each in reviews:
        tell_review(each, as_json)


def _take(act: Callable[[Any, Any, str], Agreement], by: str, as_json: bool) -> None:
    """Take a step of an agreement in one writing transaction, and show it."""
    from catalog.store import writing

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        found = act(connection, now, acting(by))
    _tell(found, as_json)


def _tell(found: Agreement, as_json: bool) -> None:
    if as_json:
        print_json(found.to_document())
        return
    body, operator = found.stated["body"], found.stated["operator"]
    click.echo(
        f"{found.number}  {found.state}  version {found.version}  {found.starts_on} to {found.ends_on}"
    )
    click.echo(f"  body {body['name']} {body['code']}, in charge {body['person']}")
    click.echo(f"  operator {operator['name']} {operator['code']}, in charge {operator['person']}")
    for name, at in sorted(found.listed.items()):
        click.echo(f"  {name} revision {at}")
    for version in found.versions:
        if version["state"] == "offered" and version["version"] > found.version > 0:
            click.echo(f"  supplement {version['version']} waits for the operator: {version['reason']}")
    if found.end_reason:
        click.echo(f"  {found.state} on {found.ended_on}: {found.end_reason}")
