"""What an organisation states when it asks for data, and who vouches for it 承诺人.

Decides that nobody is said to vouch: a person who files vouches with its own token; whoever else is named
signs, and until then nothing is filed. Before commands are judged a token that is of no person may still
state a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from policies.access import Act
from policies.clocks import local_date
from space.access.enforcing import enforced
from space.api.parties.acts_of_two import ActOfTwo, Both, wait
from space.errors import Unknown
from space.identity.one_person import is_one
from space.identity.organisations import organisation
from space.identity.second_person import second_person
from space.identity.tokens import Caller
from space.operation import agreeing
from space.requesting import filing
from space.requesting.requests import by_id
from space.requesting.statements import Statement, read

# What the description of the interface says of acts that may wait.
WAITS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"description": "Another person vouches for it: the second signature that is waited for."}
}


class Wanted(BaseModel):
    """The items of one dataset."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(max_length=130)
    fields: list[str] = Field(max_length=1000)


class Stated(BaseModel):
    """A request. A department states legal_basis, scenario, scope and method; an operator its agreement."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field("", max_length=60)
    use_until: date | None = None
    items: list[Wanted] = Field(max_length=500)
    vouched_by: str = Field("", max_length=200, description="The person who vouches for it.")
    kind: Literal["", "open"] = ""
    legal_basis: str = Field("", max_length=2000)
    scenario: str = Field("", max_length=2000)
    scope: str = Field("", max_length=2000)
    method: str = Field("", max_length=40)
    implementing_body: str = Field("", max_length=40)
    agreement: str = Field("", max_length=80)


def read_stated(connection: Connection, stated: Stated, who: Caller, day: date) -> Statement:
    """What the caller's organisation states, with everything it lacks."""
    applicant = organisation(connection, who.organisation)
    named = {"code": applicant.code, "name": applicant.name, "kind": applicant.kind.value}
    return read(connection, {**stated.model_dump(), "applicant": named}, day)


def file(connection: Connection, stated: Stated, who: Caller, now: datetime) -> dict[str, Any]:
    """File a request, or let it wait for who vouches.

    Raises:
        Refused: nobody who may is so called.
    """
    agreeing.settle(connection, now)
    made = read_stated(connection, stated, who, local_date(now))
    if not _another(connection, stated, made, who):
        return filing.submit(connection, made, now).to_document()
    return _wait(connection, FILING, stated, who, now)


def supplement(
    connection: Connection, request: str, stated: Stated, who: Caller, now: datetime
) -> dict[str, Any]:
    """Replace an incomplete request of the caller, or let that wait for who vouches."""
    made = read_stated(connection, stated, who, local_date(now))
    if not _another(connection, stated, made, who):
        return filing.supplement(connection, request, made, now).to_document()
    return _wait(connection, SUPPLEMENT, stated, who, now, request=request)


def _another(connection: Connection, stated: Stated, made: Statement, who: Caller) -> bool:
    """Whether somebody else is to sign: of what is incomplete nobody vouches yet."""
    if made.missing:
        return False
    if who.person is None:
        return enforced(connection) is not None
    return not is_one(connection, stated.vouched_by, who.person)


def _wait(
    connection: Connection, of: ActOfTwo, stated: Stated, who: Caller, now: datetime, **places: str
) -> dict[str, Any]:
    among = (who.organisation,)
    second = second_person(
        connection, stated.vouched_by, first=(who.person,), act=of.act, organisations=among,
        on=local_date(now), where="vouched_by",
    )  # fmt: skip
    by = who.person or who.organisation
    return wait(connection, of, who, stated, now, by=by, second=second, among=among, **places)


def _file(
    connection: Connection, both: Both, _places: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    agreeing.settle(connection, now)
    made = read_stated(connection, Stated.model_validate(body), both.first, local_date(now))
    return filing.submit(connection, made, now).to_document()


def _supplement(
    connection: Connection, both: Both, places: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    if by_id(connection, places["request"]).applicant != both.first.organisation:
        raise Unknown("request", places["request"])
    made = read_stated(connection, Stated.model_validate(body), both.first, local_date(now))
    return filing.supplement(connection, places["request"], made, now).to_document()


FILING: Final = ActOfTwo("POST /v1/requests", Act.REQUEST_FILE, Stated, _file, of_program=True)
SUPPLEMENT: Final = ActOfTwo(
    "PUT /v1/requests/{request}", Act.REQUEST_FILE, Stated, _supplement, of_program=True
)
