"""One request 申请件: what was asked, where each case stands, every step, and what is next for whoever reads.

Decides which side of the request is shown: the applicant's where it is theirs, else that of who answers. What
is open next is told by the interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.department import words
from space.console.pages.department.acts_on_cases import offered
from space.console.pages.department.around import (
    ROOM,
    badge,
    clock_badge,
    navigation,
    para,
    share,
    state,
    titles,
)
from space.console.pages.department.drafting import worded
from space.console.pages.department.granting import granting
from space.console.pages.department.next_steps import next_of, used_where
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant
from space.console.parts.notes import done
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, go, link, to_paper
from space.console.parts.words import Words, facts, heading, title
from space.console.seats import Seat

_UNKNOWN: Final = 404
# Event of a request's steps: a grant was signed on it.
_GRANTED: Final = "supply"


@page("/department/requests/{request}", "申请件", "Request")
async def one_request(seat: Seat) -> None:
    """One request with its cases, its steps and what is open next."""
    navigation(seat)
    request = await _read(seat, seat.names["request"])
    vocabulary = await seat.calls.get("/v1/requests/vocabulary")
    _head(seat, request, vocabulary)
    for case in request["cases"]:
        _case(seat, request, case, vocabulary)
    if seat.may(Act.GRANT_SIGN) and request["state"] == "permitted":
        await granting(seat, request)
    await used_where(seat, request)
    _history(seat, request)


async def _read(seat: Seat, request: str) -> dict[str, Any]:
    """The request as the reader's side has it."""
    if not seat.may(Act.REQUEST_DECIDE):
        found: dict[str, Any] = await seat.calls.get(f"/v1/requests/{request}")
        return found
    if seat.may(Act.REQUEST_FILE):
        try:
            found = await seat.calls.get(f"/v1/requests/{request}")
        except Declined as declined:
            if declined.status != _UNKNOWN:
                raise
        else:
            return found
    return dict(await seat.calls.get(f"/v1/requests/{request}/answering"))


def _head(seat: Seat, request: Mapping[str, Any], vocabulary: Mapping[str, Any]) -> None:
    say, stated = seat.say, request["statement"]
    title(titles(request), say)
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-line"):
            heading(say("申请内容", "What is asked for"))
            state(say, request["state"])
        pairs = [
            (say("申请单位", "Applicant"), request["applicant_name"]),
            (say("用途", "Purpose"), words.purpose(say, vocabulary, request["purpose"])),
            (say("使用场景", "Scenario"), stated.get("scenario", "")),
            (say("使用依据", "Legal basis"), stated.get("legal_basis", "")),
            (say("使用范围", "Scope"), stated.get("scope", "")),
            (say("提供方式", "Way of delivery"), words.method(say, vocabulary, stated.get("method"))),
            (say("用到", "Until"), request["use_until"] or ""),
            (say("承诺人", "Who vouches"), stated.get("vouched_by", "")),
            (say("受理", "Received"), instant(request["received_at"])),
            (say("编号", "Number"), request["id"]),
        ]
        facts([(term, text) for term, text in pairs if text])
        if request["missing"]:
            _missing(seat, request)
        with ui.element("div").classes("ybz-doing"):
            _whole(seat, request)


def _missing(seat: Seat, request: Mapping[str, Any]) -> None:
    say = seat.say
    heading(say("还缺这些，补齐才受理", "Missing; it is received once complete"), 3)
    with ui.element("ul").classes("ybz-lacks"):
        for line in request["missing"]:
            Words("li", worded(say, line))


def _whole(seat: Seat, request: Mapping[str, Any]) -> None:
    """What can be done with the request as a whole."""
    say = seat.say
    if "supplement" in request["next"]:
        to = f"{ROOM}/request?continue={request['id']}"
        ui.button(say("继续补齐", "Complete it"), on_click=lambda: go(to)).props("unelevated")
    events = set(request["next"]) | {each["event"] for case in request["cases"] for each in case["next"]}
    if "withdraw" in events:
        button = ui.button(
            say("撤回申请", "Withdraw"), icon="undo", on_click=lambda: _withdraw(seat, request)
        )
        button.props("outline")
    if request["state"] == "permitted" and seat.may(Act.CONTRACT_NEGOTIATE):
        link(say("谈合约", "Negotiate a contract"), f"{ROOM}/contracts/new?request={request['id']}").classes(
            "ybz-op-way"
        )
    print_ = ui.button(say("打印", "Print"), icon="print", on_click=to_paper)
    print_.props("flat")


async def _withdraw(seat: Seat, request: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("撤回申请", "Withdraw the request"),
        [Question("reason", say("为什么撤回", "Why"), long=True)],
        say,
        text=say(
            "还没有答复的不再审批，已经同意的不受影响；要再用须重新申请。",
            "What is not answered is answered no more; what was permitted stays. A new request can be filed.",
        ),
        do=say("撤回", "Withdraw"),
    )
    if given is None:
        return
    await seat.calls.post(f"/v1/requests/{request['id']}/withdrawal", {"reason": given["reason"], "by": ""})
    done(say("已撤回", "Withdrawn"))
    again()


def _case(
    seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any], vocabulary: Mapping[str, Any]
) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        with ui.element("div").classes("ybz-line"):
            heading(_called(seat, request, case))
            share(say, case["share_type"])
            state(say, case["state"])
            clock_badge(say, case["clock"])
        told = next_of(seat, request, case)
        if told:
            para(told).classes("ybz-next")
        _chain(seat, case)
        _terms(seat, request, case)
        _items(seat, request, case, vocabulary)
        if case["lacks"]:
            _lacks(seat, case)
        offered(seat, request, case, vocabulary)


def _called(seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    """Who answers a case; its number only where there are several."""
    if len(request["cases"]) == 1:
        return seat.say(f"{case['owner']}的答复", f"Answer of {case['owner']}")
    number = case["number"]
    return seat.say(f"第 {number} 件 · {case['owner']}", f"Case {number} · {case['owner']}")


def _chain(seat: Seat, case: Mapping[str, Any]) -> None:
    """The stages in their order; the one it waits at is marked."""
    say = seat.say
    if not case["chain"]:
        para(say("提交即同意，不需审批。", "Given at once; nobody has to answer."))
        return
    with ui.element("ol").classes("ybz-chain"):
        for one in case["chain"]:
            here = case["state"] == one["stage"]
            with ui.element("li") as stage:
                Words("strong", words.called(say, words.STAGES, one["stage"]))
                people = "、".join(one["persons"])
                Words("span", one["name"] + (f" {people}" if people else ""))
                if here:
                    badge(say("在这里", "here"), "warn")
            if here:
                stage.props('aria-current="step"')


def _terms(seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    """Under which conditions the catalogue shares what the case is about."""
    say = seat.say
    for name in dict.fromkeys(item.rpartition(".")[0] for item in case["items"]):
        entry = request["datasets"].get(name)
        if entry and case["share_type"] != "unconditional":
            facts(
                [
                    (say("共享条件", "Condition"), entry["condition"] or "—"),
                    (say("目录依据", "Basis in the catalogue"), entry["basis"] or "—"),
                ]
            )


def _items(
    seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any], vocabulary: Mapping[str, Any]
) -> None:
    say = seat.say
    rows = []
    for item in request["items"]:
        if item["case_id"] != case["id"]:
            continue
        ground = vocabulary["grounds"].get(item["ground"] or "", {}).get("words", "")
        rows.append(
            {
                "id": f"{item['dataset']}.{item['field']}", "title": item["title"],
                "dataset": request["datasets"].get(item["dataset"], {}).get("title", item["dataset"]),
                "answer": words.called(say, words.ANSWERS, item["answer"]) if item["answer"]
                else say("待答复", "waiting"),
                "tone": words.tone(item["answer"]),
                "why": "；".join(filter(None, (ground, item["basis"]))) or "—",
            }
        )  # fmt: skip
    several = len({row["dataset"] for row in rows}) > 1
    columns = [
        Column("title", say("数据项", "Item")),
        *([Column("dataset", say("数据集", "Dataset"))] if several else []),
        Column("answer", say("答复", "Answer"), badge="tone"),
        Column("why", say("理由和依据", "Ground and basis")),
    ]
    table(columns, rows, say, caption=say(f"数据项 {len(rows)} 个", f"{len(rows)} items"))


def _lacks(seat: Seat, case: Mapping[str, Any]) -> None:
    say = seat.say
    heading(say("一次性告知的缺项", "What the provider found missing, told once"), 3)
    given = [*case["given"], *[""] * len(case["lacks"])]
    facts(
        [
            (lack, text or say("待补正", "still open"))
            for lack, text in zip(case["lacks"], given, strict=False)
        ]
    )


def _history(seat: Seat, request: Mapping[str, Any]) -> None:
    say = seat.say
    numbers = {case["id"]: case["number"] for case in request["cases"]}
    heading(say("办理经过", "Steps taken"))
    with ui.element("ol").classes("ybz-history ybz-panel"):
        for step in request["steps"]:
            with ui.element("li"):
                Words("time", instant(step["made_at"])).props(f'datetime="{step["made_at"]}"')
                about = say(f"第 {numbers[step['case_id']]} 件", f"case {numbers[step['case_id']]}") if (
                    step["case_id"] in numbers
                ) else say("整件", "the whole")  # fmt: skip
                Words("strong", words.called(say, words.STEPS, step["event"]))
                Words("span", f"{_who(seat, step)} · {about}" if len(numbers) > 1 else _who(seat, step))
                if step["reason"] and step["event"] != _GRANTED:
                    para(_reason(seat, step), fine=True)


def _who(seat: Seat, step: Mapping[str, Any]) -> str:
    """Who took a step, in which office; an id is nobody's name."""
    office = words.called(seat.say, words.OFFICES, step["office"])
    if step["event"] == _GRANTED:  # written in the office that answered, done by whoever grants
        office = seat.say("授权签发人", "who signed the grant")
    if step["office"] == "clock" or str(step["made_by"]).startswith("per_"):
        return office
    for_ = seat.say(f"代{step['for_person']}", f"for {step['for_person']}") if step["for_person"] else ""
    return seat.say(f"{step['made_by']}{for_}（{office}）", f"{step['made_by']} {for_} ({office})")


def _reason(seat: Seat, step: Mapping[str, Any]) -> str:
    """Why a step was taken; the list of what was missing in the reader's words."""
    if step["office"] == "clock" and step["event"] == "return":
        return "；".join(worded(seat.say, line) for line in str(step["reason"]).split("; "))
    return str(step["reason"])
