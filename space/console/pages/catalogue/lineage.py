"""Lineage 血缘 one can walk: a graph of datasets, and the same as a list for those who do not see it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from space.console.frame import at
from space.console.language import Language
from space.console.pages.catalogue.one import dataset, head
from space.console.pages.catalogue.words import STEPS, told
from space.console.paging import page
from space.console.parts.charts import COLOURS
from space.console.parts.notes import empty
from space.console.parts.ways import go, link
from space.console.parts.words import Words, badge, heading
from space.console.seats import Seat

# Columns asked for; a hot column reaches tens of thousands, of which the nearest are drawn.
_COLUMNS: Final = 400
# Room around the middle of a node, in units of the drawing.
_MARGIN: Final = 80
# Characters of a title within its node.
_WIDE: Final = 18


@page("/catalogue/{name}/lineage", "血缘", "Lineage")
async def lineage(seat: Seat) -> None:
    """Where a dataset, or one item of it, comes from and what is made from it."""
    say, name, item = seat.say, seat.names["name"], seat.query.get("item", "")
    start = f"{name}.{item}" if item else name
    found, walked = await asyncio.gather(
        dataset(seat), seat.calls.get(f"/v1/lineage/{start}", limit=_COLUMNS)
    )
    head(seat, found, "lineage")
    here = at(f"/catalogue/{name}/lineage")
    choices = {"": say("整个数据集", "the whole dataset")} | {
        one["name"]: f"{one['title'] or one['name']}（{one['name']}）" for one in found["fields"]
    }
    ui.select(
        choices,
        value=item if item in choices else "",
        label=say("看哪一项的血缘", "Lineage of"),
        on_change=lambda e: go(here + (f"?{urlencode({'item': e.value})}" if e.value else "")),
    ).props("outlined stack-label").classes("ybz-wide")
    if not walked["up"]["datasets"] and not walked["down"]["datasets"]:
        empty(
            say("没有上下游", "Nothing above or below"),
            say(
                f"它由{found['department']}直接提供，不由账本里别的数据集加工而成；也没有数据集由它加工而成。",
                f"{found['department']} provides it; it is made from no dataset, and none is made from it.",
            ),
        )
        return
    _graph(seat, found, walked)
    with ui.element("div").classes("ybz-two"):
        _listed(seat, found, walked, "up", say("来自（上游）", "Comes from"))
        _listed(seat, found, walked, "down", say("用于（下游）", "Used for"))


def _graph(seat: Seat, found: Mapping[str, Any], walked: Any) -> None:
    """Datasets from left to right, as rows flow; a click walks on to one."""
    say, titles = seat.say, walked["titles"]
    places = {found["name"]: 0}
    places |= {one["dataset"]: -one["hops"] for one in walked["up"]["datasets"]}
    places |= {one["dataset"]: one["hops"] for one in walked["down"]["datasets"]}
    columns: dict[int, list[str]] = defaultdict(list)
    for each, place in sorted(places.items(), key=lambda one: (one[1], one[0])):
        columns[place].append(each)
    nodes = [
        {
            "name": each,
            "x": 220 * place,
            "y": 70 * (row - (len(columns[place]) - 1) / 2),
            "value": titles.get(each, each),
            "itemStyle": {"color": COLOURS[1] if place == 0 else COLOURS[0]},
            "label": {"formatter": _short(titles.get(each, each))},
        }
        for place in columns
        for row, each in enumerate(columns[place])
    ]
    links = [
        {
            "source": source,
            "target": target,
            "value": say("、", ", ").join(told(STEPS, s, say) for s in sorted(steps)),
        }
        for (source, target), steps in _between(walked).items()
        if source in places and target in places
    ]
    name = say("血缘图：点一个数据集走到它那里", "Lineage: click a dataset to walk to it")
    options = {
        "tooltip": {"formatter": "{b}<br>{c}"},
        "animation": False,
        "series": [
            {
                "type": "graph",
                "layout": "none",
                # Not dragged: on a phone a finger on the drawing scrolls the page.
                "roam": False,
                "symbol": "rect",
                "symbolSize": [124, 40],
                "label": {"show": True, "color": "#fff", "fontSize": 11, "width": 116, "overflow": "break"},
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 9,
                "lineStyle": {"color": "#5b5f66", "width": 1.6, "curveness": 0},
                "data": [*nodes, *_margin(nodes)],
                "links": links,
            }
        ],
    }
    with ui.element("figure").classes("ybz-chart ybz-lineage"):
        Words("figcaption", name)
        drawn = ui.echart(
            options,
            on_point_click=lambda e: _walk(e.name, places) if e.data_type == "node" else None,
        )
        drawn.props(f'role="img" aria-label="{name}"')


def _margin(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two corners nobody sees: the drawing is fitted to middles of nodes, and would cut the outer ones."""
    hidden = {"show": False}
    unseen = {"symbolSize": 0, "itemStyle": {"opacity": 0}, "label": hidden, "tooltip": hidden}
    across, down = [one["x"] for one in nodes], [one["y"] for one in nodes]
    first = (min(across) - _MARGIN, min(down) - _MARGIN / 3)
    last = (max(across) + _MARGIN, max(down) + _MARGIN / 3)
    return [{"name": " " * n, "x": x, "y": y, **unseen} for n, (x, y) in enumerate((first, last), 1)]


def _walk(name: str, places: Mapping[str, int]) -> None:
    if places.get(name):
        go(at(f"/catalogue/{name}/lineage"))


def _listed(seat: Seat, own: Mapping[str, Any], walked: Any, way: str, name: str) -> None:
    """The same as a list: nearest first, each with its department, our items it feeds, how they are used."""
    say, found = seat.say, walked[way]
    steps: dict[str, set[str]] = defaultdict(set)
    for (source, target), how in _between({way: found}).items():
        steps[source if way == "up" else target] |= how
    fed = _fed(own, found["edges"], way)
    with ui.element("section").classes("ybz-panel"):
        heading(name)
        if not found["datasets"]:
            ui.label(_source(own, way, say))
        with ui.element("ul").classes("ybz-lines"):
            for one in found["datasets"]:
                with ui.element("li"):
                    called = walked["titles"].get(one["dataset"], one["dataset"])
                    link(called, at(f"/catalogue/{one['dataset']}/lineage"))
                    badge(say(f"隔 {one['hops']} 步", f"{one['hops']} away"))
                    used = say("、", ", ").join(
                        told(STEPS, each, say) for each in sorted(steps[one["dataset"]])
                    )
                    counted = say(f"涉及 {one['columns']} 个信息项", f"{one['columns']} items")
                    line = (walked["departments"].get(one["dataset"], ""), counted, used)
                    ui.label(" · ".join(filter(None, line))).classes("ybz-fine")
                    if fed[one["dataset"]]:
                        items = say("、", ", ").join(fed[one["dataset"]])
                        ui.label(say(f"本数据集的：{items}", f"Items of this dataset: {items}")).classes(
                            "ybz-fine"
                        )


def _source(own: Mapping[str, Any], way: str, say: Language) -> str:
    """What is said where nothing lies above, or below."""
    if way == "up":
        return say(
            f"源头数据：由{own['department']}直接提供，不由别的数据集加工而成。",
            f"A source: {own['department']} provides it; it is made from no other dataset.",
        )
    return say("还没有数据集由它加工而成。", "No dataset is made from it yet.")


def _fed(own: Mapping[str, Any], edges: list[Any], way: str) -> dict[str, list[str]]:
    """Dataset → those of our own items that come from it, or go into it, by their titles."""
    titles = {one["name"]: one["title"] or one["name"] for one in own["fields"]}
    made: dict[str, dict[str, None]] = defaultdict(dict)
    here, there = ("to", "from") if way == "up" else ("from", "to")
    for edge in edges:
        name, _, item = edge[here].rpartition(".")
        if name == own["name"] and item in titles:
            made[edge[there].rpartition(".")[0]][titles[item]] = None
    return defaultdict(list, {name: list(items) for name, items in made.items()})


def _between(walked: Mapping[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Pairs of datasets with how columns of the one are used for the other."""
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for way in ("up", "down"):
        for edge in walked.get(way, {}).get("edges", ()):
            source, target = edge["from"].rpartition(".")[0], edge["to"].rpartition(".")[0]
            if source != target:
                made[source, target].add(edge["subtype"])
    return made


def _short(text: str) -> str:
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"
