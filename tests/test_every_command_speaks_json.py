"""Every command and subcommand has `--json`; the few that have not say why here."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

import ybz

# Command → why it prints no document.
WITHOUT = {
    "serve": "it runs until it is stopped, and logs",
}


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words one types."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    if command.invoke_without_command:
        yield " ".join(path), command
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*path, name))


COMMANDS = dict(leaves(ybz.ybz))


@pytest.mark.parametrize("words", [words for words in COMMANDS if words not in WITHOUT])
def test_a_command_prints_json_where_it_is_asked_to(words: str) -> None:
    options = {option for parameter in COMMANDS[words].params for option in parameter.opts}
    assert "--json" in options, f"ybz {words} has no --json"


def test_an_exception_is_a_command_there_is() -> None:
    assert set(WITHOUT) <= set(COMMANDS)
    assert len(COMMANDS) > 150
