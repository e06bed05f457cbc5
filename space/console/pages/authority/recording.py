"""What the registrar records of others: the code the national platform gave, the answer to an objection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.parts.asking import Question, answers
from space.console.parts.dropping import drop_zone
from space.console.parts.ways import again
from space.console.parts.words import heading
from space.console.seats import Seat


def code_panel(seat: Seat, case: Mapping[str, Any]) -> None:
    """A form for the code, taken in with the file that proves it."""
    say = seat.say
    heading(say("录入赋码结果", "Record the code"))
    with ui.element("section").classes("ybz-panel"):
        ui.label(
            say(
                "登记码由国家平台赋码，这里只录入结果。先填码，再放入证明文件，随即录入。",
                "The national platform gives the code. Fill it in, then drop the file that proves it.",
            )
        ).classes("ybz-fine")
        code = ui.input(say("登记码", "Code")).props("outlined stack-label").classes("ybz-wide")
        query = (
            ui.input(say("登记结果查询码", "Query code")).props("outlined stack-label").classes("ybz-wide")
        )

        async def taken(sent: dict[str, str]) -> None:
            body = {"code": code.value or "", "query_code": query.value or "", "proof": sent}
            await seat.calls.post(f"/v1/registrations/applications/{case['id']}/code", body)
            again()

        drop_zone(say("把赋码证明放到这里", "Drop the proof here"), say, taken)


async def decide_objection(seat: Seat, one: Mapping[str, Any]) -> None:
    """Ask whether an objection holds, why, and on what basis."""
    say = seat.say
    holds = {
        "no": say("不成立", "It does not hold"),
        "yes": say("成立，申请终止", "It holds; the application ends"),
    }
    given = await answers(
        say("处理异议", "Decide the objection"),
        [
            Question("accepted", say("结论", "Decision"), choices=holds),
            Question("reason", say("理由", "Reason"), long=True),
            Question("basis", say("依据", "Basis")),
        ],
        say,
    )
    if given is not None:
        body = {**given, "accepted": given["accepted"] == "yes"}
        await seat.calls.post(f"/v1/registrations/objections/{one['id']}/decision", body)
        again()
