"""``/v1/entries/{name}/deliveries``: rows handed in for a dataset as a file 交数; a thin door.

See :mod:`space.jobs.delivering`: the file is kept and built by a job, whose result is the build's outcome.
"""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from catalog.cataloging.standing import standing
from catalog.intake.reading.swelling import refuse_swelling
from contracts.model import Contract
from policies.access import Act
from policies.decision import Deny
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import towards_entry
from space.api.ledger.drafting import Sent, unpacked
from space.api.ledger.entries import Name
from space.api.services import permit
from space.api.upkeep.jobs import asked
from space.errors import Refused
from space.jobs.delivering import in_force, may_hand_in

router = APIRouter(prefix="/v1/entries", tags=["entries"])


class Handed(Signed):
    """A file with the rows of a dataset."""

    file: Sent


@router.get("/{name}/deliveries")
def expected(name: Name, look: Look) -> Document:
    """Whether rows can be handed in for an entry as a file, and which files its contract reads."""
    permit(look.who, Act.DATASET_BUILD)
    towards_entry(look, Act.DATASET_BUILD, name)

    def read(connection: Connection) -> Document:
        decision, contract = may_hand_in(connection, name), in_force(connection, name)
        reasons = decision.reasons if isinstance(decision, Deny) else ()
        return {
            "name": standing(connection, name).name,
            "open": not reasons,
            "reasons": [{"code": r.code, "message": r.message, "allowed": r.allowed} for r in reasons],
            "files": [] if reasons else _files(contract),
        }

    return look.at(read)


@router.post("/{name}/deliveries", status_code=202)
def hand_in(name: Name, said: Handed, do: Do, response: Response) -> Document:
    """Hand a file in: it is built, and takes the place of the former one where a release came of it."""
    permit(do.who, Act.DATASET_BUILD)
    towards_entry(do, Act.DATASET_BUILD, name)
    decision = do.at(lambda c: may_hand_in(c, name, said.file.name))
    if isinstance(decision, Deny):
        raise Refused(decision)
    with unpacked([said.file]) as place:
        refuse_swelling(place, do.today)
    raw = said.file.raw()
    dataset = do.at(lambda c: standing(c, name).name)
    wanted = {"dataset": dataset, "file": said.file.name, "sha256": sha256(raw).hexdigest()}
    return asked(do, response, said, "delivery", wanted, raw)


def _files(contract: Contract | None) -> list[Document]:
    """What a contract reads, as a department names it."""
    sources = () if contract is None else contract.sources
    return [{"path": one.path, "format": one.format.value, "sheet": one.sheet} for one in sources]
