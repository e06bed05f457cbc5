"""What stands where an answer will be: nothing asked yet, a question that runs, one that was left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator.keeping import Question
from space.console.parts.words import Words
from space.console.seats import Seat


def nothing_yet(say: Language) -> None:
    """Say that there is nothing to be explained."""
    text = say("先写一句，或从“常见问法”里选一句。", "Write a question first, or take one of the examples.")
    Words("p", text).props('role="status"')


def offered(seat: Seat, question: Question, come_back: Callable[[], Any], drop: Callable[[], Any]) -> None:
    """Offer to come back for a question.

    Args:
        seat: who asked it.
        question: left under way, or answered with the answer still there.
        come_back: for its answer.
        drop: it.
    """
    say, there = seat.say, question["state"] == "answered"
    why = (
        say("这一句已经答过，答案还在：", "This question was answered, and its answer is still there:")
        if there
        else say("上次离开时，这个提问还没有取回答案：", "When you left, this question was under way:")
    )
    do = say("看答案（不再计费）", "See it (no charge)") if there else say("取回答案", "Fetch its answer")
    with ui.element("section").classes("ybz-panel ybz-op-left").props('role="status"'):
        Words("p", why)
        Words("pre", question["sql"]).classes("ybz-op-sql").props('tabindex="0"')
        with ui.element("div").classes("ybz-doing"):
            ui.button(do, on_click=come_back).props("unelevated")
            ui.button(say("不要了", "Leave it"), on_click=drop).props("flat")


def waiting(say: Language) -> None:
    """Say how long a question has run, and that it may be left."""
    began = datetime.now(UTC)
    with ui.element("section").classes("ybz-panel"):
        label = Words("p", say("正在运行…", "Running…"))
        ui.linear_progress(show_value=False).props(f'indeterminate aria-label="{say("正在运行", "Running")}"')
        Words(
            "p",
            say(
                "可以离开本页：答案会留着，回到提问页或“历史与回执”再取，不会再收一次费。",
                "You may leave: the answer waits for you here and in the history, at no further charge.",
            ),
        ).classes("ybz-fine")

        def tick() -> None:
            seconds = int((datetime.now(UTC) - began).total_seconds())
            label.set_text(say(f"正在运行… {seconds} 秒", f"Running… {seconds} s"))

        ui.timer(1.0, tick)
