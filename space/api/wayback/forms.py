"""``/v1/forms``: forms for issuers, the authority and the bodies that fill them; a thin door.

Who acts is the holder of the token: a body opens and fills its own area alone, an issuer asks and sends in
its own name alone, demands are decided in the role of the authority.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading
from policies.access import Act, Role
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Unknown
from space.identity.tokens import Caller
from space.wayback.forms import demands as asked
from space.wayback.forms.admission import in_force, listing
from space.wayback.forms.definition import Form, FormUnreadable, of_document, to_document
from space.wayback.forms.sending import send

router = APIRouter(prefix="/v1/forms", tags=["forms"])

Person = Annotated[str, Field(min_length=1, max_length=200, description="The person who acts.")]
Items = Annotated[dict[str, Any], Field(description="The form as its file says it; see docs/forms.md.")]


class Given(BaseModel):
    """A form as its file says it."""

    model_config = ConfigDict(extra="forbid")

    form: Items


class Asked(Given):
    """A demand for a form."""

    reason: str = Field(min_length=1, max_length=2000, description="Why it is needed.")
    by: Person


class Decided(BaseModel):
    """A decision on a demand."""

    model_config = ConfigDict(extra="forbid")

    admit: bool
    basis: str = Field(min_length=1, max_length=2000, description="What it rests on, cited.")
    despite: str = Field("", max_length=2000, description="Why it is admitted though it asks again.")
    by: Person


class Acting(BaseModel):
    """Who acts for the organisation."""

    model_config = ConfigDict(extra="forbid")

    by: Person


class Sent(Acting):
    """Bodies a form is sent to."""

    bodies: list[str] = Field(min_length=1, max_length=2000, description="Codes of grass-roots bodies.")
    period: str | None = Field(None, max_length=20, description="For this one only.")


@router.get("")
def list_forms(wired: Wired, who: Known, page: Page) -> Response:
    """The admission list: what may be asked, by whom, on what basis, until when."""
    permit(who, Act.FORM_READ)
    with reading(wired.engine) as connection:
        found = listing(connection, page.part(str))
    return page.parted("forms", [to_document(one) for one in found], "code")


@router.post("/overlap")
def overlap(given: Given, wired: Wired, who: Known) -> dict[str, Any]:
    """What a form asks again, though the ledger or another form has it; nothing is kept."""
    permit(who, Act.FORM_ASK)
    return asked.compare(wired.engine, form_of(given.form, who), wired.clock()).to_document()


@router.post("/demands", status_code=201)
def ask(given: Asked, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Ask for a form to be admitted, in the name of the caller's organisation."""
    permit(who, Act.FORM_ASK)
    now = wired.clock()
    made, found = asked.ask(
        wired.engine, form_of(given.form, who), reason=given.reason, by=given.by, now=now,
        guard=lambda connection, act: once.do(connection, act, now),
    )  # fmt: skip
    return made.to_document() | {"compared": found.to_document()}


@router.get("/demands")
def list_demands(wired: Wired, who: Known, page: Page, state: str | None = None) -> Response:
    """The demands of the caller's organisation; the authority and auditors see all."""
    permit(who, Act.FORM_READ)
    mine = None if who.role in (Role.AUTHORITY, Role.AUDITOR) else who.organisation
    with reading(wired.engine) as connection:
        found = asked.demands(connection, state=state, issuer_code=mine, part=page.part(datetime, str))
    return page.parted("demands", [one.to_document() for one in found], "asked_at", "id")


@router.get("/demands/{demand}")
def show_demand(demand: str, wired: Wired, who: Known) -> dict[str, Any]:
    """One demand of the caller's organisation; the authority and auditors see every one."""
    permit(who, Act.FORM_READ)
    with reading(wired.engine) as connection:
        found = asked.demand(connection, demand)
    if who.role not in (Role.AUTHORITY, Role.AUDITOR) and found.form.issuer_code != who.organisation:
        raise Unknown("demand for a form", demand)
    return found.to_document()


@router.post("/demands/{demand}/decision")
def decide(demand: str, decided: Decided, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Admit or refuse a demand, for the authority."""
    permit(who, Act.FORM_DECIDE)
    now = wired.clock()
    return asked.decide(
        wired.engine, demand, admitted=decided.admit, basis=decided.basis, by=decided.by,
        despite=decided.despite, now=now, guard=lambda connection, act: once.do(connection, act, now),
    ).to_document()  # fmt: skip


@router.post("/demands/{demand}/withdrawal")
def withdraw(demand: str, said: Acting, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Take a demand of the caller's organisation back."""
    permit(who, Act.FORM_ASK)
    now = wired.clock()
    with reading(wired.engine) as connection:
        if asked.demand(connection, demand).form.issuer_code != who.organisation:
            raise Unknown("demand for a form", demand)
    return asked.withdraw(
        wired.engine, demand, by=said.by, now=now, guard=lambda connection, act: once.do(connection, act, now)
    ).to_document()


@router.post("/{code}/tasks", status_code=201)
def send_form(code: str, sent: Sent, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Send a form of the list to bodies; for its issuer."""
    permit(who, Act.FORM_ASK)
    now = wired.clock()
    with reading(wired.engine) as connection:
        if in_force(connection, code, now).issuer_code != who.organisation:
            raise Unknown("form", code)
    made = send(
        wired.home, wired.engine, code, sent.bodies, by=sent.by, now=now, period=sent.period,
        guard=lambda connection, act: once.do(connection, act, now),
    )  # fmt: skip
    # How many are on a body's roster is an exact count of its area: for the body alone.
    return {"tasks": [one.to_document(counted=one.body == who.organisation) for one in made]}


def form_of(document: dict[str, Any], who: Caller | None = None) -> Form:
    """A form as it was sent, in the name of the caller's organisation where one asks for it.

    Raises:
        FormUnreadable: a key is missing or holds something else.
    """
    try:
        return of_document(document if who is None else {**document, "issuerCode": who.organisation})
    except KeyError as error:
        raise FormUnreadable(f"the form lacks {error.args[0]}") from None
    except (TypeError, ValueError, AttributeError, RecursionError):
        raise FormUnreadable("the form cannot be read — see docs/forms.md for its keys") from None
