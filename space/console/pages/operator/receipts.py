"""One receipt: what it states, having it verified, handing it on; and a receipt that somebody brings."""

from __future__ import annotations

import base64
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.operator.around import address, grants_of, ways
from space.console.pages.operator.proving import stated, verdict_told, verifying
from space.console.paging import page
from space.console.parts.dropping import drop_zone
from space.console.parts.ways import link, to_paper
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_VERIFY: Final = "/v1/receipts/verifications"
_KEYS: Final = "/v1/keys"


@page("/operator/receipts", "查验回执", "Verify a receipt")
async def verify_any(seat: Seat) -> None:
    """Verify a receipt somebody has, and whether a file is the answer it was issued for."""
    ways(seat)
    say = seat.say
    Words(
        "p",
        say(
            "查验签名和存证记录，不需要是本单位的回执。同时给出答案文件，还查验答案是不是这份回执的。",
            "Its signature and its entry in the log are checked; it need not be your own. With the "
            "file of the answer, also whether it is the answer the receipt was issued for.",
        ),
    )
    brought: dict[str, str] = {}

    async def receipt_came(file: dict[str, str]) -> None:
        text.set_value(base64.b64decode(file["content"]).decode("utf-8", "replace").strip())

    async def answer_came(file: dict[str, str]) -> None:
        brought["answer"] = file["content"]
        named.set_text(say(f"答案文件：{file['name']}", f"File of the answer: {file['name']}"))

    heading(say("一、回执", "1. The receipt"))
    drop_zone(
        say("把回执文件（.jws）拖到这里", "Drop the receipt (.jws) here"),
        say,
        receipt_came,
        accept=".jws,.txt",
    )
    text = ui.textarea(say("或粘贴回执全文（三段以点相连的文字）", "or paste the whole of it"))
    text.props("outlined stack-label").classes("ybz-wide")
    heading(say("二、答案文件（可以没有）", "2. The file of the answer (optional)"))
    drop_zone(
        say("把导出的 CSV 或 Arrow 文件拖到这里", "Drop the exported CSV or Arrow file here"),
        say, answer_came, accept=".csv,.arrow",
    )  # fmt: skip
    named = Words("p", "")

    async def verify() -> None:
        verdict = await seat.calls.post(_VERIFY, {"receipt": str(text.value or " "), **brought})
        place.clear()
        with place:
            verdict_told(say, verdict, with_file="answer" in brought)
            if verdict["states"] is not None:
                stated(say, verdict["states"])

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("查验", "Verify"), icon="verified_user", on_click=verify).props("unelevated")
    place = ui.element("div").classes("ybz-wide").props('role="status"')


@page("/operator/receipts/{receipt}", "回执", "Receipt")
async def receipt(seat: Seat) -> None:
    """What a receipt states."""
    ways(seat)
    say = seat.say
    found = await seat.calls.get(f"/v1/receipts/{seat.names['receipt']}")
    with ui.element("section").classes("ybz-panel"):
        heading(say("回执写明", "It states"))
        stated(say, found["states"], await _called(seat, found["states"]))
        verifying(seat, found["jws"])
    with ui.element("details"):
        Words("summary", say("回执全文（可交给别人查验）", "The signed text, for anybody to verify"))
        Words("pre", found["jws"]).classes("ybz-op-sql").props('tabindex="0"')
    with ui.element("section").classes("ybz-paper"):
        heading(say("回执全文", "The signed text"))
        Words("pre", found["jws"]).classes("ybz-op-sql")
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("打印", "Print"), icon="print", on_click=to_paper).props("outline")
        ui.button(
            say("下载回执", "Download"),
            icon="download",
            on_click=lambda: ui.download.content(found["jws"], f"{found['id']}.jws", "text/plain"),
        ).props("outline")
        link(say("查验别的回执", "Verify another"), address("/receipts")).classes("ybz-op-way")
    _handing_on(seat)


async def _called(seat: Seat, states: dict[str, Any]) -> dict[str, str]:
    """Names of what the receipt states by code, as far as the reader is told."""
    known = {seat.organisation: seat.called}
    try:
        held = await grants_of(seat)
    except Declined:  # an auditor reads receipts, but holds no grants
        held = []
    return known | {one["id"]: one["titled"] for one in held if one["id"] == states.get("grant")}


def _handing_on(seat: Seat) -> None:
    """How a third party convinces themselves."""
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("怎样让第三方相信", "How a third party is convinced"))
        with ui.element("ol"):
            Words(
                "li",
                say(
                    "把这份回执（下载得到的 .jws）和答案文件（提问页导出的 CSV 或 Arrow）一起交给对方。",
                    "Hand on this receipt (the .jws file) with the file of the answer (CSV or Arrow, from "
                    "the page of the question).",
                ),
            )
            Words(
                "li",
                say(
                    "对方有本系统账号的：在“查验别的回执”里放入两个文件，系统说明签名、存证和答案是否对得上。",
                    "With an account here, they put both files into “Verify another”.",
                ),
            )
            Words(
                "li",
                say(
                    "没有账号的，可以离线查验：用公开的公钥运行 ybz verify 核对签名；Arrow 文件的 SHA-256 "
                    "应等于回执写的“答案摘要”。",
                    "Without one, they check offline: the signature by the published keys with `ybz verify`; "
                    "the SHA-256 of the Arrow file is the digest of the answer the receipt states.",
                ),
            )
        link(say("公开的公钥（JWKS）", "Published keys (JWKS)"), _KEYS)
