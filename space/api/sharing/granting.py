"""``/v1/grants`` for whoever grants, owners' rules, chains of approval and delegations; a thin door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi.encoders import jsonable_encoder
from pydantic import Field
from sqlalchemy import Connection

from catalog.cataloging.standing import standing
from catalog.keys import ring_of
from policies.access import Act
from policies.clocks import local_date
from policies.terms_form import to_document as terms_document
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import towards_entry
from space.api.services import permit
from space.granting.grants import grant as sign_grant
from space.granting.owner_rules import OwnerRules, history, set_rules, verify
from space.granting.proposals import read_rules
from space.granting.revocation import revoke as end_grant
from space.requesting import chains

router = APIRouter(prefix="/v1", tags=["grants"])

Id = Annotated[str, Field(max_length=40)]
Share = Literal["any", "unconditional", "conditional", "withheld", "open"]
Name = Annotated[str, Field(max_length=130, description="`schema.table`.")]


class Granted(Signed):
    """The terms of a grant."""

    terms: dict[str, Any] = Field(max_length=200, description="As `ybz grant show` prints them.")
    to: str = Field(min_length=1, max_length=40, description="Who holds it.")
    request: str | None = Field(None, max_length=40)
    grantor: str | None = Field(None, max_length=40)


class Ruled(Signed):
    """What the owner of a dataset asks of its users; nothing takes back what was asked."""

    rules: dict[str, Any] | None = Field(None, max_length=200)
    party: str | None = Field(None, max_length=40, description="Only of this one.")
    valid_from: date | None = None


class Seated(Signed):
    """Who answers requests for a dataset."""

    seats: list[dict[str, Any]] | None = Field(None, max_length=20, description="None takes back.")
    share: Share = "any"
    from_grade: int = Field(0, ge=0, le=4)
    basis: str = Field(min_length=1, max_length=2000, description="The rule of the house it rests on.")
    valid_from: date | None = None


class Delegated(Reasoned):
    """Who stands in for an approver."""

    person: str = Field(min_length=1, max_length=200)
    to: str = Field(min_length=1, max_length=200)
    first: date | None = None
    until: date


@router.post("/grants", status_code=201)
def sign(said: Granted, do: Do) -> Document:
    """Sign terms as a grant."""
    permit(do.who, Act.GRANT_SIGN)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        made = sign_grant(
            connection, do.wired.signer, said.terms, to=said.to, by=by, now=now, request_id=said.request,
            grantor=said.grantor,
        )  # fmt: skip
        return made.to_document() | {"terms": terms_document(made.terms)}

    return do.inside(act)


@router.post("/grants/{grant}/revocation")
def revoke(grant: Id, said: Reasoned, do: Do) -> Document:
    """End a grant at once, on every server: it answers no further call."""
    permit(do.who, Act.GRANT_REVOKE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        end_grant(connection, grant, reason=said.reason, by=by, now=now)
        return {"grant": grant, "state": "revoked"}

    return do.inside(act)


@router.get("/datasets/{name}/rules")
def list_rules(name: Name, look: Look, page: Page) -> Response:
    """Every statement of a dataset's owner about its use, and that its signature holds."""
    permit(look.who, Act.CATALOGUE_READ)
    part = page.part(datetime, str)
    found = look.at(lambda c: history(c, standing(c, name).name, part))
    ring = look.at(lambda c: ring_of(c, look.wired.signer))
    for one in found:
        verify(one, ring)
    return page.parted("rules", [_rules(one) for one in found], "set_at", "id")


@router.post("/datasets/{name}/rules", status_code=201)
def state_rules(name: Name, said: Ruled, do: Do) -> Document:
    """State what the owner of a dataset asks of its users; without `rules` take it back."""
    permit(do.who, Act.RULE_SET)
    towards_entry(do, Act.RULE_SET, name)
    by, stated = do.by(said), None if said.rules is None else read_rules(said.rules)
    return do.inside(
        lambda c, now: _rules(
            set_rules(
                c, do.wired.signer, name, stated, by=by, now=now, party=said.party, valid_from=said.valid_from
            )
        )
    )


@router.get("/chains")
def list_chains(look: Look, page: Page, name: Annotated[str, Field(max_length=130)] = "") -> Response:
    """What owners stated of who answers requests, by dataset, the oldest first."""
    permit(look.who, Act.REQUEST_DECIDE)
    part = page.part(str, int)
    rows = look.at(lambda c: [dict(row._mapping) for row in chains.statements(c, name or None, part)])
    return page.parted("chains", [jsonable_encoder(row) for row in rows], "dataset", "number")


@router.post("/datasets/{name}/chain", status_code=201)
def state_chain(name: Name, said: Seated, do: Do) -> Document:
    """State who answers requests for a dataset."""
    permit(do.who, Act.REQUEST_ARRANGE)
    towards_entry(do, Act.REQUEST_ARRANGE, name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        seats = None if said.seats is None else chains.read_seats(said.seats)
        first = said.valid_from or local_date(now)
        stated = chains.Stated(name, said.share, said.from_grade, seats, said.basis, first)
        chains.state(connection, stated, by=by, now=now)
        return {"chains": [jsonable_encoder(dict(r._mapping)) for r in chains.statements(connection, name)]}

    return do.inside(act)


@router.get("/delegations")
def list_delegations(look: Look, page: Page) -> Response:
    """Delegations of the caller's organisation 委托审批, the oldest first."""
    permit(look.who, Act.REQUEST_DECIDE)
    mine, part = look.who.organisation, page.part(datetime, str)
    rows = look.at(lambda c: [dict(row._mapping) for row in chains.delegations(c, mine, part)])
    return page.parted("delegations", [jsonable_encoder(row) for row in rows], "made_at", "id")


@router.post("/delegations", status_code=201)
def delegate(said: Delegated, do: Do) -> Document:
    """Let somebody stand in for an approver of the caller's organisation."""
    permit(do.who, Act.REQUEST_ARRANGE)
    by, mine = do.by(said), do.who.organisation

    def act(connection: Connection, now: datetime) -> Document:
        span = (said.first or local_date(now), said.until)
        made = chains.delegate(
            connection, mine, said.person, said.to, span=span, reason=said.reason, by=by, now=now
        )
        return {"delegation": made, "organisation": mine, "person": said.person, "to": said.to}

    return do.inside(act)


def _rules(one: OwnerRules) -> Document:
    document: Document = jsonable_encoder(one.to_document())
    return document
