"""The guided request 申请向导: what for and on which basis, which items, how they are used, check and send.

Decides the order of the questions alone. After each answer the service is asked what is still missing; its
list stands beside the questions, and each of its lines beside its own field.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from nicegui import ui

from space.console.pages.department.around import ROOM, navigation, para
from space.console.pages.department.choosing_items import Chooser
from space.console.pages.department.drafting import Draft, in_order, step_of, worded
from space.console.pages.department.kept import forget, keep, offer
from space.console.pages.department.questions import Questions
from space.console.pages.department.summing_up import summary
from space.console.paging import page
from space.console.parts.notes import done
from space.console.parts.second_person import waits_for
from space.console.parts.ways import go, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_STEPS = (
    ("办什么事、依据什么", "What for, and on which basis"),
    ("要哪些数据项", "Which items"),
    ("怎么用", "How it is used"),
    ("核对并提交", "Check and send"),
)


@page("/department/request", "提出申请", "New request")
async def asking_for(seat: Seat) -> None:
    """Write a request step by step; ``?dataset=`` begins with one, ``?continue=`` completes one."""
    navigation(seat)
    again = seat.query.get("continue", "")
    draft = Draft.of(await seat.calls.get(f"/v1/requests/{again}")) if again else Draft()
    if seat.query.get("dataset"):
        draft.items.setdefault(seat.query["dataset"], set())
    if not draft.stated.get("vouched_by"):
        draft.stated["vouched_by"] = seat.name
    vocabulary = await seat.calls.get("/v1/requests/vocabulary")
    before, place = ui.element("div").classes("ybz-wide"), ui.element("div").classes("ybz-wide")

    async def begin(draft: Draft) -> None:
        place.clear()
        with place:
            await Wizard(seat, draft, vocabulary, again).build()

    if not again and not draft.items:
        with before:
            offer(seat, begin)
    await begin(draft)


class Wizard:
    """The four steps, and the service's list beside them."""

    def __init__(self, seat: Seat, draft: Draft, vocabulary: dict[str, Any], again: str) -> None:
        self._seat, self._draft, self._vocabulary, self._again = seat, draft, vocabulary, again
        self._asked = 0
        self._parts: dict[int, ui.element] = {}
        self._tabs: dict[int, ui.button] = {}

    async def build(self) -> None:
        """Put the steps into the page."""
        seat, say = self._seat, self._seat.say
        self._questions = Questions(seat, self._draft, self._vocabulary, self._changed)
        self._chooser = Chooser(seat, self._draft, self._changed)
        with ui.element("div").classes("ybz-guide"):
            with ui.element("div"):
                self._tab_list()
                for step, (zh, en) in enumerate(_STEPS, 1):
                    with ui.element("section").classes("ybz-panel") as part:
                        part.props(f'aria-label="{say(zh, en)}"')
                        heading(f"{step}. {say(zh, en)}")
                        await self._fill(step)
                        self._moves(step)
                    self._parts[step] = part
            with ui.element("aside").classes("ybz-panel ybz-lacking") as aside:
                aside.props(f'aria-label="{say("还缺什么", "What is missing")}"')
                heading(say("还缺什么", "What is missing"))
                self._lacking = ui.element("div").props('aria-live="polite"')
        self._show(1)
        await self._changed()

    def _tab_list(self) -> None:
        say = self._seat.say
        with ui.element("ol").classes("ybz-steps"):
            for step, (zh, en) in enumerate(_STEPS, 1):
                with ui.element("li"):
                    button = ui.button(f"{step} {say(zh, en)}", on_click=lambda _, to=step: self._show(to))
                    self._tabs[step] = button.props("flat dense no-caps align=left")

    async def _fill(self, step: int) -> None:
        if step == 1:
            self._questions.basis()
        elif step == 2:
            await self._chooser.build()
        elif step == 3:
            self._questions.use()
        else:
            self._summary = ui.element("div")

    def _moves(self, step: int) -> None:
        say = self._seat.say
        with ui.element("div").classes("ybz-doing"):
            if step > 1:
                ui.button(say("上一步", "Back"), on_click=lambda: self._show(step - 1)).props("outline")
            if step < len(_STEPS):
                ui.button(say("下一步", "Next"), on_click=lambda: self._on(step)).props("unelevated")
            else:
                self._send = ui.button(say("提交申请", "Send the request"), on_click=self._file)
                self._send.props("unelevated")
                self._keep = ui.button(
                    say("先存下，以后补齐", "Keep it, complete it later"), on_click=self._file
                )
                self._keep.props("outline")
                self._told = ui.element("div").props('role="status"')
                self._left = para(say("右边列出的补齐后才能提交。", "What is listed beside is needed first."))

    def _on(self, step: int) -> None:
        self._questions.past(step)
        self._show(step + 1)

    def _show(self, step: int) -> None:
        if step == len(_STEPS):
            self._questions.past(step)
        for each, part in self._parts.items():
            part.set_visibility(each == step)
            if each == step:
                self._tabs[each].props('unelevated aria-current="step"', remove="flat")
            else:
                self._tabs[each].props("flat", remove="unelevated aria-current")

    async def _changed(self) -> None:
        """Ask the service what is missing now, and show it beside the fields."""
        self._asked += 1
        mine = self._asked
        if not self._again:
            with self._lacking:  # what was pressed may be gone by now
                keep(self._seat, self._draft)
        found = await self._seat.calls.post("/v1/requests/checks", self._draft.body())
        if mine != self._asked:  # something was changed meanwhile, and is asked about after this
            return
        self._draft.missing, self._draft.ways = tuple(found["missing"]), found["ways"]
        self._questions.told()
        self._tell()
        self._summary.clear()
        with self._summary:
            summary(self._seat, self._draft, self._chooser.known, self._vocabulary)
        self._send.set_visibility(not self._draft.missing)
        self._left.set_visibility(bool(self._draft.missing))
        self._keep.set_visibility(bool(self._draft.missing) and bool(self._draft.stated.get("purpose")))

    def _tell(self) -> None:
        say, missing = self._seat.say, self._draft.missing
        self._lacking.clear()
        with self._lacking:
            if not missing:
                para(say("都齐了，可以提交。", "Nothing is missing; it can be sent."))
                return
            para(
                say(
                    f"还有 {len(missing)} 处，点一下就到：",
                    f"{len(missing)} left; press one to get there:",
                ),
                fine=True,
            )
            with ui.element("ul").classes("ybz-lacks"):
                for line in in_order(missing):
                    with ui.element("li"):
                        point = Words("button", worded(say, line)).classes("ybz-point")
                        point.props("type=button").on("click", partial(self._show, step_of(line)))

    async def _file(self) -> None:
        calls, say = self._seat.calls, self._seat.say
        if self._again:
            made = await calls.put(f"/v1/requests/{self._again}", self._draft.body())
        else:
            made = await calls.post("/v1/requests", self._draft.body())
            forget(self._seat)
        if "waits_for" in made:  # who vouches signs first
            self._tell_waiting(waits_for(self._seat, made))
            return
        done(say("已提交", "Sent"))
        go(f"{ROOM}/requests/{made['id']}")

    def _tell_waiting(self, told: str) -> None:
        say = self._seat.say
        self._send.disable()
        self._keep.disable()
        with self._told:
            para(told)
            para(
                say(
                    "承诺人在首页“一本账”的待签署里签字；签字后申请才受理，并开始计时。",
                    "Who vouches signs on the first page; then the request is received, and its clocks run.",
                ),
                fine=True,
            )
            link(say("回到我的用数", "Back to my use of data"), ROOM)
