"""The first page of the room: requests with their clocks, grants with what is left, data delivered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.contracting import noticed
from space.console.pages.contracting.sides import opened
from space.console.pages.department import words
from space.console.pages.department.around import (
    ROOM,
    clock_words,
    datasets,
    every,
    navigation,
    para,
    titles,
)
from space.console.pages.department.delivered import supply_rows
from space.console.pages.department.granting import to_grant
from space.console.pages.department.grants_held import held
from space.console.paging import page
from space.console.parts.figures import Figure, cards, instant, number
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import heading
from space.console.seats import Seat

# Of the colours of clocks the most pressing first.
_PRESSING: Final = ("red", "yellow", "green", "grey")
_SHOWN_SUPPLIES: Final = 5


@page("/department", "申请用数", "Using data")
async def landing(seat: Seat) -> None:
    """What the department asked for, holds and received, and what waits for its answer."""
    requests, grants, supplies, waiting, ungranted, offered, notices, vocabulary = await asyncio.gather(
        _read(seat, Act.REQUEST_FILE, "/v1/requests", "requests"),
        _read(seat, Act.CONTRACT_READ, "/v1/grants", "grants"),
        _read(seat, Act.SUPPLY_TAKE, "/v1/supplies", "supplies"),
        _read(seat, Act.REQUEST_DECIDE, "/v1/requests/waiting", "waiting", whole=True),
        _read(seat, Act.GRANT_SIGN, "/v1/requests/ungranted", "requests", whole=True),
        _read(seat, Act.CONTRACT_NEGOTIATE, "/v1/contracts", "contracts"),
        _read(seat, Act.NOTICE_READ, "/v1/notices", "notices"),
        seat.calls.get("/v1/requests/vocabulary"),
    )
    navigation(seat)
    _figures(seat, requests, grants, supplies, waiting, ungranted)
    if waiting is not None and waiting:
        _waiting(seat, waiting)
    if offered:
        _contracts(seat, offered)
    if ungranted is not None:
        to_grant(seat, ungranted)
    if requests is not None:
        _requests(seat, requests, vocabulary)
    befallen = [one for one in notices or () if one["kind"] in noticed.KINDS]
    if befallen:
        heading(seat.say("授权和合约的变动", "What befell grants and contracts"))
        noticed.told(seat, befallen, {}, ROOM)
    if grants is not None:
        await held(seat, grants)
    if supplies is not None:
        await _supplies(seat, supplies)


async def _read(seat: Seat, act: Act, path: str, key: str, *, whole: bool = False) -> list[Any] | None:
    """A list of the interface, told at once or in parts; None where the role never reads it."""
    if not seat.may(act):
        return None
    if not whole:
        return await every(seat, path, key)
    rows: list[Any] = (await seat.calls.get(path))[key]
    return rows


def _figures(
    seat: Seat,
    requests: Sequence[Any] | None,
    grants: Sequence[Any] | None,
    supplies: Sequence[Any] | None,
    waiting: Sequence[Any] | None,
    ungranted: Sequence[Any] | None,
) -> None:
    say, as_of = seat.say, instant(datetime.now(UTC).isoformat())
    shown = []
    if waiting is not None:
        shown.append(
            Figure(
                say("待我审批", "Waiting for us"), number(len(waiting)),
                say("轮到本单位答复、裁定的件。", "Cases whose turn it is for this organisation."),
                as_of, f"{ROOM}/approvals",
            )
        )  # fmt: skip
    if ungranted is not None:
        shown.append(
            Figure(
                say("待签发授权", "To be granted"), number(len(ungranted)),
                say("已同意、还没有授权可用的申请。", "Permitted requests that no grant opens yet."),
                as_of, "#ungranted",
            )
        )  # fmt: skip
    if requests is not None:
        back = sum(_to_do(one) for one in requests)
        shown.append(
            Figure(
                say("等我补齐", "To be completed by us"), number(back),
                say("缺项待补齐或者被退回补正的申请。", "Requests that lack something, or were returned."),
                as_of, f"{ROOM}?state=mine",
            )
        )  # fmt: skip
        shown.append(
            Figure(
                say("审批中", "Being decided"), number(sum(one["state"] == "submitted" for one in requests)),
                say("已受理、尚有一件以上没有答复的申请。", "Requests of which a case is not answered yet."),
                as_of, f"{ROOM}?state=submitted",
            )
        )  # fmt: skip
    if grants is not None:
        shown.append(
            Figure(
                say("有效授权", "Grants in force"),
                number(sum(one["state"] == "in_force" for one in grants)),
                say("本单位持有、今天可用的授权。", "Grants this organisation holds and may use today."),
                as_of, "#grants",
            )
        )  # fmt: skip
    if supplies is not None:
        shown.append(
            Figure(
                say("待对账数据", "Data to be counted"),
                number(sum(one["received_state"] is None and one["state"] == "ready" for one in supplies)),
                say("已送达、本单位还没有对账的数据。", "Data handed over and not counted back yet."),
                as_of, f"{ROOM}/data",
            )
        )  # fmt: skip
    cards(shown, say)


def _to_do(request: Mapping[str, Any]) -> bool:
    return request["state"] == "incomplete" or any(c["state"] == "returned" for c in request["cases"])


def _waiting(seat: Seat, waiting: Sequence[Any]) -> None:
    say = seat.say
    counted = Counter((one["case"]["clock"] or {}).get("colour", "grey") for one in waiting)
    with ui.element("section").classes("ybz-panel"):
        heading(say("等我审批的", "Waiting for our answer"))
        with ui.element("p").classes("ybz-line"):
            for colour, zh, en, tone in (
                ("red", "到期或超期", "due or overdue", "bad"),
                ("yellow", "快到期", "nearly due", "warn"),
                ("green", "期内", "in time", "good"),
                ("grey", "无时限", "no clock", "calm"),
            ):
                if counted[colour]:
                    ui.label(f"{say(zh, en)} {counted[colour]}").classes(f"ybz-badge {tone}")
        link(say("去审批", "Go to the approvals"), f"{ROOM}/approvals")


def _contracts(seat: Seat, offered: Sequence[Mapping[str, Any]]) -> None:
    """Contracts in which the next step is ours."""
    say = seat.say
    ours = [one for one in offered if {"accept", "sign"} & set(opened(seat, one))]
    if not ours:
        return
    with ui.element("section").classes("ybz-panel ybz-op-left ybz-line"):
        para(say(f"有 {len(ours)} 份合约等我方答复或签署", f"{len(ours)} contracts wait for our answer"))
        link(say("去看合约", "See the contracts"), f"{ROOM}/contracts")


def _requests(seat: Seat, requests: Sequence[Any], vocabulary: Mapping[str, Any]) -> None:
    say = seat.say
    chosen = seat.query.get("state", "")
    heading(say("我的申请", "My requests"))
    if not requests:
        empty(
            say("还没有提过申请", "No request yet"),
            say(
                "在数据目录里找到需要的数据，或者从这里开始：说明用途和依据，逐项勾选，系统会一次列出还缺什么。",
                "Find data in the catalogue, or begin here: say what for and on which basis, tick items; "
                "whatever is missing is listed at once.",
            ),
            say("提出申请", "New request"),
            lambda: go(f"{ROOM}/request"),
        )
        return
    _filters(seat, requests, chosen)
    kept = [one for one in requests if _fits(one, chosen)]
    columns = [
        Column("what", say("申请的数据", "Data"), link="address"),
        Column("purpose", say("用途", "Purpose")),
        Column("state", say("状态", "State"), badge="state_tone"),
        Column("clock", say("时限", "Clock"), badge="clock_tone"),
        Column("received", say("受理", "Received")),
    ]
    rows = [
        _row(seat, one, vocabulary) for one in sorted(kept, key=lambda one: one["received_at"], reverse=True)
    ]
    table(columns, rows, say, caption=say(f"申请 {len(rows)} 件", f"{len(rows)} requests"))


def _filters(seat: Seat, requests: Sequence[Any], chosen: str) -> None:
    say = seat.say
    counted = Counter(one["state"] for one in requests)
    mine = sum(_to_do(one) for one in requests)
    offered = [("", say("全部", "All"), len(requests)), ("mine", say("等我补齐", "To be completed"), mine)]
    offered += [(code, say(*pair), counted[code]) for code, pair in words.REQUESTS.items()]
    with ui.element("nav").classes("ybz-within ybz-small").props(f'aria-label="{say("按状态", "By state")}"'):
        for code, label, count in offered:
            if count or code in ("", chosen):
                made = link(f"{label} {count}", f"{ROOM}?state={code}" if code else ROOM)
                if code == chosen:
                    made.props('aria-current="true"')


def _fits(request: Mapping[str, Any], chosen: str) -> bool:
    return _to_do(request) if chosen == "mine" else chosen in ("", request["state"])


def _row(seat: Seat, request: Mapping[str, Any], vocabulary: Mapping[str, Any]) -> dict[str, Any]:
    say = seat.say
    clocks = [case["clock"] for case in request["cases"] if case["clock"]]
    running = [one for one in clocks if one["state"] in ("running", "paused")]
    first = min(running or clocks, key=lambda one: _PRESSING.index(one["colour"]), default=None)
    told, tone = clock_words(say, first)
    back = any(case["state"] == "returned" for case in request["cases"])
    code = "returned" if back else request["state"]
    return {
        "id": request["id"],
        "what": say(f"{titles(request)}（{len(request['items'])} 项）",
                    f"{titles(request)} ({len(request['items'])} items)"),
        "address": f"{ROOM}/requests/{request['id']}",
        "purpose": words.purpose(say, vocabulary, request["purpose"]),
        "state": words.called(say, words.CASES, code), "state_tone": words.tone(code),
        "clock": told, "clock_tone": tone, "received": instant(request["received_at"]),
    }  # fmt: skip


async def _supplies(seat: Seat, supplies: Sequence[Any]) -> None:
    say = seat.say
    heading(say("收到的数据", "Data delivered"))
    if not supplies:
        empty(
            say("还没有收到数据", "No data yet"),
            say(
                "授权允许明细、且申请的方式是文件下载或批量交换时，在“收到的数据”里领取。",
                "Where a grant opens rows and the request named file or exchange, fetch it there.",
            ),
        )
        return
    shown = supplies[-_SHOWN_SUPPLIES:]
    known = await datasets(seat, (one["dataset"] for one in shown))
    supply_rows(seat, shown, {name: one["title"] for name, one in known.items()})
    link(say("全部数据和对账", "All data, counting back"), f"{ROOM}/data")
