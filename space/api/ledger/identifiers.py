"""``/v1/entries/…/identifiers``: identifiers of an entry in the data infrastructure 标识; a thin door.

None is issued here: a stem is formed, and what its node gave is recorded.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from catalog import identifiers
from catalog.cataloging.standing import standing
from catalog.clocks.place import place_on
from policies.access import Act
from policies.clocks import local_date
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import towards_entry
from space.api.ledger.entries import Name
from space.api.services import permit

router = APIRouter(prefix="/v1/entries", tags=["entries"])


class Formed(Signed):
    """What an identifier's stem is made of."""

    kind: str = Field("D", min_length=1, max_length=1, description="Type of the thing.")
    area: str | None = Field(None, max_length=6, description="Division code; the installation's.")
    organisation: str | None = Field(None, max_length=18, description="Organisation code; the department's.")


class Recorded(Signed):
    """An identifier as its node gave it."""

    identifier: str = Field(min_length=1, max_length=200)
    proof: str = Field(min_length=1, max_length=500, description="Reference of the node's answer.")


@router.get("/{name}/identifiers")
def identified(name: Name, look: Look) -> Document:
    """The stems and identifiers of an entry in the data infrastructure 数据基础设施标识, by type."""
    permit(look.who, Act.CATALOGUE_READ)
    found = look.at(lambda c: identifiers.identifiers_of(c, standing(c, name).name))
    return {"name": name, "identifiers": [_document(one) for one in found]}


@router.post("/{name}/identifiers", status_code=201)
def form_identifier(name: Name, said: Formed, do: Do) -> Document:
    """Form the stem of an entry's identifier, once; the node that registers it adds the check characters."""
    permit(do.who, Act.CATALOGUE_KEEP)
    towards_entry(do, Act.CATALOGUE_KEEP, name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        found, today = standing(connection, name), local_date(now)
        area, code = (
            said.area or place_on(connection, today),
            said.organisation or found.department_code[8:17],
        )
        scheme = identifiers.DataInfrastructure(area, code, today)
        return _document(identifiers.form_stem(connection, scheme, found.name, said.kind, by=by, now=now))

    return do.inside(act)


@router.post("/{name}/identifiers/recording")
def record_identifier(name: Name, said: Recorded, do: Do) -> Document:
    """Record the whole identifier a node gave, with its proof; none is ever issued here."""
    permit(do.who, Act.CATALOGUE_KEEP)
    towards_entry(do, Act.CATALOGUE_KEEP, name)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        dataset = standing(connection, name).name
        made = identifiers.record(
            connection, dataset, said.identifier, proof=said.proof, by=by, now=now, on=local_date(now)
        )
        return _document(made)

    return do.inside(act)


def _document(made: identifiers.Identifier) -> Document:
    """The plain form of an identifier."""
    return {
        "dataset": made.dataset, "kind": made.kind, "stem": made.stem, "identifier": made.identifier,
        "proof": made.proof,
    }  # fmt: skip
