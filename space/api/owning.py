"""Whose thing it is an act is done to, where the door of an operation cannot tell by its address alone.

Decides nothing: which role may do an act towards which relation stands in ``policies/rules/access.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from catalog.cataloging.standing import Standing, all_standings, standing
from catalog.inventory.accounting import Accounted, accounted
from policies.access import Act, Role
from policies.decision import Deny
from policies.machine import Office
from space.access import judging
from space.access.departments import code_of
from space.api.acting import Looking
from space.errors import Refused
from space.identity.tokens import Caller


def towards_entry(look: Looking, act: Act, name: str) -> Standing:
    """Let an act pass towards the department of an entry; where the entry stands.

    Raises:
        UnknownDataset: there is no such entry.
        Refused: the caller's role does not permit it towards that department.
    """
    found = look.at(lambda connection: standing(connection, name))
    towards(look, act, found.department_code)
    return found


def towards(look: Looking, act: Act, *organisations: str) -> None:
    """Let an act pass towards the organisations a thing belongs to.

    Raises:
        Refused: the caller's role does not permit it towards them.
    """
    who = look.who
    decision = look.at(
        lambda c: judging.towards(c, who.role, who.organisation, act, organisations, look.today)
    )
    if isinstance(decision, Deny):
        raise Refused(decision)


def seen(look: Looking, act: Act) -> frozenset[str]:
    """The entries towards whose department the caller's role permits an act: what lists are cut to."""
    entries = look.at(all_standings)
    mine = reached(look, act, (one.department_code for one in entries))
    return frozenset(one.name for one in entries if one.department_code in mine)


def reached(look: Looking, act: Act, organisations: Iterable[str]) -> frozenset[str]:
    """Those organisations towards which the caller's role permits an act."""
    who = look.who

    def permitted(connection: Connection, code: str) -> bool:
        decision = judging.towards(connection, who.role, who.organisation, act, (code,), look.today)
        return not isinstance(decision, Deny)

    several = set(organisations)
    return look.at(lambda c: frozenset(code for code in several if permitted(c, code)))


def tables_reached(look: Looking, act: Act, *, department: str = "") -> tuple[Accounted, ...]:
    """Tables of the inventory towards whose department the caller's role permits an act."""
    found = look.at(lambda c: accounted(c, look.today, department=department))
    named = {(one.department, one.department_code) for one in found}
    codes = look.at(lambda c: {each: code_of(c, *each, look.today) for each in named})
    mine = reached(look, act, codes.values())
    return tuple(one for one in found if codes[one.department, one.department_code] in mine)


# In which office of a procedure a role acts; every other acts as whoever is concerned.
_OFFICES: Final = {
    Role.STEWARD: Office.STEWARD,
    Role.PROVIDER: Office.STEWARD,
    Role.DEPARTMENT_HEAD: Office.HEAD,
    Role.AUTHORITY: Office.AUTHORITY,
    Role.SECURITY: Office.SECURITY,
    Role.SECURITY_ADMIN: Office.SECURITY,
    Role.REGISTRAR: Office.REGISTRAR,
    Role.OPERATOR_ADMIN: Office.OPERATOR,
    Role.ANALYST: Office.OPERATOR,
}


def office_of(who: Caller) -> Office:
    """The office a caller acts in: that of its role, never one it names."""
    return _OFFICES.get(who.role, Office.PARTY)
