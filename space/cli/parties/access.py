"""Command ``ybz access``: the access matrix, why an act is refused, and whether commands are judged by it."""

from __future__ import annotations

from typing import Any

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

_ROLE = click.argument("role")
_ACT = click.argument("act")


@click.group()
def access() -> None:
    """Access 权限: which role may do which act towards whom, and whether commands are judged by it."""


@access.command()
@click.option("--markdown", is_flag=True, help="As the table of docs/access.md.")
@as_json
def matrix(markdown: bool, as_json: bool) -> None:
    """Print the whole matrix: roles × relations × acts."""
    from policies.access_matrix import lines
    from space.access.printed import page, table

    if as_json:
        print_json([each.to_document() for each in lines()])
        return
    click.echo(page() if markdown else table(), nl=False)


@access.command()
@_ROLE
@as_json
def show(role: str, as_json: bool) -> None:
    """What ROLE may do, and towards whom."""
    from policies.access import Act
    from policies.access_matrix import acts, reach, roles

    named = _role(role)
    allowed = {act: reach(named, act) for act in Act if reach(named, act)}
    meaning = roles()[named]
    if as_json:
        print_json(
            {
                "role": named.value,
                "zh": meaning.zh,
                "en": meaning.en,
                "includes": [each.value for each in meaning.includes],
                "acts": {act.value: [each.value for each in found] for act, found in allowed.items()},
            }
        )
        return
    click.echo(f"{named.value} {meaning.zh}: {meaning.en}")
    if meaning.includes:
        click.echo("includes " + ", ".join(each.value for each in meaning.includes))
    for act, found in allowed.items():
        click.echo(f"  {act.value:24} {_reach(found):20} {acts()[act].zh}")


@access.command()
@_ROLE
@_ACT
@click.argument("relation", default="own")
@as_json
def why(role: str, act: str, relation: str, as_json: bool) -> None:
    """Why ROLE may or may not do ACT towards an organisation it stands to in RELATION (default: own)."""
    from policies.access import may
    from policies.access_matrix import acts, through
    from policies.decision import Deny
    from space.access import doors

    named, meant, stands = _role(role), _act(act), _relation(relation)
    decision, meaning = may(named, meant, stands), acts()[meant]
    line = through(named, meant, stands)
    behind = [
        each.name for each in (*doors.endpoints().values(), *doors.commands().values()) if each.act is meant
    ]
    document: dict[str, Any] = {
        "role": named.value,
        "relation": stands.value,
        "action": meant.value,
        "allowed": line is not None,
        "through": None if line is None else line.value,
        "zh": meaning.zh,
        "en": meaning.en,
        "basis": meaning.basis,
        "doors": behind,
        "reasons": [each.message for each in decision.reasons] if isinstance(decision, Deny) else [],
    }
    if as_json:
        print_json(document)
        return
    click.echo(f"{meant.value} {meaning.zh}: {meaning.en}")
    if line is None:
        click.echo(f"refused: {'; '.join(document['reasons'])}")
        may_do = [each.value for each in meaning.named]
        click.echo(f"  allowed: to {', '.join(may_do)}" if may_do else "  allowed: to nobody")
    else:
        click.echo(f"allowed by the line of {line.value}" + ("" if line is named else ", which it includes"))
    if meaning.basis:
        click.echo(f"  basis: {meaning.basis}")
    click.echo(f"  doors: {', '.join(behind) or 'none yet'}")


@access.command()
@as_json
def status(as_json: bool) -> None:
    """Say whether commands are judged by the matrix, and since when."""
    from catalog.store import reading
    from space.access.enforcing import enforced

    _home, engine, _now = open_installation()
    with reading(engine) as connection:
        held = enforced(connection)
    if as_json:
        print_json({"enforced": held is not None} | ({} if held is None else held.to_document()))
    elif held is None:
        click.echo("commands are not judged: whoever has this shell may do everything")
    else:
        click.echo(f"commands are judged by the matrix since {held.since.isoformat()}, by {held.by}")


@access.command()
@click.option("--reason", required=True, help="Why it begins.")
@actor
@as_json
def enforce(reason: str, by: str, as_json: bool) -> None:
    """Let every command be judged by the matrix: it then acts as the person of YBZ_TOKEN."""
    from catalog.store import writing
    from space.access.enforcing import enforce as begin

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        made = begin(connection, by=acting(by), reason=reason, now=now)
    if as_json:
        print_json(made.to_document())
        return
    click.echo("commands are judged by the matrix from now on — set YBZ_TOKEN to act as yourself")


@access.command()
@click.option("--reason", required=True, help="Why it ends.")
@actor
@as_json
def relax(reason: str, by: str, as_json: bool) -> None:
    """Let whoever has this shell do everything again."""
    from catalog.store import writing
    from space.access.enforcing import relax as end

    _home, engine, now = open_installation()
    with refusals(as_json), writing(engine) as connection:
        ended = end(connection, by=acting(by), reason=reason, now=now)
    if as_json:
        print_json(ended.to_document() | {"enforced": False})
        return
    click.echo("commands are no longer judged: whoever has this shell may do everything")


def _reach(found: tuple[Any, ...]) -> str:
    from policies.access import Relation

    return "any" if len(found) == len(Relation) else " ".join(each.value for each in found)


def _role(text: str) -> Any:
    from policies.access import Role

    return _word(Role, text, "role")


def _act(text: str) -> Any:
    from policies.access import Act

    return _word(Act, text, "act")


def _relation(text: str) -> Any:
    from policies.access import Relation

    return _word(Relation, text, "relation")


def _word(kind: Any, text: str, called: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        near = [each.value for each in kind if text.partition(":")[0] in each.value]
        known = ", ".join(near or [each.value for each in kind])
        raise click.UsageError(f"there is no {called} {text} — known: {known}") from None
