"""The grass-roots ledger 基层台账 at the desk: records kept on a phone, and field checks at the door.

Decides nothing; see :mod:`space.wayback.grassroots`. Identifiers are masked as the ledger's rules say.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.store import reading
from policies.showing import showing
from space.desk.rendering import onward, page
from space.desk.seat import DeskRoute, Posted, Seat, Seated, Sent
from space.wayback.grassroots import keeping, verifying
from space.wayback.grassroots.items import items_of, kind_called, kinds
from space.wayback.grassroots.judging import Acting
from space.wayback.grassroots.masking import as_shown
from space.wayback.grassroots.pages import page_of
from space.wayback.grassroots.records import Record, history, record_of, shown

router = APIRouter(prefix="/desk/ledger", route_class=DeskRoute, include_in_schema=False)

_NEWEST_EVENTS = 20


@router.get("")
def ledger(
    seat: Seated, kind: str = "person", after: Annotated[str, Query(max_length=40)] = ""
) -> HTMLResponse:
    """Open records of a kind, a page at a time."""
    kind_called(kind, seat.on)
    with reading(seat.wired.engine) as connection:
        items = items_of(connection, seat.body, kind, seat.on)
        found = page_of(connection, seat.body.code, kind, after=after, limit=seat.lines)
    kept = kind_called(kind, seat.on)
    lines = [(as_shown(one, kept, items), _shown(seat, one)) for one in found.records]
    return page(
        "ledger", seat, kind=kind, kinds=kinds(seat.on), items=items, lines=lines, first=not after,
        after=found.after, total=found.total,
    )  # fmt: skip


@router.post("/add")
def add(sent: Sent) -> RedirectResponse:
    """Enter somebody or something only the body knows."""
    seat, wired = sent.seat, sent.seat.wired
    made = keeping.add(
        wired.home, wired.engine, _acting(seat), sent.text("kind"), sent.text("identifier"),
        sent.prefixed("value"),
    )  # fmt: skip
    return onward(f"/desk/ledger/{made.id}", "added")


@router.get("/checks/{task}")
def check(task: str, seat: Seated) -> HTMLResponse:
    """A field check: the records of one door."""
    with reading(seat.wired.engine) as connection:
        door = verifying.door(connection, seat.body.code, task, seat.person, seat.on)
        items = {
            kind: items_of(connection, seat.body, kind, seat.on)
            for kind in {one.kind for one in door.records}
        }
    lines = [
        (as_shown(one, kind_called(one.kind, seat.on), items[one.kind]), _shown(seat, one))
        for one in door.records
    ]
    return page("check", seat, door=door, lines=lines)


@router.post("/checks/{task}")
def report(task: str, sent: Sent) -> RedirectResponse:
    """Write down what was found at the door; what was not looked at stays open."""
    seat, wired = sent.seat, sent.seat.wired
    reasons = sent.prefixed("reason")
    found = [
        verifying.Found(record, cast("verifying.Result", said), {}, reasons.get(record, ""))
        for record, said in sent.prefixed("result").items()
    ]
    done = sent.text("done") == "yes"
    verifying.report(
        wired.home, wired.engine, seat.body.code, task, found, by=seat.person, now=wired.clock(), done=done
    )
    return onward("/desk" if done else f"/desk/ledger/checks/{task}", "done" if done else "checked")


@router.get("/{record}")
def one_record(record: str, seat: Seated) -> HTMLResponse:
    """One record: every item with who answers for it and as of when."""
    with reading(seat.wired.engine) as connection:
        found = record_of(connection, seat.body.code, record)
        items = items_of(connection, seat.body, found.kind, seat.on)
        events = history(connection, seat.body.code, record)[-_NEWEST_EVENTS:]
    masked = as_shown(found, kind_called(found.kind, seat.on), items)
    return page("record", seat, record=masked, shown=_shown(seat, found), items=items, events=events[::-1])


@router.post("/{record}/confirm")
def confirm(record: str, sent: Sent) -> RedirectResponse:
    """Say that everything is still so."""
    keeping.confirm(sent.seat.wired.engine, _acting(sent.seat), record)
    return _back(record, "kept")


@router.post("/{record}/change")
def change(record: str, sent: Sent) -> RedirectResponse:
    """Write what differs; an item of a department is challenged at its source."""
    seat = sent.seat
    keeping.change(
        seat.wired.home, seat.wired.engine, _acting(seat), record, _differing(sent, record),
        reason=sent.text("reason"),
    )  # fmt: skip
    return _back(record, "changed")


@router.post("/{record}/close")
def close(record: str, sent: Sent) -> RedirectResponse:
    """Close a record: moved away, demolished, no longer open."""
    keeping.close(sent.seat.wired.engine, _acting(sent.seat), record, reason=sent.text("reason"))
    return onward("/desk/ledger", "closed")


def _differing(sent: Posted, record: str) -> dict[str, str]:
    """What was written that does not stand in the record already."""
    with reading(sent.seat.wired.engine) as connection:
        cells = record_of(connection, sent.seat.body.code, record).cells
    return {
        name: text
        for name, text in sent.prefixed("value").items()
        if name not in cells or cells[name].value != text
    }


def _shown(seat: Seat, record: Record) -> str:
    return shown(record, kind_called(record.kind, seat.on), showing(seat.on).masks)


def _acting(seat: Seat) -> Acting:
    return Acting(seat.body.code, seat.person, seat.wired.clock())


def _back(record: str, done: str) -> RedirectResponse:
    return onward(f"/desk/ledger/{record}", done)
