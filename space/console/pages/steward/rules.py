"""The rules an item is judged by, as the trial knows them, and what becomes of a row that breaks one.

Decides nothing: the rules and their actions are the interface's; a choice is written into the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from space.console.pages.steward import document as paper
from space.console.pages.steward.words import ACTIONS, choices
from space.console.pages.steward.work import Work
from space.console.parts.figures import number


def rules_of_item(work: Work, name: str, changed: Callable[[], None]) -> None:
    """Every rule over an item with what becomes of rows that break it; empty until it was tried once."""
    found = [
        one for one in work.tried.get("reasons", ()) if name in one["field"].split(",") and one["stated"]
    ]
    if not found:
        return
    say = work.seat.say
    ui.label(say("不符合规则的行怎么办", "What becomes of rows that break a rule")).classes(
        "ybz-figure-label"
    )
    with ui.element("div").classes("ybz-rules"):
        for one in found:
            rows = number(one["rows"])
            with ui.element("div").classes("ybz-rule"):
                ui.label(f"{one['says']} · {say(f'{rows} 行不符', f'{rows} rows break it')}")
                chosen = ui.select(
                    choices(say, ACTIONS), value=one["action"], label=say("不符合的行", "Rows that break it")
                )
                chosen.on_value_change(lambda e, one=one: acted(work, one, str(e.value), changed))


def acted(work: Work, one: Mapping[str, Any], action: str, changed: Callable[[], None]) -> None:
    """Write down what becomes of rows that break a rule."""
    paper.put_action(work.document, one["rule"], one["field"].split(","), dict(one["stated"]), action)
    changed()
