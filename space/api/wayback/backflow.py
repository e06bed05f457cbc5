"""``/v1/backflow`` and what the inbox lacks: attribution of rows, balances, files, claims taken back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.releases.published import by_id
from catalog.revisions import number
from contracts.model import Contract
from policies.access import Act
from policies.attribution import attributing
from space.api.answering import files
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import towards_entry
from space.api.ledger.drafting import Sent
from space.api.services import permit
from space.errors import Unknown
from space.wayback.backflow import claims, inbox, unmasking
from space.wayback.backflow.attributed import attribution, checked, read_sample
from space.wayback.backflow.balances import Figures, balance, figures
from space.wayback.backflow.export import write

router = APIRouter(prefix="/v1", tags=["inbox"])

Id = Annotated[str, Field(max_length=40)]
Dataset = Annotated[str, Field(max_length=130, description="`schema.table`.")]
Meaning = Annotated[str, Query(max_length=40, description="residence, registration or workplace.")]


class Sample(BaseModel):
    """Rows somebody checked."""

    model_config = ConfigDict(extra="forbid")

    file: Sent = Field(description="CSV in UTF-8: the key fields of the dataset, and `area`.")
    meaning: str = Field("", max_length=40)


@router.get("/datasets/{name}/attribution")
def attributed(name: Dataset, look: Look, meaning: Meaning = "") -> Document:
    """How the rows of a dataset were attributed: by which rule, how surely, and why not the rest."""
    permit(look.who, Act.DELIVERY_MAKE)
    towards_entry(look, Act.DELIVERY_MAKE, name)
    found, _rows = look.at(lambda c: attribution(look.wired.home, c, name, meaning))
    return asdict(found) | {"share": found.share}


@router.post("/datasets/{name}/attribution/checks")
def compared(name: Dataset, sample: Sample, look: Look) -> Document:
    """Compare what was told with rows somebody checked; nothing of them is kept."""
    permit(look.who, Act.DELIVERY_MAKE)
    towards_entry(look, Act.DELIVERY_MAKE, name)
    found, rows = look.at(lambda c: attribution(look.wired.home, c, name, sample.meaning))
    key = tuple(each for each in rows.column_names if not each.startswith("_"))
    with files.given(sample.file) as (path,):
        said = read_sample(path, key)
    done = checked(rows, said, key, attributing(look.today).least_digits)
    told = asdict(done) | {"share_right": done.share_right}
    return asdict(found) | {"share": found.share, "checked": told}


@router.get("/backflow/balance")
def balances(look: Look, page: Page) -> Response:
    """Counts of every delivery on both sides, and whether they add up."""
    permit(look.who, Act.DELIVERY_MAKE)
    part = page.part(datetime, str)
    rows = [one.to_document() for one in look.at(lambda c: balance(c, part))]
    return page.parted("balances", rows, "sent_at", "id")


@router.get("/inbox/deliveries/{delivery}/workbook", response_class=Response)
def workbook(delivery: Id, look: Look) -> Response:
    """The rows of a delivery as a workbook, once its file is checked."""
    permit(look.who, Act.INBOX_READ)

    def read(connection: Connection) -> tuple[inbox.Delivery, Contract, Figures | None]:
        made = inbox.delivery(connection, delivery)
        if made.subscriber != look.who.organisation:
            raise Unknown("delivery", delivery)
        inbox.require_open(connection, made)
        contract = number(connection, made.dataset, by_id(connection, made.release).revision).contract
        known = {one.delivery: one for one in figures(connection, made.subscriber, look.now)}
        return made, contract, known.get(made.id)

    made, contract, told = look.at(read)
    rows = inbox.read_rows(look.wired.home, made)

    def put(path: Path) -> None:
        write(made, rows, contract, told, path)

    return files.written(f"{made.id}.xlsx", files.XLSX, put)


@router.get("/inbox/unmaskings")
def unmaskings(look: Look, page: Page) -> Response:
    """What people of the body had un-masked, and why."""
    permit(look.who, Act.INBOX_READ)
    part = page.part(datetime, str)
    found = look.at(lambda c: unmasking.listing(c, look.who.organisation, part))
    times = ("asked_at", "expires_at")
    rows = [asdict(one) | {name: getattr(one, name).isoformat() for name in times} for one in found]
    return page.answer("unmaskings", rows, "asked_at", "id")


@router.post("/inbox/claims/{claim}/withdrawal")
def unclaim(claim: Id, said: Signed, do: Do) -> Document:
    """Take a claim back; from the next release on the row waits again."""
    permit(do.who, Act.INBOX_HANDLE)
    if claim not in {one.id for one in do.at(lambda c: claims.claims_of(c, do.who.organisation))}:
        raise Unknown("claim", claim)
    by = do.by(said)

    def act(now: datetime) -> Document:
        claims.withdraw(do.engine, claim, by=by, now=now)
        return {"id": claim, "state": "withdrawn"}

    return do.apart(act)
