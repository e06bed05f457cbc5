"""``/v1/drafts/lint`` and ``/v1/drafts/trial``: a contract looked at before it is submitted; a thin door.

The answer of a trial holds cells of the files, for whoever sent them; nothing of them is kept or logged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from catalog.cataloging.admission import Case, assessment_of, owed
from catalog.intake.landing.trial import trial
from catalog.intake.reading.swelling import refuse_swelling
from catalog.standards.life import in_force, kept_standards
from contracts.lint import lint_files
from contracts.odcs.files import loads
from policies.access import Act
from space.api.entrance.acting import Do, Document
from space.api.ledger.drafting import Sent, Text, unpacked
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["drafts"])


class Contracts(BaseModel):
    """Contracts to look at."""

    model_config = ConfigDict(extra="forbid")

    contracts: list[Text] = Field(min_length=1, max_length=500)
    against: list[Text] = Field(default_factory=list, max_length=500, description="Former ones.")


class Tried(BaseModel):
    """A contract, and files to try it on."""

    model_config = ConfigDict(extra="forbid")

    contract: Text
    files: list[Sent] = Field(min_length=1, max_length=500)


@router.post("/drafts/lint")
def lint(sent: Contracts, do: Do) -> Document:
    """Check contracts: what keeps each from being used, what cataloguing asks for, what listing owes."""
    permit(do.who, Act.STANDARD_READ)
    own = do.at(lambda c: in_force(c, do.today))
    with _written("new", sent.contracts) as new, _written("old", sent.against) as old:
        found = lint_files(sorted(new.iterdir()), old if sent.against else None, own=own)
    results = [
        {
            "contract": number,
            "name": one.name,
            "problems": [_problem(each) for each in one.problems],
            "warnings": [_problem(each) for each in one.warnings],
            "owed": [] if one.problems else _owed(text, do.today),
        }
        for number, (one, text) in enumerate(zip(found, sent.contracts, strict=True), 1)
    ]
    return {"ok": not any(one["problems"] for one in results), "contracts": results}


@router.post("/drafts/trial")
def try_out(sent: Tried, do: Do) -> Document:
    """Which rows of the files a contract would leave out, line by line, and why; the files are deleted."""
    permit(do.who, Act.CATALOGUE_KEEP)
    contract = kept_standards(do.engine, loads(sent.contract, "contract"), do.today)
    with unpacked(sent.files) as place:
        refuse_swelling(place, do.today)
        return trial(contract, place, as_of=do.today).as_document()


def _owed(text: str, today: date) -> list[Document]:
    """What an entry of the contract would still have to say before it is listed."""
    contract = loads(text, "contract")
    return [asdict(one) for one in owed(Case(contract, assessment_of(contract), today))]


def _problem(problem: object) -> Document:
    return {name: getattr(problem, name) for name in ("line", "field", "what", "remedy")}


@contextmanager
def _written(stem: str, texts: Sequence[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ybz-sent-") as folder:
        for number, text in enumerate(texts, 1):
            Path(folder, f"{stem}-{number:04d}.yaml").write_text(text, encoding="utf-8")
        yield Path(folder)
