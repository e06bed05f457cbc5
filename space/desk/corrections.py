"""Corrections 校核 at the desk: what the body reported, what became of it, appeal and withdrawal.

Decides whose row a case shows: one that was delivered to the body, as it was delivered. The rest is
:mod:`space.wayback.corrections`'s.
"""

from __future__ import annotations

from collections.abc import Collection

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse

from catalog.stops import closed
from catalog.store import reading, writing
from space.desk.rendering import onward, page
from space.desk.rows import line
from space.desk.seat import DeskRoute, Seat, Seated, Sent
from space.desk.titles import Named, titles
from space.errors import Unknown
from space.wayback.backflow.before import delivered_last
from space.wayback.corrections import appeals
from space.wayback.corrections.attachments import attachments
from space.wayback.corrections.course import Correction, correction, history, listing, proposed
from space.wayback.corrections.marks import marked
from space.wayback.recall.standing import replaced

router = APIRouter(prefix="/desk/corrections", route_class=DeskRoute, include_in_schema=False)


@router.get("")
def cases(seat: Seated) -> HTMLResponse:
    """What the body reported, the newest first."""
    with reading(seat.wired.engine) as connection:
        found = listing(connection, asker=seat.body.code)[::-1]
        named = titles(connection, (one.dataset for one in found))
        about = rows_about(seat, connection, found, named)
    return page("corrections", seat, cases=found, named=named, about=about)


@router.get("/{case}")
def case(case: str, seat: Seated) -> HTMLResponse:
    """One case with its steps."""
    found = _own(seat, case)
    with reading(seat.wired.engine) as connection:
        steps, files = history(connection, case), attachments(connection, case)
        named = titles(connection, (found.dataset,))
        about = rows_about(seat, connection, (found,), named).get(case)
        said = proposed(connection, case, seat.body.code)
        forms = [one for one, _, _ in marked(connection, correction_id=case, body=seat.body.code)]
    return page(
        "correction",
        seat,
        case=found,
        steps=steps,
        files=files,
        forms=forms,
        named=named,
        about=about,
        said=said,
    )


@router.post("/{case}/appeal")
def appeal(case: str, sent: Sent) -> RedirectResponse:
    """Take a refusal to the next level."""
    _own(sent.seat, case)
    with writing(sent.seat.wired.engine) as connection:
        appeals.appeal(
            connection, case, asker=sent.seat.body.code, reason=sent.text("reason"), by=sent.seat.person,
            now=sent.seat.wired.clock(),
        )  # fmt: skip
    return _back(case, "appealed")


@router.post("/{case}/withdraw")
def withdraw(case: str, sent: Sent) -> RedirectResponse:
    """Take a challenge or an appeal back."""
    _own(sent.seat, case)
    with writing(sent.seat.wired.engine) as connection:
        appeals.withdraw(
            connection, case, asker=sent.seat.body.code, reason=sent.text("reason"), by=sent.seat.person,
            now=sent.seat.wired.clock(),
        )  # fmt: skip
    return _back(case, "withdrawn")


@router.post("/{case}/replaced")
def replace(case: str, sent: Sent) -> RedirectResponse:
    """Say that the office has replaced the value a recall notice names."""
    wired = sent.seat.wired
    replaced(wired.engine, case, sent.seat.body.code, by=sent.seat.person, now=wired.clock())
    return onward("/desk", "replaced")


def rows_about(
    seat: Seat, connection: Connection, cases: Collection[Correction], named: Named
) -> dict[str, tuple[str, str]]:
    """Case → what its row is called and where it is shown, where it was delivered and no stop closes it."""
    found: dict[str, tuple[str, str]] = {}
    for dataset in {one.dataset for one in cases} & set(named.contracts):
        if closed(connection, seat.body.code, (dataset,)) is not None:
            continue
        mine = [one for one in cases if one.dataset == dataset]
        rows = {one.row for one in mine}
        held = delivered_last(seat.wired.home, connection, seat.body.code, dataset, rows)
        for one in mine:
            if one.row in held:
                made, row = held[one.row]
                title = line(row, named.contracts[dataset], {}, {}).title
                found[one.id] = (title, f"/desk/deliveries/{made.id}/rows/{one.row}")
    return found


def _own(seat: Seat, case: str) -> Correction:
    """A case the body reported; to all others there is none."""
    with reading(seat.wired.engine) as connection:
        found = correction(connection, case)
    if found.asker != seat.body.code:
        raise Unknown("challenge", case)
    return found


def _back(case: str, done: str) -> RedirectResponse:
    return onward(f"/desk/corrections/{case}", done)
