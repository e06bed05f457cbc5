"""What was delivered to a body: rows looked at and looked for, counted back, noted, given to somebody.

Decides which rows of a delivery a page shows. Counting, un-masking, notes and challenges are
:mod:`space.wayback`'s. What somebody looks for stands in no address.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog import keys
from catalog.releases.published import by_id
from catalog.revisions import number
from catalog.store import reading
from contracts.model import Contract
from policies.clocks import local_date
from space.desk.rendering import onward, page
from space.desk.rows import Line, line
from space.desk.seat import DeskRoute, Seat, Seated, Sent
from space.desk.titles import areas_on, titles
from space.errors import Unknown
from space.identity.colleagues import colleagues
from space.wayback.backflow import inbox, tasks
from space.wayback.backflow.balances import figures
from space.wayback.backflow.before import before
from space.wayback.backflow.export import write
from space.wayback.backflow.inbox import Delivery
from space.wayback.corrections.flags import disputed

router = APIRouter(prefix="/desk/deliveries", route_class=DeskRoute, include_in_schema=False)

Change = Literal["added", "changed", "removed", ""]
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Characters of what is looked for, at least: less finds everything.
_LEAST: Final = 1


@router.get("")
def deliveries(seat: Seated) -> HTMLResponse:
    """Every delivery, the newest first."""
    now = seat.wired.clock()
    with reading(seat.wired.engine) as connection:
        found = inbox.listing(connection, seat.body.code)[::-1]
        told = {one.delivery: one for one in figures(connection, seat.body.code, now)}
        named = titles(connection, (one.dataset for one in found), now)
    return page("deliveries", seat, deliveries=found, figures=told, named=named)


@router.get("/{delivery}")
def delivery(
    delivery: str, seat: Seated, first: Annotated[int, Query(ge=0)] = 0, change: Change = ""
) -> HTMLResponse:
    """The rows of a delivery, a page at a time; those with one kind of change alone, where one is named."""
    made, contract = delivered(seat, delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    if change:
        rows = rows.filter(pc.equal(rows["_change"], change))
    return _page(seat, made, contract, rows, first, change=change)


@router.post("/{delivery}/find")
def find(delivery: str, sent: Sent) -> HTMLResponse:
    """The rows in which something is written."""
    made, contract = delivered(sent.seat, delivery)
    rows, wanted = inbox.read_rows(sent.seat.wired.home, made), sent.text("text")
    if len(wanted) >= _LEAST:
        rows = rows.filter(_holding(rows, wanted))
    return _page(sent.seat, made, contract, rows.slice(0, sent.seat.lines), 0, found=len(rows), wanted=wanted)


@router.get("/{delivery}/workbook")
def workbook(delivery: str, seat: Seated) -> Response:
    """The delivery as an Excel workbook."""
    made, contract = delivered(seat, delivery)
    rows = inbox.read_rows(seat.wired.home, made)
    with reading(seat.wired.engine) as connection:
        told = {one.delivery: one for one in figures(connection, seat.body.code, seat.wired.clock())}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.xlsx"
        write(made, rows, contract, told.get(made.id), path)
        content = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{made.id}.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=_WORKBOOK, headers=headers)


@router.post("/{delivery}/count")
def count_back(delivery: str, sent: Sent) -> RedirectResponse:
    """Count a delivery back 对账, with what the office counted."""
    made, _ = delivered(sent.seat, delivery)
    counts = inbox.Counts(sent.whole("added"), sent.whole("changed"), sent.whole("removed"))
    wired = sent.seat.wired
    done = inbox.acknowledge(wired.engine, made.id, counts, by=sent.seat.person, now=wired.clock())
    return onward(f"/desk/deliveries/{made.id}", "counted" if done.state == "acknowledged" else "differs")


@router.post("/{delivery}/note")
def note(delivery: str, sent: Sent) -> RedirectResponse:
    """Write something beside a delivery or one of its rows; it stays in the office."""
    seat, row = sent.seat, sent.text("row")
    secret = keys.load(seat.wired.home).pseudonym
    tasks.annotate(
        seat.wired.engine, seat.body.code, delivery, sent.text("text"), secret=secret, by=seat.person,
        now=seat.wired.clock(), row=row,
    )  # fmt: skip
    return onward(_place(delivery, row), "noted")


@router.post("/{delivery}/assign")
def assign(delivery: str, sent: Sent) -> RedirectResponse:
    """Give a delivery or one of its rows to a person."""
    seat, row = sent.seat, sent.text("row")
    tasks.assign(
        seat.wired.engine, seat.body.code, delivery, to=sent.text("to"), task=sent.text("task"),
        by=seat.person, now=seat.wired.clock(), row=row, due_on=sent.text("due"),
    )  # fmt: skip
    return onward(_place(delivery, row), "assigned")


def delivered(seat: Seat, delivery: str) -> tuple[Delivery, Contract]:
    """A delivery of the body, that no stop closes, and the contract of its release.

    Raises:
        Unknown: there is none, or it is another body's.
        Refused: a stop closes it.
    """
    with reading(seat.wired.engine) as connection:
        made = inbox.delivery(connection, delivery)
        if made.subscriber != seat.body.code:
            raise Unknown("delivery", delivery)
        inbox.require_open(connection, made)
        return made, number(connection, made.dataset, by_id(connection, made.release).revision).contract


def source(seat: Seat, made: Delivery, contract: Contract) -> dict[str, Any]:
    """Which department answers for what was delivered, and of which day the release is."""
    with reading(seat.wired.engine) as connection:
        published = by_id(connection, made.release).published_at
    return {"source_name": contract.department.name, "as_of": local_date(published).isoformat()}


def shown(seat: Seat, made: Delivery, contract: Contract, rows: list[dict[str, Any]]) -> tuple[Line, ...]:
    """Rows of a delivery for a page, with what they said before."""
    with reading(seat.wired.engine) as connection:
        was = before(seat.wired.home, connection, made, rows, seat.on)
        areas = areas_on(connection, seat.wired.clock())
        now = disputed(connection, made.dataset, [row["_row"] for row in rows])
    return tuple(line(row, contract, areas, was, now.get(row["_row"], ())) for row in rows)


def _page(
    seat: Seat, made: Delivery, contract: Contract, rows: pa.Table, first: int, **more: Any
) -> HTMLResponse:
    """A page of rows; ``found`` is how many were found, where something was looked for."""
    with reading(seat.wired.engine) as connection:
        notes = tasks.notes_of(connection, seat.body.code, made.id)
        people = colleagues(connection, seat.body.code, seat.on).values()
    asked: Mapping[str, Any] = {"change": "", "found": None, "wanted": ""} | more
    return page(
        "delivery", seat, delivery=made, first=first, total=len(rows), notes=notes, people=people,
        rows=shown(seat, made, contract, rows.slice(first, seat.lines).to_pylist()),
        title=contract.title, **asked, **source(seat, made, contract),
    )  # fmt: skip


def _holding(rows: pa.Table, wanted: str) -> pa.Array:
    """Which rows hold a text in one of their values, as delivered."""
    found = pa.array([False] * len(rows))
    for name in rows.column_names:
        if not name.startswith("_"):
            column = pc.fill_null(rows[name].cast(pa.string()), "")
            found = pc.or_(found, pc.match_substring(column, wanted))
    return found


def _place(delivery: str, row: str) -> str:
    return f"/desk/deliveries/{delivery}" + (f"/rows/{row}" if row else "")
