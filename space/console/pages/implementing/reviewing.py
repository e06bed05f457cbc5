"""The yearly review 年度评估 of an agreement: a conclusion, what was found, and which side mends it."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from space.console.pages.implementing import words
from space.console.pages.implementing.around import address, at, ways
from space.console.pages.implementing.using import used
from space.console.paging import page
from space.console.parts.asking import Question, asked_field
from space.console.parts.notes import done, empty
from space.console.parts.ways import go
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@page("/implementing/agreements/{number}/review", "年度评估", "Yearly review")
async def review(seat: Seat) -> None:
    """A form for the oldest year that waits, beside what the agreement was used for."""
    ways(seat)
    say, number = seat.say, seat.names["number"]
    found, use = await asyncio.gather(seat.calls.get(at(number)), seat.calls.get(f"{at(number)}/use"))
    if not found["unreviewed"]:
        empty(
            say("没有要评估的年度", "No year waits"),
            say(
                "协议每满一年评估一次，届满次日起可以评估。", "A year is reviewed from the day after its end."
            ),
        )
        return
    until = found["unreviewed"][0]
    intro = say(
        f"协议 {number}，截至 {until} 的一年。评估一经提交不能修改；发现的问题由责任方限期整改。",
        f"{number}, the year to {until}. A review is final; who owes what it finds mends it in time.",
    )
    Words("p", intro)
    findings: list[dict[str, Any]] = []
    with ui.element("section").classes("ybz-panel ybz-op-form"):
        heading(say("结论", "Conclusion"))
        conclusion = asked_field(Question("conclusion", say("评估结论", "Conclusion"), long=True), say)
        heading(say("发现的问题", "Findings"), 3)
        rows = ui.element("div")
        ui.button(
            say("加一个问题", "Add a finding"), icon="add", on_click=lambda: _finding(seat, rows, findings)
        ).props("flat")

    async def hand_in() -> None:
        stated = [{name: str(made.value or "").strip() for name, made in row.items()} for row in findings]
        body = {
            "conclusion": str(conclusion.value or ""),
            "findings": [one for one in stated if one["words"]],
        }
        await seat.calls.post(f"{at(number)}/reviews", body)
        done(say("评估已提交", "The review is made"))
        go(address(f"/agreements/{number}"))

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("提交评估", "Make the review"), icon="send", on_click=hand_in).props("unelevated")
    used(seat, use)


def _finding(seat: Seat, rows: ui.element, findings: list[dict[str, Any]]) -> None:
    say, sides = seat.say, ("operator", "body")
    with rows, ui.element("div").classes("ybz-grid ybz-impl-product"):
        row = {
            "words": asked_field(Question("words", say("问题", "What was found"), needed=False), say),
            "owed_by": asked_field(
                Question(
                    "owed_by", say("由谁整改", "Mended by"), value=sides[0],
                    choices={one: words.office(say, one) for one in sides},
                ),
                say,
            ),
        }  # fmt: skip
    findings.append(row)
