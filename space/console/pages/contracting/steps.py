"""What the reader's side may do with a contract: offer, accept, sign, leave, perform.

Decides that every step is asked for by name, with its reason where the interface asks for one. A signature is
made where the key is, and handed in here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.contracting import words
from space.console.pages.contracting.sides import opened, side
from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.dropping import drop_zone
from space.console.parts.notes import done, reasons
from space.console.parts.ways import again
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Event → its path, and what it means.
_STEPS: Final[Mapping[str, tuple[str, words.Pair]]] = {
    "offer": ("offer", ("草稿原样发给对方，由对方承诺、还价或者不谈。",
                        "The draft goes to the other side as it stands.")),
    "withdraw": ("withdrawal", ("这次协商到此为止，不能恢复；要谈须另起草。",
                                "This negotiation ends for good; another can be drafted.")),
    "suspend": ("suspension", ("授权随之中止，对方会收到通知；可以恢复。",
                               "The grant is suspended with it, until it is resumed.")),
    "resume": ("resumption", ("授权随之恢复，对方会收到通知。", "The grant is good again.")),
    "complete": ("completion", ("授权随之结束，不能恢复。", "The grant ends with it, for good.")),
    "breach": ("breach", ("条款写明的违约后果随之发生；没有写明的，合约和授权就此结束。",
                          "What the terms say of a breach follows; where they are silent, all ends.")),
    "terminate": ("termination", ("授权随之结束，不能恢复。", "The grant ends with it, for good.")),
}  # fmt: skip


async def doing(seat: Seat, found: Mapping[str, Any]) -> None:
    """The steps that are open to the reader's side, each as a button."""
    say, ours = seat.say, opened(seat, found)
    with ui.element("div").classes("ybz-doing"):
        if "accept" in ours:
            number = found["offers"][-1]["number"]
            label = say(f"承诺第 {number} 次要约", f"Accept offer {number}")
            ui.button(label, on_click=lambda: _accept(seat, found, number, label)).props("unelevated")
        for event in ours:
            if event in _STEPS:
                label = words.called(say, words.EVENTS, event).capitalize()
                made = ui.button(
                    label, on_click=lambda event=event, label=label: _step(seat, found, event, label)
                )
                made.props("unelevated" if event == "offer" else "outline")
    if "sign" in ours:
        await _Signing(seat, found).build()


async def _accept(seat: Seat, found: Mapping[str, Any], number: int, label: str) -> None:
    async def act(_: dict[str, str]) -> None:
        await seat.calls.post(f"/v1/contracts/{found['id']}/acceptance", {"offer": number})

    text = seat.say("承诺后双方签署，条款不再改。", "Both sign after it; the terms change no more.")
    if await carried_out(seat, label, [], act, text=text, do=seat.say("承诺", "Accept")) is not None:
        again()


async def _step(seat: Seat, found: Mapping[str, Any], event: str, label: str) -> None:
    path, meant = _STEPS[event]

    async def act(given: dict[str, str]) -> None:
        await seat.calls.post(f"/v1/contracts/{found['id']}/{path}", {"why": given["why"]})

    asked = [Question("why", seat.say("理由（对方会看到）", "Why; the other side reads it"), long=True)]
    if await carried_out(seat, label, asked, act, text=seat.say(*meant), do=label) is not None:
        done(label)
        again()


class _Signing:
    """The signature of the reader's side: what is signed, how, and where it is handed in."""

    def __init__(self, seat: Seat, found: Mapping[str, Any]) -> None:
        self._seat, self._found = seat, found

    async def build(self) -> None:
        """Put it into the page."""
        say, named = self._seat.say, self._found["id"]
        ours = side(self._seat, self._found)
        person = self._found["in_charge"]["manager" if ours == "provider" else "user"]
        told = await self._seat.calls.get(f"/v1/contracts/{named}/statement")
        with ui.element("section").classes("ybz-op-left"):
            heading(say("签署", "Sign"), 3)
            Words("p", say(
                f"由我方负责人 {person} 本人签署，用本单位登记的密钥。私钥不必到这台机器上来：",
                f"{person}, in charge of our side, signs with a registered key; it stays where it is:",
            ))  # fmt: skip
            with ui.element("ol"):
                Words("li", say("下载待签的文字；", "download what is to be signed;"))
                with ui.element("li"):
                    Words("span", say("在保管密钥的机器上签名：", "sign it where the key is: "))
                    Words("code", f"ybz contract seal {named}.statement --key key.pem > sealed.json")
                Words("li", say("把 sealed.json 放到下面，或者填密钥号和签名。",
                                "drop sealed.json below, or give key and signature."))  # fmt: skip
            ui.button(
                say("下载待签的文字", "Download the statement"), icon="download",
                on_click=lambda: ui.download.content(told["statement"], f"{named}.statement", "text/plain"),
            ).props("outline")  # fmt: skip
            dropped = say("把 sealed.json 放到这里", "Drop sealed.json here")
            drop_zone(dropped, say, self._given, accept=".json,application/json")
            self._key = ui.input(say("密钥号", "Id of the key"))
            self._signature = ui.textarea(say("签名（base64）", "Signature (base64)"))
            for each in (self._key, self._signature):
                each.props("outlined stack-label dense").classes("ybz-wide")
            self._told = ui.element("div")
            with ui.element("div").classes("ybz-doing"):
                ui.button(say("提交签名", "Hand it in"), icon="draw", on_click=self._hand_in).props(
                    "unelevated"
                )

    async def _given(self, file: dict[str, str]) -> None:
        """Take key and signature out of what was made where the key is."""
        try:
            sealed = json.loads(base64.b64decode(file["content"]))
            key, signature = str(sealed["key"]), str(sealed["signature"])
        except (ValueError, KeyError, TypeError):
            self._told.clear()
            with self._told:
                said = self._seat.say(
                    "这不是 ybz contract seal 写出的文件。", "It is not what ybz contract seal writes."
                )
                Words("p", said).classes("ybz-lack").props('role="alert"')
            return
        self._key.set_value(key)
        self._signature.set_value(signature)

    async def _hand_in(self) -> None:
        self._told.clear()
        given = {
            "key": str(self._key.value or "").strip(),
            "signature": str(self._signature.value or "").strip(),
        }
        try:
            await self._seat.calls.post(f"/v1/contracts/{self._found['id']}/signatures", given)
        except Declined as declined:
            with self._told:
                reasons(self._seat, declined)
            return
        done(self._seat.say("已签署", "Signed"))
        again()
