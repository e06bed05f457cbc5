"""The items of a contract on the page: what each was taken for and why, to be changed in place.

Decides nothing of an item; editors are made when one is opened, so that a wide table stands at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from space.console.pages.steward import document as paper
from space.console.pages.steward.bounds import bounds, custom
from space.console.pages.steward.document import Node
from space.console.pages.steward.guesses import proposal, seen, sureness, why
from space.console.pages.steward.removing import take_out
from space.console.pages.steward.rules import rules_of_item
from space.console.pages.steward.searching import element_sought
from space.console.pages.steward.words import GRADES, TYPES, UNITS, USES, called, choices
from space.console.pages.steward.work import Work, framed
from space.console.parts.words import Words


@dataclass(slots=True)
class Row:
    """One item on the page.

    Attributes:
        work: on the contract.
        item: in its document.
        changed: called after each change.
        line: what is told of it in one line.
        body: holds the editor.
        place: holds all of it.
    """

    work: Work
    item: Node
    changed: Callable[[], None]
    line: ui.element
    body: ui.element
    place: ui.element

    @property
    def guess(self) -> Mapping[str, Any]:
        """What drafting said of it."""
        return self.work.guesses.get(self.item["name"], {})

    def told(self) -> None:
        """Write the line anew."""
        say, item = self.work.seat.say, self.item
        unit = paper.custom(item, "unit")
        self.line.clear()
        with self.line:
            Words("strong", paper.heading(item))
            Words("code", item["name"]).classes("ybz-fine")
            _badge(called(say, TYPES, item.get("logicalType", "string")))
            element = paper.custom(item, "element")
            if element:
                _badge(say("标准：", "Element: ") + _name_of(self.guess, element))
            grade = paper.custom(item, "grade")
            if grade:
                _badge(called(say, GRADES, str(grade)))
            if unit:
                _badge(say("标识：", "Identifies: ") + called(say, UNITS, unit["kind"]), "warn")
            if item.get("primaryKey"):
                _badge(say("主键", "Key"))
            elif item.get("required"):
                _badge(say("必填", "Required"))
            if paper.custom(item, "personal"):
                _badge(say("个人信息", "Personal"), "warn")
            if self.guess:
                changed = item.get("logicalType", "string") != self.guess["type"]
                text, tone = (
                    (say("您已改", "Changed by you"), "calm") if changed else sureness(say, self.guess)
                )
                _badge(text, tone)

    def edited(self, *, anew: bool = False) -> None:
        """After a change: the line, the editor where other fields belong to it, and what is said of it."""
        self.told()
        if anew:
            self.body.clear()
            with self.body:
                _editor(self)
            framed(self.body)
        self.changed()


def listed(work: Work, changed: Callable[[], None]) -> None:
    """Every item, one under the other."""
    with ui.element("ol").classes("ybz-fields"):
        for item in paper.items(work.document):
            _shown(work, item, changed, ui.element("li"))


def _shown(work: Work, item: Node, changed: Callable[[], None], place: ui.element) -> None:
    """One item in its place."""
    place.clear()
    with place:
        with ui.element("details") as whole:
            line = ui.element("summary")
            body = ui.element("div").classes("ybz-item-body")
        row = Row(work, item, changed, line, body, place)
        row.told()
        whole.on("toggle", _opens(row))
        work.slots[f"item:{item['name']}"] = ui.element("div").classes("ybz-said")


def _taken_out(row: Row) -> None:
    """Take the item out; its place says so, and can have it back."""
    work, item, say = row.work, row.item, row.work.seat.say
    put_back = take_out(work.document, item)
    work.slots.pop(f"item:{item['name']}", None)
    work.rules.pop(item["name"], None)

    def back() -> None:
        put_back()
        _shown(work, item, row.changed, row.place)
        row.changed()

    row.place.clear()
    with row.place, ui.element("div").classes("ybz-line ybz-taken-out").props('role="status"'):
        text = say(
            f"已去掉“{paper.heading(item)}”，文件里的这一列不入库。",
            f"“{paper.heading(item)}” is out: this column of the file is not taken.",
        )
        ui.label(text)
        ui.button(say("放回", "Put it back"), icon="undo", on_click=back).props("flat")
    row.changed()


def _opens(row: Row) -> Callable[[], None]:
    def opened() -> None:
        if not row.body.default_slot.children:
            with row.body:
                _editor(row)
            framed(row.body)

    return opened


def _editor(row: Row) -> None:
    say, item = row.work.seat.say, row.item
    _reasons(row)
    with ui.element("div").classes("ybz-grid"):
        _text(row, say("名称", "Name people use"), paper.heading(item), "businessName")
        kind = ui.select(
            choices(say, TYPES), label=say("类型", "Type"), value=item.get("logicalType", "string")
        )
        kind.on_value_change(lambda e: _typed(row, e.value))
        _element(row)
        grade = ui.select(
            choices(say, GRADES), label=say("级别", "Grade"), value=str(paper.custom(item, "grade") or "")
        )
        grade.on_value_change(lambda e: _graded(row, e.value))
        unit = ui.select(
            _units(row),
            label=say("标识谁", "Identifies"),
            value=(paper.custom(item, "unit") or {}).get("kind", ""),
        )
        unit.on_value_change(lambda e: _identifies(row, e.value))
        use = ui.select(
            choices(say, USES), label=say("用途", "Use"), value=paper.custom(item, "use") or "never"
        )
        use.on_value_change(lambda e: custom(row, "use", None if e.value == "never" else e.value))
    with ui.element("div").classes("ybz-ticks"):
        _tick(row, say("必填", "Required"), bool(item.get("required")), "required")
        _tick(row, say("不重复", "Unique"), bool(item.get("unique")), "unique")
        key = ui.checkbox(say("主键", "Key of a row"), value=bool(item.get("primaryKey")))
        key.on_value_change(lambda e: _keyed(row, bool(e.value)))
        for name, zh, en in (
            ("personal", "个人信息", "Personal"),
            ("sensitive", "敏感个人信息", "Sensitive"),
        ):
            box = ui.checkbox(say(zh, en), value=bool(paper.custom(item, name)))
            box.on_value_change(lambda e, name=name: custom(row, name, bool(e.value) or None))
    bounds(row)
    _text(row, say("说明", "What it means"), str(item.get("description", "")), "description")
    work = row.work
    with ui.element("div") as slot:
        rules_of_item(work, item["name"], row.changed)
    work.rules[item["name"]] = (slot, lambda: rules_of_item(work, item["name"], row.changed))
    if len(paper.items(work.document)) > 1:
        with ui.element("div").classes("ybz-doing"):
            label = f"{say('去掉这一项', 'Take this item out')}: {paper.heading(item)}"
            away = ui.button(say("去掉这一项", "Take this item out"), icon="delete_outline")
            away.on_click(lambda: _taken_out(row)).props("flat").props["aria-label"] = label


def _reasons(row: Row) -> None:
    """Why it was taken for what it is."""
    say, guess = row.work.seat.say, row.guess
    if not guess:
        return
    with ui.element("ul").classes("ybz-why"):
        with ui.element("li"):
            ui.label(say("为什么这样猜：", "Why: ") + why(say, guess["reason"]))
        if text := seen(say, guess["reason"]):
            with ui.element("li"):
                ui.label(text)
        if guess["proposals"]:
            with ui.element("li"):
                listed_ = say("、", ", ").join(proposal(say, one) for one in guess["proposals"][:3])
                ui.label(say("可能的数据元标准：", "Elements it may follow: ") + listed_)


def _element(row: Row) -> None:
    say = row.work.seat.say
    known = {one["element"]: proposal(say, one) for one in row.guess.get("proposals", ())}
    now = paper.custom(row.item, "element") or ""
    known.setdefault(now, now)
    known[""] = say("不采用数据元标准", "Follows none")
    with ui.element("div").classes("ybz-sought"):
        chosen = ui.select(known, label=say("数据元标准", "Standard element"), value=now)
        chosen.on_value_change(lambda e: custom(row, "element", e.value or None))

        async def sought() -> None:
            found = await element_sought(row.work.seat, paper.heading(row.item))
            if found:
                chosen.set_options({**known, found[0]: found[1]}, value=found[0])

        label = say("查找数据元标准", "Look for an element")
        ui.button(icon="search", on_click=sought).props(f'flat round aria-label="{label}"')


def _typed(row: Row, kind: str) -> None:
    paper.put_type(row.item, kind)
    row.edited(anew=True)


def _graded(row: Row, grade: str) -> None:
    custom(row, "grade", int(grade) if grade else None)


def _identifies(row: Row, kind: str) -> None:
    paper.put_unit(row.work.document, row.item, kind)
    row.edited(anew=True)


def _keyed(row: Row, keyed: bool) -> None:
    paper.put_key(row.work.document, row.item, keyed)
    row.edited()


def _units(row: Row) -> dict[str, str]:
    now = (paper.custom(row.item, "unit") or {}).get("kind", "")
    return choices(row.work.seat.say, UNITS) | ({now: now} if now not in UNITS else {})


def _text(row: Row, label: str, value: str, name: str) -> None:
    made = ui.input(label, value=value).classes("ybz-wide")

    def put(text: str) -> None:
        if text.strip():
            row.item[name] = text.strip()
        else:
            row.item.pop(name, None)
        row.edited()

    made.on_value_change(lambda e: put(str(e.value or "")))


def _tick(row: Row, label: str, value: bool, name: str) -> None:
    def put(on: bool) -> None:
        if on:
            row.item[name] = True
        else:
            row.item.pop(name, None)
        row.edited()

    ui.checkbox(label, value=value).on_value_change(lambda e: put(bool(e.value)))


def _name_of(guess: Mapping[str, Any], code: str) -> str:
    return next((one["name"] for one in guess.get("proposals", ()) if one["element"] == code), "") or code


def _badge(text: str, tone: str = "calm") -> None:
    Words("span", text).classes(f"ybz-badge {tone}")
