"""The access matrix 权限矩阵 as it stands in ``rules/access.yaml``: its roles, its acts, its lines.

Decides that a matrix names every role and every act once, and nothing else; whether a role may do an act is
:mod:`policies.access`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from policies.access import Act, Relation, Role, may
from policies.decision import Permit
from policies.rulebook import RULES, RuleError

FILE: Final = "policies/rules/access.yaml"
ANY: Final = "any"
EVERYONE: Final = "everyone"


@dataclass(frozen=True, slots=True)
class RoleMeaning:
    """What a role is.

    Attributes:
        role: the role.
        zh, name: what it is called, in Chinese and in English.
        en: what it does, in one line.
        includes: roles whose acts it has too.
    """

    role: Role
    zh: str
    name: str
    en: str
    includes: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ActMeaning:
    """What an act is, and who the matrix names for it.

    Attributes:
        act: the act.
        zh, en: in one line.
        basis: the law or standard that gives it to a role; empty where none does.
        one_grant: whether a token that was issued for one grant is good for it.
        named: role → relations, as the file names them; without what roles include.
    """

    act: Act
    zh: str
    en: str
    basis: str
    one_grant: bool
    named: Mapping[Role, tuple[Relation, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of the matrix.

    Attributes:
        role, relation, act: which cell.
        allowed: what it says.
    """

    role: Role
    relation: Relation
    act: Act
    allowed: bool

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "role": self.role.value,
            "relation": self.relation.value,
            "action": self.act.value,
            "allowed": self.allowed,
        }


def lines() -> Iterator[Line]:
    """Every cell of the matrix, by role, act and relation."""
    for role in Role:
        for act in Act:
            for relation in Relation:
                yield Line(role, relation, act, isinstance(may(role, act, relation), Permit))


@cache
def roles() -> Mapping[Role, RoleMeaning]:
    """What each role is.

    Raises:
        RuleError: the file leaves a role out, or names one there is not.
    """
    stated = _section("roles", {role.value for role in Role})
    return {
        Role(name): RoleMeaning(
            Role(name),
            str(of["zh"]),
            str(of["name"]),
            str(of["en"]),
            tuple(Role(each) for each in of.get("includes", ())),
        )
        for name, of in stated.items()
    }


@cache
def acts() -> Mapping[Act, ActMeaning]:
    """What each act is.

    Raises:
        RuleError: the file leaves an act out, or names an act, role or relation there is not.
    """
    stated = _section("acts", {act.value for act in Act})
    return {Act(name): _act(name, of) for name, of in stated.items()}


def reach(role: Role, act: Act) -> tuple[Relation, ...]:
    """The relations in which a role may do an act; empty where it never may."""
    return tuple(each for each in Relation if isinstance(may(role, act, each), Permit))


def through(role: Role, act: Act, relation: Relation) -> Role | None:
    """The role whose line permits an act: the role itself, or one it includes; None where none does."""
    if relation in acts()[act].named.get(role, ()):
        return role
    for each in roles()[role].includes:
        found = through(each, act, relation)
        if found is not None:
            return found
    return None


def enforcer() -> Any:
    """A casbin enforcer over the matrix; it looks only at the lines of the act and relation asked about."""
    from casbin.fast_enforcer import FastEnforcer

    # It tells its whole model at `info`, which is no matter of a service's log.
    logging.getLogger("casbin").setLevel(logging.WARNING)
    made = FastEnforcer(str(RULES / "model.conf"), cache_key_order=[2, 1])
    made.add_policies(
        [
            [role.value, relation.value, act.value]
            for act, meaning in acts().items()
            for role, relations in meaning.named.items()
            for relation in relations
        ]
    )
    made.add_grouping_policies(
        [[role.value, each.value] for role, meaning in roles().items() for each in meaning.includes]
    )
    return made


def _act(name: str, of: Mapping[str, Any]) -> ActMeaning:
    allow: Mapping[str, str] = of["allow"]
    if EVERYONE in allow:
        named = {role: _relations(name, allow[EVERYONE]) for role in Role}
    else:
        try:
            named = {Role(role): _relations(name, reach) for role, reach in allow.items()}
        except ValueError as unknown:
            raise RuleError(f"{FILE}: {name}: {unknown}") from None
    return ActMeaning(
        Act(name), str(of["zh"]), str(of["en"]), str(of.get("basis", "")), bool(of.get("one_grant")), named
    )


def _relations(act: str, stated: str) -> tuple[Relation, ...]:
    if stated == ANY:
        return tuple(Relation)
    try:
        return tuple(Relation(word) for word in stated.split())
    except ValueError as unknown:
        raise RuleError(f"{FILE}: {act}: {unknown}") from None


def _section(name: str, wanted: set[str]) -> Mapping[str, Any]:
    section: Mapping[str, Any] = _document()[name]
    for missing in sorted(wanted - set(section)):
        raise RuleError(f"{FILE}: {name} leaves {missing} out — what is not named cannot be reviewed")
    for unknown in sorted(set(section) - wanted):
        raise RuleError(f"{FILE}: {name} names {unknown}, which there is not (policies/access.py)")
    return section


@cache
def _document() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    read: Mapping[str, Any] = YAML(typ="safe").load((RULES / "access.yaml").read_text(encoding="utf-8"))
    return read
