"""A command on its way: judged by the matrix before it runs, where the installation says so.

Decides who acts: the person whose token stands in ``YBZ_TOKEN``. Which act a command is, and whose thing its
parameters name, stands in ``policies/rules/access_doors.yaml``; a command that stands there not is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from catalog import beside
from catalog.home import Home
from policies.decision import Deny
from space.access.switch import judged


def judge(context: click.Context, name: str, command: click.Command, arguments: list[str]) -> None:
    """Let a command pass, or end it with a refusal.

    Args:
        context: of ``ybz``.
        name: of the command, the first word.
        command: itself.
        arguments: what follows, as typed.

    Raises:
        click.exceptions.Exit: it is refused (status 1), or only asked for help.
        click.UsageError: it is written wrong; so it would be without this.
    """
    home = Home.find()
    if not judged(home):
        return
    said = _Said([name], {})
    try:
        _parse(said, context, command, arguments)
    except click.UsageError:
        # Whoever may not run it is not told how to write it; whose thing it is cannot be said yet.
        _pass(home, said, None)
        raise
    person = _pass(home, said, said.parameters)
    beside.leave(context, _beside(home))
    if person:
        _let_act(context, said.words, person)


@dataclass
class _Said:
    """What was typed, as far as it could be read.

    Attributes:
        words: of the command that would run.
        parameters: what it is given.
    """

    words: list[str]
    parameters: dict[str, Any]


def _pass(home: Home, said: _Said, parameters: dict[str, Any] | None) -> str:
    """Let the command pass; the name of the person who acts, empty where it is none."""
    from space.access.passing import passage

    passed = passage(home, " ".join(said.words), parameters, datetime.now(UTC))
    if isinstance(passed, Deny):
        from space.cli.refusal import refuse

        refuse(passed, as_json=bool(said.parameters.get("as_json")))
    return passed.person


def _beside(home: Home) -> beside.Against:
    """What judges acts the command does beside its own: as their own commands are judged."""
    from space.access.passing import also

    return lambda connection, words, parameters, now: also(connection, home, words, parameters, now)


def _let_act(context: click.Context, words: list[str], person: str) -> None:
    """Whoever acts is the person, unless the command is told so in other words."""
    defaults: dict[str, Any] = {"by": person}
    for word in reversed(words):
        defaults = {word: defaults}
    context.default_map = defaults


def _parse(said: _Said, context: click.Context, command: click.Command, arguments: list[str]) -> None:
    """Read words and parameters as the command would itself; a call for help is answered and ends here."""
    parent, rest = context, list(arguments)
    while True:
        with command.make_context(said.words[-1], rest, parent=parent) as made:
            said.parameters |= _given(made)
            left = [*made._protected_args, *made.args]
            if not isinstance(command, click.Group) or not left:
                return
            word, found, rest = command.resolve_command(made, left)
        if found is None or word is None:
            return
        said.words.append(found.name or word)
        command, parent = found, made


def _given(context: click.Context) -> dict[str, Any]:
    """Parameters of a command, without the name of who acts where nobody gave one."""
    by = context.get_parameter_source("by")
    silent = by is not None and by is not click.core.ParameterSource.COMMANDLINE
    return {name: value for name, value in context.params.items() if name != "by" or not silent}
