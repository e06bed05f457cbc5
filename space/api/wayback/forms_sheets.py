"""``/v1/forms`` for whole files: workbooks of sheets, an issuer's own workbook filled and read back.

Files with values are answered once and kept nowhere; whoever asks again is given a file made anew.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from policies.access import Act
from space.api.answering import files
from space.api.entrance.acting import Do, Document, Doing, Look, Looking, Signed
from space.api.ledger.drafting import Sent
from space.api.services import permit
from space.errors import Unknown
from space.wayback.forms import drafts
from space.wayback.forms.asking import Look as Seen
from space.wayback.forms.asking import asked
from space.wayback.forms.compiling import old_layouts, second_entry, sidecar
from space.wayback.forms.compiling.handing import Wanted, hand_out
from space.wayback.forms.compiling.marking import marked
from space.wayback.forms.compiling.returned_cells import CellFault, ReturnFaulty
from space.wayback.forms.compiling.returning import take_back
from space.wayback.forms.readiness import left_to_hand_in
from space.wayback.forms.tasks import task
from space.wayback.forms.workbook_reading import SheetFaulty, submit_workbook
from space.wayback.forms.workbooks import write_workbook

router = APIRouter(prefix="/v1/forms", tags=["forms"])

Code = Annotated[str, Field(max_length=60, description="Of the form.")]
Period = Annotated[str, Field(min_length=4, max_length=20, description="E.g. 2026-09.")]
Subjects = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]],
    Field(max_length=2000, description="Identifiers; the form's roster in the body's area where left out."),
]
Bindings = Annotated[
    str, Field(min_length=1, max_length=1_000_000, description="The sidecar, answered; YAML text.")
]


class Rows(Signed):
    """Whose rows a workbook has."""

    period: Period
    subjects: Subjects = Field([])


class Taken(Signed):
    """A filled workbook."""

    file: Sent


class Dropped(Signed):
    """Which draft."""

    period: Period
    subject: str = Field(min_length=1, max_length=64)


class Handed(Signed):
    """An issuer's workbook and whom it is filled for."""

    workbook: Sent
    bindings: Bindings
    period: Period
    subjects: Subjects = Field([])


class Returned(Signed):
    """Filled workbooks of one handing-out, with the issuer's."""

    files: list[Sent] = Field(min_length=1, max_length=500)
    original: Sent
    bindings: Bindings
    reason: str = Field("", max_length=2000, description="Why values differ, where no comment says.")


class Exported(Signed):
    """What is exported for an old system."""

    layout: str = Field(min_length=1, max_length=200_000, description="Its import layout; YAML text.")
    period: Period


@router.get("/tasks/{task_id}/subjects")
def subjects(task_id: Annotated[str, Field(max_length=40)], look: Look, response: Response) -> Document:
    """Whom a task is still to be filled for, and whose sheets one confirmation hands in (`ready`).

    `shown`, given with the confirmation, confirms what stood there then and nothing else.
    """
    permit(look.who, Act.FORM_FILL)
    mine = look.at(lambda c: task(c, task_id))
    if mine.body != look.who.organisation:
        raise Unknown("task", task_id)
    left = left_to_hand_in(look.wired.home, look.engine, task_id, look.now)
    response.headers["Cache-Control"] = "no-store"
    told = {"subjects": sorted(left.every), "ready": list(left.ready), "shown": left.seen}
    return {"task": mine.to_document(), **told}


@router.post("/{code}/drafts/dropping")
def drop(code: Code, said: Dropped, do: Do) -> Document:
    """Throw the draft of a sheet away; whom it is about stands in no address."""
    permit(do.who, Act.FORM_FILL)
    by, wanted = do.by(said), (code, said.period, do.who.organisation, said.subject)

    def act(now: datetime) -> Document:
        drafts.drop(do.wired.home, do.engine, wanted, by=by, now=now)
        return {"form": code, "period": said.period, "dropped": True}

    return do.apart(act)


@router.post("/{code}/workbook", response_class=Response)
def workbook(code: Code, rows: Rows, look: Look) -> Response:
    """A form as a workbook, one prefilled row a subject the body is asked for."""
    permit(look.who, Act.FORM_FILL)
    wanted = (code, rows.period, look.who.organisation)
    seen = _asked(look, code, rows.subjects, look.by(rows))

    def write(path: Path) -> None:
        write_workbook(look.wired.home, look.engine, wanted, path, look.now, seen, rows.subjects)

    return files.written(f"{code}-{rows.period}.xlsx", files.XLSX, write)


@router.post("/workbooks")
def take(said: Taken, do: Do) -> Document:
    """Submit every row of a filled workbook, or none; faulty cells are told and marked in a copy."""
    permit(do.who, Act.FORM_FILL)
    by, mine = do.by(said), do.who.organisation

    def act(now: datetime) -> Document:
        with files.given(said.file) as (path,):
            copy = path.with_name("marked.xlsx")
            try:
                made = submit_workbook(
                    do.wired.home, do.engine, path, by=by, now=now, copy=copy, body_code=mine
                )
            except SheetFaulty as faulty:
                faults = [asdict(one) for one in faulty.faults]
                raise _Untaken({"ok": False, "faults": faults, "marked": files.encoded(copy)}) from faulty
        return {"ok": True, "submissions": [asdict(one) for one in made]}

    return _taken(do, act)


@router.post("/handouts", response_class=Response)
def fill(said: Handed, look: Look) -> Response:
    """An issuer's own workbook, filled for the subjects the body is asked for: an archive of workbooks."""
    permit(look.who, Act.FORM_FILL)
    with files.given(said.workbook) as (path,), files.folder() as place:
        bindings = sidecar.read(files.text(place, "bindings.yaml", said.bindings))
        seen = _asked(look, str(bindings.form["code"]), said.subjects, look.by(said))
        wanted = Wanted(path, bindings, look.who.organisation, said.period, said.subjects)
        made = hand_out(look.wired.home, look.engine, wanted, seen, now=look.now)
    answer = files.sent(f"{made.id}.zip", files.ZIP, made.packed())
    answer.headers["Ybz-Handout"] = made.id
    return answer


@router.post("/returns")
def read_back(said: Returned, do: Do) -> Document:
    """Read filled workbooks back and submit what differs; all or none, each faulty cell told."""
    permit(do.who, Act.FORM_FILL)
    by, mine = do.by(said), do.who.organisation

    def act(now: datetime) -> Document:
        with ExitStack() as stack:
            filled = stack.enter_context(files.given(*said.files))
            (original,) = stack.enter_context(files.given(said.original))
            place = stack.enter_context(files.folder())
            bound = (original, sidecar.read(files.text(place, "bindings.yaml", said.bindings)))
            try:
                taken = take_back(
                    do.wired.home, do.engine, filled, bound, reason=said.reason, by=by, now=now,
                    body_code=mine,
                )  # fmt: skip
            except ReturnFaulty as faulty:
                raise _Untaken(_faulty(filled, faulty.faults)) from faulty
        return {"ok": True} | taken.to_document()

    return _taken(do, act)


@router.post("/{code}/exports", response_class=Response)
def export(code: Code, said: Exported, look: Look) -> Response:
    """What was submitted, in the import layout of an old system; each cell counts as typed twice."""
    permit(look.who, Act.FORM_FILL)
    with files.folder() as place:
        layout = old_layouts.read(files.text(place, "layout.yaml", said.layout))
        wanted = (code, look.who.organisation, said.period)
        made = second_entry.export(
            look.wired.home, look.engine, wanted, layout, by=look.by(said), now=look.now
        )
    kind = files.XLSX if layout.format == "xlsx" else "text/csv"
    answer = files.sent(f"{made.id}.{layout.format}", kind, made.content)
    for name in ("id", "rows", "cells"):
        answer.headers[f"Ybz-Export-{name.title()}"] = str(getattr(made, name))
    answer.headers["Ybz-Export-Left-Out"] = str(len({fault.row for fault in made.faults}))
    return answer


def _asked(look: Looking, code: str, subjects: Sequence[str], by: str) -> Seen:
    """The look of the caller's body at sheets it is asked for."""
    mine, now = look.who.organisation, look.now
    return look.at(lambda c: asked(look.wired.home, c, code, mine, subjects, by=by, now=now))


class _Untaken(Exception):
    """Cells are at fault and nothing was taken; what is told of them."""

    def __init__(self, told: Document) -> None:
        self.told = told
        super().__init__()


def _taken(do: Doing, act: Callable[[datetime], Document]) -> Document:
    """Take files once; faulty ones are read anew whenever they are sent, as what is told holds values."""
    try:
        return do.apart(act)
    except _Untaken as untaken:
        return untaken.told


def _faulty(filled: Sequence[Path], faults: Sequence[CellFault]) -> Document:
    """Every fault, and a copy with its marks of each workbook that has one."""
    touched = {fault.file for fault in faults}
    copies = [{"name": path.name, "content": b64encode(marked(path, faults)).decode()}
              for path in filled if path.name in touched]  # fmt: skip
    return {"ok": False, "faults": [asdict(fault) for fault in faults], "marked": copies}
