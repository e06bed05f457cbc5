"""Figures of the ledger as cards and charts, each with the definition the service gives and its instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from nicegui import ui

from space.console.frame import at
from space.console.language import Language
from space.console.pages.home.words import unknown
from space.console.parts import charts
from space.console.parts.figures import Figure, instant, number, share

Document = Mapping[str, Any]

# The cards everybody sees, in their order.
CARDS: Final = ("entries_published", "link_rate", "records", "items", "update_rate", "quality_score")
_DIMENSIONS: Final = (
    "conformity", "completeness", "accuracy", "consistency", "timeliness", "accessibility",
)  # fmt: skip
# Bars of departments; the others are found in the catalogue.
_BARS: Final = 12


def card(figure: Document, say: Language, below: str) -> Figure:
    """The card of a figure; it leads to its rows, those of entries to the catalogue.

    Args:
        figure: as the interface gives it.
        say: of the reader.
        below: ``overview`` or ``figures``, where its rows are shown.
    """
    meaning = say(figure["definition"], figure["definition_en"])
    if figure["value"] is None:
        why = unknown(figure["why"], say)
        meaning = f"{meaning}{say('。暂不能评定：', '. Not assessed: ')}{why}"
    target = at("/catalogue") if figure["id"] == "entries_published" else at(f"/{below}/{figure['id']}")
    return Figure(
        say(figure["title"], figure["title_en"].capitalize()),
        shown(figure, say),
        meaning,
        instant(figure["as_of"]),
        target if figure["row_count"] else "",
    )


def shown(figure: Document, say: Language) -> str:
    """The value of a figure with its unit."""
    value, unit = figure["value"], figure["unit"]
    if value is None:
        return say("暂缺", "not known")
    if unit == "share":
        return share(value)
    plain = number(int(value) if float(value).is_integer() else round(float(value), 2))
    units = {
        "working days": ("个工作日", " working days"),
        "hours": ("小时", " hours"),
        "yuan": ("元", " yuan"),
    }
    return plain + say(*units.get(unit, ("", "" if unit == "count" else f" {unit}")))


def drawn(figures: Iterable[Document], found: Document, say: Language) -> None:
    """Charts: quality by dimension, and how the published datasets divide; a bar leads to its rows."""
    with ui.element("div").classes("ybz-two"):
        _quality({one["id"]: one for one in figures}, say)
        _divided(
            say("各部门已发布数据集", "Published datasets by department"),
            found,
            "department",
            say,
            sideways=True,
        )
    with ui.element("div").classes("ybz-two"):
        _divided(say("按共享类型", "By way of sharing"), found, "sharing", say)
        _divided(say("按数据级别", "By level"), found, "grade", say)


def _quality(figures: Mapping[str, Document], say: Language) -> None:
    known = [figures[f"quality_{name}"] for name in _DIMENSIONS if f"quality_{name}" in figures]
    labels = [say(one["title"], one["title_en"].capitalize()) for one in known]
    values = [None if one["value"] is None else round(100 * one["value"], 1) for one in known]
    addresses = {
        label: at(f"/overview/{one['id']}")
        for label, one in zip(labels, known, strict=True)
        if one["row_count"]
    }
    charts.bars(
        say("质量得分（按维度，%）", "Quality by dimension (%)"),
        labels,
        {say("得分", "Score"): values},
        say,
        addresses=addresses,
        sideways=True,
    )


def _divided(name: str, found: Document, facet: str, say: Language, *, sideways: bool = False) -> None:
    from space.console.pages.catalogue.words import value_name

    values = found["facets"].get(facet, ())[:_BARS]
    if facet == "grade":
        values = sorted(values, key=lambda one: one["value"])
    labels = [value_name(facet, one["value"], say) for one in values]
    addresses = {
        label: f"{at('/catalogue')}?{urlencode({facet: one['value']})}"
        for label, one in zip(labels, values, strict=True)
    }
    counts = [one["count"] for one in values]
    charts.bars(
        name, labels, {say("数据集", "Datasets"): counts}, say, addresses=addresses, sideways=sideways
    )
