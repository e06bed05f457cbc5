"""Where who authorises operation begins: what waits for them, their agreements, what was used under each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.implementing import words
from space.console.pages.implementing.around import address, at, ways
from space.console.paging import page
from space.console.parts.figures import number, yuan
from space.console.parts.notes import empty
from space.console.parts.owing import owed_called
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, badge, heading
from space.console.seats import Seat

# Subjects of duties that are dealt with in this room.
_OURS: Final = ("agreement", "finding", "disclosure")
_LIVE: Final = ("signed", "in_force", "suspended")
# Agreements whose use is counted on this page; each page of one counts its own.
_MOST_COUNTED: Final = 12
_TONES: Final = {"red": "bad", "orange": "warn", "yellow": "warn", "green": "good"}


@page("/implementing", "授权实施", "Authorising operation")
async def landing(seat: Seat) -> None:
    """What waits, and every agreement with its use."""
    ways(seat)
    owner = "" if seat.may(Act.FIGURES_READ) else seat.organisation
    told, proposed, owed = await asyncio.gather(
        seat.calls.whole("/v1/agreements", "agreements"),
        seat.calls.whole("/v1/scenarios", "scenarios"),
        seat.calls.whole("/v1/due", "items", owner=owner),
    )
    agreements = told["agreements"]
    _waiting(seat, agreements, proposed["scenarios"], owed["items"])
    heading(seat.say("协议和使用情况", "Agreements and their use"))
    if not agreements:
        _none(seat)
        return
    live = [one for one in agreements if one["state"] in _LIVE][:_MOST_COUNTED]
    used = await asyncio.gather(*(seat.calls.get(f"{at(one['number'])}/use") for one in live))
    _agreements(seat, agreements, {one["number"]: each for one, each in zip(live, used, strict=True)})


def _none(seat: Seat) -> None:
    say = seat.say
    empty(
        say("还没有协议", "No agreement yet"),
        say(
            "先起草协议并发给运营机构签署；生效后，运营机构提出应用场景，由您审核采纳，再据以申请数据。",
            "Draft one and offer it to an operator. Once in force, the operator proposes scenarios, "
            "you adopt them, and data are asked for under them.",
        ),
    )
    with ui.element("div").classes("ybz-doing"):
        link(say("起草协议", "Draft an agreement"), address("/draft")).classes("ybz-op-way")


def _waiting(
    seat: Seat, agreements: list[Mapping[str, Any]], scenarios: list[Mapping[str, Any]],
    owed: list[Mapping[str, Any]],
) -> None:  # fmt: skip
    say = seat.say
    lines: list[tuple[str, str, str, str]] = [
        (
            say(f"审核应用场景：{one['title']}", f"Adopt or reject the scenario: {one['title']}"),
            address(f"/agreements/{one['agreement']}") + "#scenarios",
            say(
                f"风险{words.level(say, one['risk']['level'])}",
                f"risk {words.level(say, one['risk']['level'])}",
            ),
            "warn",
        )
        for one in scenarios
        if one["state"] == "proposed"
    ]
    lines += [
        (
            say(f"发出协议 {one['number']}，或继续修改", f"Offer or go on with the draft {one['number']}"),
            address(f"/agreements/{one['number']}"), words.state(say, one["state"]), "calm",
        )
        for one in agreements
        if one["state"] == "drafted"
    ]  # fmt: skip
    lines += [
        (
            owed_called(say, one), _way(one, agreements),
            say("尽快", "soon") if one["due_on"] is None else say(
                f"{one['due_on']} 前", f"by {one['due_on']}"
            ),
            _TONES.get(str(one["colour"]), "calm"),
        )
        for one in owed
        if str(one["subject"]).partition(":")[0] in _OURS
    ]  # fmt: skip
    with ui.element("section").classes("ybz-panel ybz-waiting").props('aria-labelledby="waiting"'):
        heading(say("待我办理", "Waiting for me")).props('id="waiting"')
        if not lines:
            Words(
                "p",
                say(
                    "现在没有要办的事。运营机构提出场景、协议快到期、一年届满要评估或者要披露时，会列在这里。",
                    "Nothing waits. Proposed scenarios, agreements about to end, years to review and "
                    "disclosures will stand here.",
                ),
            )
            return
        with ui.element("ul").classes("ybz-lines"):
            for text, to, by, tone in lines:
                with ui.element("li"):
                    link(text, to)
                    badge(by, tone)


def _way(one: Mapping[str, Any], agreements: list[Mapping[str, Any]]) -> str:
    kind, _, name = str(one["subject"]).partition(":")
    if kind == "disclosure":
        return address("/disclosure")
    known = {each["number"] for each in agreements}
    # A finding names its agreement in its words alone.
    named = name if kind == "agreement" else next((n for n in known if n in str(one["what"])), "")
    return address(f"/agreements/{named}") if named in known else address("")


def _agreements(
    seat: Seat, agreements: list[Mapping[str, Any]], used: Mapping[str, Mapping[str, Any]]
) -> None:
    say = seat.say
    table(
        [
            Column("number", say("编号", "Number"), link="to"),
            Column("operator", say("运营机构", "Operator")),
            Column("state", say("状态", "State"), badge="tone"),
            Column("term", say("期限", "Term")),
            Column("listed", say("目录", "Datasets"), numeric=True),
            Column("requests", say("申请", "Requests"), numeric=True),
            Column("grants", say("授权", "Grants"), numeric=True),
            Column("calls", say("应答次数", "Answers"), numeric=True),
            Column("income", say("服务费", "Fees"), numeric=True),
        ],
        [
            {
                "id": one["id"], "number": one["number"], "operator": one["operator_name"],
                "state": words.state(say, one["state"]), "tone": words.tone(one["state"]),
                "term": f"{one['starts_on']} – {one['ended_on'] or one['ends_on']}",
                "listed": number(len(one["listed"])), "to": address(f"/agreements/{one['number']}"),
                **_counted(used.get(one["number"])),
            }
            for one in agreements
        ],
        say, caption=say("授权运营协议（自起始日起）", "Agreements, counted from their first day"),
    )  # fmt: skip


def _counted(used: Mapping[str, Any] | None) -> dict[str, str]:
    if used is None:
        return dict.fromkeys(("requests", "grants", "calls", "income"), "—")
    return {
        "requests": number(len(used["requests"])),
        "grants": number(used["used"]["grants"]),
        "calls": number(used["used"]["calls"]),
        "income": yuan(used["used"]["income_fen"]),
    }
