"""``/v1/quality`` and ``/v1/rectifications``: quality of releases, and cases of faulty data 问题数据整改.

A thin door. What a department is shown of others is the public evaluation, never a faulty row.
"""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.standing import all_standings, standing
from catalog.clocks.owed import stated
from catalog.quality.document import document
from catalog.quality.html import page as quality_page
from catalog.rectification import builds, cases, counting, returning
from catalog.rectification.causes import CAUSES, sentence
from catalog.rectification.history import events
from catalog.rectification.sending import due_by, send
from catalog.releases.attempts import last_attempts
from catalog.store import reading, writing
from contracts.model import Contract
from policies.access import Act
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Signed
from space.api.entrance.owning import departments_seen, seen, towards_entry
from space.api.ledger.drafting import XLSX, Sent, unpacked
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["quality"])

Name = Annotated[str, Field(max_length=130, description="`schema.table`, or resource code.")]
Id = Annotated[str, Field(max_length=40)]


class Filled(Signed):
    """The workbook of a case, filled in."""

    file: Sent


@router.get("/quality")
def list_quality(
    look: Look, page: Page, owner: Annotated[str, Query(max_length=200, description="Department.")] = ""
) -> Response:
    """Score and grade of every dataset, and how its last build ended; without its rules."""
    permit(look.who, Act.DETAIL_READ)
    mine, part = departments_seen(look, Act.DETAIL_READ), page.part(str)

    def read(connection: Connection) -> list[Document]:
        chosen = [one.name for one in all_standings(connection, departments=mine, owner=owner, part=part)]
        found = [document(connection, each, look.today) for each in chosen]
        built = last_attempts(connection, chosen)
        return [
            {key: each.get(key) for key in ("dataset", "title", "department", "score", "grade5")}
            | {key: built.get(each["dataset"], {}).get(key) for key in ("state", "reason")}
            for each in found
        ]

    return page.parted("datasets", look.at(read), "dataset")


@router.get("/quality/{name}")
def quality(name: Name, look: Look) -> Document:
    """The quality of a dataset: score, grade, trend, worst fields, every rule, what stops a release."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    return dict(look.at(lambda c: document(c, standing(c, name).name, look.today)))


@router.get("/quality/{name}/page", response_class=HTMLResponse)
def report(name: Name, look: Look) -> HTMLResponse:
    """The same as a page to print."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, name)
    found = look.at(lambda c: document(c, standing(c, name).name, look.today))
    return HTMLResponse(quality_page(found, look.today))


@router.get("/rectifications")
def list_cases(
    look: Look,
    page: Page,
    name: Annotated[str, Query(max_length=130, description="Only of this dataset.")] = "",
    owner: Annotated[str, Query(max_length=40, description="Only of this department, by its code.")] = "",
    status: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006
    ended: Annotated[bool, Query(description="Closed and withdrawn ones, too.")] = False,
) -> Response:
    """Cases of faulty data, the first due first; what is owed where nothing else is asked."""
    permit(look.who, Act.DETAIL_READ)
    _catch_up(look)
    chosen = tuple(status) or (None if ended else cases.OWED)
    mine, part = departments_seen(look, Act.DETAIL_READ), page.part(date, str)

    def read(connection: Connection) -> list[Document]:
        told = cases.listing_part(
            connection, part, departments=mine, dataset=name or None, department_code=owner or None,
            states=chosen,
        )  # fmt: skip
        known = revisions.called(connection, {one.dataset for one in told})
        return [one.to_document(look.today) | _called(one, known[one.dataset].contract) for one in told]

    return page.parted("cases", look.at(read), "due_on", "id")


@router.get("/rectifications/figures")
def figures(
    look: Look,
    owner: Annotated[str, Query(max_length=40)] = "",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Document:
    """What was found, closed, on time and reopened, by department and dataset."""
    permit(look.who, Act.DETAIL_READ)
    _catch_up(look)
    lines = look.at(
        lambda c: counting.figures(c, now=look.now, department_code=owner or None, first=first, last=last)
    )
    mine = seen(look, Act.DETAIL_READ)
    lines = tuple(one for one in lines if one.dataset in mine)
    return {
        "departments": [one.to_document() for one in counting.by_department(lines)],
        "datasets": [one.to_document() for one in lines],
    }


@router.get("/rectifications/{case}")
def show(case: Id, look: Look) -> Document:
    """A case: what fails, what happened to it, what is due."""
    permit(look.who, Act.DETAIL_READ)
    towards_entry(look, Act.DETAIL_READ, look.at(lambda c: cases.case_called(c, case)).dataset)
    return look.at(lambda c: _case(c, case, look.today))


@router.post("/rectifications/{case}/workbooks", response_class=Response)
def export(case: Id, said: Signed, do: Do) -> Response:
    """The workbook of a case: its failing rows, the faulty cells marked; each sending is recorded."""
    permit(do.who, Act.RECTIFICATION_ANSWER)
    towards_entry(do, Act.RECTIFICATION_ANSWER, do.at(lambda c: cases.case_called(c, case)).dataset)
    by = do.by(said)
    with tempfile.TemporaryDirectory(prefix="ybz-made-") as folder:
        file = Path(folder, "case.xlsx")
        send(do.wired.home, do.engine, case, file, by=by, now=do.now, department="")
        return Response(file.read_bytes(), media_type=XLSX)


@router.post("/rectifications/returns")
def take_back(said: Filled, do: Do) -> Document:
    """Take a workbook back: merge it by row key, check it again, close the case or count what is left."""
    permit(do.who, Act.RECTIFICATION_ANSWER)
    by, home = do.by(said), do.wired.home
    with unpacked([said.file]) as place:
        file = place / PurePosixPath(said.file.name).name
        return do.apart(
            lambda now: returning.take_back(
                home, do.engine, file, by=by, now=now, department=do.who.organisation
            ).to_document()
        )


@router.post("/rectifications/{case}/undoing")
def undo(case: Id, said: Signed, do: Do) -> Document:
    """Take the corrections of a case back: what was delivered counts again."""
    permit(do.who, Act.RECTIFICATION_ANSWER)
    towards_entry(do, Act.RECTIFICATION_ANSWER, do.at(lambda c: cases.case_called(c, case)).dataset)
    by = do.by(said)

    def act(now: datetime) -> Document:
        return returning.undo(do.wired.home, do.engine, case, by=by, now=now).to_document(do.today)

    return do.apart(act, lambda c: _case(c, case, do.today))


def _called(case: cases.Case, contract: Contract) -> Document:
    """What the dataset of a case and its items are called; an item that is gone by its name."""
    titles = {field.name: field.business_name for field in contract.fields}
    return {"title": contract.title, "items": [titles.get(name, name) for name in case.fields]}


def _case(connection: Connection, case: str, today: date) -> Document:
    found = cases.case_called(connection, case)
    contract = revisions.current(connection, found.dataset).contract
    _, source, workdays = stated(found.due_rule)
    return found.to_document(today) | {
        **_called(found, contract),
        "due_workdays": workdays,
        "due_words": due_by(found.due_rule),
        "due_source": source.partition(", confidence ")[0],
        "cause_name": CAUSES[found.cause],
        "says": sentence(contract, found.rule, found.field),
        "events": events(connection, case),
    }


def _catch_up(look: Look) -> None:
    """Cases follow from builds: what no case tells of yet is told first."""
    with reading(look.engine) as connection:
        behind = builds.untold(connection)
    if behind:
        with writing(look.engine) as connection:
            builds.catch_up(look.wired.home, connection, now=look.now)
