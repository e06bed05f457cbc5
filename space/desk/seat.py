"""What a handler of the desk is given: who sits there, and what a form brought.

Decides that every page but those to sign in needs a session that is good now, of a body that is entered, and
that every form comes from our own pages and carries the proof of its session. Failures become a page in
words.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from catalog import keys
from catalog.errors import CatalogError
from catalog.store import reading
from policies.access import Act, ever
from policies.clocks import local_date
from policies.decision import Deny, Permit, Reason
from policies.machine import IllegalStep
from space.api.entrance import browsers
from space.api.entrance.gate import enter
from space.api.services import Services, Wired, permit, services, signed_in
from space.desk.carrying import carry
from space.desk.rendering import begin, failed
from space.desk.session import (
    ForeignForm,
    NotSignedIn,
    Sealer,
    Session,
    lines_of_a_page,
)
from space.desk.sign_in_page import sign_in_page
from space.errors import Refused, SpaceError, Unknown
from space.identity import memberships, people
from space.identity import sessions as kept
from space.identity.tokens import Caller
from space.observing import requests as observed
from space.wayback.backflow.bodies import Body, body

SIGN_IN: Final = "/desk/sign-in"
# Fields of one form: the items of the longest sheet, twice.
_MOST_FIELDS: Final = 2000
# Of a count, and characters of anything one person writes into one field.
_DIGITS: Final = 9
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at the desk, and the services.

    Attributes:
        wired: the services of the application.
        session: of the person.
        body: the street or village.
        on: today.
        lines: rows of a page.
        sealer: for what forms carry.
        catalogue: address of the catalogue in the console; empty where it is not served or not open to them.
    """

    wired: Services
    session: Session
    body: Body
    on: date
    lines: int
    sealer: Sealer
    catalogue: str = ""

    @property
    def person(self) -> str:
        """Who acts."""
        return self.session.person

    def seal(self, text: str) -> str:
        """A text for a hidden field of a form of this session."""
        return self.sealer.seal(text, self.session)


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that was sent, its proof checked.

    Attributes:
        seat: whose form.
        fields: name → values, in their order.
    """

    seat: Seat
    fields: dict[str, list[str]]

    def text(self, name: str) -> str:
        """The one value of a field; empty where it has none."""
        return self.fields.get(name, [""])[0].strip()

    def whole(self, name: str) -> int:
        """A count somebody wrote.

        Raises:
            Refused: it is no whole number, or one no delivery has.
        """
        text = self.text(name)
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise Refused(Deny((Reason("desk.count", "a count is a whole number, in digits", name),)))
        return int(text)

    def opened(self, name: str) -> str:
        """A value that a page of this session sealed.

        Raises:
            ForeignForm: it did not.
        """
        return self.seat.sealer.opened(self.text(name), self.seat.session)

    def prefixed(self, prefix: str) -> dict[str, str]:
        """What was written into fields ``prefix.NAME``, by name; empty ones are left out."""
        start = f"{prefix}."
        found = {name[len(start) :]: self.text(name) for name in self.fields if name.startswith(start)}
        return {name: value for name, value in found.items() if value}


def sealer(wired: Services) -> Sealer:
    """What seals the sessions of an installation."""
    return Sealer(keys.load(wired.home).pseudonym)


def seat(wired: Wired, request: Request) -> Seat:
    """Who sits at the desk.

    Raises:
        NotSignedIn: nobody, or the session is over.
        Refused: the role does not open the desk.
        Unknown: the organisation is no body that rows flow back to.
    """
    session = session_at(wired, request)
    on, sealing = local_date(wired.clock()), sealer(wired)
    known = Caller(session.organisation, session.role, person=session.person)
    for act in (Act.FORM_FILL, Act.LEDGER_KEEP):
        permit(known, act)
    enter(wired.engine, request, known, b"", on)
    with reading(wired.engine) as connection:
        entered = body(connection, session.organisation)
        called = _called(connection, session, on)
    proven = sealing.session(session.id, called)
    found = Seat(wired, proven, entered, on, lines_of_a_page(on), sealing, _catalogue(request, session))
    request.state.seat = found  # a page that says what failed still shows who sits there
    return found


def _catalogue(request: Request, session: kept.Session) -> str:
    """Where the catalogue is, for a person whose role reads it; an office's token opens the desk alone."""
    console = getattr(request.app.state, "console", "")
    reads = session.person is not None and isinstance(ever(session.role, Act.CATALOGUE_READ), Permit)
    return f"{console}/catalogue" if console and reads else ""


def session_at(wired: Services, request: Request) -> kept.Session:
    """The session of this browser, whatever it may open.

    Raises:
        NotSignedIn: there is none that is good now.
    """
    session = signed_in(wired, request)
    if session is None:
        raise NotSignedIn("sign in — nobody is signed in, or the session is over")
    return session


def _called(connection: Connection, session: kept.Session, on: date) -> str:
    """How colleagues call who sits there: two of one name in one body are told apart by their ids."""
    if session.person is None:
        return session.name
    others = {each.person for each in memberships.of_organisation(connection, session.organisation, on)}
    others.discard(session.person)
    same = any(people.person(connection, each).name == session.name for each in others)
    return f"{session.name} {session.person[-4:]}" if same else session.name


Seated = Annotated[Seat, Depends(seat)]


async def fields_of(request: Request) -> dict[str, list[str]]:
    """What a form sent: name → values; a form of the desk has no files."""
    body_text = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body_text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise ForeignForm("the form has more fields than any page of ours — open the page again") from None


Fields = Annotated[dict[str, list[str]], Depends(fields_of)]


def posted(sent: Fields, found: Seated, request: Request) -> Posted:
    """A form that was sent.

    Raises:
        ForeignForm: no page of this session sent it.
        Refused: another site sent it, or a field is too long.
    """
    browsers.require_own_site(request, found.wired.home)
    found.sealer.require_proof(found.session, sent.get("proof", [""])[0])
    for name, values in sent.items():
        if any(len(value) > _LONGEST for value in values):
            reason = Reason("desk.long", "what was written is longer than any field takes", name[:60])
            raise Refused(Deny((reason,)))
    return Posted(found, sent)


Sent = Annotated[Posted, Depends(posted)]


async def _to_sign_in(request: Request) -> Response:
    """The way to sign in; with what a form brought, so that nobody types it twice."""
    if request.method == "POST":
        sent, wired = await fields_of(request), services(request)
        kept_text = await run_in_threadpool(carry, wired, request, sent)
        if kept_text:
            return await run_in_threadpool(lambda: sign_in_page(wired, status=401, carried=kept_text))
    return RedirectResponse(SIGN_IN, 303)


class DeskRoute(APIRoute):
    """A route of the desk: whatever fails is told as a page, never as JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its failures turned into pages."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            begin(request)
            try:
                return await handle(request)
            except NotSignedIn:
                gone = await _to_sign_in(request)
                browsers.drop_session(gone, request, services(request).home)
                return gone
            except Unknown as error:
                return failed(request, 404, error)
            except ForeignForm as error:
                return failed(request, 403, error)
            except (Refused, SpaceError, CatalogError, IllegalStep) as error:
                if isinstance(error, Refused):  # whoever reads the log sees why, too
                    observed.problem(error.decision.reasons[0].code)
                return failed(request, 422, error)

        return told
