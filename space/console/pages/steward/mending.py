"""An entry to be mended: its newest contract in the form, what was asked for beside the fields concerned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined, Told
from space.console.frame import at
from space.console.pages.steward import kept
from space.console.pages.steward.entry import points_of
from space.console.pages.steward.form import form
from space.console.pages.steward.handing import told as handed
from space.console.pages.steward.work import Work
from space.console.paging import page
from space.console.parts.dropping import drop_zone
from space.console.parts.ways import link
from space.console.seats import Seat


@page("/steward/entries/{name}/edit", "修改编目", "Edit an entry")
async def edit(seat: Seat) -> None:
    """The form of an entry."""
    name, say = seat.names["name"], seat.say
    if not seat.may(Act.CATALOGUE_KEEP):
        reason = Told("page.stewards", say("修改编目由数据管理员办理。", "Entries are edited by stewards."))
        raise Declined(403, reason.code, (reason,))
    told, document = await asyncio.gather(
        seat.calls.get(f"/v1/entries/{name}"), seat.calls.get(f"/v1/entries/{name}/contract", form="json")
    )
    link(say(f"← {told['title']}", f"← {told['title']}"), at(f"/steward/entries/{name}"))
    base = int(told["pending"]["revision"] if told["pending"] else told["revision"])
    place = ui.element("div").classes("ybz-wide")

    def go_on(found: kept.Kept) -> None:
        place.clear()
        with place:
            resumed(seat, name, base, found, points_of(told))

    with place:
        kept.offer(seat, name, base, go_on)
        resumed(seat, name, base, kept.Kept(document), points_of(told))


def resumed(
    seat: Seat, about: str, base: int, found: kept.Kept, points: Sequence[Mapping[str, Any]] = ()
) -> None:
    """The form over a contract that is there already, with a place for a file to try it on.

    Args:
        seat: who sits before the page.
        about: name of the entry, as its work is kept under.
        base: number of the revision that is mended.
        found: the contract, with what drafting said of it.
        points: of the last return.
    """
    say = seat.say
    work = Work(seat, found.document, guesses=found.guesses, points=points)
    work.keep = lambda: kept.keep(seat, about, base, found)
    with ui.element("section").classes("ybz-panel"):
        ui.label(
            say(
                "要看改动会拒收哪些行，可以再放一次数据文件；文件只用来试算，用完即删。",
                "Drop the data file once more to see which rows would leave; it is deleted after.",
            )
        )

        async def taken(sent: dict[str, str]) -> None:
            work.files[:] = [sent]
            touch()

        drop_zone(say("放一个文件来试算", "A file to try it on"), say, taken)

    def done(made: Mapping[str, Any]) -> None:
        kept.forget(seat, about)
        handed(seat, made, work.missing)

    touch = form(work, done)
