"""Every door the program has: its endpoints and commands, found by asking the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click
from fastapi import FastAPI
from starlette.routing import Route

import ybz

OFFICES = ("office", "party")


@dataclass(frozen=True)
class Command:
    """A command that runs something."""

    words: str
    parameters: frozenset[str]
    offices: frozenset[str]


def endpoints(app: FastAPI) -> Iterator[tuple[str, Any]]:
    """Method and path template of every endpoint, with what the framework knows of it."""
    for route in app.routes:
        members = [route] if isinstance(route, Route) else list(route.effective_route_contexts())
        assert members, f"a route of a kind this test does not know: {route!r}"
        for member in members:
            for method in sorted(set(member.methods or ()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {member.path}", member


def commands() -> list[Command]:
    """Every command, by the words that run it."""
    found: list[Command] = []
    _walk(ybz.ybz, [], None, found)
    return found


def _walk(
    command: click.Command, words: list[str], parent: click.Context | None, found: list[Command]
) -> None:
    if isinstance(command, click.Group):
        context = click.Context(command, parent=parent)
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            assert member is not None
            _walk(member, [*words, name], context, found)
        if not words or not command.invoke_without_command:
            return
    found.append(
        Command(
            " ".join(words),
            frozenset(each.name for each in command.params if each.name),
            frozenset(
                choice
                for each in command.params
                if each.name in OFFICES and isinstance(each.type, click.Choice)
                for choice in each.type.choices
            ),
        )
    )
