"""``/v1/due`` and ``/v1/clocks``: what is owed, by whom, by when, and what moves a clock 时限."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from catalog.cataloging.titles import entry_titles, items_of
from catalog.clocks import duties, running, standing
from catalog.clocks.daily import begin
from catalog.clocks.recompute import recompute as make_anew
from policies.access import Act
from policies.clocks import local_date
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Look, Looking, Reasoned, Signed
from space.api.entrance.owning import owners_seen
from space.api.entrance.second_signatures import among, consenting
from space.api.parties.acts_of_two import ActOfTwo, Both, wait
from space.api.services import permit

router = APIRouter(prefix="/v1", tags=["clocks"])

Subject = Annotated[str, Field(max_length=200, description="What it is about, `entry:people.residents`.")]
Rule = Annotated[str, Field(max_length=100, description="Name of the deadline rule.")]


class Extended(Reasoned):
    """More time, once."""

    approved_by: str = Field(min_length=1, max_length=200, description="Who is to sign: another who may.")
    workdays: int | None = Field(None, ge=1, le=366, description="All the rule allows where left out.")
    extension: str | None = Field(None, max_length=100, description="The extension rule, where several fit.")


class Recomputed(Signed):
    """Which due days are made anew."""

    amended: bool = Field(False, description="Also those that were not provisional.")


@router.get("/due")
def due(
    look: Look,
    page: Page,
    owner: Annotated[str, Query(max_length=200, description="What this one owes: code or name.")] = "",
    about: Annotated[
        str, Query(max_length=200, description="What this is owed for: a dataset, `entry:…`, or an id.")
    ] = "",
    on: date | None = None,
    colour: Annotated[list[Literal["red", "orange", "yellow", "green", "grey"]], Query(max_length=5)] = [],  # noqa: B006
) -> Response:
    """Everything owed as of a day: clocks, faults, requests, challenges, objections, renewals, updates."""
    permit(look.who, Act.CLOCK_READ)
    day = on or look.today
    found = _mine(look, look.at(lambda c: duties.duties(c, day)))
    found = duties.owned_by(found, owner) if owner else found
    found = duties.about(found, about) if about else found
    counted = Counter(one.colour.value for one in found)
    found = tuple(one for one in found if not colour or one.colour in colour)
    more = {"on": day, "total": len(found), "by_colour": counted, "by_owner": duties.by_owner(found)}
    rows = look.at(lambda c: _named(c, found))
    return page.answer("items", rows, "due_on", "subject", "rule", "what", more=more)


@router.get("/clocks")
def list_clocks(
    look: Look,
    page: Page,
    subject: Annotated[str, Query(max_length=200, description="Every clock of it, open or not.")] = "",
) -> Response:
    """Open clocks, or every clock of a subject."""
    permit(look.who, Act.CLOCK_READ)
    part = page.part(str, str, datetime, str)
    mine = owners_seen(look, Act.CLOCK_READ, lambda c: standing.owners(c, subject))
    found = look.at(lambda c: standing.listing_part(c, part, subject=subject, owed_by=mine))
    rows = [one.to_document() for one in found]
    return page.parted("clocks", rows, "subject", "rule", "started_at", "id")


@router.post("/clocks/{subject}/{rule}/pause")
def pause(subject: Subject, rule: Rule, said: Reasoned, do: Do) -> Document:
    """Let a clock stand still from today on, because the other side owes something."""
    permit(do.who, Act.CLOCK_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: running.pause(
            c, subject=subject, rule=rule, reason=said.reason, by=by, now=now
        ).to_document()
    )


@router.post("/clocks/{subject}/{rule}/resumption")
def resume(subject: Subject, rule: Rule, said: Signed, do: Do) -> Document:
    """Let a paused clock run on; today counts again."""
    permit(do.who, Act.CLOCK_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: running.resume(c, subject=subject, rule=rule, by=by, now=now).to_document()
    )


@router.post("/clocks/{subject}/{rule}/extension", status_code=202)
def extend(subject: Subject, rule: Rule, said: Extended, do: Do) -> Document:
    """Ask for more time for a clock, once; it is given when whoever is named has signed."""
    permit(do.who, Act.CLOCK_KEEP)
    by = do.by(said)

    def act(connection: Connection, now: datetime) -> Document:
        second = consenting(do, connection, said.approved_by, Act.CLOCK_KEEP, by=by)
        return wait(
            connection, EXTENSION, do.who, said, now, by=by, second=second, among=among(connection, do),
            subject=subject, rule=rule,
        )  # fmt: skip

    return do.inside(act)


def _extend(
    connection: Connection, both: Both, places: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> Document:
    said, rule = Extended.model_validate(body), places["rule"]
    known = running.extensions_of(rule, local_date(now))
    if said.extension is None and len(known) != 1:
        what = f"name one of {', '.join(known)} as `extension`" if known else "no rule extends it"
        raise running.ClockError(f"this clock cannot be extended as asked — {what}")
    return running.extend(
        connection, subject=places["subject"], rule=rule, extension=said.extension or known[0],
        reason=said.reason, approved_by=both.second, by=both.by, now=now, workdays=said.workdays,
    ).to_document()  # fmt: skip


EXTENSION: Final = ActOfTwo("POST /v1/clocks/{subject}/{rule}/extension", Act.CLOCK_KEEP, Extended, _extend)


@router.post("/clocks/recomputation")
def recompute(said: Recomputed, do: Do) -> Document:
    """Make open due days anew, when a calendar that was missing has come."""
    permit(do.who, Act.CLOCK_KEEP)
    by = do.by(said)
    return do.inside(
        lambda c, now: {
            "moved": [one.to_document() for one in make_anew(c, by=by, now=now, amended=said.amended)]
        }
    )


@router.post("/clocks/day")
def day(said: Signed, do: Do) -> Document:
    """Begin the day: mark what lapsed, start what falls due, list what is red; safe to send again."""
    permit(do.who, Act.CLOCK_KEEP)
    by = do.by(said)
    return do.inside(lambda c, now: begin(c, by=by, now=now).to_document())


def _named(connection: Connection, found: tuple[duties.Duty, ...]) -> list[Document]:
    """What is owed, with what the entry and the item are called that it is about."""
    titles = entry_titles(connection, {one.dataset for one in found})
    items = items_of(connection, {one.dataset for one in found if one.field})
    return [
        one.to_document()
        | {"title": titles.get(one.dataset, ""), "item": items.get(one.dataset, {}).get(one.field, "")}
        for one in found
    ]


def _mine(look: Looking, found: tuple[duties.Duty, ...]) -> tuple[duties.Duty, ...]:
    """Of what is owed that of whoever the caller's role reaches."""
    mine = owners_seen(look, Act.CLOCK_READ, lambda _: {(one.owner, one.owner_code) for one in found})
    return tuple(one for one in found if mine is None or (one.owner, one.owner_code) in mine)
