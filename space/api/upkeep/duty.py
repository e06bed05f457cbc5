"""``/v1/duty`` and ``/v1/mails``: who is on duty 值守, what they were told by mail, and a trial."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.store import writing
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.api.answering.paging import MOST, Page
from space.api.entrance.acting import Do, Document, Doing, Look, Signed
from space.api.services import permit
from space.errors import Refused
from space.notices import duty, outbox
from space.notices.mail import server

router = APIRouter(prefix="/v1", tags=["notices"])

Id = Annotated[str, Field(max_length=40)]
_NO_SERVER: Final = Reason(
    "notice.no_server", "no mail server is set", allowed="set YBZ_MAIL_HOST and YBZ_MAIL_FROM"
)
_NOBODY: Final = Reason("notice.nobody", "nobody is on duty", allowed="enter somebody: `ybz notice duty add`")
_NO_ADDRESS: Final = Reason(
    "notice.no_address",
    "somebody is on duty, and nobody of them has a mail address",
    allowed="give the person a contact, or name an address of the watch",
)


class OnDuty(Signed):
    """One of a person, the holders of a role, an office's address; and the days."""

    person: str | None = Field(None, max_length=40)
    role: str | None = Field(None, max_length=40)
    address: str | None = Field(None, max_length=200)
    kinds: list[Literal["alert", "incident", "digest", "signature"]] = Field(
        [], max_length=4, description="All if none."
    )
    first_on: date | None = Field(None, description="Today where left out.")
    last_on: date | None = Field(None, description="Until ended where left out.")


@router.get("/duty")
def list_turns(look: Look, page: Page) -> Response:
    """Every turn of duty, those that ended too."""
    permit(look.who, Act.PERSON_READ)
    part = page.part(date, str)
    found = look.at(lambda c: duty.turns(c, part=part))
    return page.parted("turns", [one.to_document() for one in found], "first_day", "id")


@router.post("/duty", status_code=201)
def enter(said: OnDuty, do: Do) -> Document:
    """Put a person, the holders of a role, or an office on duty."""
    permit(do.who, Act.ROLE_ASSIGN)
    by, whom = do.by(said), duty.Whom(said.person, said.role, said.address)

    def act(connection: Connection, now: datetime) -> Document:
        days = (said.first_on or local_date(now), said.last_on)
        return duty.enter(connection, whom, said.kinds, days=days, by=by, now=now).to_document()

    return do.inside(act)


@router.post("/duty/{turn}/end")
def end(turn: Id, said: Signed, do: Do) -> Document:
    """Take a turn off duty."""
    permit(do.who, Act.ROLE_ASSIGN)
    by = do.by(said)
    return do.inside(lambda c, now: duty.end(c, turn, by=by, now=now).to_document())


@router.get("/mails")
def list_mails(look: Look, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Document:
    """The newest notices by mail with their states; texts and addresses are not shown."""
    permit(look.who, Act.SPACE_OPERATE)
    found, left = look.at(lambda c: (outbox.listed(c, limit), outbox.waiting(c)))
    return {"mails": list(found), "waiting": left}


@router.post("/mails/sending")
def send(do: Do) -> Document:
    """Send now what waits and is due; a running server does so by itself."""
    permit(do.who, Act.SPACE_OPERATE)
    return do.apart(lambda now: _told(do, outbox.turn(do.engine, do.wired.home, now)))


@router.post("/mails/trial")
def trial(do: Do) -> Document:
    """Mail everybody on duty a trial."""
    permit(do.who, Act.SPACE_OPERATE)
    if server(do.wired.home.root) is None:
        raise Refused(Deny((_NO_SERVER,)))

    def act(now: datetime) -> Document:
        with writing(do.engine) as connection:
            entered = outbox.enter_trial(connection, now)
            without = () if entered else tuple(duty.unreachable(connection, now))
        if without:
            raise Refused(Deny((_NO_ADDRESS,)))
        if not entered:
            raise Refused(Deny((_NOBODY,)))
        sent = outbox.send_waiting(do.engine, do.wired.home, now, outbox.Done(entered))
        return _told(do, sent)

    return do.apart(act)


def _told(do: Doing, done: outbox.Done) -> Document:
    left = do.at(outbox.waiting)
    return {"entered": done.entered, "sent": done.sent, "failed": done.failed, "waiting": left}
