"""``/v1/bulk``: the departments' form empty and filled, a catalogue taken over, contracts moved; as jobs.

Taking over and moving enter what other offices decided elsewhere, so they are the data authority's. Importing
one's own form is :mod:`space.api.upkeep.jobs`'s.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from catalog.bulk import writing
from policies.access import Act
from space.api.answering import files
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.ledger.drafting import Sent
from space.api.services import permit
from space.api.upkeep.jobs import asked

router = APIRouter(prefix="/v1", tags=["jobs"])


class Exported(Signed):
    """Which entries, in which form."""

    form: Literal["xlsx", "csv", "json"] = "xlsx"
    department: str | None = Field(None, max_length=200, description="Name; all where left out.")


class Adopted(Signed):
    """A former catalogue in the departments' form, with codes, days of publication and states."""

    file: Sent
    origin: str = Field(min_length=1, max_length=200, description="What the former catalogue is called.")
    basis: str = Field(min_length=1, max_length=2000, description="The decision to take it over.")
    history: str = Field(
        "", max_length=20_000_000, description="CSV of what happened: 信息资源代码, 日期, 操作, 操作人, 说明."
    )


class Packed(Signed):
    """Whose contracts are moved elsewhere."""

    names: list[Annotated[str, Field(max_length=130)]] = Field(
        [], max_length=10_000, description="Datasets; all where left out."
    )


class Arrived(Signed):
    """A bundle of another installation."""

    file: Sent
    from_key: str = Field(min_length=1, max_length=80, description="The key the sender told you.")
    submit: bool = Field(False, description="Check the entries too and leave them to the head.")


@router.get("/bulk/template", response_class=Response)
def template(look: Look) -> Response:
    """The empty form 目录编制表: one row a data item."""
    permit(look.who, Act.STANDARD_READ)
    return files.written("目录编制表.xlsx", files.XLSX, writing.template)


@router.post("/bulk/exports", status_code=202)
def export(said: Exported, do: Do, response: Response) -> Document:
    """Write the ledger's entries in the departments' form; the file is the job's result."""
    permit(do.who, Act.CATALOGUE_REPORT)
    return asked(do, response, said, "bulk-export", {"form": said.form, "department": said.department})


@router.post("/bulk/adoptions", status_code=202)
def adopt(said: Adopted, do: Do, response: Response) -> Document:
    """Take an existing catalogue over with its codes, days, states and history; all of it or nothing."""
    permit(do.who, Act.CATALOGUE_KEEP)
    said.file.raw()
    wanted = {"name": said.file.name, "origin": said.origin, "basis": said.basis}
    given = json.dumps({"content": said.file.content, "history": said.history}).encode()
    return asked(do, response, said, "bulk-adopt", wanted, given)


@router.post("/bulk/bundles", status_code=202)
def pack(said: Packed, do: Do, response: Response) -> Document:
    """Write contracts into a signed bundle, to move them to another installation."""
    permit(do.who, Act.CATALOGUE_KEEP)
    return asked(do, response, said, "bulk-pack", {"names": said.names})


@router.post("/bulk/arrivals", status_code=202)
def unpack(said: Arrived, do: Do, response: Response) -> Document:
    """Enter the contracts of a bundle from another installation, all of them or none."""
    permit(do.who, Act.CATALOGUE_KEEP)
    wanted = {"from_key": said.from_key, "submit": said.submit}
    return asked(do, response, said, "bulk-unpack", wanted, said.file.raw())


@router.post("/reconciliations", status_code=202)
def reconcile(said: Signed, do: Do, response: Response) -> Document:
    """Count every call, counter and amount anew from evidence and receipts; whatever differs is told."""
    permit(do.who, Act.MONEY_KEEP)
    return asked(do, response, said, "reconciliation", {})
