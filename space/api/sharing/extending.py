"""More working days for an answer to a request 延期: the provider asks, the authority consents.

Decides that both sign, whoever of them comes first: the act waits for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny
from space.api.parties.acts_of_two import ActOfTwo, Both, wait
from space.errors import Refused, Unknown
from space.identity import people
from space.identity.one_person import is_one
from space.identity.second_person import second_person
from space.identity.tokens import Caller
from space.requesting import answering, turns
from space.requesting.cases import Case
from space.requesting.requests import Request, by_id


class Extended(BaseModel):
    """More working days: the provider asks, the authority consents; whoever of them you are not signs."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
    by: str = Field(min_length=1, max_length=200, description="Who of the provider asks.")
    approved_by: str = Field(min_length=1, max_length=200, description="Who of the authority consents.")
    workdays: int | None = Field(None, ge=1, le=366)


def ask(
    connection: Connection, request: str, case: str, said: Extended, who: Caller, now: datetime
) -> dict[str, Any]:
    """Let an extension wait for the other's signature: of the authority where the provider asks, and back.

    Raises:
        Unknown: the caller has no say in the request, or it has no such case.
        Refused: it is another's turn, or the other is nobody who may.
    """
    on, found = local_date(now), _concerning(connection, request, case, who, now)
    asks = _asks(connection, said, who, on)
    if asks:
        by, called, where, among = said.by, said.approved_by, "approved_by", {authority_on(connection, on)[1]}
    else:
        by, called, where, among = said.approved_by, said.by, "by", _provider(found)
    if who.organisation not in (_provider(found) if asks else {authority_on(connection, on)[1]}):
        raise Refused(Deny((turns.NOT_YOURS,)))
    second = second_person(
        connection, called, first=(by, who.person), act=Act.REQUEST_DECIDE, organisations=among, on=on,
        where=where,
    )  # fmt: skip
    # The other is named by id: what waits is one person's to sign.
    said = said.model_copy(update={where: second})
    return wait(
        connection, EXTENSION, who, said, now, by=by, second=second, among=among, request=request, case=case
    )


def _perform(
    connection: Connection, both: Both, places: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    said, case = Extended.model_validate(body), places["case"]
    _concerning(connection, places["request"], case, both.first, now)
    named = people.person(connection, both.second).name
    asks = said.approved_by == both.second
    answering.extend(
        connection, case, reason=said.reason, approved_by=named if asks else both.by,
        by=both.by if asks else named, now=now, workdays=said.workdays,
    )  # fmt: skip
    return by_id(connection, places["request"]).to_document()


EXTENSION: Final = ActOfTwo(
    "POST /v1/requests/{request}/cases/{case}/extension", Act.REQUEST_DECIDE, Extended, _perform
)


def concerned(connection: Connection, request: str, who: Caller, now: datetime) -> Request:
    """A request the caller's organisation answers; any other is not told from none."""
    found = by_id(connection, request)
    if not turns.concerns(connection, found, who.organisation, local_date(now)):
        raise Unknown("request", request)
    return found


def case_of(connection: Connection, request: str, case: str) -> Case:
    """A case of the request.

    Raises:
        Unknown: the request has none of that id.
    """
    for each in by_id(connection, request).cases:
        if each.id == case:
            return each
    raise Unknown("case", case)


def _concerning(connection: Connection, request: str, case: str, who: Caller, now: datetime) -> Case:
    concerned(connection, request, who, now)
    return case_of(connection, request, case)


def _provider(case: Case) -> set[str]:
    """Codes of the organisations whose people may ask for more time: the owner, and who answers first."""
    return {case.owner_code, *(seat.code for seat in case.chain.seats[:1])}


def _asks(connection: Connection, said: Extended, who: Caller, on: date) -> bool:
    """Whether the caller is the one who asks, not the one who consents."""
    if who.person is not None:
        return is_one(connection, said.by, who.person)
    return authority_on(connection, on)[1] != who.organisation
