"""Decisions on grades that wait for their second signature, and datasets that merge personal sources.

Decides that nobody is offered to consent to what they proposed; the interface refuses it all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.authority.queue import navigation
from space.console.pages.authority.words import DECIDED
from space.console.pages.steward.words import DECISIONS, DETECTORS, GRADES, OFFICES, called
from space.console.paging import page
from space.console.parts.asking import Question
from space.console.parts.carrying import carried_out
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import badge, facts, heading
from space.console.seats import Seat

Line = Mapping[str, Any]
# How many decisions that are over are shown.
_SHOWN: Final = 20


@page("/authority/classification", "定级与汇聚", "Grading and merges")
async def classification(seat: Seat) -> None:
    """Each decision that waits, then each review."""
    navigation(seat)
    say = seat.say
    told, found = await asyncio.gather(
        seat.calls.whole("/v1/classification/decisions", "decisions", ended="true"),
        seat.calls.whole("/v1/classification/reviews", "reviews", ended="true"),
    )
    waiting = [one for one in told["decisions"] if one["state"] == "awaiting"]
    reviews = [one for one in found["reviews"] if one["state"] == "open"]
    if not waiting and not reviews:
        empty(
            say("没有等决定的定级和汇聚", "No grading and no merge waits"),
            say(
                "调低级别、否定识别结果要第二人同意；汇聚几个来源的个人信息要先审查。都会列在这里，提出的人自己不能同意。",
                "Lowering a grade, or overriding a finding, takes a second person, never who proposed it; "
                "merging personal sources is reviewed first. Both stand here.",
            ),
        )
    for one in waiting:
        _decision(seat, one)
    for one in reviews:
        _merged(seat, one)
    _decided(seat, found["reviews"], told["decisions"])


def _decision(seat: Seat, one: Line) -> None:
    say, own = seat.say, one["made_by"] in (seat.person, seat.name)
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(f"{called(say, DECISIONS, one['act'])} · {_about(one)}")
            badge(say("待第二人同意", "Waits for the second signature"), "warn")
        facts(
            [
                (say("针对", "About"), called(say, DETECTORS, one["kind"])),
                (say("到几级", "To"), called(say, GRADES, str(one.get("grade") or ""))),
                (say("理由", "Reason"), plain(one.get("reason"))),
                (say("依据", "Basis"), plain(one.get("basis"))),
                (say("数源部门", "Department"), plain(one["department"])),
                (
                    say("提出人", "Proposed by"),
                    f"{plain(one['made_by_name'])} · {called(say, OFFICES, one.get('made_as'))}",
                ),
                (say("提出时间", "Proposed"), instant(str(one["made_at"]))),
            ]
        )
        link(say("识别与证据", "Findings and evidence"), f"/console/steward/classification/{one['dataset']}")
        if own:
            ui.label(say("您提出的，由他人同意。", "You proposed it; somebody else consents.")).classes(
                "ybz-fine"
            )
        elif seat.may(Act.CLASSIFICATION_DECIDE):
            name = _about(one)
            with ui.element("div").classes("ybz-doing"):
                for path, zh, en in (("consent", "同意", "Consent"), ("refusal", "不同意", "Refuse")):
                    ui.button(
                        say(zh, en),
                        on_click=lambda path=path, zh=zh, en=en: _answer(seat, one, path, say(zh, en)),
                    ).props("unelevated" if path == "consent" else "outline").props(
                        f'aria-label="{say(zh, en)} {name}"'
                    )


async def _answer(seat: Seat, one: Line, path: str, label: str) -> None:
    async def act(given: dict[str, str]) -> None:
        await seat.calls.post(f"/v1/classification/decisions/{one['id']}/{path}", given)

    title = f"{label} · {_about(one)}"
    if await carried_out(seat, title, _argued(seat), act, do=label) is not None:
        again()


def _merged(seat: Seat, one: Line) -> None:
    """A dataset that merges personal sources: what comes in from whom, what follows from the answer."""
    say, title = seat.say, one["title"]
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(say(f"能不能汇聚成“{title}”", f"May {title} merge its sources?"))
            badge(called(say, GRADES, str(one["grade"])), "warn")
        ui.label(
            say(
                f"{one['department'] or '数源部门'}要把下面几个来源的个人信息汇在一起。"
                "汇聚后能看到一个人更多的情况，所以发布前先由主管部门审查。",
                f"{one['department'] or 'A department'} merges personal information of the sources below. "
                "Together they tell more of one person, so the authority reviews it before a release.",
            )
        )
        facts(
            [
                *(
                    (f"{each['title']}（{each['department']}）", "、".join(each["items"]))
                    for each in one["merged"]
                ),
                (say("提起时间", "Opened"), instant(str(one["opened_at"]))),
                (
                    say("同意以后", "If it may"),
                    say("下一次加工起可以发布。", "It may be released from the next build on."),
                ),
                (
                    say("不同意以后", "If it may not"),
                    say(
                        "不发布，来源部门各自的数据不受影响。",
                        "It is not released; its sources are as before.",
                    ),
                ),
            ]
        )
        link(say("这个数据集的目录页", "Its page in the catalogue"), f"/console/catalogue/{one['dataset']}")
        if seat.may(Act.CLASSIFICATION_DECIDE):
            with ui.element("div").classes("ybz-doing"):
                for accept, zh, en in ((True, "可以汇聚", "May be merged"), (False, "不可以", "May not")):
                    ui.button(
                        say(zh, en),
                        on_click=lambda accept=accept, zh=zh, en=en: _review(seat, one, accept, say(zh, en)),
                    ).props("unelevated" if accept else "outline").props(
                        f'aria-label="{say(zh, en)} {title}"'
                    )


async def _review(seat: Seat, one: Line, accept: bool, label: str) -> None:
    async def act(given: dict[str, str]) -> None:
        body = {**given, "accept": accept}
        await seat.calls.post(f"/v1/classification/datasets/{one['dataset']}/review", body)

    asked = _argued(seat)
    if accept:  # a merge rests on its impact assessment
        words = seat.say("依据（个人信息保护影响评估的文号）", "Basis (number of the impact assessment)")
        asked = [asked[0], Question("basis", words)]
    if await carried_out(seat, f"{label} · {one['title']}", asked, act, do=label) is not None:
        again()


def _decided(seat: Seat, reviews: Sequence[Line], decisions: Sequence[Line]) -> None:
    """What was decided last: it stays to be read, with who decided and why."""
    say = seat.say
    over = [
        {
            "id": one["id"],
            "what": say(f"汇聚成“{one['title']}”", f"Merging into {one['title']}"),
            "to": f"/console/catalogue/{one['dataset']}",
            "how": say("可以汇聚", "may be merged")
            if one["state"] == "accepted"
            else say("不可以", "may not"),
            "tone": "good" if one["state"] == "accepted" else "bad",
            "by": plain(one["decided_by_name"]),
            "at": str(one["decided_at"]),
            "why": " · ".join(filter(None, (one["reason"], one["basis"]))),
        }
        for one in reviews
        if one["decided_at"]
    ] + [
        {
            "id": one["id"],
            "what": f"{called(say, DECISIONS, one['act'])} · {_about(one)}",
            "to": f"/console/steward/classification/{one['dataset']}",
            "how": called(say, DECIDED, one["state"]),
            "tone": "good" if one["state"] == "in_force" else "calm",
            "by": plain(one["decided_by_name"] or one["made_by_name"]),
            "at": str(one["decided_at"] or one["made_at"]),
            "why": " · ".join(filter(None, (one["reason"], one["basis"]))),
        }
        for one in decisions
        if one["state"] != "awaiting"
    ]
    if not over:
        return
    newest = sorted(over, key=lambda one: one["at"], reverse=True)[:_SHOWN]
    heading(say("最近的决定", "Decided lately"))
    columns = [
        Column("what", say("事项", "Case"), link="to"),
        Column("how", say("决定", "Decision"), badge="tone"),
        Column("by", say("决定人", "By")),
        Column("at", say("时间", "When")),
        Column("why", say("理由与依据", "Why")),
    ]
    rows = [{**one, "at": instant(one["at"])} for one in newest]
    caption = say(
        "每项决定都已存证，审计人员可以查验。", "Each is in the evidence log, where auditors check it."
    )
    table(columns, rows, say, caption=caption)


def _about(one: Line) -> str:
    return " · ".join(filter(None, (one["title"], one["item"] or one["field"])))


def _argued(seat: Seat) -> list[Question]:
    say = seat.say
    return [
        Question(
            "reason",
            say("理由", "Reason"),
            say("写给部门看，并存证", "told to the department, and kept"),
            long=True,
        ),
        Question("basis", say("依据（可不填）", "Basis (may stay empty)"), needed=False),
    ]
