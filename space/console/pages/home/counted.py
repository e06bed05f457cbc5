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
# What figures are counted in: the units of the interface, and what a mere count counts.
_UNITS: Final = {
    "working days": (" 个工作日", " working days"),
    "hours": (" 小时", " hours"),
    "yuan": (" 元", " yuan"),
    "ms": (" 毫秒", " ms"),
    "score": (" 分", " points"),
}
_COUNTED: Final = {
    "entries_published": (" 个数据集", " datasets"),
    "records": (" 条", " rows"),
    "items": (" 项", " items"),
    "calls": (" 次", " calls"),
    "backflow_records": (" 条", " records"),
    "requests": (" 件", " requests"),
    "problems_found": (" 件", " cases"),
    "corrections": (" 处", " values"),
    "duties_overdue": (" 件", " duties"),
}
# What means are taken over: the sum of scores, or of days, says nothing to a reader.
_MEANS: Final = {"assessed datasets": (" 个数据集", " datasets")}
_MEANS_OF_DAYS: Final = {
    "answers of the month": (" 次答复", " answers"),
    "grants of the month": (" 项授权", " grants"),
}
# Bars of departments; the others have one together, and their lines in the table.
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
        shown(figure, say, bare=True),
        meaning,
        instant(figure["as_of"]),
        target if figure["row_count"] else "",
        _below(figure, say),
    )


def _below(figure: Document, say: Language) -> str:
    """What stands below the number of a card: what it divides, or what it counts."""
    over = (_MEANS_OF_DAYS if figure["unit"] == "working days" else _MEANS).get(figure["denominator"])
    if over is not None and figure["whole"] is not None:
        whole = _brief(figure["whole"])
        return say(f"{whole}{over[0]}的平均", f"mean of {whole}{over[1]}")
    return divided(figure) or say(*_COUNTED.get(figure["id"], ("", ""))).strip()


def divided(figure: Document) -> str:
    """What a ratio divides, as two numbers; empty where it divides nothing."""
    return "" if figure["whole"] is None else f"{_brief(figure['part'])} / {_brief(figure['whole'])}"


def shown(figure: Document, say: Language, *, bare: bool = False) -> str:
    """The value of a figure with its unit; what a count counts is left out where it stands beside it."""
    value, unit = figure["value"], figure["unit"]
    if value is None:
        untested = figure["why"] == "no link was tested"
        return say("未检测", "not tested") if untested else say("暂缺", "not known")
    if unit == "share":
        return share(value)
    if unit == "count":
        return _brief(value) + ("" if bare else say(*_COUNTED.get(figure["id"], ("", ""))))
    return _brief(value) + say(*_UNITS.get(unit, ("", f" {unit}")))


def _brief(value: float) -> str:
    return number(int(value) if float(value).is_integer() else round(float(value), 2))


def drawn(figures: Iterable[Document], found: Document, say: Language) -> None:
    """Charts: quality by dimension, and how the published datasets divide; a bar leads to its rows."""
    with ui.element("div").classes("ybz-two"):
        # With one more bar for the departments that have none of their own.
        beside = len(found["facets"].get("department", ())[: _BARS + 1])
        _quality({one["id"]: one for one in figures}, say, beside)
        _divided(
            say("各部门已发布数据集", "Published datasets by department"),
            found,
            "department",
            say,
            sideways=True,
        )
    with ui.element("div").classes("ybz-two"):
        _divided(say("按共享类型", "By way of sharing"), found, "sharing", say)
        _divided(say("按数据级别（4 级最敏感）", "By level (4 is the most sensitive)"), found, "grade", say)


def _quality(figures: Mapping[str, Document], say: Language, beside: int) -> None:
    """Scores by dimension; as high as the chart beside it, of so many bars."""
    known = [figures[f"quality_{name}"] for name in _DIMENSIONS if f"quality_{name}" in figures]
    labels = [
        say(one["title"], one["title_en"].capitalize())
        + ("" if one["value"] is not None else say("\n未评价", "\nnot assessed"))
        for one in known
    ]
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
        room=beside,
    )


def _divided(name: str, found: Document, facet: str, say: Language, *, sideways: bool = False) -> None:
    from space.console.pages.catalogue.words import level, value_name

    values = list(found["facets"].get(facet, ()))
    if facet == "grade":
        values = sorted(values, key=lambda one: one["value"])
    labels = [
        level(one["value"], say) if facet == "grade" else value_name(facet, one["value"], say)
        for one in values
    ]
    addresses = {
        label: f"{at('/catalogue')}?{urlencode({facet: one['value']})}"
        for label, one in zip(labels, values, strict=True)
    }
    counts = [one["count"] for one in values]
    others = len(values) - _BARS
    rest = say(f"其余 {others} 个部门", f"{others} other departments")
    charts.bars(
        name, labels, {say("数据集", "Datasets"): counts}, say,
        addresses=addresses, sideways=sideways, most=_BARS, rest=rest,
    )  # fmt: skip
