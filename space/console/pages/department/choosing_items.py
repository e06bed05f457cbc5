"""Choosing items 逐项勾选: what is shared without condition with one click, the rest beside its condition.

Decides the grouping by the sharing type the catalogue states; nothing is ticked unasked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.department import words
from space.console.pages.department.around import para, share, stays
from space.console.pages.department.drafting import Draft
from space.console.parts.notes import reasons
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

_FOUND: Final = 8
_PAUSE_MS: Final = 400


class Chooser:
    """Datasets of a draft with their items."""

    def __init__(self, seat: Seat, draft: Draft, changed: Callable[[], Awaitable[None]]) -> None:
        self._seat, self._draft, self._changed = seat, draft, changed
        self.known: dict[str, Mapping[str, Any]] = {}

    async def build(self) -> None:
        """A search for more datasets, and those there are."""
        say = self._seat.say
        search = ui.input(
            say("找数据集", "Find a dataset"), on_change=lambda e: self._find(str(e.value or "").strip())
        )
        search.props(f"outlined stack-label clearable debounce={_PAUSE_MS} type=search").classes("ybz-wide")
        hint = say(
            "数据名称、数据项、部门或主题，例如：津贴、民政局", "A name, an item, a department or a theme"
        )
        search.props(f'placeholder="{hint}"')
        self._search = search
        self._hits = ui.element("ul").classes("ybz-adds").props('aria-live="polite"')
        self._chosen = ui.element("div")
        for name in list(self._draft.items):
            await self._add(name)

    async def _find(self, wanted: str) -> None:
        """What the catalogue finds; where nothing has all of the words, what has a part of them."""
        found, whole = await self._asked(wanted), True
        if wanted and not found:
            near = (await self._seat.calls.get("/v1/search/instead", q=wanted))["instead"]
            whole, parts = False, await asyncio.gather(*(self._asked(one["words"]) for one in near))
            found = list({one["name"]: one for each in parts for one in each}.values())[:_FOUND]
        say = self._seat.say
        self._hits.clear()
        with self._hits:
            if wanted and not whole:
                nothing = say(f"没有找到“{wanted}”。", f"Nothing is called “{wanted}”. ")
                told = say("相近的有：", "Near it:") if found else say(
                    "换个词试试，或者到数据目录按部门找。", "Try another word, or look in the catalogue."
                )  # fmt: skip
                Words("li", nothing + told)
            for one in found:
                if one["name"] not in self._draft.items:
                    self._hit(one)
            if wanted and not found:
                with ui.element("li"):
                    link(say("打开数据目录", "Open the catalogue"), "/console/catalogue")

    async def _asked(self, wanted: str) -> list[Any]:
        if not wanted:
            return []
        return list((await self._seat.calls.get("/v1/search", q=wanted, limit=_FOUND))["datasets"])

    def _hit(self, one: Mapping[str, Any]) -> None:
        say = self._seat.say
        with ui.element("li"):
            ui.button(
                say(f"加上 {one['title']}", f"Add {one['title']}"), icon="add",
                on_click=lambda: self._take(one["name"]),
            ).props("flat dense no-caps align=left")  # fmt: skip
            Words("span", one["department"]).classes("ybz-fine")
            share(say, one["sharing"])
            para(one.get("summary") or "", fine=True)

    async def _take(self, name: str) -> None:
        self._draft.items.setdefault(name, set())
        self._hits.clear()
        self._search.set_value("")
        await self._add(name)
        await self._changed()

    async def _add(self, name: str) -> None:
        try:
            found = await self._seat.calls.get(f"/v1/datasets/{name}")
        except Declined as declined:
            with self._chosen:
                reasons(self._seat, declined)
            return
        self.known[name] = found
        with self._chosen, ui.element("section").classes("ybz-dataset") as panel:
            self._dataset(name, found, panel)

    def _dataset(self, name: str, found: Mapping[str, Any], panel: ui.element) -> None:
        say = self._seat.say
        with ui.element("div").classes("ybz-line"):
            heading(found["title"], 3)
            share(say, found["sharing"])
            away = ui.button(icon="close", on_click=lambda: self._drop(name, panel)).props("flat round dense")
            away.props(f'aria-label="{say("不要这个数据集", "Leave it out")}: {found["title"]}"')
        para(f"{found['department']} · {found['summary']}", fine=True)
        link(say("看这份数据的目录", "Its entry in the catalogue"), f"/console/catalogue/{name}")
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for each in found["fields"]:
            groups.setdefault(each["sharing"], []).append(each)
        for code in ("unconditional", "conditional", "withheld"):
            if code in groups:
                self._group(name, found, code, groups[code])

    def _group(self, name: str, found: Mapping[str, Any], code: str, fields: list[Mapping[str, Any]]) -> None:
        say, boxes, free = self._seat.say, [], []
        title = f"{words.called(say, words.SHARES, code)}（{len(fields)}）"
        with ui.element("fieldset").classes(f"ybz-items {code}"):
            Words("legend", title)
            self._terms(found, code)
            all_of_it = ui.button(say("全部勾选", "Tick all"), icon="done_all")
            all_of_it.props("dense no-caps " + ("unelevated" if code == "unconditional" else "flat"))
            none_of_it = ui.button(say("全部不选", "Tick none")).props("flat dense no-caps")
            with ui.element("div").classes("ybz-boxes"):
                for each in fields:
                    label = (each["title"] or each["name"]) + _kind(say, each)
                    free += [] if stays(each) else [each["name"]]
                    box = ui.checkbox(label, value=each["name"] in self._draft.items[name])
                    box.on_value_change(lambda e, field=each["name"]: self._tick(name, field, bool(e.value)))
                    boxes.append((each["name"], box))
            all_of_it.on_click(lambda: self._tick_all(name, [one for one in boxes if one[0] in free], True))
            none_of_it.on_click(lambda: self._tick_all(name, boxes, False))

    def _terms(self, found: Mapping[str, Any], code: str) -> None:
        """Under which condition, on which basis; what is shared without has none."""
        say = self._seat.say
        if code == "unconditional":
            para(say("目录列明无条件共享，可以放心全选。", "Shared without condition; tick all you need."))
            return
        facts(
            [
                (say("共享条件", "Condition"), found.get("condition") or "—"),
                (say("依据", "Basis"), found.get("basis") or "—"),
            ]
        )
        if code == "withheld":
            para(
                say(
                    "目录列明不予共享：申请会被拒绝，须先变更目录。",
                    "The catalogue withholds it; the catalogue would have to change first.",
                )
            )

    async def _tick(self, name: str, field: str, ticked: bool) -> None:
        chosen = self._draft.items[name]
        if (field in chosen) == ticked:
            return
        (chosen.add if ticked else chosen.discard)(field)
        await self._changed()

    async def _tick_all(self, name: str, boxes: list[tuple[str, ui.checkbox]], ticked: bool) -> None:
        # First the draft, so that the boxes that follow ask nothing.
        fields = {field for field, _ in boxes}
        self._draft.items[name] = (
            self._draft.items[name] | fields if ticked else self._draft.items[name] - fields
        )
        for _, box in boxes:
            box.set_value(ticked)
        await self._changed()

    async def _drop(self, name: str, panel: ui.element) -> None:
        self._draft.items.pop(name, None)
        panel.delete()
        await self._changed()


def _kind(say: Language, field: Mapping[str, Any]) -> str:
    """Whether an item is about persons, and its level, behind its name."""
    about = say("敏感个人信息", "sensitive personal") if field.get("sensitive") else (
        say("个人信息", "personal") if field.get("personal") else ""
    )  # fmt: skip
    level = say(f"{field['grade']} 级", f"level {field['grade']}") if field.get("grade") else ""
    kept = say("不出库，不能授权", "never leaves, cannot be granted") if stays(field) else ""
    told = say("，", ", ").join(filter(None, (about, level, kept)))
    return say(f"（{told}）", f" ({told})") if told else ""
