"""What happened to a thing, folded: a line for each step, in its order."""

from __future__ import annotations

from collections.abc import Iterable

from nicegui import ui

from space.console.parts.words import Words
from space.console.seats import Seat


def past(seat: Seat, lines: Iterable[str]) -> None:
    """Show steps as a numbered list that is opened on demand."""
    with ui.element("details"):
        Words("summary", seat.say("经过", "Steps"))
        with ui.element("ol"):
            for line in lines:
                Words("li", line)
