"""``/v1/corrections``: challenges of values by those who know better, answered by their source; a thin door.

Who acts is the holder of the token: nobody challenges, answers or appeals for another organisation. A case of
others is not found. Receivers of a value are told by the next round of the server's chores.
"""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Any, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.cataloging.titles import called
from catalog.store import reading, writing
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny, Permit, Reason
from space.access import judging
from space.api.answering.paging import Listed, Page
from space.api.entrance.once import Once, Repeated
from space.api.services import Known, Services, Wired, permit
from space.errors import Refused, SpaceError, Unknown
from space.identity.tokens import Caller
from space.wayback.corrections import appeals
from space.wayback.corrections.attachments import attach, attachments, unsealed
from space.wayback.corrections.cases import answer_within, send_new
from space.wayback.corrections.challenges import Challenge, Prepared, prepare
from space.wayback.corrections.course import (
    Correction,
    correction,
    history,
    listing,
    proposed,
    to_be_judged,
)
from space.wayback.corrections.marks import marked
from space.wayback.recall.standing import replaced

router = APIRouter(prefix="/v1/corrections", tags=["corrections"])

_By = Field(min_length=1, max_length=200, description="The person who acts for you.")


class Wrong(BaseModel):
    """A value that is wrong: the row by reference, or of a query the record by its fields."""

    model_config = ConfigDict(extra="forbid")

    dataset: str = Field(max_length=130)
    row: str = Field("", max_length=64, description="As a delivery or a prefilled form names it.")
    field: str = Field(max_length=63)
    value: str = Field(max_length=2000, description="What it should be.")
    reason: str = Field(max_length=2000)
    origin: str = Field("", max_length=40, description="Delivery, submission or receipt it was seen in.")
    record: dict[str, str] = Field(default_factory=dict, max_length=20)
    by: str = _By


class Answered(BaseModel):
    """The department's answer."""

    model_config = ConfigDict(extra="forbid")

    accepted: bool
    reason: str = Field(max_length=2000)
    by: str = _By


class Said(BaseModel):
    """Why, and who acts."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=2000)
    by: str = _By


class Evidence(BaseModel):
    """A file, in base64."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=200)
    content: str = Field(description="The file in base64 (RFC 4648, section 4).")
    by: str = _By


class Looking(BaseModel):
    """Who looks at a file."""

    model_config = ConfigDict(extra="forbid")

    by: str = _By


class Replaced(BaseModel):
    """That the receiver has replaced the value, or holds it no more."""

    model_config = ConfigDict(extra="forbid")

    by: str = _By


@router.post("", status_code=201)
def open_case(wrong: Wrong, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Challenge a value; its source department answers within its clock."""
    permit(who, Act.CORRECTION_OPEN)
    asked = Challenge(
        who.organisation, wrong.dataset, wrong.row, wrong.field, wrong.value, wrong.reason, wrong.origin,
        wrong.record,
    )  # fmt: skip
    ready = _prepared(wired, asked)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            if not isinstance(ready, Prepared):
                raise ready  # of a repeated request it does not matter what became of the value since
            return send_new(connection, ready, by=wrong.by, now=now).id

        return correction(connection, once.do(connection, act, now)).to_document()


@router.get("")
def list_cases(wired: Wired, who: Known, page: Page) -> Response:
    """The cases the caller reported, and those it answers for, oldest first."""
    permit(who, Act.CORRECTION_READ)
    mine, theirs = page.parts((datetime, str), (datetime, str))
    with reading(wired.engine) as connection:
        reported = listing(connection, mine, asker=who.organisation)
        owed = listing(connection, theirs, department_code=who.organisation)
        lists = {
            name: called(connection, [one.to_document() for one in found])
            for name, found in (("reported", reported), ("to_answer", owed))
        }
    return page.several({name: Listed(found, ("opened_at", "id")) for name, found in lists.items()})


@router.get("/{case}")
def show(case: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One case with its steps, its evidence, and the caller's forms that held the old value.

    Whoever answers for the source department is shown which row it is about, and the two values.
    """
    permit(who, Act.CORRECTION_READ)
    with reading(wired.engine) as connection:
        today = local_date(wired.clock())
        found = _seen(connection, case, who, today)
        answers = judging.towards(
            connection, who.role, who.organisation, Act.CORRECTION_ANSWER, (found.department_code,), today
        )
        mine = marked(connection, correction_id=case, body=who.organisation)
        return found.to_document() | {
            "proposed": proposed(connection, case, who.organisation) or None,
            "to_judge": to_be_judged(connection, case) if isinstance(answers, Permit) else None,
            "steps": [one.to_document() for one in history(connection, case)],
            "evidence": [one.to_document() for one in attachments(connection, case)],
            "forms_with_the_old_value": [submission for submission, _, _ in mine],
        }


@router.post("/{case}/answer")
def answer_case(case: str, said: Answered, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Answer a challenge, for the department that answers for the value."""

    def answer(connection: Connection, now: datetime) -> Correction:
        return answer_within(
            connection, case, department_code=who.organisation, accepted=said.accepted, reason=said.reason,
            by=said.by, now=now,
        )  # fmt: skip

    return _taken(wired, who, once, case, answer)


@router.post("/{case}/appeal")
def appeal(case: str, said: Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take a refusal to the next level: the authority, its superior, the government."""

    def go_up(connection: Connection, now: datetime) -> Correction:
        return appeals.appeal(
            connection, case, asker=who.organisation, reason=said.reason, by=said.by, now=now
        )

    return _taken(wired, who, once, case, go_up)


@router.post("/{case}/withdrawal")
def withdraw(case: str, said: Said, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take a challenge or an appeal back."""

    def take_back(connection: Connection, now: datetime) -> Correction:
        return appeals.withdraw(
            connection, case, asker=who.organisation, reason=said.reason, by=said.by, now=now
        )

    return _taken(wired, who, once, case, take_back)


@router.post("/{case}/evidence", status_code=201)
def attach_evidence(case: str, given: Evidence, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Attach a file as evidence; it is kept sealed."""
    permit(who, Act.CORRECTION_OPEN)
    content = _decoded(given.content)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            return attach(
                wired.home, connection, case, content, title=given.title, organisation=who.organisation,
                by=given.by, now=now,
            ).id  # fmt: skip

        made = once.do(connection, act, now)
        (found,) = (one for one in attachments(connection, case) if one.id == made)
        return found.to_document()


@router.post("/{case}/evidence/{attachment}")
def evidence(case: str, attachment: str, said: Looking, wired: Wired, who: Known) -> Response:
    """The file as it was given; every look is logged, and no address names who looks."""
    permit(who, Act.CORRECTION_READ)
    with reading(wired.engine) as connection:
        found = _seen(connection, case, who, local_date(wired.clock()))
        if attachment not in {one.id for one in attachments(connection, case)}:
            raise Unknown("attachment", attachment)
    # Whoever looks is a party, or sits at the level the case is before.
    party = who.organisation if who.organisation in (found.asker, found.department_code) else ""
    content = unsealed(
        wired.home, wired.engine, attachment, organisation=party, by=said.by, now=wired.clock()
    )
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{attachment}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/{case}/replacement")
def replacement(case: str, said: Replaced, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Say that you have replaced the value a recall notice named, or hold it no more."""
    permit(who, Act.CORRECTION_OPEN)

    def act() -> dict[str, Any]:
        replaced(wired.engine, case, who.organisation, by=said.by, now=wired.clock())
        return {"correction": case, "receiver": who.organisation, "closed": "replaced"}

    return once.apart(wired.engine, act, wired.clock)


def _seen(connection: Connection, case: str, who: Caller, on: date) -> Correction:
    """The case, for its parties, and while it is before a level for who decides there."""
    found = correction(connection, case)
    if who.organisation not in (found.asker, found.department_code) and found.level:
        whose = (found.department_code,)
        judged = judging.towards(connection, who.role, who.organisation, Act.CORRECTION_DECIDE, whose, on)
        if isinstance(judged, Permit):
            return found
    return _party(connection, case, who)


def _party(connection: Connection, case: str, who: Caller) -> Correction:
    """The case, for its reporter and its department; to all others there is none."""
    found = correction(connection, case)
    if who.organisation not in (found.asker, found.department_code):
        raise Unknown("challenge", case, "see `ybz correct list`")
    return found


class _Act(Protocol):
    """A step of a case, in a writing transaction."""

    def __call__(self, connection: Connection, now: datetime) -> Correction: ...


def _taken(wired: Services, who: Caller, once: Once, case: str, act: _Act) -> dict[str, Any]:
    """Take a step in one transaction, unless the same request took it before; the case as it then stands."""
    permit(who, Act.CORRECTION_READ)
    with writing(wired.engine) as connection:
        _party(connection, case, who)
        now = wired.clock()
        made = once.do(connection, lambda: act(connection, now).id, now)
        return correction(connection, made).to_document()


def _prepared(wired: Services, asked: Challenge) -> Prepared | SpaceError:
    """A challenge judged before anything is locked: rows are looked for in the vault."""
    try:
        return prepare(wired.home, wired.engine, asked)
    except SpaceError as error:
        return error


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        reason = Reason("correction.attachment.encoding", "the file is not in base64", "content")
        raise Refused(Deny((reason,))) from None
