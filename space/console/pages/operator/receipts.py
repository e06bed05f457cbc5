"""One receipt: what it states, and having it verified; and a receipt that somebody brings."""

from __future__ import annotations

from nicegui import ui

from space.console.pages.operator.around import address, ways
from space.console.pages.operator.proving import stated, verdict_told, verifying
from space.console.paging import page
from space.console.parts.ways import link, to_paper
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@page("/operator/receipts", "查验回执", "Verify a receipt")
async def verify_any(seat: Seat) -> None:
    """Verify a receipt somebody has, pasted as it was signed."""
    ways(seat)
    say = seat.say
    Words(
        "p",
        say(
            "把回执全文（三段以点相连的文字）贴在下面。查验签名和存证记录，不需要是本单位的回执。",
            "Paste the whole receipt (three parts joined by "
            "dots). Its signature and its entry in the log are "
            "checked; it need not be your own.",
        ),
    )
    text = ui.textarea(say("回执全文", "Receipt")).props("outlined stack-label").classes("ybz-wide")
    place = ui.element("div").classes("ybz-wide").props('role="status"')

    async def verify() -> None:
        verdict = await seat.calls.post("/v1/receipts/verifications", {"receipt": str(text.value or " ")})
        place.clear()
        with place:
            verdict_told(say, verdict)
            if verdict["states"] is not None:
                stated(say, verdict["states"])

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("查验", "Verify"), icon="verified_user", on_click=verify).props("unelevated")


@page("/operator/receipts/{receipt}", "回执", "Receipt")
async def receipt(seat: Seat) -> None:
    """What a receipt states."""
    ways(seat)
    say = seat.say
    found = await seat.calls.get(f"/v1/receipts/{seat.names['receipt']}")
    with ui.element("section").classes("ybz-panel"):
        heading(say("回执写明", "It states"))
        stated(say, found["states"])
        verifying(seat, found["jws"])
    with ui.element("details"):
        Words("summary", say("回执全文（可交给别人查验）", "The signed text, for anybody to verify"))
        Words("pre", found["jws"]).classes("ybz-op-sql").props('tabindex="0"')
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("打印", "Print"), icon="print", on_click=to_paper).props("outline")
        ui.button(
            say("下载", "Download"),
            icon="download",
            on_click=lambda: ui.download.content(found["jws"], f"{found['id']}.jws", "text/plain"),
        ).props("outline")
        link(say("查验别的回执", "Verify another"), address("/receipts")).classes("ybz-op-way")
