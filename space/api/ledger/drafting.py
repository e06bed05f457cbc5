"""``/v1/drafts`` and ``/v1/elements``: contracts before they are submitted; nothing here is entered.

A thin door: drafts from files, comparison, the workbook both ways, and standard data elements 数据元.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.standing import standing
from catalog.errors import CatalogError
from catalog.intake.drafting.draft import draft as drafted
from catalog.intake.drafting.report import as_json
from catalog.intake.drafting.standing import Standing
from catalog.intake.drafting.statement import Statement, state
from catalog.intake.reading.swelling import refuse_swelling
from catalog.standards.life import in_force
from catalog.workbook.faults import WorkbookFaulty
from catalog.workbook.reading import read as read_workbook
from catalog.workbook.writing import write as write_workbook
from contracts.comparing.contracts import findings
from contracts.comparing.versions import step_between
from contracts.elements import Element, UnknownElement
from contracts.elements import elements as library
from contracts.model import ShareType
from contracts.odcs.files import dumps, loads, to_document
from contracts.odcs.fit import is_encoding
from contracts.proposals import propose as proposed
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look
from space.api.entrance.owning import details_seen, towards_entry
from space.api.entrance.size import LARGEST_FILES
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["drafts"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Text = Annotated[str, Field(min_length=1, max_length=1_000_000, description="ODCS, as YAML or JSON text.")]


class NoFile(CatalogError):
    """What was sent is no file: its name or its content."""


class Sent(BaseModel):
    """A file."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=200,
        description="With its ending; folders parted by `/`, inside what is sent.",
    )
    content: str = Field(max_length=LARGEST_FILES, description="In base64.")

    @field_validator("name")
    @classmethod
    def stays_inside(cls, name: str) -> str:
        """A name that leads nowhere but into what is sent."""
        parts = name.split("/")
        if "\\" in name or any(part in ("", ".", "..") for part in parts) or not name.isprintable():
            raise ValueError("a name of a file leads into what is sent, and nowhere else")
        return name

    def raw(self) -> bytes:
        """Its bytes.

        Raises:
            NoFile: the content is not base64.
        """
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError):
            raise NoFile("the content of a file is sent in base64 (RFC 4648, 4)") from None


class Folder(BaseModel):
    """Files to draft contracts from, and what their steward states of them."""

    model_config = ConfigDict(extra="forbid")

    files: list[Sent] = Field(min_length=1, max_length=500)
    keep_wide: bool = Field(False, description="Keep columns that are years or months as columns.")
    encoding: str = Field(
        "", max_length=40, description="Of every text file that is not UTF-8; empty: found file by file."
    )
    department: str = Field("", max_length=200, description="The source department 数源部门.")
    department_code: str = Field("", max_length=18, description="Its USCC 统一社会信用代码.")
    share: Literal["unconditional", "conditional", "withheld"] | None = None
    condition: str = Field("", max_length=2000)
    basis: str = Field("", max_length=2000)

    @field_validator("encoding")
    @classmethod
    def reads_text(cls, name: str) -> str:
        """A name of an encoding."""
        if name and not is_encoding(name):
            raise ValueError("no encoding has that name: name gb18030, big5 or leave it out")
        return name


class Pair(BaseModel):
    """Two contracts of one dataset."""

    model_config = ConfigDict(extra="forbid")

    old: Text
    new: Text


class Column(BaseModel):
    """A column an element is looked for."""

    model_config = ConfigDict(extra="forbid")

    heading: str = Field(min_length=1, max_length=200)
    values: list[str] = Field(default_factory=list, max_length=200, description="A sample of the column.")


@router.post("/drafts")
def draft(folder: Folder, do: Do) -> Document:
    """Draft contracts from files: encodings, tables, types, families. The files are deleted at once."""
    permit(do.who, Act.CATALOGUE_KEEP)
    share = None if folder.share is None else ShareType(folder.share)
    said = Statement(folder.department, folder.department_code, share, folder.condition, folder.basis)

    mine = details_seen(do)

    def known(connection: Connection) -> list[Standing]:
        return [
            Standing(one.contract, (), "the ledger")
            for one in revisions.all_current(connection)
            if mine is None or one.state == revisions.PUBLISHED or one.contract.department.code in mine
        ]

    held = do.at(known)
    with unpacked(folder.files, _schema_of(held, folder.department_code or do.who.organisation)) as place:
        refuse_swelling(place, do.today)
        found = drafted(place, unpivot=not folder.keep_wide, standing=held, encoding=folder.encoding)
        made = state(found, said, held)
    contracts = {family.name: dumps(family.contract) for family in made.families}
    documents = {family.name: to_document(family.contract) for family in made.families}
    return as_json(made, {}) | {"contracts": contracts, "documents": documents}


@router.post("/drafts/comparison")
def compare(pair: Pair, do: Do) -> Document:
    """What changes from one contract of a dataset to another, and whether it breaks those who use it."""
    permit(do.who, Act.STANDARD_READ)
    before, after = loads(pair.old, "old"), loads(pair.new, "new")
    found = findings(before, after)
    return {
        "dataset": after.name,
        "verdict": "breaking" if any(one.breaking for one in found) else "compatible",
        "reasons": [one.as_document() for one in found if one.breaking],
        "changes": [one.as_document() for one in found if not one.breaking],
        "version": step_between(before.version, after.version, found).as_document(),
    }


@router.get("/drafts/workbook", response_class=Response)
def workbook(
    look: Look,
    name: Annotated[list[str], Query(min_length=1, max_length=200, description="Datasets of the ledger.")],
) -> Response:
    """Contracts as an Excel workbook 编目工作簿, to be filled in and sent back."""
    permit(look.who, Act.CATALOGUE_KEEP)
    for each in dict.fromkeys(name):
        towards_entry(look, Act.DETAIL_READ, each)

    def read(connection: Connection) -> bytes:
        chosen = [
            revisions.current(connection, standing(connection, one).name) for one in dict.fromkeys(name)
        ]
        own = in_force(connection, look.today)
        return write_workbook([(one.contract, "") for one in chosen], own=own)

    return Response(look.at(read), media_type=XLSX)


@router.post("/drafts/workbook")
def filled(sent: Sent, do: Do) -> Document:
    """Read a filled-in workbook back into contracts; each faulty cell is named with its remedy."""
    permit(do.who, Act.CATALOGUE_KEEP)
    own = do.at(lambda c: in_force(c, do.today))
    with unpacked([sent]) as place:
        refuse_swelling(place, do.today)
        try:
            found = read_workbook(place / PurePosixPath(sent.name).name, own=own)
        except WorkbookFaulty as faulty:
            return {"ok": False, "faults": [fault_document(each) for each in faulty.faults], "contracts": {}}
    return {"ok": True, "faults": [], "contracts": {one.contract.name: dumps(one.contract) for one in found}}


@router.get("/elements")
def list_elements(
    look: Look,
    page: Page,
    q: Annotated[str, Query(max_length=200, description="Words, parted by blanks.")] = "",
) -> Response:
    """Standard data elements whose code, name or category holds every word."""
    permit(look.who, Act.STANDARD_READ)
    found = [one for one in library().values() if all(word in _searched(one) for word in q.split())]
    return page.answer("elements", [_element(one, codes=False) for one in found], "code")


@router.get("/elements/{code}")
def element(code: Annotated[str, Field(max_length=100)], look: Look) -> Document:
    """One element: definition, rules, code list, source and confidence."""
    permit(look.who, Act.STANDARD_READ)
    found = library().get(code)
    if found is None:
        raise UnknownElement("there is no such data element", remedy="GET /v1/elements lists them")
    return _element(found, codes=True)


@router.post("/elements/proposals")
def propose(column: Column, do: Do) -> Document:
    """Elements for a column, the likeliest first, with score and evidence."""
    permit(do.who, Act.STANDARD_READ)
    found = proposed(column.heading, column.values)
    return {
        "proposals": [
            {
                "element": one.element, "name": library()[one.element].name, "score": one.score,
                "evidence": dict(one.evidence), "follows": one.follows,
            }
            for one in found
        ]
    }  # fmt: skip


def _schema_of(held: Sequence[Standing], department_code: str) -> str:
    """The schema most entries of a department are in; what lies in no folder is drafted into it."""
    own = (one.contract for one in held if one.contract.department.code == department_code)
    schemas = Counter(contract.schema for contract in own)
    return schemas.most_common(1)[0][0] if schemas else "drafted"


@contextmanager
def unpacked(files: Sequence[Sent], called: str = "sent") -> Iterator[Path]:
    """Files that were sent, in a folder of their own that is gone after the block.

    Args:
        files: as they were sent.
        called: name of the folder.

    Raises:
        NoFile: a name leads out of the folder, or stands twice.
    """
    with tempfile.TemporaryDirectory(prefix="ybz-sent-") as folder:
        place = Path(folder, called)
        place.mkdir()
        for one in files:
            parts = PurePosixPath(one.name).parts
            hidden = any(part.startswith(".") or "\\" in part or len(part.encode()) > 200 for part in parts)
            target = place.joinpath(*parts)
            if not parts or hidden or parts[0] == "/" or target.exists() or "\x00" in one.name:
                raise NoFile("a file's name is a name, or a path below its folder, each once")
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(one.raw())
            except OSError:
                raise NoFile("a file's name is a name, or a path below its folder, each once") from None
        yield place


def fault_document(fault: object) -> Document:
    """A faulty cell: where, what, and what to do."""
    return {name: getattr(fault, name) for name in ("sheet", "cell", "what", "remedy")}


def _searched(one: Element) -> str:
    return " ".join((one.code, one.name, one.english, one.category, *one.synonyms))


def _element(one: Element, *, codes: bool) -> Document:
    told: Document = {
        each.name: getattr(one, each.name) for each in fields(one) if codes or each.name != "codes"
    }
    told |= {"type": one.type.value, "synonyms": list(one.synonyms), "examples": list(one.examples)}
    return told | ({"codes": dict(one.codes)} if codes else {})
