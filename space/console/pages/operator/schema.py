"""What the grant at hand opens: tables, columns, and what each column may be used for; a click writes it.

Decides nothing: columns are the grant's terms, their uses the published dictionary's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.operator import words
from space.console.parts.words import Words, heading
from space.console.seats import Seat


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it may be used.

    Attributes:
        name, title: in SQL, and as people call it.
        use: of the contract.
        kind: type.
        detail: grain, bounds, values and unit, as far as stated.
    """

    name: str
    title: str
    use: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table a question may name.

    Attributes:
        name, title: in SQL, and as people call it.
        columns: that are open.
        own: whether the reader's organisation brought it.
        closed: columns the grant does not open, as people call them.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    own: bool = False
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything a question under a grant may name.

    Attributes:
        tables: granted, then own ones.
        views: names of the workspace's.
        joins: lines of the terms.
        kinds: of the units the tables are about.
    """

    tables: tuple[Table, ...]
    views: tuple[str, ...]
    joins: tuple[str, ...]
    kinds: tuple[str, ...]

    def beginning(self) -> str:
        """A question to begin with."""
        for table in self.tables:
            for column in table.columns:
                if column.use in ("dimension", "plain"):
                    return (
                        f"SELECT {column.name}, count(*) AS n\nFROM {table.name}\n"
                        f"GROUP BY {column.name}\nORDER BY {column.name}"
                    )
        return f"SELECT count(*) AS n\nFROM {self.tables[0].name}" if self.tables else ""

    def titles(self) -> dict[str, str]:
        """Column → what people call it; none where two tables call it differently."""
        found: dict[str, str] = {}
        for table in self.tables:
            for one in table.columns:
                title = one.title or one.name
                found[one.name] = title if found.get(one.name, title) == title else one.name
        return found

    def completions(self) -> list[dict[str, str]]:
        """What is offered while somebody types."""
        made: dict[str, dict[str, str]] = {}
        for table in self.tables:
            made[table.name] = {"label": table.name, "type": "class", "detail": table.title}
            for one in table.columns:
                made[one.name] = {"label": one.name, "type": "property", "detail": f"{one.title} · {one.use}"}
        made |= {name: {"label": name, "type": "class", "detail": "view"} for name in self.views}
        return list(made.values())


async def opened(seat: Seat, terms: dict[str, Any], grant: str) -> Opened:
    """What a grant opens, as far as the reader may see it.

    Args:
        seat: who reads.
        terms: of the grant.
        grant: its id.
    """
    names = [one["name"] for one in terms["datasets"]]
    known, own, views = await asyncio.gather(
        asyncio.gather(*(seat.calls.get(f"/v1/datasets/{name}/dictionary") for name in names)),
        _workspace(seat, grant, "tables"),
        _workspace(seat, grant, "views"),
    )
    columns = {one["name"]: set(one["columns"]) for one in terms["datasets"]}
    tables = [_granted(seat.say, one, columns[one["name"]]) for one in known]
    kinds = dict.fromkeys(kind for one in known for kind in one["kinds"])
    return Opened(
        (*tables, *(_brought(seat.say, one) for one in own)),
        tuple(one["name"] for one in views),
        tuple(terms.get("joins", ())),
        tuple(kinds),
    )


def tree(seat: Seat, found: Opened, write: Callable[[str], None]) -> None:
    """The schema, to be looked at and written from.

    Args:
        seat: who reads.
        found: what the grant opens.
        write: puts a name where the cursor is.
    """
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-op-schema"):
        heading(say("可用的表和列", "Tables and columns"))
        Words("p", say("点名称写入问句。", "Click a name to write it.")).classes("ybz-fine")
        for table in found.tables:
            with ui.element("details").props("open"):
                with ui.element("summary"):
                    Words("span", table.title or table.name)
                    if table.own:
                        Words("span", say("自带", "own")).classes("ybz-badge")
                _name(table.name, table.title, write, say)
                with ui.element("ul"):
                    for column in table.columns:
                        _column(column, write, say)
                if table.closed:
                    closed = say("、", ", ").join(table.closed)
                    text = say(
                        f"授权没有开放、问了会被拒的列：{closed}", f"Not opened, refused if asked: {closed}"
                    )
                    Words("p", text).classes("ybz-fine")
        for name in found.views:
            _name(name, say("视图", "view"), write, say)
        if found.joins:
            Words("p", say("可以这样连接", "May be joined")).classes("ybz-fine")
            for line in found.joins:
                Words("code", line)


def _name(name: str, title: str, write: Callable[[str], None], say: Language) -> None:
    made = ui.button(name, on_click=lambda: write(name)).props("flat dense no-caps align=left")
    made.classes("ybz-op-written").props(f'aria-label="{say("写入", "Write")} {name} {title}"')


def _column(column: Column, write: Callable[[str], None], say: Language) -> None:
    with ui.element("li"):
        _name(column.name, column.title, write, say)
        Words("span", column.title)
        Words("div", words.use(say, column.use)).classes("ybz-fine")
        if column.detail:
            Words("div", column.detail).classes("ybz-fine")


def _granted(say: Language, known: dict[str, Any], opened: set[str]) -> Table:
    columns = tuple(
        Column(one["name"], one["title"], one["use"], one["type"], _detail(say, one))
        for one in known["columns"]
        if one["name"] in opened
    )
    closed = tuple(one["title"] or one["name"] for one in known["columns"] if one["name"] not in opened)
    return Table(known["name"], known["title"], columns, closed=closed)


def _brought(say: Language, known: dict[str, Any]) -> Table:
    form = known["form"]
    columns = [Column(form["key"], form["kind"], "identifier", "string", "")]
    columns += [Column(name, "", "dimension", "string", "") for name in form["categories"]]
    columns += [
        Column(name, "", "measure", "number", f"{least} … {most}")
        for name, least, most, _scale in form["measures"]
    ]
    return Table(known["name"], say("自带的表", "own table"), tuple(columns), own=True)


def _detail(say: Language, one: dict[str, Any]) -> str:
    said = []
    if one.get("grain"):
        said.append(words.grain(say, str(one["grain"])))
    if one.get("minimum") is not None or one.get("maximum") is not None:
        said.append(f"{one.get('minimum')} … {one.get('maximum')}")
    if one.get("values"):
        shown = one["values"][:12]
        said.append(say("、", ", ").join(map(str, shown)) + (" …" if len(one["values"]) > len(shown) else ""))
    return "；".join(said) if say is Language.CHINESE else "; ".join(said)


async def _workspace(seat: Seat, grant: str, what: str) -> list[dict[str, Any]]:
    """Tables or views of the workspace; none where it is not the reader's."""
    if not seat.may(Act.WORKSPACE_KEEP):
        return []
    try:
        found: list[dict[str, Any]] = (await seat.calls.get(f"/v1/grants/{grant}/workspace/{what}"))[what]
    except Declined:  # what cannot be read is not offered; the question itself is judged all the same
        return []
    return found
