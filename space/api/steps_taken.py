"""Doors of single steps that stand beside rooms of their own: accounts, links, agreements, archives, figures.

Each is the step of one command; what it may and may not is its service's.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog import keys
from policies.access import Act
from policies.decision import Deny, Reason
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import codes_seen
from space.api.services import permit
from space.contracting import performing
from space.contracting.contracts import by_id as contract_of
from space.errors import Refused
from space.identity import accounts, external, sessions
from space.identity.openid_provider import provider_of
from space.operation import agreeing
from space.operation.agreements import steps_of
from space.operation.scenarios import all_scenarios
from space.operation.scenarios import by_id as scenario_of
from space.operation.standing import parties
from space.requesting import chains
from space.supply import databases
from space.wayback.burden.publishing import publish as publish_burden

router = APIRouter(prefix="/v1", tags=["steps"])

Id = Annotated[str, Field(max_length=40)]


class Identity(Signed):
    """Who a person is elsewhere."""

    value: str = Field(min_length=1, max_length=500, description="Of the provider's claim.")


@router.get("/accounts/{account}")
def show_account(account: Id, look: Look) -> Document:
    """An account in use and its sessions; nothing of passwords."""
    permit(look.who, Act.ACCOUNT_KEEP)

    def read(connection: Connection) -> Document:
        known = accounts.in_use(connection, account)
        lasting = sessions.lasting(connection, known.person, look.now)
        return known.to_document() | {"sessions": list(lasting)}

    return look.at(read)


@router.post("/people/{person}/links", status_code=201)
def link(person: Id, said: Identity, do: Do) -> Document:
    """Say who a person is at the provider of identities of this installation."""
    permit(do.who, Act.ACCOUNT_KEEP)
    provider = provider_of(do.wired.home)
    if provider is None:
        reason = Reason(
            "identity.openid_none", "no provider of identities is set", allowed="set YBZ_OPENID_ISSUER"
        )
        raise Refused(Deny((reason,)))
    by, secret = do.by(said), keys.load(do.wired.home).pseudonym
    return do.inside(
        lambda c, now: external.link(
            c, secret, person, provider.issuer, said.value, by=by, now=now
        ).to_document()
    )


@router.post("/people/links/{link}/end")
def unlink(link: Id, said: Signed, do: Do) -> Document:
    """Let an identity elsewhere stand for nobody."""
    permit(do.who, Act.ACCOUNT_KEEP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        external.unlink(connection, link, by=by, now=now)
        return {"id": link, "ended": True}

    return do.inside(act)


@router.post("/agreements/settlement")
def settle_agreements(do: Do) -> Document:
    """Let agreements begin whose first day has come, and end those whose last day is over."""
    permit(do.who, Act.AGREEMENT_NEGOTIATE)
    return do.inside(lambda c, now: {"moved": list(agreeing.settle(c, now))})


@router.get("/scenarios")
def list_scenarios(
    look: Look,
    page: Page,
    agreement: Annotated[str | None, Query(max_length=40, description="Only of this number.")] = None,
) -> Response:
    """Scenarios under the agreements the caller may read, the oldest first."""
    permit(look.who, Act.AGREEMENT_READ)
    part, mine = page.part(datetime, str), codes_seen(look, Act.AGREEMENT_READ, parties)
    found = look.at(lambda c: all_scenarios(c, agreement, of=mine, part=part))
    return page.parted("scenarios", [one.to_document() for one in found], "proposed_at", "id")


@router.get("/scenarios/{scenario}")
def show_scenario(scenario: Id, look: Look) -> Document:
    """A scenario: each item with why it is needed, the risk, the products, the steps."""
    permit(look.who, Act.AGREEMENT_READ)

    def read(connection: Connection) -> Document:
        found = scenario_of(connection, scenario)
        return {**found.to_document(), "steps": list(steps_of(connection, scenario))}

    return look.at(read)


@router.post("/contracts/{contract_id}/archive")
def archive(contract_id: Id, said: Reasoned, do: Do) -> Document:
    """Put an ended contract into the archive, once nothing is owed under it."""
    permit(do.who, Act.CONTRACT_NEGOTIATE)
    by = do.by(said)
    return do.inside(
        lambda c, now: performing.archive(c, contract_id, by=by, why=said.reason, now=now).to_document(),
        looked=lambda c: contract_of(c, contract_id).to_document(),
    )


@router.post("/delegations/{delegation}/end")
def undelegate(delegation: Id, said: Signed, do: Do) -> Document:
    """Take a delegation back from today on."""
    permit(do.who, Act.REQUEST_ARRANGE)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        chains.undelegate(connection, delegation, by=by, now=now)
        return {"id": delegation, "ended": True}

    return do.inside(act)


@router.post("/burden/publications", status_code=201)
def publish(said: Signed, do: Do) -> Document:
    """Enter the table of the months that are over as a dataset of the caller's organisation."""
    permit(do.who, Act.CATALOGUE_REPORT)
    by, mine = do.by(said), do.who.organisation

    def act(now: datetime) -> Document:
        done = publish_burden(do.wired.home, do.engine, mine, by=by, now=now)
        return {name: value for name, value in asdict(done).items() if name != "contract"}

    return do.apart(act)


@router.get("/exchanges")
def list_exchanges(look: Look, page: Page) -> Response:
    """Exchange databases of the organisations the caller makes supplies for."""
    permit(look.who, Act.SUPPLY_MAKE)
    part, mine = page.part(str, str), codes_seen(look, Act.SUPPLY_MAKE, databases.owners)
    found = look.at(lambda c: databases.listing(c, mine, part))
    return page.parted("exchanges", [one.to_document() for one in found], "organisation", "name")
