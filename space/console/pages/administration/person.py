"""One person: for whom it acts and in which role, and its account."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act, Role
from policies.access_matrix import roles
from space.console.frame import at
from space.console.pages.administration.words import role_called, role_told
from space.console.paging import page
from space.console.parts.asking import Question, answers, named_dialog
from space.console.parts.carrying import carried_out
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, link
from space.console.parts.words import facts, heading
from space.console.seats import Seat


@page("/administration/people/{person}", "人员", "A person")
async def one_person(seat: Seat) -> None:
    """A person, its memberships, its account."""
    say = seat.say
    person, organisations = await asyncio.gather(
        seat.calls.get(f"/v1/people/{seat.names['person']}"),
        seat.calls.whole("/v1/participants", "participants", mark="after"),
    )
    called = {one["code"]: one["name"] for one in organisations["participants"]}
    link(say("← 系统管理", "← Administration"), at("/administration"))
    with ui.element("section").classes("ybz-panel"):
        heading(person["name"])
        facts(
            [
                (say("编号", "Number"), person["id"]),
                (say("联系方式", "Contact"), plain(person["contact"])),
                (say("登记时间", "Entered"), instant(person["registered_at"])),
            ]
        )
    _memberships(seat, person, called)
    if seat.may(Act.ACCOUNT_KEEP):
        await _account(seat, person)


def _memberships(seat: Seat, person: dict[str, Any], called: dict[str, str]) -> None:
    say = seat.say
    heading(say("任职与角色", "For whom, in which role"))
    theirs = [one for one in person.get("memberships", ()) if one.get("ended_at") is None]
    if not theirs:
        empty(
            say("还没有任职", "No membership yet"),
            say(
                "没有任职就不能登录办事。由安全管理员授予。",
                "Without one nobody can sign in; a security administrator gives it.",
            ),
        )
    for one in theirs:
        role = role_called(say, one["role"])
        with ui.element("section").classes("ybz-panel"):
            ui.label(f"{called.get(one['organisation'], one['organisation'])} · {role}").classes(
                "ybz-subtitle"
            )
            ui.label(_days(seat, one, person["today"])).classes("ybz-fine")
            if seat.may(Act.ROLE_ASSIGN):
                with ui.row().classes("ybz-doing"):
                    ui.button(
                        say("结束任职", "End it"), on_click=lambda _=None, held=one["id"]: _end(seat, held)
                    ).props("flat")
    if seat.may(Act.ROLE_ASSIGN):
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("授予任职", "Give a membership"),
                icon="add_moderator",
                on_click=lambda: _give(seat, person, called),
            ).props("unelevated")


def _days(seat: Seat, one: dict[str, Any], today: str) -> str:
    """From when to when somebody acts, and whether that is now."""
    say, first, last = seat.say, one["first_day"], one["last_day"]
    if last is None:
        told = say(f"{first} 起，长期有效", f"from {first}, until somebody ends it")
    else:
        told = say(f"{first} 至 {last}", f"{first} to {last}")
    if first > today:
        return told + say("（还没有开始）", " (not begun)")
    return told + (say("（已到期）", " (over)") if last is not None and last < today else "")


async def _give(seat: Seat, person: dict[str, Any], called: dict[str, str]) -> None:
    say = seat.say

    async def act(given: dict[str, str]) -> None:
        body = {"person": person["id"], "organisation": given["organisation"], "role": given["role"]}
        days = {name: given[name] or None for name in ("first_day", "last_day")}
        await seat.calls.post("/v1/memberships", {**body, **days})

    made = await carried_out(
        seat,
        say("授予任职", "Give a membership"),
        [
            Question("organisation", say("单位", "Organisation"), choices=called),
            Question("role", say("角色", "Role"), choices=_choices(seat, person["kept_apart"])),
            Question(
                "first_day",
                say("从哪天起（可不填）", "From which day (may stay empty)"),
                say("不填就从今天起", "today, if empty"),
                needed=False,
                day=True,
            ),
            Question(
                "last_day",
                say("任职到哪天（可不填）", "Until which day (may stay empty)"),
                say("不填就一直有效，直到有人结束它", "it lasts until somebody ends it, if empty"),
                needed=False,
                day=True,
            ),
        ],
        act,
        text=_apart(seat, person["kept_apart"]),
        do=say("授予", "Give"),
    )
    if made is not None:
        again()


def _choices(seat: Seat, kept_apart: dict[str, str]) -> dict[str, str]:
    """The roles with what they are for; what is kept from this person is said to be, and stands last."""
    say = seat.say
    told = {role.value: role_told(say, role) for role in roles() if role is not Role.PUBLIC}
    kept = say("（与现有任职冲突，不能同期担任）", " (not beside what is held now)")
    open_ones = {role: text for role, text in told.items() if role not in kept_apart}
    return open_ones | {role: text + kept for role, text in told.items() if role in kept_apart}


def _apart(seat: Seat, kept_apart: dict[str, str]) -> str:
    """Which roles stay apart, before one is chosen."""
    told = seat.say(
        "三员分立：系统、安全、审计三个管理员不由同一个人担任，也不同期参与业务，系统会拒绝。",
        "The three administrators are three persons, and none takes part in business; else it is refused.",
    )
    if not kept_apart:
        return told
    return told + seat.say(
        "此人现有任职与下列标明“冲突”的角色不能同期：请换人，或先结束现有任职。",
        " The roles so marked are not given to this person: name another, or end what is held first.",
    )


async def _end(seat: Seat, membership: str) -> None:
    say = seat.say
    given = await answers(
        say("结束任职", "End the membership"),
        [],
        say,
        text=say("立即生效，以它登录的会话随之结束。", "At once; sessions signed in with it end."),
        do=say("结束", "End it"),
    )
    if given is not None:
        await seat.calls.post(f"/v1/memberships/{membership}/end")
        again()


async def _account(seat: Seat, person: dict[str, Any]) -> None:
    say = seat.say
    found = await seat.calls.whole("/v1/accounts", "accounts", mark="after", person=person["id"])
    account = next((one for one in found["accounts"] if one["ended_at"] is None), None)
    heading(say("账号", "Account"))
    with ui.element("section").classes("ybz-panel"):
        if account is None:
            ui.label(say("还没有账号。", "No account yet."))
            ui.button(say("开账号", "Open one"), on_click=lambda: _open(seat, person["id"])).props(
                "unelevated"
            )
            return
        facts(
            [
                (say("账号", "Login"), account["login"]),
                (
                    say("密码设于", "Password set"),
                    instant(account["password_set_at"])
                    if account["password_set_at"]
                    else say("本人还没有用一次性口令设密码", "not yet: the one-time code waits to be used"),
                ),
            ]
        )
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("重置密码", "Reset the password"),
                on_click=lambda: _reset(seat, account["id"], account["login"]),
            ).props("flat")


async def _open(seat: Seat, person: str) -> None:
    say = seat.say
    hint = say(
        "3 到 60 个小写字母、数字、点或横线，如 lin.xiao", "3 to 60 small letters, digits, dots, hyphens"
    )

    async def act(given: dict[str, str]) -> Any:
        return await seat.calls.post("/v1/accounts", {"person": person, "login": given["login"]})

    made = await carried_out(
        seat, say("开账号", "Open an account"), [Question("login", say("账号", "Login"), hint)], act,
        text=say("开好后给一个一次性口令，当面交给本人。", "A one-time code follows, to be handed over."),
        do=say("开账号", "Open it"),
    )  # fmt: skip
    if made is not None:
        await _handed(seat, made["login"], made["code"])


async def _reset(seat: Seat, account: str, login: str) -> None:
    say = seat.say
    given = await answers(
        say("重置密码", "Reset the password"), [], say,
        text=say("现在的密码立即失效，已登录的会话结束。", "The present one is void at once; sessions end."),
    )  # fmt: skip
    if given is not None:
        made = await seat.calls.post(f"/v1/accounts/{account}/reset")
        await _handed(seat, login, made["code"])


async def _handed(seat: Seat, login: str, code: str) -> None:
    """Show a one-time code once; its person chooses the password with it."""
    say, called = seat.say, seat.say("一次性口令", "One-time code")
    with named_dialog(called, "alertdialog") as dialog, ui.card().classes("ybz-dialog"):
        ui.label(called).classes("ybz-subtitle")
        facts([(say("账号", "Login"), login), (called, code)])
        ui.label(
            say(
                "只显示这一次。请当面交给本人；本人在登录页点“首次登录、更换或忘记密码”，用它设自己的密码。",
                "Shown this once. Hand it to the person, who follows First sign-in on the page to sign in "
                "and chooses a password with it.",
            )
        )
        with ui.row().classes("ybz-doing"):
            ui.button(say("已交给本人", "Handed over"), on_click=dialog.close).props("unelevated autofocus")
            ui.button(
                say("复制口令", "Copy the code"), icon="content_copy", on_click=lambda: _copied(seat, code)
            ).props("flat")
    dialog.props("persistent")
    await dialog
    dialog.delete()
    again()


def _copied(seat: Seat, code: str) -> None:
    ui.clipboard.write(code)
    done(seat.say("已复制", "Copied"))
