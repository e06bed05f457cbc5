"""Scenarios 应用场景 under an agreement: read whole, then adopted, rejected or ended."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.implementing import words
from space.console.pages.operator.around import purpose_of
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done
from space.console.parts.ways import again
from space.console.parts.words import Words, badge, facts, heading
from space.console.seats import Seat

# More entries than these are told by their names alone.
_MOST_ENTRIES: Final = 40
# Step of the table → its label, what it means, whether a reason is asked.
_STEPS: Final = {
    "adopt": (
        "采纳", "Adopt", "采纳后运营机构可以据此申请数据；每次申请仍要逐项审核。",
        "The operator may then ask for data under it; each request is still judged.", False,
    ),
    "reject": ("不予采纳", "Reject", "运营机构会看到理由，可以另提。",
               "The operator reads why, and may propose another.", True),
    "end": ("结束场景", "End it", "场景下的授权随之结束，不能恢复。",
            "Grants under it end with it, for good.", True),
}  # fmt: skip


async def entries_of(seat: Seat, found: dict[str, Any]) -> dict[str, Any]:
    """The entries an agreement and its scenarios name, as far as the reader is shown them."""
    items = (item for one in found["scenarios"] for item in one["items"])
    named = dict.fromkeys((*found["listed"], *(item.rpartition(".")[0] for item in items)))

    async def entry(name: str) -> tuple[str, Any]:
        try:
            return name, await seat.calls.get(f"/v1/datasets/{name}")
        except Declined:  # a name will do
            return name, None

    known = await asyncio.gather(*map(entry, list(named)[:_MOST_ENTRIES]))
    return {name: one for name, one in known if one is not None}


def scenarios(seat: Seat, found: dict[str, Any], entries: dict[str, Any]) -> None:
    """Every scenario of an agreement, those that wait first.

    Args:
        seat: who reads.
        found: the agreement.
        entries: what its items are called, of :func:`entries_of`.
    """
    say = seat.say
    heading(say("应用场景", "Scenarios")).props('id="scenarios"')
    if not found["scenarios"]:
        text = say(
            "还没有场景。由运营机构提出，在这里审核：数据只用于获采纳的场景，一场景一审。",
            "None yet. The operator proposes them; data serve adopted ones only, each judged by itself.",
        )
        Words("p", text).classes("ybz-fine")
    for one in sorted(found["scenarios"], key=lambda each: each["state"] != "proposed"):
        _scenario(seat, one, entries)


def _scenario(seat: Seat, one: dict[str, Any], entries: dict[str, Any]) -> None:
    say, risk = seat.say, one["risk"]
    with ui.element("section").classes("ybz-panel"):
        heading(one["title"], 3)
        badge(words.state(say, one["state"]), words.tone(one["state"]))
        Words("p", one["description"])
        assessed = f"{plain(risk.get('assessed_by'))} {plain(risk.get('assessed_on'))}"
        facts(
            [
                (say("用途", "Purpose"), purpose_of(one["purpose"], say)),
                (say("至", "Until"), one["valid_to"]),
                (say("负责人", "In charge"), one["person"]),
                (say("风险等级", "Risk"), words.level(say, str(risk.get("level")))),
                (say("评估结论", "Findings"), plain(risk.get("findings"))),
                (say("防控措施", "Measures"), plain(risk.get("measures"))),
                (say("评估人和日期", "Assessed"), assessed),
                (say("产品", "Products"), say("、", ", ").join(each["name"] for each in one["products"])),
                (say("提出", "Proposed"), instant(one["proposed_at"])),
            ]
        )
        waits = one["state"] == "proposed"
        with ui.element("details").props("open" if waits else ""):
            Words(
                "summary",
                say(
                    f"要哪些数据项，为什么（{len(one['items'])} 项）", f"Items and why ({len(one['items'])})"
                ),
            )
            facts([(_item(name, entries), why) for name, why in one["items"].items()])
        if seat.may(Act.AGREEMENT_NEGOTIATE):
            _steps(seat, one)


def _item(name: str, entries: dict[str, Any]) -> str:
    dataset, _, field = name.rpartition(".")
    entry = entries.get(dataset)
    if entry is None:
        return name
    titled = next((each["title"] for each in entry["fields"] if each["name"] == field), "")
    return f"{entry['title']} · {titled or field}"


def _steps(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-doing"):
        for step, (zh, en, means, means_en, why) in _STEPS.items():
            if step in one["open"]:
                label, text = say(zh, en), say(means, means_en)
                ui.button(
                    label,
                    on_click=lambda step=step, label=label, text=text, why=why: _move(
                        seat, one, step, label, text, why
                    ),
                ).props("unelevated" if step == "adopt" else "outline")


async def _move(seat: Seat, one: dict[str, Any], step: str, label: str, text: str, why: bool) -> None:
    say = seat.say
    asked = [Question("reason", say("理由（对方会看到）", "Why; the other side reads it"), long=True)]
    given = await answers(f"{label}：{one['title']}", asked if why else [], say, text=text, do=label)
    if given is not None:
        await seat.calls.post(f"/v1/scenarios/{one['id']}/{step}", {"reason": given.get("reason", "")})
        done(label)
        again()
