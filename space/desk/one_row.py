"""One delivered row: its masked values looked at for a reason, and a value that is wrong reported 校核.

Decides that what was typed stands in the page again where it is refused. Un-masking and challenges are
:mod:`space.wayback`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

import pyarrow.compute as pc
from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from policies.showing import showing
from space.desk.deliveries import delivered, shown, source
from space.desk.rendering import onward, page
from space.desk.rows import entry, hint
from space.desk.seat import DeskRoute, Seat, Seated, Sent
from space.desk.wording import Told, told
from space.errors import SpaceError, Unknown
from space.identity.colleagues import colleagues
from space.wayback.backflow import inbox, tasks
from space.wayback.backflow.subscriptions import by_id as subscription
from space.wayback.backflow.unmasking import Asked, reveal, unmask
from space.wayback.corrections.cases import open_challenge
from space.wayback.corrections.challenges import Challenge

router = APIRouter(prefix="/desk/deliveries/{delivery}/rows", route_class=DeskRoute, include_in_schema=False)

# Characters of a row reference, and of the name of a field; what is longer is none.
_LONGEST_REFERENCE: Final = 32
_LONGEST_NAME: Final = 63


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into a form of the page and not done.

    Attributes:
        form: ``look`` or ``wrong``; empty where nothing was.
        refused: why.
        ticked: fields to be looked at.
        value: what the value should be.
        reason: why it is to be seen, or what shows that it is wrong.
    """

    form: str = ""
    refused: Sequence[Told] = ()
    ticked: Sequence[str] = ()
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Which row a page is about.

    Attributes:
        values: shown without their mask, by field.
        wrong: the field that is reported; empty where none is chosen.
    """

    delivery: str
    row: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    wrong: str = ""


@router.get("/{row}")
def row(
    delivery: str, row: str, seat: Seated, wrong: Annotated[str, Query(max_length=_LONGEST_NAME)] = ""
) -> HTMLResponse:
    """One delivered row, with what can be done about it; ``wrong`` names the item to be reported."""
    return _page(seat, _Place(delivery, row, wrong=wrong), Written())


@router.post("/{row}/look")
def look(delivery: str, row: str, sent: Sent) -> HTMLResponse:
    """Show masked values of one row for a reason; every look is logged."""
    seat, wired = sent.seat, sent.seat.wired
    made, _ = delivered(seat, delivery)
    wanted, reason = tuple(sent.fields.get("field", [])), sent.text("reason")
    asked = Asked(made.subscription, row, wanted, reason)
    try:
        leave = unmask(wired.home, wired.engine, asked, by=seat.person, now=wired.clock())
        values = reveal(wired.home, wired.engine, leave.id, by=seat.person, now=wired.clock())
    except SpaceError as error:
        return _again(seat, _Place(delivery, row), Written("look", told(error), wanted, reason=reason), error)
    return _page(seat, _Place(delivery, row, values), Written())


@router.post("/{row}/wrong", response_model=None)
def wrong(delivery: str, row: str, sent: Sent) -> HTMLResponse | RedirectResponse:
    """Challenge a value of one row 校核; what is refused is told beside what was written."""
    seat, wired = sent.seat, sent.seat.wired
    made, _ = delivered(seat, delivery)
    name, value, reason = sent.text("field"), sent.text("value"), sent.text("reason")
    asked = Challenge(seat.body.code, made.dataset, row, name, value, reason, made.id)
    try:
        case = open_challenge(wired.home, wired.engine, asked, by=seat.person, now=wired.clock())
    except SpaceError as error:
        written = Written("wrong", told(error), value=value, reason=reason)
        return _again(seat, _Place(delivery, row, wrong=name[:_LONGEST_NAME]), written, error)
    return onward(f"/desk/corrections/{case.id}", "reported")


def _again(seat: Seat, place: _Place, written: Written, error: SpaceError) -> HTMLResponse:
    """The page with what was written; what is not there has no page."""
    if isinstance(error, Unknown):
        raise error
    return _page(seat, place, written)


def _page(seat: Seat, place: _Place, written: Written) -> HTMLResponse:
    made, contract = delivered(seat, place.delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    found = rows.filter(pc.equal(rows["_row"], place.row)).to_pylist()
    if not found:
        raise Unknown("row of the delivery", place.row[:_LONGEST_REFERENCE])
    with reading(seat.wired.engine) as connection:
        notes = [
            one for one in tasks.notes_of(connection, seat.body.code, place.delivery) if one.row == place.row
        ]
        plain = subscription(connection, made.subscription).plain
        people = colleagues(connection, seat.body.code, seat.on).values()
    (told_line,) = shown(seat, made, contract, found[:1])
    rules, fields = showing(seat.on), {each.name: each for each in contract.fields}
    hidden = [
        one.name
        for one in told_line.cells
        if one.name in fields and one.name not in plain and rules.mask_of(fields[one.name]) is not None
    ]
    item = fields.get(place.wrong) if told_line.cell(place.wrong) is not None else None
    return page(
        "row", seat, status=422 if written.refused else 200, delivery=made, row=told_line, people=people,
        values=place.values, hidden=hidden, notes=notes, title=contract.title, written=written, item=item,
        entry=entry(item) if item else "", hint=hint(item) if item else "",
        **source(seat, made, contract),
    )  # fmt: skip
