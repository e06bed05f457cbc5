"""Whose thing it is an act is done to, where the door of an operation cannot tell by its address alone.

Decides nothing: which role may do an act towards which relation stands in ``policies/rules/access.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from catalog.cataloging.standing import Standing, all_standings, department_codes, standing, untold
from catalog.errors import UnknownDataset
from catalog.inventory.accounting import Accounted
from catalog.inventory.asked import Asked, listing, owners
from catalog.revisions import PUBLISHED
from policies.access import Act, Relation, Role
from policies.access_matrix import reach
from policies.decision import Deny
from policies.machine import Office
from space.access import judging
from space.access.departments import codes_of
from space.api.entrance.acting import Document, Looking
from space.errors import Refused
from space.identity.tokens import Caller


def towards_entry(look: Looking, act: Act, name: str) -> Standing:
    """Let an act pass towards the department of an entry; where the entry stands.

    Raises:
        UnknownDataset: there is no such entry; or it is not published, and not for the caller.
        Refused: the caller's role does not permit it towards that department.
    """
    found = look.at(lambda connection: standing(connection, name))
    try:
        towards(look, act, found.department_code)
    except Refused as refused:
        if found.state != PUBLISHED and refused.decision.reasons[0].code in judging.OF_OTHERS:
            raise UnknownDataset(name) from None
        raise
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
    mine = departments_seen(look, act)
    return frozenset(one.name for one in look.at(lambda c: all_standings(c, departments=mine)))


def departments_seen(look: Looking, act: Act) -> frozenset[str] | None:
    """Codes of the departments whose entries the caller's role permits an act towards; None = of all.

    What a statement cuts a list to; :func:`seen` names the same entries.
    """
    return codes_seen(look, act, department_codes)


def details_seen(look: Looking) -> frozenset[str] | None:
    """Codes of the departments whose entries are told to the caller in any state; None = of all.

    A token that was issued for one grant sees inner details of none.
    """
    return departments_seen(look, Act.DETAIL_READ) if look.who.grant_id is None else frozenset()


def without_untold(look: Looking, rows: Sequence[Document], *words: str) -> list[Document]:
    """Rows of a list without those that name an entry that is not told to the caller.

    Args:
        look: the read.
        rows: of the list.
        words: of a row, under which it names an entry or a field of one.
    """
    named = [{_entry_of(row[word]) for word in words if row.get(word)} for row in rows]
    mine = details_seen(look)
    hidden = look.at(lambda c: untold(c, frozenset[str]().union(*named), mine))
    return [row for row, names in zip(rows, named, strict=True) if not names & hidden]


def _entry_of(place: str) -> str:
    """``schema.table`` of a place: of ``schema.table.field`` too, and of ``dataset:`` before either."""
    return ".".join(place.removeprefix("dataset:").split(".")[:2])


def codes_seen(
    look: Looking, act: Act, named: Callable[[Connection], Iterable[str]]
) -> frozenset[str] | None:
    """Of those a list names as owners by their codes, whom the role permits an act towards; None = of all."""
    return None if _towards_all(look, act) else reached(look, act, look.at(named))


def owners_seen(
    look: Looking, act: Act, named: Callable[[Connection], Iterable[tuple[str, str]]]
) -> frozenset[tuple[str, str]] | None:
    """Of those a list names as owners, by name and code, whom the role permits an act towards; None = all.

    Args:
        look: the read.
        act: the act.
        named: reads every owner the list names; without a code the name stands for whoever alone has it.
    """
    if _towards_all(look, act):
        return None

    codes = look.at(lambda connection: codes_of(connection, named(connection), look.today))
    mine = reached(look, act, codes.values())
    return frozenset(each for each, code in codes.items() if code in mine)


def _towards_all(look: Looking, act: Act) -> bool:
    return len(reach(look.who.role, act)) == len(Relation)


def reached(look: Looking, act: Act, organisations: Iterable[str]) -> frozenset[str]:
    """Those organisations towards which the caller's role permits an act."""
    who, several = look.who, frozenset(organisations)
    return look.at(lambda c: judging.reached(c, who.role, who.organisation, act, several, look.today))


def tables_reached(look: Looking, act: Act) -> tuple[Accounted, ...]:
    """Tables of the inventory towards whose department the caller's role permits an act."""
    asked = Asked(look.today, owned_by=owners_seen(look, act, owners))
    return look.at(lambda c: listing(c, asked))


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
