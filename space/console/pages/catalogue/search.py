"""Finding datasets: words as one types, facets to narrow by, and the address that finds the same again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from space.console.frame import HOME, at
from space.console.pages.catalogue.badges import badges, rows
from space.console.pages.catalogue.nearby import Near, near, nothing_found
from space.console.pages.catalogue.words import CYCLES, FACETS, told, value_name
from space.console.paging import page
from space.console.parts.scripts import call
from space.console.parts.ways import go, link, shown_at
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# How long typing rests before it is searched, in milliseconds.
_REST_MS: Final = 250
# Hits of a page, and at once after "show more".
_FIRST, _MOST = 20, 100
# Values of a facet that are shown before it is opened.
_SHOWN: Final = 8
# Between several values of a facet in the address.
_BAR: Final = "|"
# Facets that are open from the start.
_OPEN: Final = ("department", "sharing", "grade")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for.

    Attributes:
        words: as typed.
        narrowed: facet → values, one of which must hold.
        limit: most hits.
    """

    words: str = ""
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = _FIRST

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """What an address asks for."""
        narrowed = {f: tuple(query[f].split(_BAR)) for f in FACETS if query.get(f)}
        return cls(query.get("q", ""), narrowed, _MOST if query.get("more") else _FIRST)

    @property
    def address(self) -> str:
        """That finds the same again."""
        said = {"q": self.words} | {f: _BAR.join(values) for f, values in self.narrowed.items()}
        said["more"] = "1" if self.limit > _FIRST else ""
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{HOME}/catalogue" + (f"?{query}" if query else "")

    def toggled(self, facet: str, value: str) -> Asked:
        """With a value asked for, or no longer."""
        held = self.narrowed.get(facet, ())
        values = tuple(v for v in held if v != value) if value in held else (*held, value)
        rest = {f: v for f, v in self.narrowed.items() if f != facet}
        return replace(self, narrowed=rest | ({facet: values} if values else {}), limit=_FIRST)

    def parameters(self, *, without: str = "") -> dict[str, Any]:
        """As the interface takes them."""
        pairs = [f"{f}={v}" for f, values in self.narrowed.items() if f != without for v in values]
        return {"q": self.words, "facet": pairs, "limit": 1 if without else self.limit}


class _Search:
    """A search that is open: what is asked for, and the places its answer is shown in."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.asked = seat, Asked.of(seat.query)
        self.turn, self.near = 0, Near()
        # Facet and value → what the value is called.
        self.names: dict[tuple[str, str], str] = {}
        self.facets: ui.element
        self.hits: ui.element

    async def answered(self) -> tuple[Any, Mapping[str, Any]]:
        """The hits; and the values of each narrowed facet as if it narrowed nothing, to add others."""
        calls, asked = self.seat.calls, self.asked
        narrowed = tuple(asked.narrowed)
        found, *wider = await asyncio.gather(
            calls.get("/v1/search", **asked.parameters()),
            *(calls.get("/v1/search", **asked.parameters(without=facet)) for facet in narrowed),
        )
        if not found["total"]:
            self.near = await near(self.seat, asked.words, bool(narrowed))
        return found, found["facets"] | {
            facet: one["facets"].get(facet, []) for facet, one in zip(narrowed, wider, strict=True)
        }

    async def ask(self, asked: Asked) -> None:
        """Search anew; an answer that was overtaken by a later question is not shown."""
        self.asked, self.turn = asked, self.turn + 1
        turn = self.turn
        shown_at(asked.address)
        found, facets = await self.answered()
        if turn == self.turn:
            self.show(found, facets)

    def show(self, found: Any, facets: Mapping[str, Any]) -> None:
        """Put an answer into its places."""
        say = self.seat.say
        self.names |= {
            (facet, one["value"]): one.get("name") or value_name(facet, one["value"], say)
            for facet, values in facets.items()
            for one in values
        }
        self.facets.clear()
        with self.facets:
            for facet in FACETS:
                _facet(self, facet, facets.get(facet, []))
        self.hits.clear()
        with self.hits:
            _hits(self, found)


@page("/catalogue", "数据目录", "Catalogue")
async def catalogue(seat: Seat) -> None:
    """Search with facets."""
    say, search = seat.say, _Search(seat)
    found, facets = await search.answered()
    call("walking", "listen")
    with ui.element("search").classes("ybz-wide").props("data-walk"):
        typed = ui.input(
            say("按名称、内容、部门或代码查找", "Find by title, content, department or code"),
            value=search.asked.words,
            on_change=lambda e: search.ask(
                replace(search.asked, words=(e.value or "").strip(), limit=_FIRST)
            ),
        )
        typed.props(f'outlined clearable stack-label debounce="{_REST_MS}" type="search" data-search')
        typed.props(f'hint="{say("按 / 开始输入，↑ ↓ 在结果间移动", "/ to type, ↑ ↓ between results")}"')
        typed.classes("ybz-wide ybz-search")
        with ui.element("div").classes("ybz-side"):
            with ui.element("div"):
                opened = ui.button(say("筛选", "Narrow"), icon="filter_list").props("outline")
                opened.classes("ybz-narrowing").props('aria-expanded="false"')
                search.facets = ui.element("div").classes("ybz-facets shut")
                opened.on_click(lambda: _opened(search, opened))
            search.hits = ui.element("div").classes("ybz-wide").props('aria-live="polite"')
    search.show(found, facets)


def _opened(search: _Search, button: ui.button) -> None:
    """Open or shut the facets on a narrow screen; on a wide one they always stand there."""
    search.facets.classes(toggle="shut")
    shut = "shut" in search.facets.classes
    button.props(f'aria-expanded="{str(not shut).lower()}"')


def _facet(search: _Search, facet: str, values: list[Any]) -> None:
    """The values of a facet with their counts; those asked for stand first, whatever they count."""
    say, chosen = search.seat.say, search.asked.narrowed.get(facet, ())
    counts = {one["value"]: one["count"] for one in values}
    names = {one["value"]: one.get("name") or value_name(facet, one["value"], say) for one in values}
    ordered = [*chosen, *(value for value in counts if value not in chosen)]
    if facet == "grade":  # as levels rise, not as they are frequent
        ordered.sort()
    if not ordered:
        return
    with ui.element("details").classes("ybz-facet") as details:
        if facet in _OPEN or chosen:
            details.props("open")
        Words("summary", say(*FACETS[facet]))
        with ui.element("div").props(f'role="group" aria-label="{say(*FACETS[facet])}"'):
            for value in ordered[: max(_SHOWN, len(chosen))]:
                _value(search, facet, value, names.get(value, value), counts.get(value, 0))
            rest = ordered[max(_SHOWN, len(chosen)) :]
            if rest:
                with ui.element("details"):
                    Words("summary", say(f"另外 {len(rest)} 个", f"{len(rest)} more"))
                    for value in rest:
                        _value(search, facet, value, names.get(value, value), counts.get(value, 0))


def _value(search: _Search, facet: str, value: str, name: str, count: int) -> None:
    label = f"{name} ({count:,})"
    held = value in search.asked.narrowed.get(facet, ())
    ui.checkbox(label, value=held, on_change=lambda: search.ask(search.asked.toggled(facet, value))).props(
        "dense"
    )


def _hits(search: _Search, found: Any) -> None:
    say, asked = search.seat.say, search.asked
    with ui.element("div").classes("ybz-row"):
        heading(say(f"找到 {found['total']:,} 个数据集", f"{found['total']:,} datasets"))
        if asked.narrowed or asked.words:
            ui.button(say("清除条件", "Clear"), on_click=lambda: go(at("/catalogue"))).props("flat dense")
    _asked(search)
    if not found["total"]:
        nothing_found(search.seat, asked.words, search.near)
        return
    if asked.words:
        ui.label(say("最相关的在前", "The best first")).classes("ybz-fine")
    with ui.element("ol").classes("ybz-hits"):
        for dataset in found["datasets"]:
            _hit(search.seat, dataset)
    shown = len(found["datasets"])
    if shown < found["total"] and asked.limit < _MOST:
        ui.button(
            say("显示更多", "Show more"), on_click=lambda: search.ask(replace(asked, limit=_MOST))
        ).props("outline")
    elif shown < found["total"]:
        ui.label(
            say(f"只列出前 {shown} 个，请用筛选缩小范围。", f"The first {shown}; narrow to see the others.")
        ).classes("ybz-fine")


def _asked(search: _Search) -> None:
    """What narrows the search, each to be taken away by a click."""
    say, asked = search.seat.say, search.asked
    held = [(facet, value) for facet, values in asked.narrowed.items() for value in values]
    with ui.element("div").classes("ybz-row"):
        for facet, value in held:
            name = search.names.get((facet, value), value)
            made = ui.button(
                f"{say(*FACETS[facet])}{say('：', ': ')}{name} ✕",
                on_click=partial(search.ask, asked.toggled(facet, value)),
            ).props("outline dense no-caps")
            made.props["aria-label"] = say(f"去掉条件：{name}", f"Take away: {name}")


def _hit(seat: Seat, dataset: Mapping[str, Any]) -> None:
    say = seat.say
    with ui.element("li").classes("ybz-hit"):
        link(dataset["title"], at(f"/catalogue/{dataset['name']}")).classes("ybz-hit-title")
        badges(dataset, say)
        ui.label(dataset["summary"])
        told_of = [
            dataset["department"],
            told(CYCLES, dataset["update_cycle"], say),
            rows(dataset, say),
            say(f"{dataset['released_on']} 发布", f"released {dataset['released_on']}")
            if dataset["released_on"]
            else "",
            dataset["name"],
        ]
        ui.label(" · ".join(one for one in told_of if one)).classes("ybz-fine")
