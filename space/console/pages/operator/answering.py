"""An answer as it is shown: as a grid and as a chart, with its error bounds, withheld cells and receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator import explaining, words
from space.console.pages.operator.around import address
from space.console.pages.operator.proving import verifying
from space.console.parts.charts import bars, lines
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# More bars than these cannot be told apart.
_MOST_BARS: Final = 60
_NUMBERS: Final = ("int", "uint", "float", "double", "decimal")
_TIMES: Final = ("date", "timestamp")
CSV: Final = "text/csv"
ARROW: Final = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with the means to take it away.

    Attributes:
        document: as the interface gave it.
        export: gives the same answer in another form; asking for it is no further call.
    """

    document: dict[str, Any]
    export: Callable[[str], Awaitable[None]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Of the answer."""
        found: list[dict[str, Any]] = self.document["rows"]
        return found

    def named(self, *kinds: str) -> list[str]:
        """Columns whose type begins so."""
        return [one["name"] for one in self.document["columns"] if str(one["type"]).startswith(kinds)]


def told(seat: Seat, shown: Shown) -> None:
    """Put an answer into the page."""
    say, document = seat.say, shown.document
    with ui.element("section").classes("ybz-panel ybz-op-answer").props('role="status"'):
        heading(say("答案", "Answer"))
        with ui.element("p"):
            Words("span", words.mode(say, document["mode"])).classes("ybz-badge good")
            if document["repeated"]:
                Words("span", say("取自存好的答案", "a stored answer")).classes("ybz-badge")
            Words("span", f" {say('实际消耗', 'Spent')}: {explaining.cost(say, document['cost'])}")
        with ui.tabs().props("align=left no-caps inline-label") as tabs:
            as_grid = ui.tab("grid", label=say("表格", "Grid"), icon="table_rows")
            as_chart = ui.tab("chart", label=say("图", "Chart"), icon="bar_chart")
        with ui.tab_panels(tabs, value=as_grid).classes("ybz-wide"):
            with ui.tab_panel(as_grid).classes("ybz-op-flat"):
                _grid(say, shown)
            with ui.tab_panel(as_chart).classes("ybz-op-flat"):
                _chart(say, shown)
        _errors(say, document)
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("导出 CSV", "Export CSV"), icon="download", on_click=lambda: shown.export(CSV)
            ).props("outline")
            ui.button(
                say("导出 Arrow", "Export Arrow"), icon="download", on_click=lambda: shown.export(ARROW)
            ).props("outline")
    _receipt(seat, document["receipt"])


def _grid(say: Language, shown: Shown) -> None:
    document = shown.document
    errors = {one["column"]: explaining.bound(say, one) for one in document["accuracy"]}
    numeric = set(shown.named(*_NUMBERS))
    columns = [
        Column(
            one["name"],
            one["name"] + (f" {errors[one['name']]}" if one["name"] in errors else ""),
            numeric=one["name"] in numeric,
        )
        for one in document["columns"]
    ]
    # Only a figure is withheld; a group without a value has none in the data.
    missing = {one["name"]: _missing(say, withheld=one["name"] in errors) for one in document["columns"]}
    rows = [
        {"_row": place, **{name: missing[name] if value is None else value for name, value in row.items()}}
        for place, row in enumerate(shown.rows)
    ]
    made = table(columns, rows, say, caption=say(f"共 {len(rows)} 行", f"{len(rows)} rows"), key="_row")
    for column in made.columns:
        if column["name"] in numeric:
            column[":format"] = "value => typeof value === 'number' ? value.toLocaleString() : value"
    made.update()
    if any(row[name] is None for row in shown.rows for name in errors):
        Words(
            "p",
            say(
                "“不予显示”的格受保护：背后的个体太少、被某一个体主导，或可由别的数推算出来；"
                "为不泄露原因，它们看起来都一样。",
                "“withheld” cells are protected: too few units, one that dominates, or to be computed from "
                "others; they look the same whatever the reason.",
            ),
        ).classes("ybz-fine ybz-op-withheld")


def _missing(say: Language, *, withheld: bool) -> str:
    return say("不予显示", "withheld") if withheld else say("（空）", "(empty)")


def _errors(say: Language, document: dict[str, Any]) -> None:
    if not document["accuracy"]:
        return
    with ui.element("details").props("open").classes("ybz-op-errors"):
        Words("summary", say("误差怎么读", "How to read the errors"))
        with ui.element("ul"):
            for one in document["accuracy"]:
                said = f"{one['column']} {explaining.bound(say, one)}"
                Words("li", f"{said}{say('。', '. ')}{_source(say, one)}")


def _source(say: Language, one: dict[str, Any]) -> str:
    """Where an error comes from."""
    if say is Language.ENGLISH:
        return str(one["note"])
    if one["made_of"]:
        return "这一列由别的数算出，它们各有误差，误差不能简单相加。"
    if one["confidence"] == 1:
        return "误差来自取整，是确定的：真值不会离得更远。"
    return (
        "误差来自为保护个体而加的噪声：真值有这么大的把握落在这个范围内。"
        "差别小于误差的两个数，不要说谁大谁小。"
    )


def _chart(say: Language, shown: Shown) -> None:
    numeric = shown.named(*_NUMBERS)
    others = [one["name"] for one in shown.document["columns"] if one["name"] not in numeric] or numeric
    if not numeric or not shown.rows:
        Words("p", say("答案里没有可以画的数。", "The answer holds no figures to draw."))
        return
    with ui.element("div").classes("ybz-doing"):
        along = ui.select(others, label=say("沿（维度）", "Along (dimension)"), value=others[0])
        height = ui.select(numeric, label=say("画（度量）", "Draw (measure)"), value=numeric[-1])
        for field in (along, height):
            field.props("outlined dense stack-label").classes("ybz-op-choice")
    place = ui.element("div").classes("ybz-wide")

    def draw() -> None:
        place.clear()
        with place:
            _drawn(say, shown, str(along.value), str(height.value))

    along.on_value_change(draw)
    height.on_value_change(draw)
    draw()


def _drawn(say: Language, shown: Shown, along: str, height: str) -> None:
    rows = shown.rows[:_MOST_BARS]
    error = next((one for one in shown.document["accuracy"] if one["column"] == height), None)
    name = f"{height} / {along}" + ("" if error is None else f"（{explaining.bound(say, error)}）")
    values = [row[height] if isinstance(row[height], int | float) else None for row in rows]
    labels = ["—" if row[along] is None else str(row[along]) for row in rows]
    draws = lines if along in shown.named(*_TIMES) else bars
    draws(name, labels, {height: values}, say)
    if len(shown.rows) > len(rows):
        Words("p", say(f"只画前 {_MOST_BARS} 行。", f"The first {_MOST_BARS} rows.")).classes("ybz-fine")


def _receipt(seat: Seat, receipt: dict[str, str]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("回执", "Receipt"))
        with ui.element("p"):
            link(receipt["id"], address(f"/receipts/{receipt['id']}"))
        Words(
            "p",
            say(
                "回执是签了名的凭据：谁、按哪份授权、读了哪些发布版、怎样保护、花了多少。任何人都可以查验。",
                "A signed statement of who asked under which terms, of which releases, how it was made "
                "safe and what it cost. Anybody may verify it.",
            ),
        ).classes("ybz-fine")
        verifying(seat, receipt["jws"])
