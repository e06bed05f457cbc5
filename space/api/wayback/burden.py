"""``/v1/burden``: what forms cost the grass roots, and how completed uses were rated; a thin door.

A body sees its own figures, a department those of its own forms and answers; the authority and auditors see
all. What may be published of them is a dataset (``ybz burden publish``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.store import reading
from policies.access import Act, Role
from policies.decision import Deny, Reason
from space.api.answering.paging import Page
from space.api.entrance.once import Repeated
from space.api.services import Known, Wired, permit
from space.errors import Refused
from space.identity.organisations import organisation
from space.identity.tokens import Caller
from space.wayback.backflow.bodies import is_body
from space.wayback.burden.figures import AXES, Axis, figures
from space.wayback.burden.ratings import UseKind, rate

router = APIRouter(prefix="/v1/burden", tags=["burden"])

_Month = Annotated[
    str, Query(pattern=r"^(\d{4}-\d{2})?$", description="E.g. 2026-11; unbounded where empty.")
]
# Who sees everybody's figures.
_ALL = (Role.AUTHORITY, Role.AUDITOR)


class Rated(BaseModel):
    """One rating of a completed use of one's own."""

    model_config = ConfigDict(extra="forbid")

    kind: UseKind
    subject: str = Field(min_length=1, max_length=40, description="Submission, challenge or task.")
    score: int
    by: str = Field(min_length=1, max_length=200, description="The person who rates.")


@router.get("")
def show(
    wired: Wired,
    who: Known,
    page: Page,
    by: Annotated[
        str, Query(max_length=40, description="What is told apart; the rest is summed.")
    ] = ",".join(AXES),
    first: _Month = "",
    last: _Month = "",
) -> Response:
    """Cells prefilled, computed and typed, forms stopped, challenges answered on time, ratings."""
    permit(who, Act.BURDEN_READ)
    axes = _axes(by)
    with reading(wired.engine) as connection:
        mine = {} if who.role in _ALL else _own(connection, who)
        found = figures(connection, now=wired.clock(), by=axes, first=first, last=last, **mine)
    shares = ("typed_share", "on_time_share")
    told = [asdict(one) | {name: getattr(one, name) for name in shares} for one in found]
    return page.answer("figures", told, *AXES)


@router.post("/ratings", status_code=201)
def give(rated: Rated, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Rate a completed use of one's own, once."""
    permit(who, Act.FORM_FILL)

    def act() -> dict[str, Any]:
        made = rate(
            wired.engine, rated.kind, rated.subject, rated.score, body=who.organisation, by=rated.by,
            now=wired.clock(),
        )  # fmt: skip
        return asdict(made)

    return once.apart(wired.engine, act, wired.clock)


def _axes(by: str) -> list[Axis]:
    """What is told apart, in one order."""
    wanted = {name.strip() for name in by.split(",") if name.strip()}
    if wanted - set(AXES):
        reason = Reason("burden.axis", "no such thing is told apart", "by", ", ".join(AXES))
        raise Refused(Deny((reason,)))
    return [axis for axis in AXES if axis in wanted]


def _own(connection: Connection, who: Caller) -> dict[str, str]:
    """What narrows the figures to an organisation's own: as a body that fills, or a department that asks."""
    if is_body(connection, who.organisation):
        return {"body": who.organisation}
    return {"department": organisation(connection, who.organisation).name}
