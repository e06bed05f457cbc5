"""``ybz elements``: the library of standard data elements and code lists, and proposals from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from contracts.elements import Element

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def elements(context: click.Context, as_json: bool) -> None:
    """Standard data elements (数据元) and code lists; without a command, the list of them."""
    if context.invoked_subcommand is None:
        context.invoke(list_, words=(), as_json=as_json)


@elements.command("list")
@click.argument("words", nargs=-1)
@as_json
def list_(words: tuple[str, ...], as_json: bool) -> None:
    """List the elements, or those whose code, name or category holds every one of WORDS."""
    from contracts.elements import elements as library

    found = [each for each in library().values() if all(word in _searched(each) for word in words)]
    if as_json:
        click.echo(json.dumps([_document(each, codes=False) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        size = f"{len(each.codes)} codes" if each.codes else each.check or each.type.value
        click.echo(f"{each.code}  {each.name}  {size}  {each.standard or '—'}  {each.category}")
    click.echo(f"{len(found)} elements", err=True)


@elements.command()
@click.argument("code")
@as_json
def show(code: str, as_json: bool) -> None:
    """Show one element: definition, rules, code list, source and confidence."""
    from contracts.elements import UnknownElement
    from contracts.elements import elements as library

    element = library().get(code)
    if element is None:
        raise UnknownElement(f"there is no data element {code}", remedy="see `ybz elements list`")
    document = _document(element, codes=True)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for key, value in document.items():
        if key != "codes" and value not in (None, "", [], False):
            click.echo(f"{key:12} {'、'.join(value) if isinstance(value, list) else value}")
    for value, label in element.codes.items():
        click.echo(f"  {value}  {label}")


@elements.command()
@click.argument("heading")
@click.option("--values", default="", metavar="A,B,…", help="A sample of the column, parted by commas.")
@as_json
def propose(heading: str, values: str, as_json: bool) -> None:
    """Propose elements for a column with this HEADING, with score and evidence."""
    from contracts.elements import elements as library
    from contracts.proposals import propose as proposed

    made = proposed(heading, [part.strip() for part in values.split(",") if part.strip()])
    if as_json:
        lines = [
            {
                "element": each.element,
                "name": library()[each.element].name,
                "score": each.score,
                "evidence": dict(each.evidence),
                "follows": each.follows,
            }
            for each in made
        ]
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    for each in made:
        evidence = ", ".join(f"{what} {how}" for what, how in each.evidence.items())
        fits = "" if each.follows else " — values do not keep its rules yet"
        click.echo(f"{each.score:.2f}  {each.element}  {library()[each.element].name}  ({evidence}){fits}")
    if not made:
        click.echo("no element fits — a city may set one of its own: `ybz standard propose`", err=True)


def _searched(element: Element) -> str:
    return " ".join((element.code, element.name, element.english, element.category, *element.synonyms))


def _document(element: Element, *, codes: bool) -> dict[str, Any]:
    names = [name for name in element.__dataclass_fields__ if codes or name != "codes"]
    document = {name: getattr(element, name) for name in names}
    document |= {"type": element.type.value, "synonyms": list(element.synonyms)}
    document["examples"] = list(element.examples)
    if codes:
        document["codes"] = dict(element.codes)
    return document
