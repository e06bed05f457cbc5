"""The supplement of an agreement that waits for the operator, as the side that proposed it reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from policies.clocks import local_date
from policies.rulebook import rule
from space.console.pages.implementing import words
from space.console.pages.operator.supplements import changes
from space.console.parts.figures import instant
from space.console.parts.words import Words, heading
from space.console.seats import Seat


def offered(seat: Seat, found: dict[str, Any]) -> None:
    """What waits: why, and what it changes; nothing where nothing waits."""
    waiting, say = found["supplement"], seat.say
    if waiting is None:
        return
    with ui.element("section").classes("ybz-panel ybz-op-left"):
        heading(
            say(
                f"补充协议（第 {waiting['version']} 版）等运营机构签署",
                f"Supplement {waiting['version']} waits for the operator",
            ),
            3,
        )
        Words("p", f"{waiting['by']} · {instant(waiting['at'])} · {waiting['reason']}")
        with ui.element("ul"):
            for line in changes(seat, found["stated"], waiting["stated"], _called):
                Words("li", line)


def _called(seat: Seat, words_of: str, code: str) -> str:
    known = str(rule("operation", words_of, local_date(datetime.now(UTC))).value.get(code, code))
    name = words.clause if words_of == "agreement_clauses" else words.mode
    return name(seat.say, code, known)
