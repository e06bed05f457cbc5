"""One entry of the log: its proof, and the check of it in the reader's own browser."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.paging import page
from space.console.parts.notes import done
from space.console.parts.scripts import asked
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

_CHECKS = (
    (
        "included",
        (
            "这条记录在账里：从它的摘要一路算上去，正是账头的根摘要",
            "The entry is in the log: its hash leads to the root",
        ),
    ),
    ("noted", ("账头写的正是这个根摘要和记录数", "The head names this root and this size")),
    ("signed", ("账头确由本系统的签名密钥签过", "The head bears the signature of the installation's key")),
)


@page("/audit/entries/{entry}", "一条存证", "An entry of the log")
async def one_entry(seat: Seat) -> None:
    """The proof of an entry."""
    say = seat.say
    proof, head = await asyncio.gather(
        seat.calls.get(f"/v1/evidence/{seat.names['entry']}"), seat.calls.get("/v1/evidence/checkpoint")
    )
    link(say("← 监督存证", "← Audit"), at("/audit"))
    with ui.element("section").classes("ybz-panel"):
        heading(say("证明", "The proof"))
        facts(
            [
                (say("编号", "Number"), proof["entry"]),
                (say("在账里的序号", "Place in the log"), f"{proof['position'] + 1} / {proof['size']}"),
                (say("记录的摘要", "Hash of the entry"), proof["leaf_hash"]),
                (say("根摘要", "Root"), proof["root"]),
            ]
        )
        with ui.element("details"):
            Words("summary", say("证明路径", "Path of the proof"))
            with ui.element("ol"):
                for step in proof["path"]:
                    Words("li", step).classes("ybz-code")
    with ui.element("section").classes("ybz-panel"):
        heading(say("在我的浏览器里验证", "Check it in my browser"))
        ui.label(
            say(
                "只用上面的证明、账头和公钥，由您的浏览器计算；公钥请与事先抄下的一份核对。",
                "Your browser computes from the proof, the head and the public key alone; compare the "
                "key with one you noted before.",
            )
        )
        with ui.element("div").props('role="status"'):
            place = ui.element("ul").classes("ybz-checks")
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("验证", "Check"), icon="verified", on_click=lambda: _check(seat, proof, head, place)
            ).props("unelevated")
            ui.button(
                say("下载证明", "Download the proof"),
                icon="download",
                on_click=lambda: _download(seat, proof, head),
            ).props("flat")


async def _check(seat: Seat, proof: dict[str, Any], head: dict[str, Any], place: ui.element) -> None:
    found = await asked("proving", "prove", proof, head["public_key"])
    place.clear()
    say = seat.say
    with place:
        if not found["able"]:
            Words("li", say("浏览器只在安全连接（https）下计算。", "Browsers compute over https only."))
            return
        for name, words in _CHECKS:
            good = found[name]
            mark = say("不能判断：浏览器不会这种签名", "cannot tell: no Ed25519 here") if good is None else ""
            tone = "calm" if good is None else "good" if good else "bad"
            state = mark or (say("成立", "holds") if good else say("不成立", "does not hold"))
            with ui.element("li"):
                Words("span", state).classes(f"ybz-badge {tone}")
                Words("span", say(*words))


def _download(seat: Seat, proof: dict[str, Any], head: dict[str, Any]) -> None:
    document = {**proof, "public_key": head["public_key"]}
    ui.download.content(json.dumps(document, ensure_ascii=False, indent=1), f"{proof['entry']}.json")
    done(seat.say("已下载", "Downloaded"))
