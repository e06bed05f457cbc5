"""One entry of the log: its proof, and the check of it in the reader's own browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.administration.words import role_called
from space.console.pages.audit.events import about_called, event_called
from space.console.pages.audit.words import OFFICES, REACHED, SAID, actor_called
from space.console.paging import page
from space.console.parts.figures import instant
from space.console.parts.notes import done
from space.console.parts.scripts import asked
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading, title
from space.console.seats import Seat

# Of what an entry says, in the order it is read.
_FIRST = (
    "reason", "basis", "office", "state", "outcome", "dataset", "field", "sources", "items", "winner", "role",
    "organisation", "department", "revision", "grade", "period", "due_on", "on_time",
)  # fmt: skip
# Values that are codes, by the name they stand under.
_CODES = {"office": OFFICES, "state": REACHED, "outcome": REACHED}

_CHECKS = (
    (
        "said",
        ("记录的摘要正是由上面所记内容算出来的", "The hash of the entry is that of what it says above"),
    ),
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
    at_entry = f"/v1/evidence/{seat.names['entry']}"
    # Asking for the head signs what was added; the proof is under the head that is shown.
    head = await seat.calls.get("/v1/evidence/checkpoint")
    proof = await seat.calls.get(at_entry)
    told = await seat.calls.get(f"{at_entry}/statement") if seat.may(Act.LOG_READ) else None
    link(say("← 监督存证", "← Audit"), at("/audit"))
    if told is not None:
        _said(seat, told)
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
            Words("summary", say("核对用的公钥", "Public key to check with"))
            Words("pre", head["public_key"]).classes("ybz-code")
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
                say("验证", "Check"), icon="verified", on_click=lambda: _check(seat, proof, head, told, place)
            ).props("unelevated")
            ui.button(
                say("下载证明", "Download the proof"),
                icon="download",
                on_click=lambda: _download(seat, proof, head),
            ).props("flat")


def _said(seat: Seat, told: dict[str, Any]) -> None:
    """What the entry records: who did what to what, when, and what was written down with it."""
    say, says = seat.say, told["says"]
    about = about_called(told, say)
    title(event_called(told["event"], say), say)
    with ui.element("section").classes("ybz-panel"):
        heading(say("所记内容", "What it records"))
        facts(
            [
                (say("做了什么", "What was done"), event_called(told["event"], say)),
                (say("谁", "By"), actor_called(told["by_name"], say)),
                (say("什么时候", "When"), instant(told["recorded_at"])),
                (say("对什么", "To what"), about),
                (say("对象编号", "Its id"), told["subject"]),
                *(
                    (say(*SAID[name]), _worded(seat, name, says[name], told["called"]))
                    for name in _FIRST
                    if says.get(name)
                ),
            ]
        )
        with ui.element("p").classes("ybz-onward"):
            link(
                say("与这个对象有关的全部记录", "Everything about this"),
                at(f"/audit?{urlencode({'subject': told['subject']})}"),
            )
        with ui.element("details"):
            Words(
                "summary",
                say("记录原文（其中的证件号、手机号已遮盖）", "As it is recorded, numbers of people hidden")
                if told["leaf"] is None
                else say("原样记录（计算摘要用的就是这段文字）", "As it is recorded, and hashed"),
            )
            Words("pre", json.dumps(says, ensure_ascii=False, indent=1)).classes("ybz-code")


def _worded(seat: Seat, name: str, value: Any, names: Mapping[str, str]) -> str:
    """A value of an entry as text, keys by what they are called; what is nested is in the record below."""
    say = seat.say
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, list | dict):
        return say("、", ", ").join(names.get(one, one) for one in value if isinstance(one, str)) or "—"
    if name == "role":
        return role_called(say, value)
    if name in _CODES and value in _CODES[name]:
        return say(*_CODES[name][value])
    return names.get(value, str(value)) if isinstance(value, str) else str(value)


async def _check(
    seat: Seat, proof: dict[str, Any], head: dict[str, Any], told: dict[str, Any] | None, place: ui.element
) -> None:
    found = await asked("proving", "prove", proof, head["public_key"], told and told["leaf"])
    place.clear()
    say = seat.say
    with place:
        if not found["able"]:
            Words("li", say("浏览器只在安全连接（https）下计算。", "Browsers compute over https only."))
            return
        for name, words in _CHECKS:
            if name == "said" and (told is None or told["leaf"] is None):
                continue
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
