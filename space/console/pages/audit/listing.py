"""What the evidence log holds, the newest first: who did what to what, narrowed down in words."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from space.console.frame import at
from space.console.pages.audit.events import SUBJECTS, about_called, event_called
from space.console.pages.audit.words import actor_called
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import heading
from space.console.seats import Seat

_SHOWN: Final = 20
# What the list is narrowed down by, as the address and the interface name it.
_NARROWING: Final = ("kind", "subject", "by", "from", "to")
# Beginning of events → what they are called in the choice: the acts an auditor looks for first.
_KINDS: Final = {
    "catalog:merge_review": "merge_review", "catalog:classification": "classification",
    "catalog:authority": "authority", "catalog:entry": "entry", "catalog:registration": "registration",
    "catalog:demand": "demand", "catalog:opening": "opening", "catalog:clock": "clock",
    "catalog:edition": "edition", "dataset:release": "release", "space:request": "request",
    "space:case": "case", "space:grant": "grant", "space:contract": "contract", "space:query": "query",
    "space:agreement": "agreement", "space:scenario": "scenario", "backflow:delivery": "delivery",
    "correction:challenge": "challenge", "form:submission": "submission", "rectification:case": "dataset",
    "space:membership": "membership", "space:account": "account", "space:session": "session",
    "space:stop": "stop", "space:incident": "incident",
}  # fmt: skip


async def listing(seat: Seat) -> None:
    """The entries, as far as the address narrows them down."""
    say, query = seat.say, seat.query
    asked = {name: query.get(name, "") for name in _NARROWING}
    found = await seat.calls.get("/v1/evidence", **asked, limit=_SHOWN, cursor=query.get("cursor"))
    heading(say("记录清单", "Entries"))
    with ui.row().classes("ybz-doing"):
        ui.button(
            say("筛选", "Narrow down"), icon="filter_list", on_click=lambda: _narrow(seat, asked)
        ).props("flat")
        if any(asked.values()):
            ui.label(_said(seat, asked, found["events"])).classes("ybz-fine")
            link(say("看全部", "Show all"), at("/audit"))
    if not found["events"]:
        empty(
            say("没有这样的记录", "No such entries"),
            say("换一个筛选条件。", "Narrow down by something else."),
        )
        return
    _table(seat, found["events"], asked)
    with ui.row().classes("ybz-doing"):
        if query.get("cursor"):
            link(say("← 最新的", "← The newest"), _address(asked))
        if found["next"]:
            link(say("更早的 →", "Earlier →"), _address({**asked, "cursor": found["next"]}))


def _table(seat: Seat, events: list[dict[str, Any]], asked: dict[str, str]) -> None:
    say = seat.say
    rows = [
        {
            "id": one["id"],
            "no": one["position"] + 1,
            "what": event_called(one["event"], say),
            "to": at(f"/audit/entries/{one['id']}"),
            "by": actor_called(one["by_name"], say),
            "by_to": _address({**asked, "by": one["by"]}) if one["by"].startswith("per_") else "",
            "about": about_called(one, say),
            "id_of": "" if one["subject"].startswith("per_") else one["subject"],
            "about_to": _address({**asked, "subject": one["subject"]}),
            "at": instant(one["recorded_at"]),
        }
        for one in events
    ]
    columns = [
        Column("no", say("序号", "No."), numeric=True),
        Column("what", say("做了什么", "What was done"), link="to"),
        Column("by", say("谁", "By"), link="by_to"),
        Column("about", say("对什么", "To what"), link="about_to", fine="id_of"),
        Column("at", say("时间", "When")),
    ]
    caption = say(
        "新的在前；点“做了什么”看这一条，点人或对象只看与之有关的",
        "The newest first; follow what was done to the entry, a person or a thing to what is about them",
    )
    table(columns, rows, say, caption=caption)


async def _narrow(seat: Seat, asked: dict[str, str]) -> None:
    say = seat.say
    kinds = {"": say("全部", "All"), **{kind: say(*SUBJECTS[name]) for kind, name in _KINDS.items()}}
    kinds["rectification:case"] = say("问题数据整改", "faulty data")
    if asked["kind"] not in kinds:
        kinds[asked["kind"]] = event_called(asked["kind"], say)
    given = await answers(
        say("筛选记录", "Narrow the entries down"),
        [
            Question(
                "kind", say("哪一类", "Which kind"), choices=kinds, needed=False, value=asked["kind"]
            ),
            Question("from", say("从哪天", "From"), needed=False, day=True, value=asked["from"]),
            Question("to", say("到哪天", "To"), needed=False, day=True, value=asked["to"]),
            Question(
                "subject", say("对象编号（可不填）", "Id of the thing (may stay empty)"),
                say("回执、申请、授权、数据集等的编号", "of a receipt, request, grant, dataset …"),
                needed=False, value=asked["subject"],
            ),
        ],
        say,
        text=say("按人看：在清单里点这个人的姓名。", "For one person's acts, follow the name in the list."),
        do=say("筛选", "Narrow down"),
    )  # fmt: skip
    if given is not None:
        go(_address({**given, "by": asked["by"]}))


def _said(seat: Seat, asked: dict[str, str], events: list[dict[str, Any]]) -> str:
    """By what the list is narrowed down, in words."""
    say, said = seat.say, []
    if asked["kind"]:
        name = _KINDS.get(asked["kind"])
        said.append(say(*SUBJECTS[name]) if name else asked["kind"])
    if asked["by"]:
        said.append(next((one["by_name"] for one in events), say("这个人", "this person")))
    if asked["subject"]:
        said.append(next((one["about"] for one in events if one["about"]), "") or asked["subject"])
    if asked["from"] or asked["to"]:
        said.append(f"{asked['from'] or '…'} — {asked['to'] or '…'}")
    return say("只看：", "Only: ") + " · ".join(said)


def _address(asked: dict[str, str]) -> str:
    known = urlencode({name: value.strip() for name, value in asked.items() if value.strip()})
    return at(f"/audit?{known}" if known else "/audit")
