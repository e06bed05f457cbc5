"""What waits for the reader: what their organisation owes, and what lies before their office.

Decides nothing of what is due: each line is a count the interface gives to this role, with the room where
it is dealt with.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.home.leading import way_of
from space.console.pages.home.words import COLOURS
from space.console.pages.steward.clocks import causes_of
from space.console.pages.steward.words import CAUSES, called
from space.console.parts.figures import number
from space.console.parts.notes import empty
from space.console.parts.owing import owed_called, soonest
from space.console.parts.ways import link
from space.console.parts.words import badge, heading
from space.console.seats import Seat
from space.console.workspaces import offered

# Lines of what is owed that are shown; the rooms show all of it.
_LINES: Final = 6
# Rooms in which what an organisation owes is dealt with, the likeliest first.
_ROOMS: Final = ("/authority", "/steward", "/department", "/operator")
# Where all of it stands, with its colours: for departments in their own room, for others as it is for all.
_ALL: Final = {"/steward": "/steward/clocks"}
_ALL_OF_ANYBODY: Final = "/authority/due"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits.

    Attributes:
        what: it is, in words.
        count: how many.
        address: where it is dealt with.
    """

    what: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Before:
    """All that waits for a reader.

    Attributes:
        owed: what their organisation owes by when; None where their role reads no clocks.
        others: what lies before their office.
        causes: case of faulty data → what is wrong, as a code, as far as the reader is told of cases.
    """

    owed: Mapping[str, Any] | None
    others: tuple[Waiting, ...]
    causes: Mapping[str, str]


async def ask(seat: Seat) -> Before:
    """Ask for all of it at once."""
    due, *others = await asyncio.gather(_due(seat), *(take(seat) for act, take in _OFFICES if seat.may(act)))
    shown = [] if due is None else _pressing(due)
    faulty = any(one["subject"].startswith("rectification:") for one in shown)
    causes = await causes_of(seat) if faulty else {}
    return Before(due, tuple(one for found in others for one in found if one.count), causes)


def show(seat: Seat, before: Before) -> None:
    """The box."""
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-waiting").props('aria-labelledby="waiting"'):
        heading(say("待我办理", "Waiting for me")).props('id="waiting"')
        items = [] if before.owed is None else before.owed["items"]
        if not items and not before.others:
            empty(
                say("现在没有要办的事", "Nothing waits"),
                say(
                    "有到期事项、待答复的申请、待审的目录或回流的数据时，会列在这里。",
                    "What falls due, requests, entries to review and data that flows back will stand here.",
                ),
            )
            return
        with ui.element("ul").classes("ybz-lines"):
            for one in before.others:
                with ui.element("li"):
                    link(one.what, one.address)
                    badge(number(one.count), "warn")
        if before.owed is not None and items:
            _owed(seat, before.owed, before.causes)


def _owed(seat: Seat, owed: Mapping[str, Any], causes: Mapping[str, str]) -> None:
    say, room = seat.say, _room(seat)
    colours = Counter(one["colour"] for one in owed["items"])
    whose = say("全市", "the city") if _for_all(seat) else say("本单位", "this organisation")
    with ui.element("div").classes("ybz-row"):
        ui.label(say(f"{whose}到期事项 {owed['total']} 件", f"Owed by {whose}: {owed['total']}"))
        for colour, (tone, zh, en) in COLOURS.items():
            if colours[colour]:
                badge(f"{say(zh, en)} {colours[colour]}", tone)
    with ui.element("ul").classes("ybz-lines"):
        for one in _pressing(owed):
            tone, zh, en = COLOURS[one["colour"]]
            with ui.element("li"):
                whose = f"{one['owner']} · " if _for_all(seat) else ""
                cause = causes.get(str(one["subject"]).partition(":")[2], "")
                wrong = called(say, CAUSES, cause) if cause else ""
                text, to = whose + owed_called(say, one, wrong), way_of(seat, one, room)
                link(text, to) if to else ui.label(text)
                badge(_by_when(one, seat) or say(zh, en), tone)
    if owed["total"] > _LINES:
        link(say(f"查看全部 {owed['total']} 件", f"See all {owed['total']}"), _all(seat))


def _pressing(owed: Mapping[str, Any]) -> list[Any]:
    """The lines that are shown: those with a last day first."""
    return soonest(owed["items"])[:_LINES]


def _by_when(one: Mapping[str, Any], seat: Seat) -> str:
    left, day = one["days_left"], one["due_on"]
    if day is None or left is None:
        return ""
    if left < 0:
        return seat.say(f"{day} 到期，已逾期 {-left} 个工作日", f"was due {day}, {-left} working days late")
    if left == 0:
        return seat.say(f"{day} 到期，就是今天", f"due {day}, today")
    return seat.say(f"{day} 到期，余 {left} 个工作日", f"due {day}, {left} working days left")


def _for_all(seat: Seat) -> bool:
    """Whether the reader looks after everybody's duties, not one organisation's."""
    return seat.may(Act.FIGURES_READ)


def _room(seat: Seat) -> str:
    """Where the reader deals with what their organisation owes; empty where they have no room for it."""
    if seat.may_sit_at_the_desk:
        return "/desk"
    found = _own_room(seat)
    return at(found) if found else ""


def _all(seat: Seat) -> str:
    """Where everything that is owed stands."""
    if seat.may_sit_at_the_desk:
        return "/desk"
    own = "" if _for_all(seat) else _own_room(seat)
    return at(_ALL.get(own, _ALL_OF_ANYBODY))


def _own_room(seat: Seat) -> str:
    paths = {one.path for one in offered(seat)}
    return next((path for path in _ROOMS if path in paths), "")


async def _due(seat: Seat) -> Mapping[str, Any] | None:
    """What is owed, where the role reads clocks."""
    if not seat.may(Act.CLOCK_READ):
        return None
    found: Mapping[str, Any] = await seat.calls.whole(
        "/v1/due", "items", owner="" if _for_all(seat) else seat.organisation
    )
    return found


async def _to_sign(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/entries", "entries", status=["checked"])
    what = seat.say("待负责人签发的目录", "Entries to sign")
    return [Waiting(what, len(found["entries"]), at("/steward"))]


async def _to_review(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/entries", "entries", status=["signed_off", "reviewed"])
    what = seat.say("待审核、发布的目录", "Entries to review")
    return [Waiting(what, len(found["entries"]), at("/authority"))]


async def _returned(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/entries", "entries", status=["returned"])
    what = seat.say("退回修改的目录", "Entries returned")
    return [Waiting(what, len(found["entries"]), at("/steward"))]


async def _to_answer(seat: Seat) -> list[Waiting]:
    found = await seat.calls.get("/v1/requests/waiting")
    what = seat.say("待答复的用数申请", "Requests to answer")
    return [Waiting(what, len(found["waiting"]), at("/department/approvals"))]


async def _to_grant(seat: Seat) -> list[Waiting]:
    found = await seat.calls.get("/v1/requests/ungranted")
    what = seat.say("已同意、待签发授权的申请", "Permitted requests to be granted")
    return [Waiting(what, len(found["requests"]), at("/department#ungranted"))]


async def _incomplete(seat: Seat) -> list[Waiting]:
    found = (await seat.calls.whole("/v1/requests", "requests"))["requests"]
    what = seat.say("待补正的用数申请", "My requests that lack something")
    return [Waiting(what, sum(bool(one["missing"]) for one in found), at("/department"))]


async def _delivered(seat: Seat) -> list[Waiting]:
    found = (await seat.calls.whole("/v1/supplies", "supplies"))["supplies"]
    ready = [one for one in found if one["state"] == "ready" and one["received_state"] is None]
    what = seat.say("已送达、待下载对账的数据", "Data delivered, to be fetched and counted")
    return [Waiting(what, len(ready), at("/department/data"))]


async def _usable(seat: Seat) -> list[Waiting]:
    found = (await seat.calls.whole("/v1/grants", "grants"))["grants"]
    fresh = [one for one in found if one["state"] == "in_force" and not one["calls"]["used"]]
    what = seat.say("已签发、还没有用过的授权", "Grants that are signed and not used yet")
    return [Waiting(what, len(fresh), at("/department#grants"))]


async def _flowed_back(seat: Seat) -> list[Waiting]:
    found = await seat.calls.get("/v1/inbox", limit=1000)
    sent = [one for one in found["deliveries"] if one["state"] == "sent"]
    unread = [one for one in found["notices"] if one["read_at"] is None]
    where = "/desk" if seat.may_sit_at_the_desk else at("/department")
    return [
        Waiting(seat.say("待对账的回流数据", "Deliveries to acknowledge"), len(sent), where),
        Waiting(seat.say("未读通知", "Unread notices"), len(unread), where),
        Waiting(seat.say("交办给我单位的任务", "Tasks given"), len(found["tasks"]), where),
    ]


async def _to_adopt(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/scenarios", "scenarios")
    proposed = [one for one in found["scenarios"] if one["state"] == "proposed"]
    return [Waiting(seat.say("待审核的应用场景", "Scenarios to adopt"), len(proposed), at("/implementing"))]


async def _registrations(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/registrations", "registrations", status="waiting")
    what = seat.say("待审核的登记申请", "Registrations to review")
    return [Waiting(what, len(found["registrations"]), at("/authority"))]


async def _alerts(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/alerts", "alerts")
    what = seat.say("未关闭的告警", "Open alerts")
    return [Waiting(what, len(found["alerts"]), at("/audit/watch"))]


async def _without_role(seat: Seat) -> list[Waiting]:
    found = await seat.calls.whole("/v1/people", "people", mark="after")
    idle = [one for one in found["people"] if one["ended_at"] is None and not one["holds"]]
    return [Waiting(seat.say("等授予任职的人员", "People without a role"), len(idle), at("/administration"))]


# An act of an office → what lies before it.
_OFFICES: Final[tuple[tuple[Act, Callable[[Seat], Awaitable[list[Waiting]]]], ...]] = (
    (Act.ENTRY_SIGN, _to_sign),
    (Act.ENTRY_REVIEW, _to_review),
    (Act.CLASSIFICATION_PROPOSE, _returned),
    (Act.REQUEST_DECIDE, _to_answer),
    (Act.GRANT_SIGN, _to_grant),
    (Act.REQUEST_FILE, _incomplete),
    (Act.SUPPLY_TAKE, _delivered),
    (Act.SUPPLY_TAKE, _usable),
    (Act.INBOX_READ, _flowed_back),
    (Act.EVALUATION_KEEP, _to_adopt),
    (Act.REGISTRATION_REVIEW, _registrations),
    (Act.ALERT_READ, _alerts),
    (Act.ROLE_ASSIGN, _without_role),
)
