"""Saving the question at hand: as a view of the workspace, as a template, or to be asked on every release."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.operator import refusing
from space.console.parts.asking import named_dialog
from space.console.parts.notes import done
from space.console.seats import Seat


def saving(seat: Seat, grant: dict[str, Any], sql: Callable[[], str]) -> None:
    """A button that saves the question at hand.

    Args:
        seat: who saves.
        grant: it is asked under.
        sql: gives the text as it stands.
    """
    if not seat.may(Act.WORKSPACE_KEEP):
        return
    say = seat.say
    kinds = {
        "views": say("视图：在别的问句里当表用", "a view: named in other questions"),
        "templates": say("模板：登记摘要，供条款列明", "a template: its digest can be listed by terms"),
    }
    if seat.may(Act.STANDING_KEEP):
        kinds["standing"] = say("定期提问：每次发布后可再问", "a standing question: asked on every release")

    ui.button(
        say("保存…", "Save…"), icon="bookmark_add", on_click=lambda: _asked(seat, grant, kinds, sql())
    ).props("flat")


def _asked(seat: Seat, grant: dict[str, Any], kinds: dict[str, str], sql: str) -> None:
    """Ask how to save; what is refused is told beside what was typed, which stays."""
    say, title = seat.say, seat.say("保存这一句", "Save the question")
    with named_dialog(title) as dialog, ui.card().classes("ybz-dialog"):
        ui.label(title).classes("ybz-subtitle")
        ui.label(
            say(
                "保存的是问句，不是答案；不运行、不扣费。本单位可以用这份授权的人都看得到。",
                "The question is saved, not its answer; nothing runs or is charged. Everybody of your "
                "organisation who may use the grant sees it.",
            )
        ).classes("ybz-fine")
        kind = ui.select(kinds, label=say("存为", "Save as"), value="views")
        name = ui.input(say("名称", "Name"), value=_proposed(sql))
        hint = say("小写英文字母、数字、下划线；在别的问句里就这样叫它", "a-z, 0-9, _; questions call it so")
        name.props(f'hint="{hint}"')
        runs = ui.input(say("一年几次", "Runs a year"), value="12")
        runs.props(f'hint="{say("要留足全年的预算", "a year of budget is kept for it")}"')
        for one in (kind, name, runs):
            one.props("outlined stack-label").classes("ybz-wide")
        name.bind_visibility_from(kind, "value", lambda value: value != "standing")
        runs.bind_visibility_from(kind, "value", value="standing")
        told = ui.element("div").classes("ybz-wide")

        async def save() -> None:
            told.clear()
            given = {"kind": str(kind.value), "name": str(name.value or ""), "runs": str(runs.value or "")}
            try:
                await _saved(seat, grant, sql, given)
            except Declined as declined:
                if declined.status == 401:
                    raise
                with told:
                    refusing.told(seat, declined, title=say("没有保存", "Not saved"))
                return
            dialog.close()
            done(say("已保存，列在“保存的分析”里", "Saved; it stands under “Saved”"))

        with ui.row().classes("ybz-doing"):
            ui.button(say("保存", "Save"), on_click=save).props("unelevated")
            ui.button(say("先不办", "Not now"), on_click=dialog.close).props("flat")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _proposed(sql: str) -> str:
    """A name to begin with: by what the question groups."""
    grouped = re.search(r"GROUP\s+BY\s+([\w\s,.]+?)(?:\s+(?:HAVING|ORDER|LIMIT)\b|$)", sql, re.IGNORECASE)
    keys = re.findall(r"[a-z][a-z0-9_]*", "" if grouped is None else grouped.group(1).lower())
    return f"by_{'_'.join(keys[:3])}" if keys else "question"


async def _saved(seat: Seat, grant: dict[str, Any], sql: str, given: dict[str, str]) -> None:
    if given["kind"] == "standing":
        runs = int(given["runs"]) if given["runs"].isdecimal() else 0
        body = {"grant": grant["id"], "purpose": grant["purpose"], "sql": sql, "runs": runs}
        await seat.calls.post("/v1/standing-queries", body)
        return
    where = f"/v1/grants/{grant['id']}/workspace/{given['kind']}/{quote(given['name'] or '_', safe='')}"
    await seat.calls.put(where, {"sql": sql})
