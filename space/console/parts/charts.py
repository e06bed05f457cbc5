"""Charts with the numbers they draw: whoever cannot see the one reads the other.

Decides that every chart has a name that is read out, and its rows in a table below that can be opened.
"""

from __future__ import annotations

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


def bars(
    name: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    say: Language,
    *,
    on_bar: Callable[[str], Any] | None = None,
    addresses: Mapping[str, str] | None = None,
    sideways: bool = False,
    unit: str = "",
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
        unit: of the values.
    """
    if addresses is not None and on_bar is None:

        def on_bar(label: str) -> None:
            if label in addresses:
                go(addresses[label])

    return _drawn(name, "bar", labels, series, say, on_bar, unit, addresses or {}, sideways=sideways)


def lines(
    name: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    say: Language,
    *,
    unit: str = "",
) -> ui.echart:
    """Lines over labels, such as periods; see :func:`bars`."""
    return _drawn(name, "line", labels, series, say, None, unit)


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
) -> ui.echart:
    options: dict[str, Any] = {
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"show": len(series) > 1, "top": 0},
        "xAxis": {
            "type": "category",
            "data": list(labels),
            "axisLabel": {"interval": 0, "hideOverlap": True},
        },
        "yAxis": {"type": "value", "name": unit},
        "series": [
            {"name": label, "type": kind, "data": list(values), "barMaxWidth": 36}
            for label, values in series.items()
        ],
        "animation": False,
    }
    if sideways:  # the first label stands on top
        options["xAxis"], options["yAxis"] = options["yAxis"], options["xAxis"] | {"inverse": True}
        options["grid"] |= {"right": 44}
        options["yAxis"]["axisLabel"] |= {"width": _LABEL_PX, "overflow": "truncate"}
        for one in options["series"]:
            one["label"] = {"show": True, "position": "right"}
    with ui.element("figure").classes("ybz-chart"):
        Words("figcaption", name)
        chart = ui.echart(options, on_point_click=None if on_bar is None else (lambda e: on_bar(e.name)))
        chart.props(f'role="img" aria-label="{_quoted(name)}"')
        with ui.element("details"):
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


def _quoted(text: str) -> str:
    return text.replace('"', "'")
