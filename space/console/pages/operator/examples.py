"""Questions to begin with, made of what a grant opens: for whoever does not write SQL every day.

Decides nothing: each is explained before it runs, like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator.schema import Column, Opened, Table
from space.console.parts.words import Words

# More of one kind than these are not offered.
_MOST: Final = 3
# A day every grain begins on, to be replaced by the reader's.
_DAY: Final = "1960-01-01"


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what it asks.

    Attributes:
        asks: in words.
        sql: the question.
    """

    asks: str
    sql: str


def examples(opened: Opened, say: Language) -> list[Example]:
    """Questions that what is opened answers."""
    return [one for table in opened.tables if not table.own for one in _of_table(table, say)]


def offer(opened: Opened, say: Language, take: Callable[[str], None]) -> None:
    """Examples to click at.

    Args:
        opened: what the grant opens.
        say: of the reader.
        take: puts the question into the editor.
    """
    found = examples(opened, say)
    if not found:
        return
    with ui.element("details").classes("ybz-op-examples").props("open"):
        Words("summary", say("常见问法（点一句写入，再改）", "Examples (click one, then change it)"))
        with ui.element("div").classes("ybz-doing"):
            for one in found:
                ui.button(one.asks, on_click=lambda sql=one.sql: take(sql)).props(
                    'outline no-caps padding="xs sm"'
                )


def _of_table(table: Table, say: Language) -> list[Example]:
    keys = [one for one in table.columns if one.use == "dimension"] or [
        one for one in table.columns if one.use == "plain" and one.kind == "string"
    ]
    times = [one for one in table.columns if one.use == "time"]
    measures = [one for one in table.columns if one.use == "measure"] or [
        one for one in table.columns if one.use == "plain" and one.kind in ("integer", "number", "decimal")
    ]
    made = [_counted(table, key, say) for key in keys[:_MOST]]
    # The last key is the place in most contracts; it is the one a city asks by.
    made += [_before(table, keys[-1], time, say) for time in times[:1] if keys]
    made += [_crossed(table, keys[0], keys[-1], say)] if len(keys) > 1 else []
    made += [_average(table, keys[-1], one, say) for one in measures[:_MOST] if keys]
    return made


def _counted(table: Table, key: Column, say: Language) -> Example:
    return Example(
        say(f"各{_called(key, say)}有多少", f"how many by {_called(key, say)}"),
        f"SELECT {key.name}, count(*) AS n\nFROM {table.name}\nGROUP BY {key.name}\nORDER BY n DESC",
    )


def _before(table: Table, key: Column, time: Column, say: Language) -> Example:
    what, by = _called(time, say), _called(key, say)
    return Example(
        say(f"{what}早于某日的，各{by}有多少", f"how many by {by}, with {what} before a day"),
        f"SELECT {key.name}, count(*) AS n\nFROM {table.name}\n"
        f"WHERE {time.name} < DATE '{_DAY}'\nGROUP BY {key.name}\nORDER BY n DESC",
    )


def _crossed(table: Table, one: Column, other: Column, say: Language) -> Example:
    return Example(
        say(
            f"按{_called(one, say)}和{_called(other, say)}交叉",
            f"by {_called(one, say)} and {_called(other, say)}",
        ),
        f"SELECT {other.name}, {one.name}, count(*) AS n\nFROM {table.name}\n"
        f"GROUP BY {other.name}, {one.name}\nORDER BY {other.name}, {one.name}",
    )


def _average(table: Table, key: Column, measure: Column, say: Language) -> Example:
    what, by = _called(measure, say), _called(key, say)
    return Example(
        say(f"各{by}的平均{what}", f"average {what} by {by}"),
        f"SELECT {key.name}, avg({measure.name}) AS average\nFROM {table.name}\n"
        f"GROUP BY {key.name}\nORDER BY average DESC",
    )


def _called(column: Column, say: Language) -> str:
    return (column.title or column.name) if say is Language.CHINESE else column.name
