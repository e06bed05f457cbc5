"""What can be done with one case, as the interface tells it: by the applicant, who answers, or who decides.

Decides nothing: an act is offered where the interface names its step, and the interface judges it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from space.console.pages.department.around import para
from space.console.pages.department.deciding import Deciding, decides
from space.console.parts.asking import Question, answers
from space.console.parts.notes import done
from space.console.parts.second_person import waits_for
from space.console.parts.ways import again
from space.console.parts.words import heading
from space.console.seats import Seat

# Steps of a dispute that state a reason or a basis and nothing else: words, path, what the text is.
_MOVES: Final[Mapping[str, tuple[str, str]]] = {
    "escalate": ("提请上一级", "Take it to the next level"),
    "accept": ("接受结果，了结争议", "Let the refusal stand"),
}
_PATHS: Final = {"escalate": "escalation", "accept": "acceptance"}
_SETTLED: Final[Mapping[str, tuple[str, str]]] = {
    "yield": ("改为同意", "Yield: permit it after all"),
    "overrule": ("裁定共享", "Overrule the refusal"),
    "uphold": ("裁定维持", "Uphold the refusal"),
    "refer": ("移送共同上级", "Refer to the common superior"),
}


def offered(
    seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any], vocabulary: Mapping[str, Any]
) -> None:
    """The acts open to the reader's organisation on a case."""
    say = seat.say
    events = [each["event"] for each in case["next"]]
    if decides(case):
        heading(say("答复这一件", "Answer this case"), 3)
        if seat.name in case["answered_by"]:
            para(
                say(
                    "您已办理前一环节，这一环节须由另一人办理。",
                    "You answered an earlier stage; another person takes this one.",
                )
            ).classes("ybz-lack")
        Deciding(seat, [(request, case)], vocabulary).build()
    with ui.element("div").classes("ybz-doing"):
        if "complete" in events:
            button = ui.button(say("补正", "Give what is missing"), on_click=lambda: _complete(seat, case))
            button.props("unelevated")
        if "dispute" in events:
            button = ui.button(
                say("有异议，提请协商", "Dispute"), on_click=lambda: _dispute(seat, request, case)
            )
            button.props("outline")
        for event, pair in (*_MOVES.items(), *_SETTLED.items()):
            if event in events:
                ui.button(say(*pair), on_click=lambda _, e=event: _move(seat, case, e)).props("outline")
        if "extend" in events:
            ui.button(say("同意延期", "Consent to more time"), on_click=lambda: _extend(seat, case)).props(
                "flat"
            )


def _at(case: Mapping[str, Any]) -> str:
    return f"/v1/requests/{case['request']}/cases/{case['id']}"


async def _complete(seat: Seat, case: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("补正", "Give what is missing"),
        [Question(str(place), lack, long=True) for place, lack in enumerate(case["lacks"])],
        say,
        text=say("每一项都要答，答完后计时继续。", "Every point is answered; then the clock runs on."),
        do=say("提交补正", "Send"),
    )
    if given is not None:
        texts = [given[str(place)] for place in range(len(case["lacks"]))]
        await seat.calls.post(f"{_at(case)}/completion", {"answers": texts, "by": ""})
        done(say("已补正", "Completed"))
        again()


async def _dispute(seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    say = seat.say
    refused = [
        f"{item['dataset']}.{item['field']}"
        for item in request["items"]
        if item["case_id"] == case["id"] and item["answer"] == "refused"
    ]
    given = await answers(
        say(f"对拒绝的 {len(refused)} 项提出争议", f"Dispute {len(refused)} refused items"),
        [Question("reason", say("为什么应当共享", "Why it should be shared"), long=True)],
        say,
        text=say(
            "双方先协商；协商不成可以提请数据主管部门裁定。每件只能提一次。",
            "Both sides negotiate first; then the data authority can be asked. Once for each case.",
        ),
        do=say("提出", "Dispute"),
    )
    if given is not None:
        body = {"reason": given["reason"], "items": refused, "by": ""}
        await seat.calls.post(f"{_at(case)}/dispute", body)
        done(say("已提出，进入协商", "Sent; it is negotiated now"))
        again()


async def _move(seat: Seat, case: Mapping[str, Any], event: str) -> None:
    say = seat.say
    settled = event in _SETTLED
    title = say(*(_SETTLED if settled else _MOVES)[event])
    label = say("依据", "Basis") if settled else say("理由", "Reason")
    given = await answers(title, [Question("text", label, long=True)], say, do=title)
    if given is None:
        return
    if settled:
        body = {"decision": event, "basis": given["text"], "by": ""}
        await seat.calls.post(f"{_at(case)}/settlement", body)
    else:
        await seat.calls.post(f"{_at(case)}/{_PATHS[event]}", {"reason": given["text"], "by": ""})
    done(title)
    again()


async def _extend(seat: Seat, case: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("同意延期", "Consent to more time"),
        [
            Question(
                "by",
                say(
                    "提供方谁提出延期（登记的姓名或账号）",
                    "Who of the provider asks (registered name or login)",
                ),
                say("须是在提供方任职、有审批权的人", "somebody of the provider who may decide"),
            ),
            Question("reason", say("理由", "Reason"), long=True),
            Question(
                "workdays",
                say("几个工作日", "Workdays"),
                say("不填为上限", "all where empty"),
                needed=False,
                count=True,
            ),
        ],
        say,
        text=say(
            "每件只能延期一次；提出的人签字后生效，申请方会收到通知。",
            "Once for each case; whoever asks signs, then it holds and the applicant is told.",
        ),
        do=say("同意", "Consent"),
    )
    if given is None:
        return
    days = given["workdays"].strip()
    body = {
        "by": given["by"], "reason": given["reason"], "approved_by": "",
        "workdays": int(days) if days.isdecimal() else None,
    }  # fmt: skip
    done(waits_for(seat, await seat.calls.post(f"{_at(case)}/extension", body)))
    again()
