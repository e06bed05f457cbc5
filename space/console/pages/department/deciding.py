"""Answering cases 审批办理: permit, refuse on a ground, or return; one case or several, each by its own call.

Decides that nothing is half-told: every case has its own line in the result, done or with the reason it was
not; a case that fails stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.pages.department.around import ROOM, badge, titles
from space.console.pages.department.citations import citations
from space.console.parts.notes import reasons
from space.console.parts.ways import again, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

Chosen = tuple[Mapping[str, Any], Mapping[str, Any]]
_ANSWERING: Final = ("permit", "refuse", "to_second", "to_region", "to_authority")
_NOTHING: Final = ""


def decides(case: Mapping[str, Any]) -> bool:
    """Whether the interface says that the reader's organisation answers a case now."""
    return any(each["event"] in _ANSWERING and each["office"] == case["state"] for each in case["next"])


class Deciding:
    """The form of an answer, with the texts it may rest on beside it."""

    def __init__(
        self,
        seat: Seat,
        chosen: Sequence[Chosen],
        vocabulary: Mapping[str, Any],
        picked: Callable[[], Sequence[Chosen]] | None = None,
    ) -> None:
        """An answer to cases.

        Args:
            seat: who answers.
            chosen: request and case of each that may be answered.
            vocabulary: grounds and periods, as the interface tells them.
            picked: those of them that are ticked now; all where None.
        """
        self._seat, self._chosen, self._vocabulary = seat, tuple(chosen), vocabulary
        self._picked = picked or (lambda: self._chosen)
        self._alone = picked is None
        self._act = "permit"
        self._items: dict[str, ui.checkbox] = {}

    def build(self) -> None:
        """Put the form into the page."""
        say = self._seat.say
        with ui.element("div").classes("ybz-two ybz-deciding"):
            with ui.element("div"):
                acts = {"permit": say("同意", "Permit"), "refuse": say("不予共享", "Refuse")}
                if any(self._returnable(case) for _, case in self._chosen):
                    acts["return"] = say("退回补正", "Return")
                with ui.element("fieldset").classes("ybz-choice"):
                    Words("legend", say("怎么答复", "Answer"))
                    ui.radio(acts, value="permit", on_change=lambda e: self._to(str(e.value))).props("inline")
                self._ask()
                button = ui.button(say("办理", "Answer"), on_click=self._do).props("unelevated")
                self._button = button
                self._result = ui.element("div").props('aria-live="polite"')
            with ui.element("aside").classes("ybz-texts") as aside:
                aside.props(f'aria-label="{say("法律依据", "Texts")}"')
                self._texts = aside
        self._to("permit")

    def picked(self) -> None:
        """Follow what is ticked now: how many, and which texts they cite."""
        say, count = self._seat.say, len(self._picked())
        self._button.set_text(say(f"办理所选 {count} 件", f"Answer the {count} chosen"))
        self._button.set_enabled(count > 0)
        self._cite()

    def _cite(self) -> None:
        self._texts.clear()
        with self._texts:
            citations(self._seat, self._picked(), self._vocabulary, self._take, refusing=self._ground.visible)

    def _take(self, text: str) -> None:
        """Put a citation into the basis."""
        former = str(self._basis.value or "").strip()
        if text not in former:
            self._basis.set_value(f"{former}；{text}" if former else text)

    def _ask(self) -> None:
        say = self._seat.say
        if self._alone:
            self._part_of_it(*self._chosen[0])
        needed = {say("请填写", "needed"): lambda value: bool(str(value or "").strip())}
        basis = say("依据（必填，可从旁边的条文引用）", "Basis (needed; cite from the texts beside)")
        self._basis = ui.textarea(basis, validation=needed).props("outlined stack-label rows=2 autogrow")
        self._basis.props(
            f'hint="{say("法律、法规、决定的名称和条款", "Law or decision, with its article")}"'
        )
        shares = {case["share_type"] for _, case in self._chosen}
        grounds = {
            code: row["words"]
            for code, row in self._vocabulary["grounds"].items()
            if shares & set(row["shares"])
        }
        self._ground = ui.select(
            grounds, label=say("拒绝的理由（清单内）", "Ground, of the list"), clearable=True,
            validation=needed,
        )  # fmt: skip
        self._ground.props("outlined stack-label")
        lacks = say("还缺什么，一行一项", "What is missing, one a line")
        self._lacks = ui.textarea(lacks, validation=needed)
        self._lacks.props("outlined stack-label rows=3 autogrow")
        self._lacks.props(f'hint="{say("只能退回一次，请一次列全", "It is returned once: list all of it")}"')
        for each in (self._basis, self._ground, self._lacks):
            each.without_auto_validation().classes("ybz-wide")

    def _part_of_it(self, request: Mapping[str, Any], case: Mapping[str, Any]) -> None:
        """Which items a yes is about; what is not ticked is refused."""
        say = self._seat.say
        open_ = [i for i in request["items"] if i["case_id"] == case["id"] and i["answer"] is None]
        with ui.element("fieldset").classes("ybz-items") as part:
            Words("legend", say("同意哪些数据项（不勾的即不予共享）", "Items permitted; the rest is refused"))
            with ui.element("div").classes("ybz-boxes"):
                for item in open_:
                    box = ui.checkbox(item["title"], value=True, on_change=lambda _: self._to(self._act))
                    self._items[f"{item['dataset']}.{item['field']}"] = box
        self._part = part

    def _to(self, act: str) -> None:
        self._act = act
        part = any(not box.value for box in self._items.values())
        if self._items:
            self._part.set_visibility(act == "permit")
        self._basis.set_visibility(act != "return")
        self._ground.set_visibility(act == "refuse" or (act == "permit" and part))
        self._lacks.set_visibility(act == "return")
        self._cite()

    def _written(self) -> bool:
        """Whether the fields an answer is made of hold something; what is empty is told beside it."""
        shown = [one for one in (self._basis, self._ground, self._lacks) if one.visible]
        return not [one for one in shown if not one.validate()]

    async def _do(self) -> None:
        chosen = list(self._picked())
        if not self._written():
            return
        self._button.disable()
        results: list[tuple[Mapping[str, Any], Mapping[str, Any], Declined | None]] = []
        for request, case in chosen:
            try:
                await self._one(case)
            except Declined as declined:
                results.append((request, case, declined))
            else:
                results.append((request, case, None))
        if self._alone and all(declined is None for _, _, declined in results):
            again()  # the page tells by itself where the case stands now
            return
        self._told(results)

    async def _one(self, case: Mapping[str, Any]) -> None:
        at = f"/v1/requests/{case['request']}"
        if self._act == "return":
            lacks = [line.strip() for line in str(self._lacks.value or "").splitlines() if line.strip()]
            await self._seat.calls.post(f"{at}/cases/{case['id']}/return", {"lacks": lacks, "by": ""})
            return
        body: dict[str, Any] = {
            "case": case["id"], "permit": self._act == "permit", "basis": str(self._basis.value or ""),
            "ground": str(self._ground.value or ""), "by": "",
        }  # fmt: skip
        kept = [name for name, box in self._items.items() if box.value]
        if self._act == "permit" and len(kept) < len(self._items):
            body["items"] = kept
        await self._seat.calls.post(f"{at}/decisions", body)

    def _told(self, results: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], Declined | None]]) -> None:
        """Every case on a line of its own: done, or why not."""
        say = self._seat.say
        failed = sum(declined is not None for _, _, declined in results)
        self._result.clear()
        with self._result:
            heading(say(f"办成 {len(results) - failed} 件，没有办成 {failed} 件",
                        f"{len(results) - failed} done, {failed} not done"), 3)  # fmt: skip
            with ui.element("ul").classes("ybz-results"):
                for request, case, declined in results:
                    with ui.element("li"):
                        badge(say("没有办成", "Not done"), "bad") if declined else badge(
                            say("办成", "Done"), "good"
                        )
                        name = say(
                            f"{request['applicant_name']}：{titles(request, case)} 第 {case['number']} 件",
                            f"{request['applicant_name']}: {titles(request, case)}, case {case['number']}",
                        )
                        link(name, f"{ROOM}/requests/{request['id']}")
                        if declined:
                            reasons(self._seat, declined)
            ui.button(say("刷新", "Read anew"), on_click=again).props("flat")
        self._button.set_enabled(bool(failed))

    def _returnable(self, case: Mapping[str, Any]) -> bool:
        return any(each["event"] == "return" for each in case["next"])
