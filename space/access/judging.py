"""Whether a caller may pass a door: the matrix, asked with the relation to whoever the thing belongs to.

Decides nothing that the matrix does not say. A thing of several organisations, say of both parties of a
contract, is judged by the nearest relation that passes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from policies.access import Act, Relation, Role, ever, may
from policies.access_matrix import reach
from policies.decision import Decision, Deny, Permit, Reason
from space.access.concerned import LISTED, NOBODY, is_listed, owners
from space.access.doors import EVERYTHING, Door
from space.access.relations import relation, relations

# Reasons that say of a thing that it is there, and not the caller's.
OF_OTHERS: Final = ("access.relation", "access.no_owner")
# What a caller is told of a thing that names no organisation: it does not go to whoever comes first.
_NO_OWNER: Final = Reason(
    "access.no_owner",
    "no organisation is named that has it, so none may act on it but the data authority",
    where="organisation",
    allowed="the data authority names the code of its department: it submits the contract with it",
)


def ajar(role: Role, door: Door) -> Decision:
    """Whether a role may pass a door towards anybody: what can be said before anything is looked up."""
    return ever(role, door.act) if door.named or door.concerns == EVERYTHING else may(role, door.act)


def passes(
    connection: Connection, role: Role, organisation: str, door: Door, named: str | None, on: date
) -> Decision:
    """Whether a caller may pass a door towards the thing it names.

    A thing there is not passes as long as the role may pass towards anybody: whoever answers the door says
    so, in the same words as of a thing that is not for the caller.

    Args:
        connection: to find the owner with.
        role: of the caller.
        organisation: of the caller.
        door: where it stands.
        named: what it names, as sent; None where it names nothing.
        on: today, Asia/Shanghai.
    """
    if door.public:
        return Permit()
    decision = ajar(role, door)
    if isinstance(decision, Deny):
        return decision
    if door.concerns == EVERYTHING:
        return everything(connection, role, organisation, door.act, on)
    if not door.named or named is None:
        return decision
    theirs = owners(connection, door.concerns, named)
    if not theirs:
        return decision
    return towards(connection, role, organisation, act_towards(connection, door, named), theirs, on)


def act_towards(connection: Connection, door: Door, named: str) -> Act:
    """The act a door is towards what it names: an entry the catalogue does not list is all inner details."""
    if door.concerns == LISTED and not is_listed(connection, named):
        return Act.DETAIL_READ
    return door.act


def everything(connection: Connection, role: Role, organisation: str, act: Act, on: date) -> Decision:
    """Whether a caller may do an act towards all organisations at once.

    A role that reaches any may, and so may the data authority where its role reaches those below it.
    """
    above = authority_on(connection, on)[1] in ("", organisation)
    return may(role, act, Relation.PARENT if above else Relation.FOREIGN)


def towards(
    connection: Connection, role: Role, organisation: str, act: Act, theirs: Iterable[str], on: date
) -> Decision:
    """Whether a caller may do an act towards a thing of these organisations.

    Args:
        connection: to read the tree with.
        role: of the caller.
        organisation: of the caller.
        act: what it would do.
        theirs: codes of the organisations the thing belongs to; at least one.
        on: today, Asia/Shanghai.
    """
    allowed = reach(role, act)
    if not allowed or len(allowed) == len(Relation):
        return may(role, act)
    belongs = tuple(dict.fromkeys(theirs))
    if Relation.OWN in allowed and organisation in belongs:
        return Permit()
    stood = {relation(connection, organisation, each, on) for each in belongs}
    nearest = [each for each in Relation if each in stood]
    passed = next((may(role, act, each) for each in nearest if each in allowed), None)
    if passed is None and belongs == (NOBODY,):
        return Deny((_NO_OWNER,))
    return passed or may(role, act, nearest[0])


def reached(
    connection: Connection, role: Role, organisation: str, act: Act, several: Collection[str], on: date
) -> frozenset[str]:
    """Of several organisations those towards which a caller may do an act, in a fixed number of statements.

    Args:
        connection: to read the tree with.
        role: of the caller.
        organisation: of the caller.
        act: what it would do.
        several: codes of the organisations a list names; see :func:`towards` of each.
        on: today, Asia/Shanghai.
    """
    allowed = reach(role, act)
    if not allowed or len(allowed) == len(Relation):
        return frozenset(several if allowed else ())
    stood = relations(connection, organisation, several, on)
    return frozenset(code for code, stands in stood.items() if stands in allowed)
