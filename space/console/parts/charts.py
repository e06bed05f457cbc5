"""Charts with the numbers they draw: whoever cannot see the one reads the other.

Decides that every chart has a name that is read out, and its rows in a table below that can be opened.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.parts.tables import Column, table
from space.console.parts.ways import go
from space.console.parts.words import Words

# Told apart by people who see colours differently, too. Source: Okabe and Ito (2008), darkened for contrast.
COLOURS: Final = ("#0b57a4", "#b5560f", "#18663a", "#8a3d6e", "#5b5f66", "#9b7500")
# Width of the labels of bars that lie; on a phone they would else leave no room for the bars.
_LABEL_PX: Final = 130
# Draws one line with its two ends across; it knows numbers alone.
_WHISKER: Final = """(params, api) => {
    const low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
    const line = (x1, y1, x2, y2) =>
        ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: '#1b1f24', lineWidth: 2 } });
    return { type: 'group', children: [
        line(low[0], low[1], high[0], high[1]),
        line(low[0] - 7, low[1], low[0] + 7, low[1]), line(high[0] - 7, high[1], high[0] + 7, high[1]) ] };
}"""
# Height of a chart, and of each bar that lies with a label of two lines, in rem.
_HIGH_REM: Final = 15.0
_BAR_REM: Final = 1.9


def bars(
    name: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    say: Language,
    *,
    on_bar: Callable[[str], Any] | None = None,
    addresses: Mapping[str, str] | None = None,
    sideways: bool = False,
    room: int = 0,
    unit: str = "",
    within: Sequence[float | None] = (),
    most: int = 0,
    rest: str = "",
) -> ui.echart:
    """Bars a label, one colour a series.

    Args:
        name: what the chart shows.
        labels: of the bars.
        series: name → a value a label; None draws none.
        say: of the reader.
        on_bar: called with the label of a bar that was clicked.
        addresses: label → address of the rows behind its bar; the table below links there, too.
        sideways: bars lie, for long labels.
        room: for so many lying bars at least, to be as high as a chart beside it.
        unit: of the values.
        within: how far up and down each value of the first series may be off; none where it is exact.
        most: bars that are drawn, the table holds all; 0 for all.
        rest: label of a last bar with the sum of those that are not drawn; it opens the table.
    """
    if addresses is not None and on_bar is None:

        def on_bar(label: str) -> None:
            if label in addresses:
                go(addresses[label])

    return _drawn(
        name,
        "bar",
        labels,
        series,
        say,
        on_bar,
        unit,
        addresses or {},
        sideways=sideways,
        room=room,
        within=within,
        most=most,
        rest=rest,
    )


def lines(
    name: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    say: Language,
    *,
    unit: str = "",
    within: Sequence[float | None] = (),
) -> ui.echart:
    """Lines over labels, such as periods; see :func:`bars`."""
    return _drawn(name, "line", labels, series, say, None, unit, within=within)


async def take_picture(chart: ui.echart, name: str) -> None:
    """Let the reader keep a chart as a picture with its name on it."""
    titled = {"text": name, "left": "center", "top": 4, "textStyle": {"fontSize": 15}}
    await chart.run_chart_method("setOption", {"title": titled, "grid": {"top": 56}})
    drawn = await chart.run_chart_method(
        "getDataURL", {"type": "png", "pixelRatio": 2, "backgroundColor": "#ffffff"}
    )
    chart.run_chart_method("setOption", {"title": {"text": ""}, "grid": {"top": 32}})
    ui.download.content(base64.b64decode(str(drawn).partition(",")[2]), "chart.png", "image/png")


def _drawn(
    name: str,
    kind: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    say: Language,
    on_bar: Callable[[str], Any] | None,
    unit: str,
    addresses: Mapping[str, str] = MappingProxyType({}),
    *,
    sideways: bool = False,
    room: int = 0,
    within: Sequence[float | None] = (),
    most: int = 0,
    rest: str = "",
) -> ui.echart:
    drawn, values_drawn = summed(labels, series, most, rest)
    options: dict[str, Any] = {
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"show": len(series) > 1, "top": 0},
        "xAxis": {
            "type": "category",
            "data": drawn,
            "axisLabel": {"interval": 0, "hideOverlap": True},
        },
        "yAxis": {"type": "value", "name": unit},
        "series": [
            {"name": label, "type": kind, "data": values, "barMaxWidth": 36}
            for label, values in values_drawn.items()
        ],
        "animation": False,
    }
    if sideways:  # the first label stands on top
        options["xAxis"], options["yAxis"] = options["yAxis"], options["xAxis"] | {"inverse": True}
        options["grid"] |= {"right": 44}
        options["yAxis"]["axisLabel"] |= {"width": _LABEL_PX, "overflow": "break", "lineHeight": 13}
        for one in options["series"]:
            one["label"] = {"show": True, "position": "right"}
    if any(within):
        options["series"].append(_whiskers(next(iter(series.values())), within, say))
    with ui.element("figure").classes("ybz-chart"):
        Words("figcaption", name)

        def pressed(label: str) -> None:
            if rest and label == rest:
                numbers.props("open")
            elif on_bar is not None:
                on_bar(label)

        chart = ui.echart(options, on_point_click=None if on_bar is None else (lambda e: pressed(e.name)))
        chart.props(f'role="img" aria-label="{_quoted(name)}"')
        if sideways and _BAR_REM * max(len(drawn), room) > _HIGH_REM:
            chart.style(f"height: {_BAR_REM * max(len(drawn), room) + 2:g}rem")
        with ui.element("details") as numbers:
            Words("summary", say("看数字", "Show the numbers"))
            rows = [
                {
                    "label": label,
                    "to": addresses.get(label),
                    **{each: values[place] for each, values in series.items()},
                }
                for place, label in enumerate(labels)
            ]
            columns = [
                Column("label", "", link="to" if addresses else ""),
                *(Column(each, each, numeric=True) for each in series),
            ]
            table(columns, rows, say, caption=name, key="label")
    return chart


def summed(
    labels: Sequence[str], series: Mapping[str, Sequence[float | None]], most: int, rest: str
) -> tuple[list[str], dict[str, list[float | None]]]:
    """The bars that are drawn: the first ones, and one with the sum of the others; a lone other by its name.

    >>> summed(["甲", "乙", "丙"], {"数据集": [5, 2, 1]}, 1, "其余 2 个部门")
    (['甲', '其余 2 个部门'], {'数据集': [5, 3]})
    >>> summed(["甲", "乙"], {"数据集": [5, 2]}, 0, "")
    (['甲', '乙'], {'数据集': [5, 2]})
    """
    if not most or len(labels) <= most + 1:
        return list(labels), {name: list(values) for name, values in series.items()}
    return [*labels[:most], rest], {
        name: [*values[:most], sum(value or 0 for value in values[most:])] for name, values in series.items()
    }


def _whiskers(
    values: Sequence[float | None], within: Sequence[float | None], say: Language
) -> dict[str, Any]:
    """An upright line a value, from as low to as high as it may be."""
    ends = [
        [place, value - off, value + off]
        for place, (value, off) in enumerate(zip(values, within, strict=True))
        if value is not None and off
    ]
    return {
        "name": say("误差范围", "Error bounds"),
        "type": "custom",
        "data": ends,
        "encode": {"x": 0, "y": [1, 2]},
        "z": 5,
        ":renderItem": _WHISKER,
    }


def _quoted(text: str) -> str:
    return text.replace('"', "'")
