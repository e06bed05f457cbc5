"""``/v1/keys``, ``/v1/doctor`` and ``/v1/leases``: what administrators look at and decide; a thin door."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from catalog.keys import PartyKey, party_keys, register_party_key, revoke_party_key, ring_of
from catalog.releases.leases import holdings
from policies.access import Act
from space import walls
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Reasoned, Signed
from space.api.entrance.owning import towards
from space.api.services import permit
from space.doctor import examine
from space.errors import SpaceError
from space.observing.finding import Case

router = APIRouter(prefix="/v1", tags=["operation"])

Id = Annotated[str, Field(max_length=64)]


class NoProof(SpaceError):
    """A proof that is no hexadecimal text."""


class Registered(Signed):
    """The public key of an organisation, to sign contracts with."""

    organisation: str = Field(min_length=1, max_length=40)
    public_key: str = Field(min_length=1, max_length=4000, description="In PEM.")
    proof: str = Field(min_length=1, max_length=400, description="Hexadecimal: `ybz key prove`.")
    holder: str = Field(min_length=1, max_length=200, description="Office or person that holds it.")
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None


class Override(Reasoned):
    """Until when it is done without the missing walls."""

    until: date


@router.get("/keys/parties")
def parties(look: Look, page: Page) -> Response:
    """Keys of the parties, each with its time."""
    permit(look.who, Act.KEY_READ)
    part = page.part(str)
    return page.parted("keys", [_party(one) for one in look.at(lambda c: party_keys(c, part=part))], "key_id")


@router.get("/keys/ring")
def ring(look: Look) -> Document:
    """Every key the installation signed with, each with its time."""
    permit(look.who, Act.KEY_READ)
    found = look.at(lambda c: ring_of(c, look.wired.signer))
    names = ("key_id", "valid_from", "valid_to", "revoked_at")
    return {
        "keys": [
            {n: getattr(one, n) for n in names} | {"algorithm": one.algorithm.value} for one in found.keys
        ]
    }


@router.post("/keys/parties", status_code=201)
def register(said: Registered, do: Do) -> Document:
    """Register the public key of an organisation, with the proof that it holds the private one."""
    permit(do.who, Act.KEY_ROTATE)
    towards(do, Act.KEY_ROTATE, said.organisation)
    by = do.by(said)
    try:
        proof = bytes.fromhex(said.proof)
    except ValueError:
        raise NoProof("the proof is hexadecimal, as `ybz key prove` prints it") from None
    return do.inside(
        lambda c, now: _party(
            register_party_key(
                c, organisation=said.organisation, holder=said.holder, public_pem=said.public_key.encode(),
                proof=proof, valid_from=said.valid_from or now, valid_to=said.valid_to, by=by, now=now,
            )
        )
    )  # fmt: skip


@router.post("/keys/parties/{key}/revocation")
def revoke(key: Id, said: Reasoned, do: Do) -> Document:
    """Revoke the key of a party: nothing it signs from now on counts."""
    permit(do.who, Act.KEY_ROTATE)
    whose = [one.organisation for one in do.at(party_keys) if one.key_id == key]
    if whose:
        towards(do, Act.KEY_ROTATE, *whose)
    by = do.by(said)
    return do.inside(lambda c, now: _party(revoke_party_key(c, key, reason=said.reason, by=by, now=now)))


@router.get("/doctor")
def doctor(look: Look) -> Document:
    """What is on, what is weak, and what to do."""
    permit(look.who, Act.SPACE_OPERATE)
    found = examine(Case(look.wired.home, look.engine, look.now))
    known = look.at(walls.overrides)
    return {
        "ok": all(one.ok for one in found),
        "findings": [asdict(one) for one in found],
        "overrides": [asdict(one) for one in known],
    }


@router.post("/doctor/overrides", status_code=201)
def override(said: Override, do: Do) -> Document:
    """Ask to do without the missing walls; another person must agree."""
    permit(do.who, Act.SPACE_OPERATE)
    walls.standing()
    by = do.by(said)
    return do.inside(
        lambda c, now: asdict(walls.propose(c, reason=said.reason, valid_to=said.until, by=by, now=now))
    )


@router.post("/doctor/overrides/{override}/agreement")
def agree(override: Id, said: Signed, do: Do) -> Document:
    """Agree to an override as the second person."""
    permit(do.who, Act.SPACE_OPERATE)

    def act(connection: Connection, now: datetime) -> Document:
        by = do.second(connection, said, walls.by_id(connection, override).proposed_by)
        return asdict(walls.agree(connection, override, by=by, now=now))

    return do.inside(act)


@router.post("/doctor/overrides/{override}/withdrawal")
def withdraw(override: Id, said: Signed, do: Do) -> Document:
    """Take an override back."""
    permit(do.who, Act.SPACE_OPERATE)
    by = do.by(said)
    return do.inside(lambda c, now: asdict(walls.withdraw(c, override, by=by, now=now)))


@router.get("/leases")
def leases(look: Look, page: Page) -> Response:
    """Who builds what now 租约: the process that holds each dataset."""
    permit(look.who, Act.SPACE_OPERATE)
    rows = [
        {
            "dataset": one.dataset, "host": None if one.holder is None else one.holder.host,
            "process": None if one.holder is None else one.holder.process, "expires_at": one.expires_at,
            "free": one.expired, "fence": one.fence,
        }
        for one in holdings(look.engine, now=look.now, part=page.part(str))
    ]  # fmt: skip
    return page.parted("leases", rows, "dataset")


def _party(one: PartyKey) -> Document:
    names = ("key_id", "organisation", "holder", "valid_from", "valid_to", "revoked_at")
    return {name: getattr(one, name) for name in names} | {"algorithm": one.algorithm.value}
