"""A command on its way: judged by the matrix before it runs, where the installation says so.

Decides who acts: the person whose token stands in ``YBZ_TOKEN``. Which act a command is, and whose thing its
parameters name, stands in ``policies/rules/access_doors.yaml``; a command that stands there not is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import click

from catalog import beside
from catalog.errors import StoreFull
from catalog.home import Home
from policies.decision import Deny
from space.access.switch import judged

# Says what lacks, and is told of nobody's things: it passes without a token.
_LOOKS: Final = "doctor"


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
    if not _judged(home, name, arguments):
        return
    said = _Said([name], {}, command)
    try:
        _parse(said, context, command, arguments)
    except click.UsageError:
        if said.runs_nothing:
            raise
        # Whoever may not run it is not told how to write it; whose thing it is cannot be said yet.
        _pass(home, said, None)
        raise
    person = _pass(home, said, said.parameters)
    beside.leave(context, _beside(home), _seen(home))
    if person:
        _let_act(context, said.words, person)


@dataclass
class _Said:
    """What was typed, as far as it could be read.

    Attributes:
        words: of the command that would run.
        parameters: what it is given.
        command: the one of these words.
        unknown: whether it is a group and has no command of the word that follows.
    """

    words: list[str]
    parameters: dict[str, Any]
    command: click.Command
    unknown: bool = False

    @property
    def runs_nothing(self) -> bool:
        """Whether no command would run, so that there is nothing to judge."""
        command = self.command
        return self.unknown or (isinstance(command, click.Group) and not command.invoke_without_command)


def _judged(home: Home, name: str, arguments: list[str]) -> bool:
    """Whether the command is judged; looking with `ybz doctor` is the machine's, on a full disk too."""
    try:
        return judged(home)
    except StoreFull:
        if name == _LOOKS and all(each.startswith("-") for each in arguments):
            return False
        raise


def _pass(home: Home, said: _Said, parameters: dict[str, Any] | None) -> str:
    """Let the command pass; the name of the person who acts, empty where it is none."""
    from space.access.passing import passage

    passed = passage(home, " ".join(said.words), parameters, datetime.now(UTC))
    if isinstance(passed, Deny):
        from space.cli.refusal import refuse

        told = passed if parameters is None else _pointed(passed, said)
        refuse(told, as_json=bool(said.parameters.get("as_json")))
    return passed.person


def _pointed(denied: Deny, said: _Said) -> Deny:
    """A refusal to be shown everybody's things, with how one's own are named."""
    from space.access import doors

    words = " ".join(said.words)
    door = doors.command(words, said.parameters)
    if door is None or not door.named or said.parameters.get(door.where):
        return denied
    found = next((one for one in said.command.params if one.name == door.where), None)
    if found is None:
        return denied
    typed = found.make_metavar(click.Context(said.command)).strip("[]")
    own = f"`ybz {words} {typed if isinstance(found, click.Argument) else f'{found.opts[0]} {typed}'}`"
    return Deny(
        tuple(
            replace(reason, allowed=f"name one of your own: {own}")
            if reason.code == "access.relation"
            else reason
            for reason in denied.reasons
        )
    )


def _beside(home: Home) -> beside.Against:
    """What judges acts the command does beside its own: as their own commands are judged."""
    from space.access.passing import also

    return lambda connection, words, parameters, now: also(connection, home, words, parameters, now)


def _seen(home: Home) -> beside.Seen:
    """Whose entries are told in any state to whoever runs the command: as the doors of the interface cut."""
    from space.access.passing import details_seen

    return lambda connection, now: details_seen(connection, home, now)


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
            said.unknown = True  # if this fails
            word, found, rest = command.resolve_command(made, left)
            said.unknown = False
        if found is None or word is None:
            return
        said.words.append(found.name or word)
        said.command = command = found
        parent = made


def _given(context: click.Context) -> dict[str, Any]:
    """Parameters of a command, without the name of who acts where nobody gave one."""
    by = context.get_parameter_source("by")
    silent = by is not None and by is not click.core.ParameterSource.COMMANDLINE
    return {name: value for name, value in context.params.items() if name != "by" or not silent}
