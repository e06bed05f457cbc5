"""Every endpoint and every command has a line in the doors' file, and every line has a door."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from policies.access import Act, Role, ever
from policies.access_matrix import acts
from policies.decision import Permit
from space.access import doors
from space.access.concerned import FOUND, KINDS
from space.api import services
from tests.space.access.doors_found import Command, commands
from tests.space.access.neighbours import City

WORDS = {doors.PUBLIC, doors.OWN, doors.INSTALLATION, doors.EVERYTHING}


@pytest.fixture(scope="module")
def known() -> list[Command]:
    """Every command of ``ybz``."""
    return commands()


def test_every_endpoint_has_a_line_and_every_line_an_endpoint(city: City) -> None:
    found = set(city.endpoints)
    assert found - set(doors.endpoints()) == set(), "add a line under http: in access_doors.yaml"
    assert set(doors.endpoints()) - found == set(), "take the line out of access_doors.yaml"


def test_every_command_has_a_line_and_every_line_a_command(known: list[Command]) -> None:
    found = {each.words for each in known}
    lines = {line.partition(" as ")[0] for line in doors.commands()}
    assert found - lines == set(), "add a line under commands: in access_doors.yaml"
    assert lines - found == set(), "take the line out of access_doors.yaml"


def test_an_act_of_two_people_is_a_door_there_is() -> None:
    lines = {name.partition(" as ")[0] for name in (*doors.endpoints(), *doors.commands())}
    assert doors._two_people() - lines == set()


def test_every_act_opens_a_door() -> None:
    opened = {door.act for door in (*doors.endpoints().values(), *doors.commands().values())}
    assert set(Act) - opened == set(), "an act nobody can do is a promise of the matrix that nothing keeps"


def test_a_line_for_an_office_names_one_the_command_takes(known: list[Command]) -> None:
    offices = {each.words: each.offices for each in known}
    for line in doors.commands():
        words, _, office = line.partition(" as ")
        assert not office or office in offices[words], line


def test_a_command_takes_what_its_line_finds_the_owner_by(known: list[Command]) -> None:
    parameters = {each.words: each.parameters for each in known}
    for line, door in doors.commands().items():
        assert not door.where or door.where in parameters[line.partition(" as ")[0]], line


def test_an_endpoint_takes_what_its_line_finds_the_owner_by(city: City) -> None:
    for name, route in city.endpoints.items():
        door = doors.endpoints()[name]
        place, _, called = door.where.partition(".")
        if place == "path":
            assert f"{{{called}}}" in name, name
        elif place == "query":
            assert called in {each.name for each in route.dependant.query_params}, name
        elif place == "body":
            assert called in route.body_field.field_info.annotation.model_fields, name
        else:
            assert not door.where, name


def test_a_line_concerns_what_can_be_found() -> None:
    for door in (*doors.endpoints().values(), *doors.commands().values()):
        if "{" not in door.concerns:
            assert door.concerns in WORDS | set(KINDS) | set(FOUND), door
            assert bool(door.where) is (door.concerns not in WORDS), door


def test_a_kind_that_a_parameter_completes_is_there_for_every_office(known: list[Command]) -> None:
    for each in known:
        for office in each.offices:
            given = {"office": office, "party": office}
            door = doors.command(each.words, given)
            assert door is not None
            assert door.concerns in WORDS | set(KINDS) | set(FOUND), (each.words, office)


def test_only_public_endpoints_ask_nobody_who_it_is(city: City) -> None:
    for name, route in city.endpoints.items():
        asks = _asks(getattr(route, "dependant", None))
        assert asks is not doors.endpoints()[name].public, name


def test_no_handler_refuses_a_role_that_its_door_lets_through(city: City) -> None:
    for name, route in city.endpoints.items():
        door = doors.endpoints()[name]
        seat = (Act.FORM_FILL, Act.LEDGER_KEEP) if "/desk" in name and not door.public else ()
        for act in (*_permitted_in(route.endpoint), *seat):
            for role in Role:
                if isinstance(ever(role, door.act), Permit):
                    assert isinstance(ever(role, act), Permit), f"{name}: {role} passes, {act} stops it"


def test_every_act_that_a_token_of_one_grant_may_do_stands_behind_a_door() -> None:
    behind = {door.act for door in (*doors.endpoints().values(), *doors.commands().values())}
    assert {act for act in Act if acts()[act].one_grant} <= behind


def _asks(dependant: Any) -> bool:
    """Whether an endpoint is reached through the gate or the desk's seat only."""
    from space.desk import seat

    if dependant is None:
        return False
    gates = {services.admitted, seat.seat}
    return dependant.call in gates or any(_asks(each) for each in dependant.dependencies)


def _permitted_in(function: Any) -> Iterator[Act]:
    """Acts a handler, or a function of its module that it calls, asks ``permit`` for."""
    module = inspect.getmodule(function)
    waiting, seen = [function], set()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(each)))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id == "permit" and isinstance(node.args[1], ast.Attribute):
                yield Act[node.args[1].attr]
            called = getattr(module, node.func.id, None)
            if inspect.isfunction(called) and called.__module__ == getattr(module, "__name__", ""):
                waiting.append(called)
