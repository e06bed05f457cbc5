"""What would become of the rows of the file under the contract as it stands, line by line.

The cells shown are of the file its reader sent a moment ago; the page forgets them with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.steward.rules import acted
from space.console.pages.steward.words import ACTIONS, RULES, called
from space.console.pages.steward.work import Work
from space.console.parts.figures import number, share
from space.console.parts.tables import Column, table
from space.console.parts.words import Words

_KINDS = {**RULES, "cast": ("类型不符", "Not of its type"), "drift": ("结构不符", "Not of the layout")}
_TONES = {"quarantine": "bad", "stop": "bad", "warn": "warn"}


def summary(work: Work, tried: Mapping[str, Any] | None, changed: Callable[[], None] | None) -> None:
    """How many rows would be taken, and the reasons against the others.

    Args:
        work: on the contract.
        tried: the answer of a trial; None where there is none.
        changed: called when a rule was changed here; None where the contract stands as it is.
    """
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


def _reasons(work: Work, tried: Mapping[str, Any], changed: Callable[[], None] | None) -> None:
    say, found = work.seat.say, [one for one in tried["reasons"] if one["rows"]]
    with ui.element("ul").classes("ybz-tries"):
        for one in found:
            with ui.element("li"):
                Words("span", called(say, ACTIONS, one["action"])).classes(
                    f"ybz-badge {_TONES[one['action']]}"
                )
                rows = number(one["rows"])
                ui.label(f"{says(say, one)} · {say(f'{rows} 行', f'{rows} rows')}")
                if changed is not None:
                    _change(work, one, changed)


def _change(work: Work, one: Mapping[str, Any], changed: Callable[[], None]) -> None:
    """The other way to treat the rows that break a rule, where the contract states it."""
    say = work.seat.say
    if one["stated"] and one["action"] == "warn":
        ui.button(
            say("改为拒收", "Leave them out"), on_click=lambda: acted(work, one, "quarantine", changed)
        ).props("flat dense no-caps")
    elif one["stated"] and one["stated"]["kind"] not in ("required", "unique"):
        ui.button(say("改为只提示", "Only warn"), on_click=lambda: acted(work, one, "warn", changed)).props(
            "flat dense no-caps"
        )


def lines(work: Work, tried: Mapping[str, Any] | None) -> None:
    """The rows that would leave, one by one, and those that would stay with a warning."""
    say = work.seat.say
    if not tried:
        return
    if tried["lines"]:
        _listed(
            work,
            tried,
            tried["lines"],
            say(
                f"会被拒收的行（前 {len(tried['lines'])} 行）",
                f"Rows that would be left out (the first {len(tried['lines'])})",
            ),
            say("为什么拒收", "Why it would leave"),
        )
    else:
        ui.label(say("没有一行会被拒收。", "No row would be left out.")).classes("ybz-fine")
    if tried["warned"]:
        _listed(
            work,
            tried,
            tried["warned"],
            say(
                f"入库但有提示的行（前 {len(tried['warned'])} 行）",
                f"Rows that would stay with a warning (the first {len(tried['warned'])})",
            ),
            say("提示什么", "What is wrong"),
        )


def _listed(
    work: Work, tried: Mapping[str, Any], found: Sequence[Mapping[str, Any]], caption: str, why: str
) -> None:
    say = work.seat.say
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
        for place, one in enumerate(found)
    ]
    columns = [
        Column("line", say("行号", "Line"), numeric=True),
        Column("cell", say("文件里写的是", "What the file says")),
        Column("why", why),
    ]
    if len({one["file"] for one in found}) > 1:
        columns.append(Column("file", say("文件", "File")))
    table(columns, rows, say, caption=caption)


def says(say: Language, one: Mapping[str, Any]) -> str:
    """What a cell has to meet; the interface words it in Chinese, in English by what kind of rule it is."""
    if say is Language.CHINESE:
        return str(one["says"])
    kind = str((one["stated"] or {}).get("kind", "")) or str(one["rule"]).partition(":")[0]
    return f"{one['field']}: {called(say, _KINDS, kind)}"
