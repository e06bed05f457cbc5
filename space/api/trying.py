"""``/v1/drafts/trial``: a contract tried on files before it is submitted; a thin door.

The answer holds cells of the files, for whoever sent them; nothing of them is kept or logged.
"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from catalog.intake.swelling import refuse_swelling
from catalog.intake.trial import trial
from catalog.standards.life import kept_standards
from contracts.odcs import loads
from policies.access import Act
from space.api.acting import Do, Document
from space.api.drafting import Sent, Text, unpacked
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["drafts"])


class Tried(BaseModel):
    """A contract, and files to try it on."""

    model_config = ConfigDict(extra="forbid")

    contract: Text
    files: list[Sent] = Field(min_length=1, max_length=500)


@router.post("/drafts/trial")
def try_out(sent: Tried, do: Do) -> Document:
    """Which rows of the files a contract would leave out, line by line, and why; the files are deleted."""
    permit(do.who, Act.CATALOGUE_KEEP)
    contract = kept_standards(do.engine, loads(sent.contract, "contract"), do.today)
    with unpacked(sent.files) as place:
        refuse_swelling(place, do.today)
        return trial(contract, place, as_of=do.today).as_document()
