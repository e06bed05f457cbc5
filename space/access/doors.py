"""The doors 入口 of the system: every endpoint and every command, the act behind it, and whom it concerns.

Decides nothing: it reads ``policies/rules/access_doors.yaml``. A door that the file does not name is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from policies.access import Act, Role
from policies.rulebook import RULES, RuleError

FILE: Final = "policies/rules/access_doors.yaml"
# Parameters that say in which office, or for which party, a command is run.
_OFFICES: Final = ("office", "party")
# What a door may concern beside a kind of thing that has an owner.
PUBLIC: Final = "public"
OWN: Final = "own"
INSTALLATION: Final = "installation"
EVERYTHING: Final = "everything"


@dataclass(frozen=True, slots=True)
class Door:
    """One endpoint or command.

    Attributes:
        name: method and path template, or the words of the command.
        act: what whoever passes does.
        concerns: ``public``: anybody, known or not. ``own``: things of the caller's organisation alone.
            ``installation``: what belongs to all. ``everything``: things of all at once. Else the kind of
            the thing that is named, see :mod:`space.access.concerned`.
        where: the place that names the thing: ``path.NAME``, ``query.NAME`` or ``body.NAME`` of a request,
            the parameter of a command; empty where nothing is named.
    """

    name: str
    act: Act
    concerns: str
    where: str

    @property
    def public(self) -> bool:
        """Whether nobody has to say who it is."""
        return self.concerns == PUBLIC

    @property
    def named(self) -> bool:
        """Whether a thing is named whose owner has to be found."""
        return bool(self.where)


def endpoint(method: str, template: str) -> Door | None:
    """The door of an endpoint; None where the file names none."""
    return endpoints().get(f"{'GET' if method == 'HEAD' else method} {template}")


def command(words: str, parameters: Mapping[str, Any]) -> Door | None:
    """The door of a command; None where the file names none.

    Args:
        words: e.g. ``grant show``.
        parameters: what it was given: an office may have a line of its own, and name the kind of the thing.
    """
    offices = (parameters.get(name) for name in _OFFICES)
    lines = [f"{words} as {office}" for office in offices if office]
    found = next((commands()[line] for line in (*lines, words) if line in commands()), None)
    if found is None or "{" not in found.concerns:
        return found
    return replace(
        found, concerns=found.concerns.format_map({name: parameters.get(name) for name in _OFFICES})
    )


def takes_two(door: Door) -> bool:
    """Whether what is done at a door takes two people, so that whoever passes is a person."""
    return door.name.partition(" as ")[0] in _two_people()


def office_roles(office: str) -> tuple[Role, ...]:
    """The roles that may take an office; empty where the file says nothing of it."""
    said: Mapping[str, str] = _document()["offices"]
    return tuple(Role(word) for word in said.get(office, "").split())


@cache
def endpoints() -> Mapping[str, Door]:
    """Every endpoint of the file, by method and path template."""
    return _doors("http")


@cache
def commands() -> Mapping[str, Door]:
    """Every command of the file, by its words."""
    return _doors("commands")


def _doors(section: str) -> Mapping[str, Door]:
    return {name: _door(name, str(said)) for name, said in _document()[section].items()}


def _door(name: str, said: str) -> Door:
    act, *rest = said.split()
    if len(rest) > len((OWN, "")):
        raise RuleError(f"{FILE}: {name}: write ACT, what it concerns, and where that is named")
    try:
        return Door(name, Act(act), *(rest + [OWN, ""][len(rest) :]))
    except ValueError:
        raise RuleError(f"{FILE}: {name}: there is no act {act} (policies/access.py)") from None


@cache
def _two_people() -> frozenset[str]:
    return frozenset(_document()["two_people"])


@cache
def _document() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    read: Mapping[str, Any] = YAML(typ="safe").load((RULES / "access_doors.yaml").read_text(encoding="utf-8"))
    return read
