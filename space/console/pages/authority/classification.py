"""Decisions on grades that wait for their second signature, and datasets that merge personal sources.

Decides that nobody is offered to consent to what they proposed; the interface refuses it all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.authority.queue import navigation
from space.console.pages.steward.words import DECISIONS, DETECTORS, GRADES, OFFICES, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, link
from space.console.parts.words import badge, facts, heading
from space.console.seats import Seat

Line = Mapping[str, Any]


@page("/authority/classification", "定级决定", "Grading")
async def classification(seat: Seat) -> None:
    """Each decision that waits, then each review."""
    navigation(seat)
    say = seat.say
    told, reviews = await asyncio.gather(
        seat.calls.get("/v1/classification/decisions", limit=1000),
        seat.calls.get("/v1/classification/reviews", limit=200),
    )
    waiting = [one for one in told["decisions"] if one["state"] == "awaiting"]
    if not waiting and not reviews["reviews"]:
        empty(
            say("没有等第二人的定级决定", "No decision waits for its second signature"),
            say(
                "调低级别、否定识别结果要第二人同意，会列在这里；提出的人自己不能同意。",
                "Lowering a grade, or overriding a finding, takes a second person, never who proposed it.",
            ),
        )
    for one in waiting:
        _decision(seat, one)
    for one in reviews["reviews"]:
        _merged(seat, one)


def _decision(seat: Seat, one: Line) -> None:
    say, own = seat.say, one["made_by"] in (seat.person, seat.name)
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(f"{called(say, DECISIONS, one['act'])} · {one['dataset']}.{one['field']}")
            badge(say("待第二人同意", "Waits for the second signature"), "warn")
        facts(
            [
                (say("针对", "About"), called(say, DETECTORS, one["kind"])),
                (say("到几级", "To"), called(say, GRADES, str(one.get("grade") or ""))),
                (say("理由", "Reason"), plain(one.get("reason"))),
                (say("依据", "Basis"), plain(one.get("basis"))),
                (say("提出岗位", "Proposed as"), called(say, OFFICES, one.get("made_as"))),
                (say("提出时间", "Proposed"), instant(str(one["made_at"]))),
            ]
        )
        link(say("识别与证据", "Findings and evidence"), f"/console/steward/classification/{one['dataset']}")
        if own:
            ui.label(say("您提出的，由他人同意。", "You proposed it; somebody else consents.")).classes(
                "ybz-fine"
            )
        elif seat.may(Act.CLASSIFICATION_DECIDE):
            name = f"{one['dataset']}.{one['field']}"
            with ui.element("div").classes("ybz-doing"):
                for path, zh, en in (("consent", "同意", "Consent"), ("refusal", "不同意", "Refuse")):
                    ui.button(
                        say(zh, en),
                        on_click=lambda path=path, zh=zh, en=en: _answer(seat, one, path, say(zh, en)),
                    ).props("unelevated" if path == "consent" else "outline").props(
                        f'aria-label="{say(zh, en)} {name}"'
                    )


async def _answer(seat: Seat, one: Line, path: str, label: str) -> None:
    given = await answers(f"{label} · {one['dataset']}.{one['field']}", _argued(seat), seat.say, do=label)
    if given is not None:
        await seat.calls.post(f"/v1/classification/decisions/{one['id']}/{path}", given)
        done(label)
        again()


def _merged(seat: Seat, one: Line) -> None:
    say = seat.say
    with ui.element("article").classes("ybz-panel"):
        with ui.element("div").classes("ybz-headline"):
            heading(say(f"汇聚审查 · {one['dataset']}", f"Merged sources · {one['dataset']}"))
            badge(called(say, GRADES, str(one["grade"])), "warn")
        ui.label(
            say(
                "汇聚几个来源的个人信息，要先审查能不能汇聚。",
                "It merges personal sources; whether it may is reviewed first.",
            )
        ).classes("ybz-fine")
        facts([(source, "、".join(fields)) for source, fields in one["sources"].items()])
        if seat.may(Act.CLASSIFICATION_DECIDE):
            with ui.element("div").classes("ybz-doing"):
                for accept, zh, en in ((True, "可以汇聚", "May be merged"), (False, "不可以", "May not")):
                    ui.button(
                        say(zh, en),
                        on_click=lambda accept=accept, zh=zh, en=en: _review(seat, one, accept, say(zh, en)),
                    ).props("outline").props(f'aria-label="{say(zh, en)} {one["dataset"]}"')


async def _review(seat: Seat, one: Line, accept: bool, label: str) -> None:
    given = await answers(f"{label} · {one['dataset']}", _argued(seat), seat.say, do=label)
    if given is not None:
        body = {**given, "accept": accept}
        await seat.calls.post(f"/v1/classification/datasets/{one['dataset']}/review", body)
        again()


def _argued(seat: Seat) -> list[Question]:
    say = seat.say
    return [
        Question("reason", say("理由", "Reason"), long=True),
        Question("basis", say("依据（可不填）", "Basis (may stay empty)"), needed=False),
    ]
