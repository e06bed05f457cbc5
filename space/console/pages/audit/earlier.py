"""An earlier head against the log as it is: whether all it covered still stands, and was only added to.

Decides nothing: the proof comes from the interface, the check is computed in the reader's own browser.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from nicegui import ui

from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.scripts import asked
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_ROOT = re.compile(r"\A[0-9a-f]{64}\Z")


def compared(seat: Seat, head: dict[str, Any]) -> None:
    """Where a head that was kept is compared."""
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("账有没有被改过", "Was the log changed?"))
        ui.label(
            say(
                "拿出以前抄下或下载的账头（记录数和根摘要），与现在的账核对。由您的浏览器计算，不必相信本系统。",
                "Take a head you noted before, its count and its root. Your own browser compares.",
            )
        )
        with ui.element("div").props('role="status"'):
            place = ui.element("ul").classes("ybz-checks")
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("核对以前的账头", "Compare an earlier head"),
                icon="history",
                on_click=lambda: _ask(seat, head, place),
            ).props("unelevated")


async def _ask(seat: Seat, head: dict[str, Any], place: ui.element) -> None:
    say = seat.say

    async def act(given: dict[str, str]) -> Any:
        size = given["size"].strip().replace(",", "")
        proof = await seat.calls.get("/v1/evidence/growth", old=size, new=head["size"])
        return {"proof": proof, "root": hexadecimal(given["root"])}

    made = await carried_out(
        seat,
        say("核对以前的账头", "Compare an earlier head"),
        [
            Question("size", say("当时的记录数", "Entries it counts")),
            Question(
                "root",
                say("当时的根摘要", "Its root"),
                say("64 位，或账头文件第三行", "64 digits, or line 3 of the file"),
            ),
        ],
        act,
        do=say("核对", "Compare"),
    )
    if made is not None:
        await _tell(seat, made["proof"], made["root"], head, place)


async def _tell(
    seat: Seat, proof: dict[str, Any], root: str, head: dict[str, Any], place: ui.element
) -> None:
    say = seat.say
    found = await asked("growing", "grown", proof, root, head["root"])
    place.clear()
    old = proof["old"]["size"]
    told = (
        (
            "same",
            say(
                f"这个账头确是本账在第 {old} 条时的账头",
                f"This is the head the log had at its {old} entries",
            ),
        ),
        (
            "grown",
            say(
                f"前 {old} 条一字未改，此后只增加了 {head['size'] - old} 条",
                f"The first {old} entries stand unchanged; {head['size'] - old} were added since",
            ),
        ),
    )
    with place:
        if not found["able"]:
            Words("li", say("浏览器只在安全连接（https）下计算。", "Browsers compute over https only."))
            return
        for name, words in told:
            with ui.element("li"):
                state = say("成立", "holds") if found[name] else say("不成立", "does not hold")
                Words("span", state).classes(f"ybz-badge {'good' if found[name] else 'bad'}")
                Words("span", words)


def hexadecimal(text: str) -> str:
    """A root as it was noted, in hexadecimal: heads write it in Base64. Empty where it is neither.

    >>> hexadecimal("VkV1")
    ''
    """
    plain = text.strip()
    if _ROOT.match(plain.lower()):
        return plain.lower()
    try:
        raw = base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""
