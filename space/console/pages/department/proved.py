"""Proofs of what was delivered 存证证明: which statements about it stand in the evidence log, and where.

Decides words alone; a proof is made by the interface, and verified where the log is explored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.department import words
from space.console.parts.asking import named_dialog
from space.console.parts.ways import link, take
from space.console.parts.words import Words
from space.console.seats import Seat

_STATEMENTS: Final[words.Pairs] = {
    "receipt": ("送达回执", "receipt of the delivery"),
    "received": ("对账声明", "how it was counted back"),
    "deletion": ("本系统留存件的删除", "deletion of the copy kept here"),
    "proof": ("本单位的删除证明", "statement of your deletion"),
}


async def proofs(seat: Seat, supply: Mapping[str, Any]) -> None:
    """Tell, over the page, which statements about a supply are proved, each with its place in the log."""
    say, at = seat.say, f"/v1/supplies/{supply['id']}/proofs"
    found = (await seat.calls.get(at))["proofs"]
    title = say("存证证明", "Proofs")
    with named_dialog(title) as dialog, ui.card().classes("ybz-dialog"):
        ui.label(title).classes("ybz-subtitle")
        ui.label(
            say(
                "下面这些声明已签名，并按顺序记在存证日志里，事后改不了。",
                "These statements are signed and stand in the evidence log; nobody changes them afterwards.",
            )
        )
        with ui.element("ul"):
            for name, one in found.items():
                with ui.element("li"):
                    Words("span", words.called(say, _STATEMENTS, name))
                    place = say(f"：日志第 {one['position'] + 1} 条 ", f": entry {one['position'] + 1} ")
                    Words("span", place)
                    if seat.may(Act.EVIDENCE_READ):
                        link(say("查验", "verify"), f"/console/audit/entries/{one['entry']}")
        with ui.row().classes("ybz-doing"):
            ui.button(say("知道了", "Close"), on_click=dialog.close).props("unelevated")
            ui.button(say("下载证明文件", "Download"), on_click=lambda: take(at)).props("flat")
    dialog.on("hide", dialog.delete)
    dialog.open()
