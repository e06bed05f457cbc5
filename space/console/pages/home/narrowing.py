"""Rows behind a number narrowed to what somebody looks for; the address keeps what they asked.

Decides which rows are left: those that hold the words asked for and, on demand, those that failed alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from space.console.parts.ways import shown_at
from space.console.seats import Seat

# Fewer rows are looked through faster than narrowed.
_FEW: Final = 8
# Values that tell what is well from what is not, with what those rows are called.
_FAILING: Final = {
    "on_time": ("只看未按期的", "Only what is late"),
    "live": ("只看不可用的", "Only what is not live"),
    "registered": ("只看未登记的", "Only what is not registered"),
}

Rows = list[dict[str, Any]]


def narrowed(seat: Seat, found: Rows, rows: Rows, draw: Callable[[Rows], ui.table]) -> None:
    """The rows under what narrows them.

    Args:
        seat: who reads; the query of the page says what is asked for.
        found: the rows as the interface gave them.
        rows: the same, in words, in the same order.
        draw: shows some of them.
    """
    say = seat.say
    failing = next((name for name in _FAILING if any(row.get(name) is False for row in found)), "")
    asked = {"find": seat.query.get("find", ""), "only": seat.query.get("only", "")}
    if len(rows) <= _FEW and not failing:
        draw(rows)
        return

    def left() -> Rows:
        words = asked["find"].casefold()
        return [
            row
            for raw, row in zip(found, rows, strict=True)
            if not (asked["only"] and failing and raw.get(failing) is not False)
            and words in " ".join(str(value) for value in row.values()).casefold()
        ]

    def again(name: str, value: str) -> None:
        asked[name] = value
        query = urlencode({each: said for each, said in asked.items() if said})
        shown_at(f"/console{seat.path}" + (f"?{query}" if query else ""))
        made.rows = left()
        made.update()

    with ui.element("div").classes("ybz-row ybz-narrowed"):
        ui.input(
            say("在明细里查找", "Find among the rows"),
            value=asked["find"],
            on_change=lambda e: again("find", (e.value or "").strip()),
        ).props('outlined dense clearable debounce="250" type="search"')
        if failing:
            ui.checkbox(
                say(*_FAILING[failing]),
                value=bool(asked["only"]),
                on_change=lambda e: again("only", "failing" if e.value else ""),
            )
    made = draw(rows)
    if asked["find"] or asked["only"]:
        made.rows = left()
        made.update()
