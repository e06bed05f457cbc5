"""An answer as it is shown: as a grid and as a chart, with its error bounds, withheld cells and receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator import explaining, words
from space.console.pages.operator.around import address
from space.console.pages.operator.proving import verifying
from space.console.parts.charts import bars, lines, take_picture
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# More bars than these cannot be told apart.
_MOST_BARS: Final = 60
_NUMBERS: Final = ("int", "uint", "float", "double", "decimal")
_TIMES: Final = ("date", "timestamp")
CSV: Final = "text/csv"
# The very file whose digest the receipt states.
ARROW: Final = "application/vnd.apache.arrow.file"
# The errors of two figures under their difference, where they are independent of one another.
_OF_A_DIFFERENCE: Final = 2**0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with the means to take it away.

    Attributes:
        document: as the interface gave it.
        export: gives the same answer in another form; asking for it is no further call.
        titles: column of a table → what people call it.
    """

    document: dict[str, Any]
    export: Callable[[str], Awaitable[None]]
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Of the answer."""
        found: list[dict[str, Any]] = self.document["rows"]
        return found

    def called(self, column: str, say: Language) -> str:
        """A column as people call it; one nobody named, by its place."""
        place = [one["name"] for one in self.document["columns"]].index(column) + 1
        if column.startswith("_col_"):
            return say(f"第 {place} 列", f"column {place}")
        return self.titles.get(column, column) if say is Language.CHINESE else column

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
        _errors(say, shown)
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("导出 CSV（含误差上下界）", "Export CSV (with error bounds)")
                if document["accuracy"]
                else say("导出 CSV", "Export CSV"),
                icon="download",
                on_click=lambda: shown.export(CSV),
            ).props("outline")
            ui.button(
                say("导出 Arrow（可与回执对验）", "Export Arrow (its digest is the receipt's)"),
                icon="download",
                on_click=lambda: shown.export(ARROW),
            ).props("outline")
    _receipt(seat, document["receipt"])


def _grid(say: Language, shown: Shown) -> None:
    document = shown.document
    errors = {one["column"]: explaining.bound(say, one) for one in document["accuracy"]}
    numeric = set(shown.named(*_NUMBERS))
    columns = [
        Column(
            one["name"],
            shown.called(one["name"], say) + (f" {errors[one['name']]}" if one["name"] in errors else ""),
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


def _errors(say: Language, shown: Shown) -> None:
    accuracy = shown.document["accuracy"]
    if not accuracy:
        return
    with ui.element("details").props("open").classes("ybz-op-errors"):
        Words("summary", say("误差怎么读", "How to read the errors"))
        with ui.element("ul"):
            for one in accuracy:
                said = f"{shown.called(one['column'], say)} {explaining.bound(say, one)}"
                Words("li", f"{said}{say('。', '. ')}{_source(say, one)}")


def _source(say: Language, one: dict[str, Any]) -> str:
    """Where an error comes from, and what it forbids to conclude."""
    if one["made_of"]:
        return say(
            "这一列由别的数算出，它们各有误差，误差不能简单相加。",
            "It is computed from figures that each have an error; errors are not simply added up.",
        )
    if one["confidence"] == 1:
        return say(
            "误差来自取整，是确定的：真值不会离得更远。",
            f"It comes of rounding and is certain: {one['note']}.",
        )
    apart = "" if one["within"] is None else f"±{_OF_A_DIFFERENCE * one['within']:.0f}"
    return say(
        "误差来自为保护个体而加的噪声：真值有这么大的把握落在这个范围内。"
        f"两个数相减，误差约 {apart}：相差不到这么多的，不要说谁多谁少。",
        "It comes of the noise that protects individuals: the truth lies within it with that confidence. The "
        f"difference of two figures has an error of about {apart}: closer ones are not told apart.",
    )


def _chart(say: Language, shown: Shown) -> None:
    numeric = shown.named(*_NUMBERS)
    others = [one["name"] for one in shown.document["columns"] if one["name"] not in numeric] or numeric
    if not numeric or not shown.rows:
        Words("p", say("答案里没有可以画的数。", "The answer holds no figures to draw."))
        return
    with ui.element("div").classes("ybz-doing"):
        along = ui.select(
            {one: shown.called(one, say) for one in others}, label=say("沿（横轴）", "Along"), value=others[0]
        )
        height = ui.select(
            {one: shown.called(one, say) for one in numeric}, label=say("画（数）", "Draw"), value=numeric[-1]
        )
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
    named = shown.called(height, say)
    name = say(f"{named}，按{shown.called(along, say)}", f"{named} by {shown.called(along, say)}")
    if error is not None:
        name += say("；", "; ") + explaining.bound(say, error)
    values = [row[height] if isinstance(row[height], int | float) else None for row in rows]
    labels = ["—" if row[along] is None else str(row[along]) for row in rows]
    draws = lines if along in shown.named(*_TIMES) else bars
    chart = draws(name, labels, {named: values}, say, within=_within(error, values))
    if error is not None:
        Words("p", say("柱（点）上的竖线是误差范围。", "The upright lines are the error bounds.")).classes(
            "ybz-fine"
        )
    with ui.element("div").classes("ybz-doing"):
        ui.button(
            say("存成图片", "Save the picture"), icon="image", on_click=lambda: take_picture(chart, name)
        ).props("outline")
    if len(shown.rows) > len(rows):
        Words("p", say(f"只画前 {_MOST_BARS} 行。", f"The first {_MOST_BARS} rows.")).classes("ybz-fine")


def _within(error: dict[str, Any] | None, values: list[Any]) -> list[float | None]:
    """How far up and down each value may be off; None where that is not stated."""
    if error is None or error["made_of"]:
        return []
    if error["within"] is not None:
        return [None if value is None else float(error["within"]) for value in values]
    return [None if value is None else abs(value) * float(error["relative"] or 0) for value in values]


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
