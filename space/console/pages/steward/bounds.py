"""What the values of an item must keep: lengths, range, pattern, check digit, a closed list.

Decides which of them a type has a field for; whether what is stated holds together is the interface's to say.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nicegui import ui

from space.console.pages.steward import document as paper
from space.console.pages.steward.words import CHECKS, choices

if TYPE_CHECKING:
    from space.console.pages.steward.items import Row


def bounds(row: Row) -> None:
    """Bounds that fit the type."""
    say, item = row.work.seat.say, row.item
    text = item.get("logicalType", "string") == "string"
    names = (
        (("minLength", "最短字数", "Shortest"), ("maxLength", "最长字数", "Longest"))
        if text
        else (("minimum", "最小", "Least"), ("maximum", "最大", "Most"))
    )
    with ui.element("div").classes("ybz-grid"):
        for name, zh, en in names:
            made = ui.input(say(zh, en), value=str(paper.option(item, name) or ""))
            made.on_value_change(lambda e, name=name: _bound(row, name, str(e.value or "")))
        if text:
            pattern = ui.input(say("格式（正则）", "Pattern"), value=paper.option(item, "pattern") or "")
            pattern.on_value_change(lambda e: _bound(row, "pattern", str(e.value or "")))
            check = ui.select(
                choices(say, CHECKS),
                label=say("校验码", "Check digit"),
                value=paper.custom(item, "check") or "",
            )
            check.on_value_change(lambda e: _checked(row, e.value))
        if item.get("logicalType") == "number":
            scale = ui.number(
                say("小数位", "Decimals"), value=paper.custom(item, "scale") or 0, min=0, max=10
            )
            scale.on_value_change(lambda e: custom(row, "scale", int(e.value or 0) or None))
    values = say("、", ", ").join(str(one["value"]) for one in item.get("enum", ()))
    allowed = ui.input(say("只能取这些值（用、隔开）", "Only these values (parted by commas)"), value=values)
    allowed.classes("ybz-wide").on_value_change(lambda e: _allowed(row, str(e.value or "")))


def _bound(row: Row, name: str, text: str) -> None:
    value: Any = text.strip()
    if (
        value
        and name != "pattern"
        and row.item.get("logicalType", "string") in ("string", "integer", "number")
    ):
        with suppress(ValueError):  # the interface says what is wrong with it
            value = float(value) if "." in value else int(value)
    paper.put_option(row.work.document, row.item, name, value)
    row.edited()


def _allowed(row: Row, text: str) -> None:
    paper.put_allowed(row.work.document, row.item, [one for one in re.split(r"[、,，;；\s]+", text) if one])
    row.edited()


def _checked(row: Row, code: str) -> None:
    paper.put_check(row.work.document, row.item, code)
    row.edited()


def custom(row: Row, name: str, value: Any) -> None:
    """State a custom property of an item."""
    paper.put_custom(row.item, name, value)
    row.edited()
