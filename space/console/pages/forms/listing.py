"""Forms of the reader's organisation: what is on the admission list, what was asked for, and to draft one."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.forms import words
from space.console.paging import page
from space.console.parts.figures import instant, number
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.seats import Seat

ROOM: Final = "/console/steward/forms"


@page("/steward/forms", "基层报表", "Forms for the grass roots")
async def listing(seat: Seat) -> None:
    """What was asked for and what became of it, then the admission list."""
    say = seat.say
    link(say("← 数据管理", "← Steward"), "/console/steward")
    asked, listed = await asyncio.gather(
        seat.calls.whole("/v1/forms/demands", "demands"), seat.calls.whole("/v1/forms", "forms")
    )
    ui.label(
        say(
            "要基层填报的表先申请准入：账上已有的项目从账上带出，只填没有的；主管部门审核后列入清单才能下发。",
            "A form is asked for first: what the ledger has comes from it, only the rest is typed. "
            "It is sent once the authority has put it on the list.",
        )
    )
    if seat.may(Act.FORM_ASK):
        with ui.element("div").classes("ybz-doing"):
            link(say("起草一张表", "Draft a form"), f"{ROOM}/new").classes("ybz-op-way")
    if asked["demands"]:
        _demands(seat, asked["demands"])
    else:
        empty(
            say("还没有准入申请", "Nothing was asked for yet"),
            say("起草一张表，查重、预览后提交。", "Draft a form, compare it, look at it, and file it."),
        )
    mine = [one for one in listed["forms"] if seat.may(Act.FORM_DECIDE) or _issued(seat, one)]
    if mine:
        _listed(seat, mine)


def _issued(seat: Seat, one: dict[str, Any]) -> bool:
    # Forms of before codes were kept name their issuer alone.
    return one.get("issuerCode") == seat.organisation or one["issuer"] == seat.called


def _demands(seat: Seat, found: list[dict[str, Any]]) -> None:
    say = seat.say
    table(
        [
            Column("title", say("报表", "Form"), link="to"),
            Column("issuer", say("提出单位", "Asked by")),
            Column("state", say("状态", "State"), badge="tone"),
            Column("items", say("项目", "Items"), numeric=True),
            Column("again", say("重复项", "Asked again"), numeric=True),
            Column("at", say("提出", "Asked")),
            Column("due", say("答复期限", "Answer due")),
        ],
        [
            {
                "id": one["id"], "title": one["form"]["title"], "issuer": one["form"]["issuer"],
                "state": words.of(words.STATES, say, one["state"]),
                "tone": words.TONES.get(one["state"], "calm"), "items": number(one["overlap"]["items"]),
                "again": number(one["overlap"]["again"]), "at": instant(one["asked_at"]),
                "due": one["due_on"] if one["state"] == "asked" else "—", "to": f"{ROOM}/demands/{one['id']}",
            }
            for one in sorted(found, key=lambda each: str(each["asked_at"]), reverse=True)
        ],
        say, caption=say("准入申请", "Demands"),
    )  # fmt: skip


def _listed(seat: Seat, found: list[dict[str, Any]]) -> None:
    say = seat.say
    table(
        [
            Column("title", say("报表", "Form")),
            Column("code", say("编号", "Code")),
            Column("issuer", say("提出单位", "Issuer")),
            Column("period", say("周期", "Period")),
            Column("items", say("项目", "Items"), numeric=True),
            Column("until", say("有效期", "Term")),
            Column("as_draft", say("另起草", "Draft from it"), link="to"),
        ],
        [
            {
                "id": one["code"], "title": one["title"], "code": one["code"], "issuer": one["issuer"],
                "period": words.period(say, one["period"]), "items": number(len(one["items"])),
                "until": f"{one['validFrom']} – {one['validTo']}",
                "as_draft": say("以此为底稿", "Use as a draft"), "to": f"{ROOM}/new?form={one['code']}",
            }
            for one in found
        ],
        say, caption=say("准入清单", "Admission list"),
    )  # fmt: skip
