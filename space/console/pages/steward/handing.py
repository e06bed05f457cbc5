"""What became of a contract that was handed in: where it stands, what it still lacks, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.steward.checking import worded
from space.console.pages.steward.words import STATES, called
from space.console.pages.steward.work import key_of
from space.console.parts.ways import go
from space.console.parts.words import heading
from space.console.seats import Seat


def told(seat: Seat, done: Mapping[str, Any], missing: Sequence[str] = ()) -> None:
    """Say it over the page, with the way on.

    Args:
        seat: who sits before the page.
        done: what became of it, as the interface tells.
        missing: what it still lacks, in the reader's words; the interface's own where none are.
    """
    say = seat.say
    whole = done["state"] != "compiled"
    title = say("已提交", "Submitted") if whole else say("已存为草稿", "Kept as a draft")
    with ui.dialog().props("persistent") as dialog, ui.card().classes("ybz-dialog"):
        dialog.props(f'aria-label="{title}"')
        heading(title)
        ui.label(
            f"{done['code']} · {say('第', 'revision ')}{done['revision']}{say('版', '')} · "
            f"{called(say, STATES, done['state'])}"
        )
        open_ = list(missing) or [worded(say, key_of("", str(one)), str(one)) for one in done["open_points"]]
        if open_:
            ui.label(
                say("审核时还会要求补上：", "The review will also ask for:")
                if whole
                else say("补齐这些才能送签批或通过审核：", "Needed before it can be signed or published:")
            )
            with ui.element("ul"):
                for point in open_:
                    with ui.element("li"):
                        ui.label(point)
        if whole:
            ui.label(
                say(
                    "下一步由本部门负责人签批；签批前您可以撤回。",
                    "The head signs next; until then you can take it back.",
                )
            )
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("看它到哪一步了", "See where it stands"),
                on_click=lambda: go(at(f"/steward/entries/{done['name']}")),
            ).props("unelevated")
            if not whole:
                ui.button(say("接着改", "Go on editing"), on_click=dialog.close).props("flat")
    dialog.on("hide", dialog.delete)
    dialog.open()
