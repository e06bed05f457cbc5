"""The items of a draft: found in the ledger, written by hand or computed; moved, changed, taken off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.forms import words
from space.console.pages.forms.draft import Draft
from space.console.pages.steward.words import TYPES, choices
from space.console.parts.asking import Question, answers
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_FOUND: Final = 6
_PAUSE_MS: Final = 400


class Items:
    """The part of the page that holds the items."""

    def __init__(self, seat: Seat, draft: Draft, changed: Callable[[], None]) -> None:
        self._seat, self._draft, self._changed = seat, draft, changed

    def build(self) -> None:
        """The list, the search of the ledger, and the buttons for what the ledger has not."""
        say = self._seat.say
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("项目", "Items"))
            text = say(
                "还没有项目。先从账上找：找得到的不用基层填。",
                "No item yet. Look in the ledger first: what is there need not be typed.",
            )
            self._none = Words("p", text).classes("ybz-fine")
            self._list = ui.element("ol").classes("ybz-form-list")
            search = ui.input(
                say("从账上找：数据集或项目名称", "Look in the ledger: a dataset or an item"),
                on_change=lambda e: self._find(str(e.value or "").strip()),
            ).props(f"outlined stack-label clearable debounce={_PAUSE_MS} type=search")
            search.classes("ybz-wide")
            self._hits = ui.element("div").props('aria-live="polite"')
            with ui.element("div").classes("ybz-doing"):
                by_hand = say("加一项手工填的", "Add one that is typed")
                ui.button(by_hand, icon="edit", on_click=lambda: self._write(None)).props("outline")
                ui.button(
                    say("加一项自动计算的", "Add one that is computed"), icon="functions",
                    on_click=lambda: self._compute(None),
                ).props("outline")  # fmt: skip
        self.show()

    def show(self) -> None:
        """The list anew."""
        titles = self._draft.titles()
        self._none.set_visibility(not self._draft.items)
        self._list.clear()
        with self._list:
            for place, one in enumerate(self._draft.items):
                self._line(place, one, titles)

    def _line(self, place: int, one: dict[str, Any], titles: Mapping[str, str]) -> None:
        say = self._seat.say
        with ui.element("li"):
            with ui.element("div").classes("ybz-form-item"):
                Words("strong", one["title"])
                Words("span", words.filled(say, one, titles)).classes("ybz-fine")
                if one.get("dataset") and not self._draft.key_in(one["dataset"]):
                    about = words.of(words.SUBJECTS, say, self._draft.stated.get("subjectKind", ""))
                    text = say(
                        f"这份数据不按“{about}”标识，带不出来",
                        f"its rows do not identify {about}: it will not come",
                    )
                    Words("span", text).classes("ybz-badge warn")
            for icon, label, act in (
                ("arrow_upward", say("上移", "Up"), lambda: self._move(place, -1)),
                ("arrow_downward", say("下移", "Down"), lambda: self._move(place, 1)),
                ("edit", say("修改", "Change"), lambda: self._change(one)),
                ("close", say("去掉", "Take off"), lambda: self._drop(one)),
            ):
                button = ui.button(icon=icon, on_click=act).props("flat round dense")
                button.props["aria-label"] = f"{label}: {one['title']}"

    def _move(self, place: int, by: int) -> None:
        self._draft.move(place, by)
        self._both()

    def _drop(self, one: dict[str, Any]) -> None:
        self._draft.items[:] = [each for each in self._draft.items if each is not one]
        self._both()

    async def _change(self, one: dict[str, Any]) -> None:
        if one.get("compute"):
            await self._compute(one)
        elif one.get("dataset"):
            await self._call(one)
        else:
            await self._write(one)

    async def _call(self, one: dict[str, Any]) -> None:
        """Another title for what comes from the ledger."""
        say = self._seat.say
        asked = [Question("title", say("表上的名称", "As the form says it"), value=one["title"])]
        given = await answers(say("修改项目", "Change the item"), asked, say)
        if given is not None:
            one["title"] = given["title"].strip()
            self._both()

    async def _find(self, wanted: str) -> None:
        say, found = self._seat.say, []
        if wanted:
            found = (await self._seat.calls.get("/v1/search", q=wanted, limit=_FOUND))["datasets"]
        self._hits.clear()
        with self._hits:
            if wanted and not found:
                Words(
                    "p",
                    say(f"账上没有“{wanted}”，可以手工填。", f"The ledger has no “{wanted}”; have it typed."),
                )
            for one in found:
                with ui.element("section").classes("ybz-dataset"):
                    heading(one["title"], 3)
                    Words("p", f"{one['department']} · {one['summary'] or ''}").classes("ybz-fine")
                    place = ui.element("div").classes("ybz-boxes")
                    await self._fields(one["name"], place)

    async def _fields(self, name: str, place: ui.element) -> None:
        if name not in self._draft.known:
            self._draft.known[name] = await self._seat.calls.get(f"/v1/datasets/{name}")
        say, entry = self._seat.say, self._draft.known[name]
        if not self._draft.key_in(name):
            about = words.of(words.SUBJECTS, say, self._draft.stated.get("subjectKind", ""))
            with place:
                text = say(f"不按“{about}”标识，带不出来。", f"Its rows do not identify {about}.")
                Words("p", text).classes("ybz-fine")
            return
        with place:
            for one in entry["fields"]:
                if one["sharing"] == "withheld" or one["unit"]:
                    continue
                label = one["title"] or one["name"]
                button = ui.button(label, icon="add", on_click=lambda one=one: self._take(name, one))
                button.props("flat dense no-caps align=left")
                button.props["aria-label"] = say(f"加上 {label}", f"Add {label}")

    def _take(self, dataset: str, field: Mapping[str, Any]) -> None:
        title = field["title"] or field["name"]
        self._draft.take({"name": field["name"], "title": title, "dataset": dataset, "field": field["name"]})
        self._both()

    async def _write(self, one: dict[str, Any] | None) -> None:
        say = self._seat.say
        given = await answers(say("手工填的项目", "An item that is typed"), _typed(say, one or {}), say)
        if given is None:
            return
        made: dict[str, Any] = {"title": given["title"].strip(), "type": given["type"]}
        made["required"] = given["required"] == "yes"
        listed = [line.strip() for line in given["allowed"].splitlines() if line.strip()]
        made |= {"allowed": listed} if listed else {}
        for name in ("minimum", "maximum"):
            made |= {name: _bound(given[name], given["type"])} if given[name].strip() else {}
        self._put(one, made)

    async def _compute(self, one: dict[str, Any] | None) -> None:
        say, was = self._seat.say, one or {}
        names = say("、", ", ").join(f"{each['name']}（{each['title']}）" for each in self._draft.items)
        text = say(
            f"用项目的代号写算式，如 age(birth_date)、total(a, b)。可用的项目：{names or '还没有'}",
            f"Write it with names of items, such as age(birth_date), total(a, b). There are: {names or '—'}",
        )
        asked = [
            Question("title", say("名称", "Title"), value=str(was.get("title", ""))),
            Question("compute", say("算式", "Formula"), value=str(was.get("compute", ""))),
            Question(
                "type", say("结果是", "Gives"), choices=choices(say, TYPES),
                value=str(was.get("type") or "number"),
            ),
        ]  # fmt: skip
        given = await answers(say("自动计算的项目", "An item that is computed"), asked, say, text=text)
        if given is not None:
            self._put(one, {name: value.strip() for name, value in given.items()})

    def _put(self, one: dict[str, Any] | None, made: dict[str, Any]) -> None:
        if one is None:
            self._draft.take(made)
        else:
            name = one["name"]
            one.clear()
            one |= {"name": name, **made}
        self._both()

    def _both(self) -> None:
        self.show()
        self._changed()


def _typed(say: Language, was: Mapping[str, Any]) -> list[Question]:
    """What is asked of an item that is typed, beginning with what it was."""
    yes_no = {"yes": say("必填", "Needed"), "no": say("可以不填", "May stay empty")}
    listed = "\n".join(map(str, was.get("allowed", ())))
    return [
        Question("title", say("名称", "Title"), value=str(was.get("title", ""))),
        Question(
            "type", say("填什么", "What is typed"), choices=choices(say, TYPES),
            value=str(was.get("type") or "string"),
        ),
        Question(
            "required", say("必填吗", "Needed?"), choices=yes_no, value="yes" if was.get("required") else "no"
        ),
        Question(
            "allowed", say("只能选这些（一行一个，可以不写）", "Only these, a line each, or none"), long=True,
            needed=False, value=listed,
        ),
        Question("minimum", say("最小值", "At least"), needed=False, value=_text(was.get("minimum"))),
        Question("maximum", say("最大值", "At most"), needed=False, value=_text(was.get("maximum"))),
    ]  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _bound(text: str, kind: str) -> Any:
    """A bound as the form's document has it: a number where it is one, else the text, judged there."""
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text.strip()
    except ValueError:
        return text.strip()
