"""Commands of whoever applies: ``form apply change amend deregister renew supplement withdraw object``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from catalog.registration import cli_acts
from catalog.registration.cli_acts import as_json, because, by_whom, file_option

if TYPE_CHECKING:
    from catalog.registration.filing import Filed

_OBJECTS: Final = ("resource", "product", "service")
_APPLICANTS: Final = ("steward", "operator", "party")
in_form = click.option("--form", "form", type=file_option, metavar="FILE.yaml", help="The filled-in form.")
with_files = click.option(
    "--attach", multiple=True, metavar="KEY=FILE", help="An attachment, e.g. commitment=承诺书.pdf."
)
in_office = click.option("--as", "office", type=click.Choice(_APPLICANTS), help="In which office you act.")


@click.command("form")
@click.argument("name")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.yaml")
@as_json
def form_(name: str, out: Path, as_json: bool) -> None:
    """Write the form of dataset NAME with what its contract says filled in."""
    from ruamel.yaml import YAML

    from catalog import revisions
    from catalog.clocks.place import place_on
    from catalog.registration import forms, rulings
    from catalog.registration.rulings import Kind, Object

    on = cli_acts.today(cli_acts.now())
    with cli_acts.read() as (_, connection):
        place = place_on(connection, on)
        blank = forms.blank(revisions.current(connection, name).contract, on, place)
    writer = YAML()
    writer.allow_unicode = True
    with out.open("w", encoding="utf-8") as stream:
        writer.dump(blank, stream)
    asked = rulings.materials(Object.RESOURCE, Kind.FIRST, on, place)
    wanted = [each.key for each in asked if each.form == "file"]
    if as_json:
        cli_acts.print_json({"file": str(out), "name": name, "attach": wanted})
        return
    click.echo(f"{out}: fill it in, then `ybz register apply {name} --form {out}` with --attach KEY=FILE for")
    click.echo(f"    {', '.join(wanted)}")


@click.command()
@click.argument("name")
@click.option("--object", "of", type=click.Choice(_OBJECTS), help="What NAME is (default: resource).")
@in_form
@with_files
@by_whom
@as_json
def apply(
    name: str, of: str | None, form: Path | None, attach: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Apply for the first registration of NAME: a dataset, or a product or service made from some."""
    what = of or "resource"
    _filed("first", what, name, form, attach, by, _office(what, None), as_json)


@click.command()
@click.argument("named", metavar="ID")
@in_form
@with_files
@by_whom
@as_json
def change(named: str, form: Path | None, attach: tuple[str, ...], by: str, as_json: bool) -> None:
    """Apply for a change 变更 of a registration; the form holds what differs."""
    what, name = _registered(named)
    _filed("change", what, name, form, attach, by, _office(what, None), as_json)


@click.command()
@click.argument("named", metavar="ID")
@in_form
@with_files
@in_office
@click.option("--name", "party", default="", metavar="NAME", help="The interested party (--as party).")
@click.option("--code", metavar="CODE", help="Its code, where it is an organisation.")
@by_whom
@as_json
def amend(
    named: str,
    form: Path | None,
    attach: tuple[str, ...],
    office: str | None,
    party: str,
    code: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Apply for an amendment 更正 of an error, as the registrant or as an interested party."""
    what, name = _registered(named)
    _filed(
        "amendment", what, name, form, attach, by, _office(what, office), as_json,
        applicant_name=party, applicant_code=code or "",
    )  # fmt: skip


@click.command()
@click.argument("named", metavar="ID")
@click.option("--ground", required=True, metavar="KEY", help="lost, rights_ended, registrant_ended or other.")
@click.option("--basis", default="", metavar="TEXT", help="Law and article, where the ground needs one.")
@in_form
@with_files
@by_whom
@as_json
def deregister(
    named: str, ground: str, basis: str, form: Path | None, attach: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Apply for the deregistration 注销 of a registration."""
    what, name = _registered(named)
    _filed(
        "deregistration", what, name, form, attach, by, _office(what, None), as_json,
        ground=ground, citation=basis or None,
    )  # fmt: skip


@click.command()
@click.argument("named", metavar="ID")
@in_form
@with_files
@by_whom
@as_json
def renew(named: str, form: Path | None, attach: tuple[str, ...], by: str, as_json: bool) -> None:
    """Apply for the renewal 续展 of a registration, in its window."""
    what, name = _registered(named)
    _filed("renewal", what, name, form, attach, by, _office(what, None), as_json)


@click.command()
@click.argument("named", metavar="ID")
@in_form
@with_files
@in_office
@by_whom
@as_json
def supplement(
    named: str, form: Path | None, attach: tuple[str, ...], office: str | None, by: str, as_json: bool
) -> None:
    """Hand in what an application was returned for."""
    from catalog.registration import filing

    at = cli_acts.now()
    with cli_acts.written() as (home, connection):
        kept = cli_acts.attached(home, attach, at)
        who = cli_acts.actor(by, office or _filed_in(connection, named))
        done = filing.supplement(connection, named, cli_acts.form_of(form), kept, who, at)
    _print_filed(done, as_json)


@click.command()
@click.argument("named", metavar="ID")
@because
@in_office
@by_whom
@as_json
def withdraw(named: str, reason: str, office: str | None, by: str, as_json: bool) -> None:
    """Take an application back."""
    from catalog.registration import filing

    with cli_acts.written() as (_, connection):
        who = cli_acts.actor(by, office or _filed_in(connection, named))
        case = filing.withdraw(connection, named, who, reason=reason, now=cli_acts.now())
    cli_acts.print_case(case, as_json)


@click.command("object")
@click.argument("named", metavar="ID")
@click.option("--name", required=True, metavar="NAME", help="Real name of whoever objects.")
@click.option("--contact", required=True, metavar="TEXT", help="How they are reached.")
@click.option("--statement", required=True, metavar="TEXT", help="What is wrong.")
@click.option("--evidence", type=file_option, multiple=True, required=True, metavar="FILE", help="The proof.")
@click.option("--code", metavar="CODE", help="Their code, where they are an organisation.")
@by_whom
@as_json
def object_(
    named: str,
    name: str,
    contact: str,
    statement: str,
    evidence: tuple[Path, ...],
    code: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Object to a public notice, under a real name and with evidence."""
    from catalog.registration import objections
    from catalog.registration.files import OBJECTION
    from catalog.registration.objections import Objection

    at = cli_acts.now()
    with cli_acts.written() as (home, connection):
        kept = tuple(cli_acts.keep(home, OBJECTION, path, at) for path in evidence)
        made = Objection(name, contact, statement, code or "")
        who = cli_acts.actor(by, "party")
        objection_id = objections.raise_objection(connection, named, made, kept, who, now=at)
    if as_json:
        cli_acts.print_json({"objection": objection_id})
    else:
        click.echo(f"{objection_id}: entered; no code is recorded until the registrar decides it")


COMMANDS: Final = (form_, apply, change, amend, deregister, renew, supplement, withdraw, object_)


def _filed(
    kind: str,
    of: str,
    name: str,
    form: Path | None,
    attach: tuple[str, ...],
    by: str,
    office: str,
    as_json: bool,
    **more: Any,
) -> None:
    from catalog.registration import filing
    from catalog.registration.eligibility import Filing
    from catalog.registration.rulings import Kind, Object

    at = cli_acts.now()
    with cli_acts.written() as (home, connection):
        kept = cli_acts.attached(home, attach, at)
        handed_in = Filing(Kind(kind), Object(of), name, cli_acts.form_of(form), kept, **more)
        done = filing.apply(connection, handed_in, cli_acts.actor(by, office), at)
    _print_filed(done, as_json)


def _print_filed(done: Filed, json_wanted: bool) -> None:
    missing = [f"lacks {each}" for each in done.missing]
    if missing:
        missing.append("the registrar returns it once for all of this; you may supplement it then")
    cli_acts.print_case(done.application, json_wanted, *missing, missing=list(done.missing))


def _office(of: str, chosen: str | None) -> str:
    return chosen or ("steward" if of == "resource" else "operator")


def _registered(named: str) -> tuple[str, str]:
    """Object and name of a registration."""
    from catalog.registration import rows

    with cli_acts.read() as (_, connection):
        found = rows.registration(connection, named)
    return found.object, found.name


def _filed_in(connection: Any, named: str) -> str:
    from catalog.registration import rows

    return rows.application(connection, named).office
