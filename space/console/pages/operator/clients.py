"""Machine clients of the operator: programs that ask by themselves, with a secret or a key of their own."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.operator.around import grants_of, title_of, ways
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant
from space.console.parts.notes import done, empty
from space.console.parts.ways import again
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


@page("/operator/clients", "机器客户端", "Machine clients")
async def clients(seat: Seat) -> None:
    """The machine clients of the reader's organisation."""
    ways(seat)
    say = seat.say
    found = (await seat.calls.whole("/v1/clients", "clients", mark="after"))["clients"]
    grants = await grants_of(seat)
    if seat.may(Act.CLIENT_KEEP):
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("登记一个客户端", "Register a client"),
                icon="add",
                on_click=lambda: _register(seat, grants),
            ).props("unelevated")
    living = [one for one in found if one["ended_at"] is None]
    if not living:
        empty(
            say("还没有客户端", "No client yet"),
            say(
                "程序用自己的密钥换取短时令牌来提问；登记后给出一次性显示的密钥。",
                "Programs ask with short tokens of their own; the secret is shown once on registration.",
            ),
        )
    names = {one["id"]: title_of(one, say) for one in grants}
    for one in living:
        _client(seat, one, names)


def _client(seat: Seat, one: dict[str, Any], names: dict[str, str]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(one["name"])
        facts(
            [
                (say("客户端号", "Client id"), one["id"]),
                (
                    say("只限授权", "This grant alone"),
                    names.get(one["grant"] or "", say("不限", "any of yours")),
                ),
                (say("登记于", "Registered"), instant(one["registered_at"])),
            ]
        )
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("换密钥", "New secret"), icon="key", on_click=lambda: _rotate(seat, one)).props(
                "outline"
            )
            ui.button(
                say("作废令牌", "Revoke its tokens"), icon="block", on_click=lambda: _revoke(seat, one)
            ).props("outline")
            ui.button(say("停用", "End it"), icon="stop", on_click=lambda: _end(seat, one)).props("outline")


async def _register(seat: Seat, grants: list[dict[str, Any]]) -> None:
    say = seat.say
    given = await answers(
        say("登记客户端", "Register a client"),
        [
            Question("name", say("名称", "Name"), hint=say("如：选址系统", "as: siting system")),
            Question(
                "grant", say("只限一份授权（建议）", "One grant alone (advised)"), needed=False,
                choices={one["id"]: title_of(one, say) for one in grants if one["state"] == "in_force"},
            ),
        ],
        say, do=say("登记", "Register"),
    )  # fmt: skip
    if given is None:
        return
    made = await seat.calls.post(
        "/v1/clients",
        {"name": given["name"], "organisation": seat.organisation, "grant": given["grant"] or None},
    )
    await _secret(seat, made)


async def _rotate(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    text = say("旧密钥还可以用一段时间，便于更换。", "The former stays good for a while.")
    if await answers(say("换密钥？", "A new secret?"), [], say, text=text) is not None:
        await _secret(seat, await seat.calls.post(f"/v1/clients/{one['id']}/credentials", {}))


async def _revoke(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    text = say("已发出的令牌立即失效；程序会自己再换。", "Tokens given so far are useless at once.")
    if await answers(say("作废令牌？", "Revoke its tokens?"), [], say, text=text) is not None:
        await seat.calls.post(f"/v1/clients/{one['id']}/revocation")
        done(say("已作废", "Revoked"))


async def _end(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    text = say("不能恢复，需要时另行登记。", "It is final; register another when needed.")
    if await answers(say(f"停用 {one['name']}？", f"End {one['name']}?"), [], say, text=text) is not None:
        await seat.calls.post(f"/v1/clients/{one['id']}/end")
        again()


async def _secret(seat: Seat, made: dict[str, Any]) -> None:
    """Show a secret, this once."""
    say, title = seat.say, seat.say("密钥只显示这一次", "The secret is shown this once")
    with (
        ui.dialog().props("persistent") as dialog,
        ui.card().classes("ybz-dialog").props(f'role="dialog" aria-label="{title}"'),
    ):
        ui.label(title).classes("ybz-subtitle")
        facts([(say("客户端号", "Client id"), made["id"])])
        Words("pre", str(made["secret"] or "—")).classes("ybz-op-sql").props('tabindex="0"')
        Words("p", say("请现在抄存到程序的保密配置里。", "Put it into the program's secrets now."))
        with ui.row().classes("ybz-doing"):
            ui.button(say("已保存", "Kept"), on_click=dialog.close).props("unelevated")
    await dialog
    again()
