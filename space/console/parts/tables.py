"""Tables of documents: sortable, paged, and readable without a mouse.

Decides that a cell holds text, a badge or a link, never markup from data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from space.console.language import Language

_ROWS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: of the value in a row.
        label: heading.
        numeric: set to the right, in figures of one width.
        link: name of the value that holds the address the cell leads to; empty for none.
        badge: name of the value that holds the tone of a badge (``good``, ``warn``, ``bad``, ``calm``).
        act: name of the event the table tells, with the row, when the cell is pressed; empty for none.
        fine: name of the value that stands below in small print, such as an id; empty for none.
    """

    name: str
    label: str
    numeric: bool = False
    link: str = ""
    badge: str = ""
    act: str = ""
    fine: str = ""


def table(
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    say: Language,
    *,
    caption: str,
    key: str = "id",
    on_row: Callable[[dict[str, Any]], Any] | None = None,
    choosing: bool = False,
) -> ui.table:
    """A table.

    Args:
        columns: in their order.
        rows: a value a column, and those links and badges name.
        say: of the reader.
        caption: what the table holds; read out, and shown above.
        key: name of the value that tells rows apart.
        on_row: called with the row somebody clicked, or chose with Enter.
        choosing: whether rows can be ticked; the table's ``selected`` holds them.
    """
    made = ui.table(
        columns=[_quasar(column) for column in columns],
        rows=list(rows),
        row_key=key,
        title=caption,
        selection="multiple" if choosing else None,
        pagination=_ROWS if len(rows) > _ROWS else 0,
    ).classes("ybz-table")
    made.props(f'flat bordered wrap-cells rows-per-page-label="{say("每页", "Rows")}"')
    made.props(f'no-data-label="{say("没有", "None")}" loading-label="{say("读取中", "Loading")}"')
    if len(rows) <= _ROWS:
        made.props("hide-pagination")
    made.add_slot("body-cell", _cell("{{ props.value }}"))
    if choosing:
        _named(made, columns[0].name, say)
    for column in columns:
        _drawn(made, column)
    if on_row is not None:
        made.on("rowClick", lambda event: on_row(event.args[1]))
    return made


def _named(made: ui.table, first: str, say: Language) -> None:
    """Give each box to tick a name that is read out: that of its row's first column."""
    every = say("全选", "Choose all")
    made.add_slot("header-selection", f'<q-checkbox v-model="props.selected" aria-label="{every}" />')
    one = say("选择", "Choose")
    made.add_slot(
        "body-selection",
        f'<q-checkbox v-model="props.selected" :aria-label="`{one}: ${{props.row.{first}}}`" />',
    )


def _quasar(column: Column) -> dict[str, Any]:
    align = "right" if column.numeric else "left"
    return {
        "name": column.name,
        "field": column.name,
        "label": column.label,
        "align": align,
        "sortable": True,
        "classes": "ybz-numeric" if column.numeric else "",
    }


def _drawn(made: ui.table, column: Column) -> None:
    """A link, a badge or a button in place of plain text; the template escapes every value."""
    shown = "{{ props.value }}"
    if column.badge:
        shown = f"<span :class=\"'ybz-badge ' + (props.row.{column.badge} || 'calm')\">{shown}</span>"
    if column.act:
        press = f"$parent.$emit('{column.act}', props.row)"
        shown = f'<button type="button" class="ybz-press" @click.stop="() => {press}">{shown}</button>'
    elif column.link:
        plain = f"<span v-else>{shown}</span>"
        shown = f'<a v-if="props.row.{column.link}" :href="props.row.{column.link}">{shown}</a>{plain}'
    if column.fine:
        shown += (
            f'<div v-if="props.row.{column.fine}" class="ybz-fine">{{{{ props.row.{column.fine} }}}}</div>'
        )
    if column.badge or column.act or column.link or column.fine:
        made.add_slot(f"body-cell-{column.name}", _cell(shown))


def _cell(shown: str) -> str:
    """A cell that knows its heading, which stands before it where a narrow screen piles cells up."""
    name = '<span class="ybz-cell-name">{{ props.col.label }}</span>'
    return f'<q-td :props="props">{name}<div class="ybz-cell">{shown}</div></q-td>'
