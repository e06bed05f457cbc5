"""Who a command acts as, and whether that person may: the same matrix as for endpoints.

Decides that nobody acts under another's name, nor in an office that is not its role's. A thing that is not in
the store is nobody's own: only who reaches all may go on to be told that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from catalog.cataloging.standing import department_codes
from catalog.clocks.owed import authority_on
from catalog.errors import StoreOutdated
from catalog.home import Home
from catalog.settings import reading as settings
from catalog.store import open_store, reading
from catalog.store.revision import require_current
from policies.access import Act, Relation
from policies.access_matrix import acts, reach
from policies.clocks import local_date
from policies.decision import Decision, Deny, Reason
from space.access import doors, judging, one_grant
from space.access.concerned import contract_files, owners
from space.access.enforcing import NO_PERSON, stranded
from space.calls.budget import NOT_HELD
from space.errors import Refused
from space.identity import people
from space.identity.callers import of_bearer
from space.identity.second_person import second_person
from space.identity.tokens import Caller

_NOBODY: Final = Reason(
    "access.nobody",
    "commands of this installation act as a person, and no token that is good now says which",
    where="YBZ_TOKEN",
    allowed="set YBZ_TOKEN to your token; a security administrator issues one: `ybz person token`",
)
# The same where nobody's token could end it: the shell may, which holds the store anyway (decision 31).
_STRANDED: Final = Reason(
    "access.nobody",
    "commands of this installation act as a person, and no security administrator holds a token that is good",
    where="YBZ_TOKEN",
    allowed="`ybz access relax --reason TEXT`, which needs no token now and says so in the evidence",
)
_WAY_OUT: Final = "access relax"
# Brings a store of an earlier version to this one, which cannot read the tokens of that shape: nobody's token
# could be asked for. It keeps every row, and with them that commands are judged.
_UPGRADE: Final = "init"
# What doors of lists concern: whose they are.
_LISTED: Final = "organisation"
# What doors of contracts concern: a name, a file or a folder of them.
_FILES: Final = "contract-file"
# The parameter that names a second person.
_SECOND: Final = "approved_by"
# Of a token and a name to act under that do not go together.
ANOTHER: Final = Reason(
    "access.another_name",
    "the token is of another person than the one named to act",
    where="by",
    allowed="leave `by` out",
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A command may run.

    Attributes:
        person: name of the person who acts; empty where it is no person's own token.
    """

    person: str = ""


def passage(home: Home, words: str, parameters: Mapping[str, Any] | None, now: datetime) -> Passed | Deny:
    """Whether a command may run, and as whom.

    Args:
        home: of the installation.
        words: of the command, e.g. ``grant show``.
        parameters: what it was given, by the names of its parameters; None where that could not be read, so
            that only the role is judged.
        now: aware instant.
    """
    door = doors.command(words, parameters or {})
    if door is None:
        message = "the matrix names no act for this command, so nobody may run it"
        return Deny((Reason("access.unnamed", message, where=words),))
    if door.public:
        return Passed()
    engine = open_store(home)
    if words == _UPGRADE and parameters is not None and not parameters.get("database"):
        try:
            require_current(engine)
        except StoreOutdated:
            return Passed()
    with reading(engine) as connection:
        return _through(connection, home, door, parameters, now)


def also(
    connection: Connection, home: Home, words: str, parameters: Mapping[str, Any], now: datetime
) -> Deny | None:
    """What stands against an act that a command does beside its own, as if that act's command were run.

    Args:
        connection: of the command that runs; what it has entered is there.
        home: of the installation.
        words: of the command that does the act alone.
        parameters: what it would be given.
        now: aware instant.
    """
    door = doors.command(words, parameters)
    assert door is not None
    passed = _through(connection, home, door, parameters, now)
    return passed if isinstance(passed, Deny) else None


def details_seen(connection: Connection, home: Home, now: datetime) -> frozenset[str] | None:
    """Codes of the departments whose entries are told in any state to who runs the command; None = of all.

    A token that was issued for one grant sees inner details of none.
    """
    who = _who(connection, home, now)
    if who is None or who.grant_id is not None:
        return frozenset()
    if len(reach(who.role, Act.DETAIL_READ)) == len(Relation):
        return None
    several, on = department_codes(connection), local_date(now)
    return judging.reached(connection, who.role, who.organisation, Act.DETAIL_READ, several, on)


def _who(connection: Connection, home: Home, now: datetime) -> Caller | None:
    """Whose token stands in ``YBZ_TOKEN``; None where none is good."""
    issuer = settings.value("YBZ_PUBLIC_URL", home.root).rstrip("/")
    return of_bearer(connection, settings.value("YBZ_TOKEN", home.root), issuer=issuer, now=now)


def _through(
    connection: Connection,
    home: Home,
    door: doors.Door,
    parameters: Mapping[str, Any] | None,
    now: datetime,
) -> Passed | Deny:
    who = _who(connection, home, now)
    if door.name == _WAY_OUT and stranded(connection, now):
        return Passed()
    if who is None:
        return Deny((_STRANDED if stranded(connection, now) else _NOBODY,))
    person = "" if who.person is None else people.person(connection, who.person).name
    if person and (parameters or {}).get("by", person) not in (person, who.person):
        return Deny((ANOTHER,))
    denied = _judged(connection, who, door, parameters, now)
    if denied is None and not person and doors.takes_two(door):
        denied = Deny((NO_PERSON,))
    if denied is None and doors.takes_two(door):
        denied = _second(connection, who, person, door, parameters or {}, now)
    return denied or Passed(person)


def _second(
    connection: Connection,
    who: Caller,
    person: str,
    door: doors.Door,
    parameters: Mapping[str, Any],
    now: datetime,
) -> Deny | None:
    """What stands against whom a command names to consent: it is somebody else, who may do the act."""
    named, on = parameters.get(_SECOND), local_date(now)
    if named is None:
        return None
    among = (who.organisation, authority_on(connection, on)[1])
    try:
        second_person(
            connection, str(named), first=(person, who.person), act=door.act, organisations=among, on=on,
            where=_SECOND,
        )  # fmt: skip
    except Refused as refused:
        return refused.decision
    return None


def _judged(
    connection: Connection,
    who: Caller,
    door: doors.Door,
    parameters: Mapping[str, Any] | None,
    now: datetime,
) -> Deny | None:
    if who.grant_id is not None and not acts()[door.act].one_grant:
        return Deny((NOT_HELD,))
    decision = judging.ajar(who.role, door)
    if isinstance(decision, Deny) or parameters is None:
        return _denied(decision)
    office = parameters.get("office")
    seats = doors.office_roles(office) if isinstance(office, str) else ()
    if seats and who.role not in seats:
        return Deny(
            (Reason("access.office", f"the role {who.role.value} does not take that office", "office"),)
        )
    named, on = _named(door, parameters), local_date(now)
    if who.grant_id is not None and not _of_its_grant(connection, who.grant_id, door, named, parameters):
        return Deny((NOT_HELD,))
    if door.concerns == doors.EVERYTHING or (door.named and not named):
        return _denied(judging.everything(connection, who.role, who.organisation, door.act, on))
    for each in named:
        theirs, act = owners(connection, door.concerns, each), judging.act_towards(connection, door, each)
        decision = (
            judging.towards(connection, who.role, who.organisation, act, theirs, on)
            if theirs
            else judging.everything(connection, who.role, who.organisation, door.act, on)
        )
        if isinstance(decision, Deny):
            return decision
    return None


def _of_its_grant(
    connection: Connection, grant_id: str, door: doors.Door, named: tuple[str, ...], given: Mapping[str, Any]
) -> bool:
    """Whether what a command names is of the grant of its token; a list of all of them is not."""
    if door.concerns == _LISTED or (door.named and not named):
        return given.get("grant_id") == grant_id
    return all(one_grant.opens(connection, grant_id, door.concerns, each) for each in named)


def _denied(decision: Decision) -> Deny | None:
    return decision if isinstance(decision, Deny) else None


def _named(door: doors.Door, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What a command names things by: one, several, or none; of a folder of contracts, each of its files."""
    given = parameters.get(door.where)
    if given is None:
        return ()
    several = given if isinstance(given, tuple | list) else (given,)
    named = tuple(str(each) for each in several)
    if door.concerns != _FILES:
        return named
    return tuple(file for each in named for file in contract_files(each) or (each,))
