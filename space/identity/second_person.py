"""The second person 双人 an act names beside whoever does it: somebody of this installation, who may do it.

Decides that a signature nobody could have given is none: a name stands for one person who acts today in one
of the organisations concerned, in a role that may do the act, and is not the first, nor called like it,
however either is named: two entries of one name may be one human.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from policies.access import Act, Role, ever
from policies.decision import Deny, Permit, Reason
from policies.four_eyes import same_name
from space.errors import Refused
from space.identity import memberships, people
from space.identity.one_person import called_so, is_one


def second_person(
    connection: Connection,
    called: str,
    *,
    first: Iterable[str | None],
    act: Act,
    organisations: Iterable[str],
    on: date,
    where: str,
) -> str:
    """Id of the person a second signature is of.

    Args:
        connection: to read with.
        called: the second, as named: a name, a login or an id.
        first: who acts, in every way that is known.
        act: what the second has to be allowed as well.
        organisations: codes of those the second may act for.
        on: today, Asia/Shanghai.
        where: the place of the name in what was sent.

    Raises:
        Refused: it is the first or called like it, nobody who may do the act there, or several of one name.
    """
    firsts = [each for each in first if each is not None]
    if any(is_one(connection, called, each) for each in firsts):
        raise Refused(Deny((_one_person(where),)))
    among = frozenset(organisations) - {""}
    found = [each for each in called_so(connection, called) if _may(connection, each, act, among, on)]
    if len(found) != 1:
        raise Refused(Deny((_nobody(act, where),)))
    if any(_called_alike(connection, found[0], each) for each in firsts):
        raise Refused(Deny((_one_person(where),)))
    return found[0]


def who_else(connection: Connection, act: Act, *, by: str, on: date) -> tuple[str, ...]:
    """Names of those, beside whoever acts, who may do an act of two today, in order.

    Args:
        connection: to read with.
        act: of the two.
        by: who acts first, by name, login or id.
        on: today, Asia/Shanghai.
    """
    may = [role for role in Role if isinstance(ever(role, act), Permit)]
    held = (each for role in may for each in memberships.of_role(connection, role, on))
    others = (people.person(connection, each.person) for each in held)
    return tuple(
        sorted({one.name for one in others if one.ended_at is None and not is_one(connection, one.id, by)})
    )


def _called_alike(connection: Connection, second: str, first: str) -> bool:
    """Whether the stored name of a person is that of whoever acts first."""
    names = (first, *(people.person(connection, each).name for each in called_so(connection, first)))
    return any(same_name(people.person(connection, second).name, each) for each in names)


def _may(connection: Connection, person: str, act: Act, among: frozenset[str], on: date) -> bool:
    """Whether a person acts today for one of these organisations, in a role that may do an act."""
    return people.person(connection, person).ended_at is None and any(
        each.organisation in among and isinstance(ever(each.role, act), Permit)
        for each in memberships.of_person(connection, person, on)
    )


def _one_person(where: str) -> Reason:
    message = "a second person is needed, and the one named is the first, or is called alike"
    return Reason("access.one_person", message, where)


def _nobody(act: Act, where: str) -> Reason:
    return Reason(
        "access.second_person",
        f"nobody, or more than one, is so called who may do {act.value} there today",
        where,
        "name a person with a membership there by id or login (`ybz person list`)",
    )
