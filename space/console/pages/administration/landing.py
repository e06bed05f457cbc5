"""People and accounts; every administrator sees them, each does its own part of what is done to them."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.administration.words import role_called
from space.console.paging import page
from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.figures import instant, plain
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import heading
from space.console.seats import Seat


@page("/administration", "系统管理", "Administration")
async def landing(seat: Seat) -> None:
    """Who is here, and what this administrator may do."""
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("三员分立", "Three administrators, apart"))
        ui.label(
            say(
                "系统管理员登记人员、开账号；安全管理员授角色、停用；审计管理员只查看。同一个人不得兼任其中两个。",
                "System administrators enter people and accounts; security administrators give roles and "
                "stop; audit administrators look. Nobody is two of them.",
            )
        )
        with ui.row().classes("ybz-doing"):
            if seat.may(Act.PERSON_KEEP):
                ui.button(
                    say("登记人员", "Enter a person"), icon="person_add", on_click=lambda: _enter(seat)
                ).props("unelevated")
            if seat.may(Act.SPACE_OPERATE):
                link(say("运行状态", "What runs"), at("/administration/running"))
    known, accounts = await asyncio.gather(
        seat.calls.whole("/v1/people", "people", mark="after"), _accounts(seat)
    )
    rows = sorted(
        (_row(seat, one, accounts.get(one["id"])) for one in known["people"]),
        key=lambda row: (row["state"] != _waiting(seat), row["gone"], row["holds"], row["name"]),
    )
    columns = [
        Column("name", say("姓名", "Name"), link="to"),
        Column("holds", say("单位与角色", "For whom, in which role")),
        Column("state", say("状态", "State"), badge="tone"),
        *([Column("login", say("账号", "Login"))] if seat.may(Act.ACCOUNT_KEEP) else []),
        Column("at", say("登记时间", "Entered")),
    ]
    made = table(columns, rows, say, caption=say(f"人员（{len(rows)} 人）", f"People ({len(rows)})"))
    with made.add_slot("top-right"):
        sought = say("找姓名、单位或角色", "Find a name, office or role")
        ui.input(sought).props("outlined dense clearable").bind_value(made, "filter")


def _waiting(seat: Seat) -> str:
    """The state of whoever cannot act yet."""
    return seat.say("等授予任职", "waits for a role")


async def _accounts(seat: Seat) -> dict[str, dict[str, Any]]:
    """The account of each person; nothing where this administrator does not keep accounts."""
    if not seat.may(Act.ACCOUNT_KEEP):
        return {}
    found = await seat.calls.whole("/v1/accounts", "accounts", mark="after")
    return {one["person"]: one for one in found["accounts"] if one["ended_at"] is None}


def _row(seat: Seat, one: dict[str, Any], account: dict[str, Any] | None) -> dict[str, Any]:
    say, gone = seat.say, one["ended_at"] is not None
    held = [f"{each['organisation_name']} · {role_called(say, each['role'])}" for each in one["holds"]]
    state = say("已离岗", "left") if gone else say("在岗", "here") if held else _waiting(seat)
    return {
        "id": one["id"],
        "name": one["name"],
        "to": at(f"/administration/people/{one['id']}"),
        "login": plain(account and account["login"]),
        "holds": say("；", "; ").join(held) or "—",
        "state": state,
        "tone": "calm" if gone else "good" if held else "warn",
        "gone": gone,
        "at": instant(one["registered_at"]),
    }


async def _enter(seat: Seat) -> None:
    say = seat.say

    async def act(given: dict[str, str]) -> Any:
        return await seat.calls.post(
            "/v1/people", {"name": given["name"], "contact": given["contact"] or None}
        )

    made = await carried_out(
        seat,
        say("登记人员", "Enter a person"),
        [
            Question("name", say("姓名", "Name")),
            Question(
                "contact", say("联系方式", "Contact"), say("接收通知用，可不填", "for notices"), needed=False
            ),
        ],
        act,
        text=say("不登记任何证件号码。", "No number of a document is kept."),
        do=say("登记", "Enter"),
    )
    if made is not None:
        go(at(f"/administration/people/{made['id']}"))
