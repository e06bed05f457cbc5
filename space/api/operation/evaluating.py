"""``/v1/evaluations`` for who keeps them, from opening to freezing; ``/v1/bonds``: pay by result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from policies.access import Act
from policies.evaluation import Subject
from space.api.answering.paging import Page
from space.api.entrance.acting import Based, Do, Document, Doing, Look, Signed
from space.api.services import permit
from space.evaluation import acting, bonds, contesting, evaluations, settling
from space.evaluation.evaluations import Evaluation

router = APIRouter(prefix="/v1", tags=["evaluations"])

Id = Annotated[str, Field(max_length=40)]


class Opened(Signed):
    """What is evaluated, by what, in which period."""

    scheme: str = Field(min_length=1, max_length=60, description="operation, scenario, operator, …")
    subject: str = Field(
        min_length=1,
        max_length=130,
        description="Number, id, code or name, as the scheme says.",
    )
    period: str = Field(pattern=r"^[12]\d{3}(Q[1-4])?$", description="2026Q3 or 2026.")


class Answered(Based):
    """What became of an objection."""

    outcome: Literal["rejected", "recounted", "set_aside"]


class Bound(Based):
    """A share of payments bound to a result."""

    kind: Literal["agreement", "grant"] = "agreement"
    subject: str = Field(min_length=1, max_length=60, description="Number of the agreement, id of the grant.")
    scheme: str = Field(min_length=1, max_length=60)
    indicator: str = Field(min_length=1, max_length=60)
    period: Literal["quarter", "year"] = "quarter"
    share: int = Field(ge=1, le=100, description="Percent of each amount.")
    target: str = Field(min_length=1, max_length=40, description="From which on nothing is taken off.")
    floor: str | None = Field(
        None, max_length=40, description="Where the whole share is taken off; between, in proportion."
    )
    valid_from: date
    valid_to: date | None = None


@router.get("/evaluations/kept")
def kept(look: Look, page: Page) -> Response:
    """Every evaluation, those not published too."""
    permit(look.who, Act.EVALUATION_KEEP)
    part = page.part(datetime, str)
    found = look.at(lambda c: evaluations.all_evaluations(c, part=part))
    return page.parted("evaluations", [one.to_document() for one in found], "opened_at", "id")


@router.get("/evaluations/{evaluation}/course")
def course(evaluation: Id, look: Look) -> Document:
    """An evaluation as it stands: what was published of it, and its steps."""
    permit(look.who, Act.EVALUATION_KEEP)

    def read(connection: Connection) -> Document:
        found = evaluations.by_id(connection, evaluation)
        told = evaluations.view(connection, found) if found.version else None
        steps = evaluations.steps_of(connection, found.id)
        return {**found.to_document(), "published": told, "steps": steps}

    return look.at(read)


@router.post("/evaluations", status_code=201)
def open_one(said: Opened, do: Do) -> Document:
    """Open an evaluation; reviews are taken from now on."""
    permit(do.who, Act.EVALUATION_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: acting.open_(c, said.scheme, said.subject, said.period, by=by, now=now).to_document()
    )


@router.post("/evaluations/{evaluation}/publication")
def publish(evaluation: Id, said: Signed, do: Do) -> Document:
    """Count, score and publish an evaluation with its rows; from now on it may be contested."""
    by = do.by(said)
    return _step(do, evaluation, lambda c, now: acting.publish(c, evaluation, by=by, now=now))


@router.post("/evaluations/{evaluation}/freezing")
def freeze(evaluation: Id, said: Signed, do: Do) -> Document:
    """Freeze a published evaluation, once it can be contested no more."""
    by = do.by(said)
    return _step(do, evaluation, lambda c, now: acting.freeze(c, evaluation, by=by, now=now))


@router.post("/evaluations/{evaluation}/dropping")
def drop(evaluation: Id, said: Signed, do: Do) -> Document:
    """Give up an evaluation before it is published."""
    by = do.by(said)
    return _step(do, evaluation, lambda c, now: acting.drop(c, evaluation, by=by, now=now))


@router.post("/evaluations/{evaluation}/settlement")
def settle(evaluation: Id, said: Signed, do: Do) -> Document:
    """Settle what a frozen evaluation takes off bound payments: credit notes, and the computation."""
    permit(do.who, Act.EVALUATION_KEEP)
    by, signer = do.by(said), do.wired.signer
    return do.inside(
        lambda c, now: {"settled": settling.settle(c, signer, evaluation, by=by, now=now)},
        looked=lambda c: evaluations.by_id(c, evaluation).to_document(),
    )


@router.post("/evaluations/objections/{objection}/answer")
def answer(objection: Id, said: Answered, do: Do) -> Document:
    """Answer an objection: rejected, recounted from the rows as they are now, or set aside."""
    permit(do.who, Act.EVALUATION_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: contesting.answer(
            c, objection, said.outcome, basis=said.basis, by=by, now=now
        ).to_document()
    )


@router.get("/bonds")
def list_bonds(look: Look, page: Page) -> Response:
    """Every bond of a payment to a result 效果付费."""
    permit(look.who, Act.EVALUATION_KEEP)
    part = page.part(datetime, str)
    rows = [one.to_document() for one in look.at(lambda c: bonds.all_bonds(c, part))]
    return page.parted("bonds", rows, "proposed_at", "id")


@router.post("/bonds", status_code=201)
def bind(said: Bound, do: Do) -> Document:
    """Propose to bind a share of payments to a result; the other side accepts it."""
    permit(do.who, Act.EVALUATION_KEEP)
    by = do.by(said)
    terms = bonds.Terms(
        Subject(said.kind), said.subject, said.scheme, said.indicator, said.period, said.share, said.target,
        said.floor, said.valid_from, said.basis, said.valid_to,
    )  # fmt: skip
    return do.inside(lambda c, now: bonds.propose(c, terms, by=by, now=now).to_document())


@router.post("/bonds/{bond}/acceptance")
def accept(bond: Id, said: Signed, do: Do) -> Document:
    """Accept a bond for the other side, before its first day."""
    permit(do.who, Act.EVALUATION_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: bonds.accept(c, bond, by=by, now=now).to_document(),
        looked=lambda c: bonds.by_id(c, bond).to_document(),
    )


def _step(do: Doing, evaluation: str, act: Callable[[Connection, datetime], Evaluation]) -> Document:
    permit(do.who, Act.EVALUATION_KEEP)
    return do.inside(
        lambda c, now: act(c, now).to_document(),
        looked=lambda c: evaluations.by_id(c, evaluation).to_document(),
    )
