"""Each command is an operation of the interface, or stands on the list of those that stay on the machine."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from space.access import doors

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bound() -> dict[str, str]:
    """Command → its door, as the table says."""
    with (ROOT / "space" / "api" / "commands.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["command"] for row in rows}) == len(rows)
    return {row["command"]: row["door"] for row in rows}


def leaves(command: click.Command, name: str) -> Iterator[str]:
    """The words of every command that does something."""
    if not isinstance(command, click.Group):
        yield name
        return
    if command.invoke_without_command:
        yield name
    context = click.Context(command)
    for each in command.list_commands(context):
        found = command.get_command(context, each)
        assert found is not None
        yield from leaves(found, f"{name} {each}")


def test_every_command_stands_in_the_table_and_nothing_else(bound: dict[str, str]) -> None:
    there = {
        words for point in entry_points(group="ybz.commands") for words in leaves(point.load(), point.name)
    }
    assert sorted(there ^ set(bound)) == []


def test_every_command_has_a_door_of_the_interface_or_a_reason_to_have_none(bound: dict[str, str]) -> None:
    local = {command for command, door in bound.items() if door.startswith("local: ")}
    closed = {command: door for command, door in bound.items() if door not in doors.endpoints()}
    assert {command: door for command, door in closed.items() if command not in local} == {}


def test_the_page_lists_what_stays_on_the_machine(bound: dict[str, str]) -> None:
    text = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE))
    local = {c: door.removeprefix("local: ") for c, door in bound.items() if door.startswith("local: ")}
    assert rows == local
