"""Looking for a standard data element 数据元 by words."""

from __future__ import annotations

from nicegui import ui

from space.console.seats import Seat

_SHOWN = 20


async def element_sought(seat: Seat, words: str) -> tuple[str, str] | None:
    """Let the reader look for an element; its code and name, None where they left.

    Args:
        seat: who looks.
        words: to begin with.
    """
    say = seat.say
    title = say("查找数据元标准", "Look for a standard element")
    with ui.dialog() as dialog, ui.card().classes("ybz-dialog").props(f'role="dialog" aria-label="{title}"'):
        ui.label(title).classes("ybz-subtitle")
        asked = ui.input(say("名称或代码", "Name or code"), value=words).classes("ybz-wide")
        asked.props("outlined autofocus")
        found = ui.element("ul").classes("ybz-found").props('role="status"')

        async def look() -> None:
            answer = await seat.calls.get("/v1/elements", q=asked.value, limit=_SHOWN)
            found.clear()
            with found:
                for one in answer["elements"]:
                    with ui.element("li"):
                        text = f"{one['name']} · {one['code']}"
                        choose = ui.button(
                            text, on_click=lambda one=one: dialog.submit((one["code"], one["name"]))
                        )
                        choose.props("flat no-caps align=left")
                        ui.label(str(one.get("definition") or "")).classes("ybz-fine")
                if not answer["elements"]:
                    with ui.element("li"):
                        ui.label(say("没有找到，换个词试试。", "Nothing found; try another word."))

        asked.on("keydown.enter", look)
        with ui.row().classes("ybz-doing"):
            ui.button(say("查找", "Look"), on_click=look).props("unelevated")
            ui.button(say("先不选", "Not now"), on_click=dialog.close).props("flat")
    ui.timer(0, look, once=True)
    chosen: tuple[str, str] | None = await dialog
    dialog.delete()
    return chosen
