"""Commands of forms 一表通: ``ybz form``; the list, prefill and submission. Others join below."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import (
    acting,
    actor,
    as_json,
    body_option,
    open_installation,
    pairs,
    print_json,
)

if TYPE_CHECKING:
    from space.wayback.forms.definition import Form
    from space.wayback.forms.overlap import Overlap

# Modules whose COMMANDS belong to the group as well; one line each.
JOINED: Final = (
    "space.cli.wayback.forms_demands",
    "space.cli.wayback.forms_tasks",
    "space.cli.wayback.forms_sheets",
    "space.cli.wayback.forms_compiling",
)


@click.group()
def form() -> None:
    """Forms on the admission list 报表准入清单: admit, send, prefill, fill, confirm."""


@form.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@actor
@as_json
def admit(file: Path, by: str, as_json: bool) -> None:
    """Put the form in FILE (YAML) of the yearly list on the admission list."""
    from space.wayback.forms.admission import admit as put_on_list
    from space.wayback.forms.definition import read
    from space.wayback.forms.demands import compare

    with refusals(as_json):
        _home, engine, now = open_installation()
        asked = read(file)
        found = compare(engine, asked, now)
        admitted = put_on_list(engine, asked, by=acting(by), now=now)
    if as_json:
        print_json(_listed(admitted) | {"overlap": found.counts})
        return
    click.echo(f"{admitted.code} {admitted.title}: admitted until {admitted.valid_to}")
    if found.counts["again"]:
        print_overlap(found)


@form.command("list")
@as_json
def list_forms(as_json: bool) -> None:
    """Forms of the admission list."""
    from catalog.store import reading
    from space.wayback.forms.admission import listing

    with refusals(as_json):
        _home, engine, _now = open_installation()
        with reading(engine) as connection:
            found = listing(connection)
    if as_json:
        print_json([_listed(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.code:20} {one.title}  ({one.issuer}, {one.period}, until {one.valid_to})")


@form.command()
@click.argument("code")
@click.option("--basis", required=True, metavar="TEXT", help="What the decision rests on.")
@actor
@as_json
def end(code: str, basis: str, by: str, as_json: bool) -> None:
    """Take form CODE off the list before its term is over."""
    from space.wayback.forms.admission import end as take_off

    with refusals(as_json):
        _home, engine, now = open_installation()
        ended = take_off(engine, code, basis=basis, by=acting(by), now=now)
    if as_json:
        print_json(_listed(ended))
        return
    click.echo(f"{ended.code} {ended.title}: taken off the list; nobody has to fill it")


@form.command()
@click.argument("code")
@body_option
@click.option("--subject", prompt=True, help="Identifier of the person, household or enterprise.")
@actor
@as_json
def prefill(code: str, body: str, subject: str, by: str, as_json: bool) -> None:
    """The items of form CODE for one subject the body is asked for: value, source department, as-of date."""
    from catalog.store import reading
    from space.wayback.forms.asking import asked
    from space.wayback.forms.prefill import prefill as fill

    with refusals(as_json):
        home, engine, now = open_installation()
        with reading(engine) as connection:
            look = asked(home, connection, code, body, [subject], by=acting(by), now=now)
        items = fill(home, engine, code, body, subject, now, look)
    if as_json:
        print_json([asdict(item) for item in items])
        return
    for item in items:
        source = f"{item.department}, as of {item.as_of}" if item.source_responsible else "to be filled"
        source = "computed" if item.computed else source
        flag = "  (disputed)" if item.disputed else ""
        click.echo(f"{item.name:20} {item.title}: {item.value or '—'}  [{source}]{flag}")


@form.command()
@click.argument("code")
@body_option
@click.option("--subject", prompt=True, help="Identifier of the person, household or enterprise.")
@click.option("--period", required=True, metavar="PERIOD", help="E.g. 2026-09.")
@click.option("--set", "values", multiple=True, metavar="ITEM=VALUE", help="What differs; the rest is kept.")
@click.option("--reason", "reasons", multiple=True, metavar="ITEM=TEXT", help="Why it differs.")
@click.option("--draft", "from_draft", is_flag=True, help="Begin with what is saved as a draft.")
@actor
@as_json
def submit(
    code: str,
    body: str,
    subject: str,
    period: str,
    values: tuple[str, ...],
    reasons: tuple[str, ...],
    from_draft: bool,
    by: str,
    as_json: bool,
) -> None:
    """Submit the differences of form CODE; those on prefilled items become challenges."""
    from catalog.store import reading
    from space.wayback.forms.drafts import latest
    from space.wayback.forms.filling import Filled
    from space.wayback.forms.filling import submit as hand_in

    given, why = pairs(values), pairs(reasons)
    with refusals(as_json):
        home, engine, now = open_installation()
        if from_draft:
            with reading(engine) as connection:
                saved = latest(home, connection, (code, period, body, subject), now)
            if saved is not None:
                given, why = {**saved.values, **given}, {**saved.reasons, **why}
        done = hand_in(home, engine, Filled(code, period, body, subject, given, why), by=acting(by), now=now)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"{done.id}: {done.kept} kept, {done.corrected} corrected, {done.added} added")
    for challenge in done.challenges:
        click.echo(f"  challenge {challenge} sent to its source department")


def print_overlap(found: Overlap) -> None:
    """What a form asks again, for its issuer."""
    counts = found.counts
    click.echo(
        f"{counts['items']} items: {counts['prefilled']} prefilled, {counts['computed']} computed,"
        f" {counts['new']} to be asked, {counts['again']} there already ({found.share_again:.0%}),"
        f" {counts['perhaps']} perhaps"
    )
    for one in found.items:
        if one.state in ("again", "perhaps"):
            places = "; ".join(f"{held.place} ({held.who}, by {held.how})" for held in one.held)
            click.echo(f"  {one.state:8} {one.item:20} {one.title}: {places}")
    for code, share in found.alike.items():
        click.echo(f"  {share:.0%} of it is asked by {code} too")


def _listed(form: Form) -> dict[str, Any]:
    """A form of the admission list as JSON."""
    from space.wayback.forms.definition import to_document

    days = {"valid_from": form.valid_from.isoformat(), "valid_to": form.valid_to.isoformat()}
    return to_document(form) | {"subject_kind": form.subject_kind} | days


for joined in JOINED:
    for command in import_module(joined).COMMANDS:
        form.add_command(command)
