"""What would become of the rows of the file under the contract as it stands, line by line.

The cells shown are of the file its reader sent a moment ago; the page forgets them with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.steward.rules import acted
from space.console.pages.steward.words import ACTIONS, called
from space.console.pages.steward.work import Work
from space.console.parts.figures import number, share
from space.console.parts.tables import Column, table
from space.console.parts.words import Words

_TONES = {"quarantine": "bad", "stop": "bad", "warn": "warn"}


def summary(work: Work, tried: Mapping[str, Any] | None, changed: Callable[[], None]) -> None:
    """How many rows would be taken, and the reasons against the others."""
    say = work.seat.say
    if tried is None:
        text = (
            say(
                "改正标红的地方以后，这里会自动试算。",
                "Once what is red is corrected, the rows are tried here.",
            )
            if work.files
            else say(
                "没有文件可供试算；放一个文件来看看哪些行会被拒收。",
                "Drop a file to see which rows would leave.",
            )
        )
        ui.label(text).classes("ybz-fine")
        return
    left = tried["rows"] - tried["kept"]
    with ui.element("p").classes("ybz-tally"):
        Words("strong", number(tried["kept"]))
        ui.label(
            say(
                f"行可以入库，共 {number(tried['rows'])} 行",
                f"of {number(tried['rows'])} rows would be taken",
            )
        )
    with ui.element("p").classes("ybz-tally"):
        Words("strong", number(left)).classes("ybz-bad" if left else "")
        ui.label(say("行会被拒收", "rows would be left out"))
    if tried["stops"]:
        limit = share(tried["limit"], 0)
        ui.label(
            say(
                f"这样发不了版：拒收超过 {limit}，或有规则要求整批停止。",
                f"It would not be released: more than {limit} leave, or a rule stops it.",
            )
        ).classes("ybz-note bad")
    _reasons(work, tried, changed)
    if tried["untried"]:
        named = say("、", ", ").join(tried["untried"])
        ui.label(
            say(f"没有试算的规则（要用到别的数据）：{named}", f"Not tried (they need other data): {named}")
        ).classes("ybz-fine")


def _reasons(work: Work, tried: Mapping[str, Any], changed: Callable[[], None]) -> None:
    say, found = work.seat.say, [one for one in tried["reasons"] if one["rows"]]
    with ui.element("ul").classes("ybz-tries"):
        for one in found:
            with ui.element("li"):
                Words("span", called(say, ACTIONS, one["action"])).classes(
                    f"ybz-badge {_TONES[one['action']]}"
                )
                rows = number(one["rows"])
                ui.label(f"{says(say, one)} · {say(f'{rows} 行', f'{rows} rows')}")
                if one["stated"] and one["action"] == "warn":
                    ui.button(
                        say("改为拒收", "Leave them out"),
                        on_click=lambda one=one: acted(work, one, "quarantine", changed),
                    ).props("flat dense no-caps")
                elif one["stated"] and one["stated"]["kind"] not in ("required", "unique"):
                    ui.button(
                        say("改为只提示", "Only warn"),
                        on_click=lambda one=one: acted(work, one, "warn", changed),
                    ).props("flat dense no-caps")


def lines(work: Work, tried: Mapping[str, Any] | None) -> None:
    """The rows that would leave, one by one."""
    say = work.seat.say
    if not tried or not tried["lines"]:
        if tried:
            ui.label(say("没有一行会被拒收。", "No row would be left out.")).classes("ybz-fine")
        return
    told = {(one["rule"], one["field"]): says(say, one) for one in tried["reasons"]}
    rows = [
        {
            "id": place,
            "line": one["line"],
            "file": one["file"],
            "why": told.get((one["rule"], one["field"]), one["rule"]),
            "cell": say("；", "; ").join(
                f"{name}：{cell or say('（空）', '(empty)')}" for name, cell in one["cells"].items()
            ),
        }
        for place, one in enumerate(tried["lines"])
    ]
    columns = [
        Column("line", say("行号", "Line"), numeric=True),
        Column("cell", say("文件里写的是", "What the file says")),
        Column("why", say("为什么拒收", "Why it would leave")),
        Column("file", say("文件", "File")),
    ]
    caption = say(
        f"会被拒收的行（前 {len(rows)} 行）", f"Rows that would be left out (the first {len(rows)})"
    )
    table(columns, rows, say, caption=caption)


def says(say: Language, one: Mapping[str, Any]) -> str:
    """What a cell has to meet; the interface words it in Chinese, in English it is told by its rule."""
    return str(one["says"]) if say is Language.CHINESE else f"{one['field']}: {one['rule']}"
