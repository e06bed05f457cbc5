"""What is said to the reader beside the content: refusals, done, nothing here yet.

Decides that a refusal says what, where and what to do, in the reader's language first, and stays until it is
closed; that what was done is said in passing; that an empty place says what will stand there and how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined, Told
from space.console.language import Language
from space.console.parts.asking import named_dialog
from space.console.parts.words import Words
from space.console.seats import Seat
from space.desk.wording import words

# A role that never may: the interface names both by their codes.
_NOT_THEIRS: Final = "access.role"


def refusal(seat: Seat, declined: Declined) -> None:
    """Tell, over the page, why the interface did not do something."""
    not_done = seat.say("没有办成", "Not done")
    with named_dialog(not_done, "alertdialog") as dialog, ui.card().classes("ybz-refusal"):
        ui.label(not_done).classes("ybz-subtitle")
        reasons(seat, declined)
        ui.button(seat.say("知道了", "Close"), on_click=dialog.close).props("unelevated autofocus")
    dialog.on("hide", dialog.delete)
    dialog.open()


def reasons(seat: Seat, declined: Declined) -> None:
    """The reasons of a refusal, in the page."""
    # A list that is an alert itself would be no list to whoever has it read out.
    with ui.element("div").props('role="alert"'), ui.element("ul").classes("ybz-reasons"):
        for reason in declined.reasons:
            with ui.element("li"):
                ui.label(worded(seat.say, reason)).classes("ybz-reason")
                if reason.code == _NOT_THEIRS:  # what the role would have to be is nothing to its bearer
                    continue
                if reason.where:
                    ui.label(f"{seat.say('位置：', 'Where: ')}{reason.where}").classes("ybz-fine")
                if seat.say is Language.CHINESE and reason.code in words("refusals"):
                    with ui.element("details").classes("ybz-fine"):
                        Words("summary", "英文原文")
                        ui.label(_english(reason)).props('lang="en"')


def worded(say: Language, reason: Told) -> str:
    """A reason in the reader's language; in English where nobody worded it in Chinese yet."""
    return (
        words("refusals").get(reason.code) or _english(reason)
        if say is Language.CHINESE
        else _english(reason)
    )


def done(text: str) -> None:
    """Say in passing that something was done."""
    ui.notify(text, type="positive", position="top", timeout=4000)


def empty(title: str, teaches: str, to_do: str = "", on_click: Callable[..., Any] | None = None) -> None:
    """A place with nothing in it yet.

    Args:
        title: that there is nothing.
        teaches: what will stand here, and how it comes.
        to_do: label of the button that begins it; none where empty.
        on_click: of the button.
    """
    with ui.element("section").classes("ybz-empty"):
        ui.label(title).classes("ybz-subtitle")
        ui.label(teaches)
        if to_do and on_click is not None:
            ui.button(to_do, on_click=on_click).props("unelevated")


def _english(reason: Told) -> str:
    if reason.code == _NOT_THEIRS:
        return "Your role does not have this right. Ask an administrator if you need it."
    return f"{reason.message} — {reason.allowed}" if reason.allowed else reason.message
