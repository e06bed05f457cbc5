"""Tables of one's own under a grant: brought as CSV with a word on each column, looked at, deleted."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from nicegui import ui

from catalog.intake.reading.encoding import decide, decode
from space.console.calling import Declined
from space.console.pages.operator import refusing, words
from space.console.pages.operator.around import choosing, datasets_of, grants_of, ways
from space.console.paging import page
from space.console.parts.asking import answers
from space.console.parts.dropping import drop_zone
from space.console.parts.figures import instant, number
from space.console.parts.notes import done, empty
from space.console.parts.ways import again
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

_MOST_COLUMNS = 100


@page("/operator/workspace", "自带的表", "Own tables")
async def workspace(seat: Seat) -> None:
    """The own tables of a grant, and bringing one."""
    ways(seat)
    grant = choosing(seat, await grants_of(seat), "/workspace")
    if grant is None:
        return
    say = seat.say
    found = await seat.calls.get(f"/v1/grants/{grant['id']}/workspace/tables", ended=True)
    living = [one for one in found["tables"] if one["state"] == "ready"]
    heading(say("现有的表", "Tables"))
    if not living:
        empty(
            say("还没有自带的表", "No table yet"),
            say(
                "可以带来自己的表（如客户名录），按标识与授权数据连接做统计。"
                "标识一进来就换成假名，表随授权结束而删除。",
                "Bring a table of your own, to be joined on its identifier. Identifiers become pseudonyms "
                "at once; the table is deleted with the grant.",
            ),
        )
    for one in living:
        _table(seat, grant["id"], one)
    await _bringing(seat, grant)
    _ended(seat, [one for one in found["tables"] if one["state"] != "ready"])


def _table(seat: Seat, grant: str, one: dict[str, Any]) -> None:
    say, form = seat.say, one["form"]
    with ui.element("section").classes("ybz-panel"):
        heading(one["name"], 3)
        facts(
            [
                (say("行数", "Rows"), number(one["rows"])),
                (say("个体数", "Units"), number(one["units"])),
                (say("标识列", "Key"), f"{form['key']} · {words.unit(say, form['kind'])}"),
                (say("分组列", "Categories"), ", ".join(form["categories"]) or "—"),
                (say("度量列", "Measures"), ", ".join(each[0] for each in form["measures"]) or "—"),
                (say("能否连接", "Joinable"), say("能", "yes") if one["joinable"] else say("不能", "no")),
                (say("上传于", "Brought"), instant(one["uploaded_at"])),
            ]
        )
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("删除", "Delete"), icon="delete", on_click=lambda: _delete(seat, grant, one["name"])
            ).props("outline")


async def _delete(seat: Seat, grant: str, name: str) -> None:
    say = seat.say
    text = say(
        "文件随即删除，留下签名的删除凭据。不能恢复。",
        "The file is deleted with a signed proof. It is final.",
    )
    if await answers(say(f"删除 {name}？", f"Delete {name}?"), [], say, text=text) is None:
        return
    await seat.calls.delete(f"/v1/grants/{grant}/workspace/tables/{name.rpartition('.')[2]}")
    done(say("已删除", "Deleted"))
    again()


def _ended(seat: Seat, found: list[dict[str, Any]]) -> None:
    if not found:
        return
    say = seat.say
    with ui.element("details"):
        Words("summary", say("已删除的表和删除凭据", "Deleted tables and their proofs"))
        with ui.element("ul"):
            for one in found:
                proof = one.get("deletion", {}).get("id", "")
                Words("li", f"{one['name']} · {words.state(say, one['state'])} · {proof}")


@dataclass(slots=True)
class _Bringing:
    """A file about to be brought.

    Attributes:
        content: of the file.
        columns: of its first line.
        uses: column → the field that says what it is.
    """

    content: bytes = b""
    columns: list[str] = field(default_factory=list)
    uses: dict[str, Any] = field(default_factory=dict)


async def _bringing(seat: Seat, grant: dict[str, Any]) -> None:
    say, brought = seat.say, _Bringing()
    kinds: dict[str, None] = {}
    for name in datasets_of(grant):
        known = await seat.calls.get(f"/v1/datasets/{name}/dictionary")
        kinds |= dict.fromkeys(known["kinds"])
    heading(say("带一张表来", "Bring a table"))
    with ui.element("section").classes("ybz-panel"):
        Words(
            "p",
            say(
                "CSV 文件，第一行是列名。说明每一列是什么；没有说明的列不进入空间。",
                "A CSV file, its first line the names of its columns. A column without a word stays out.",
            ),
        )
        place = ui.element("div").classes("ybz-wide")

        async def taken(file: dict[str, str]) -> None:
            brought.content = base64.b64decode(file["content"])
            brought.columns = _first_line(brought.content)
            place.clear()
            with place:
                _stating(seat, grant["id"], brought, list(kinds), file["name"])

        drop_zone(say("把 CSV 文件拖到这里", "Drop a CSV file here"), say, taken, accept=".csv")
        place.move(target_index=-1)


def _first_line(content: bytes) -> list[str]:
    """The names in the first line of a file."""
    text, _ = decode(content, decide(content).encoding)
    return next(csv.reader(io.StringIO(text.split("\n", 1)[0])), [])[:_MOST_COLUMNS]


def _renamed(content: bytes, names: list[str]) -> bytes:
    """The file with other names in its first line, which questions can say."""
    rest = content.partition(b"\n")[2]
    return ",".join(names).encode() + b"\n" + rest


def _stating(seat: Seat, grant: str, brought: _Bringing, kinds: list[str], named: str) -> None:
    say = seat.say
    name = ui.input(
        say("表名：在问句里写作 workspace.表名", "Name: questions say workspace.NAME"), value=_plain(named),
    ).props("outlined dense stack-label").classes("ybz-wide")  # fmt: skip
    told = say(
        "一列指明是谁的（标识），其余的分组或度量；姓名、地址之类不要带。中文列名要起一个小写英文名。",
        "One column says whose row it is (key), the others are categories or measures; leave out names and "
        "addresses. Questions call a column by a lower-case name.",
    )
    Words("p", told).classes("ybz-fine")
    choices = {
        "": say("不带", "leave out"),
        **{f"key:{kind}": say("标识·", "key: ") + words.unit(say, kind) for kind in kinds},
        "category": say("分组（取值少而短，如类别）", "category"),
        "measure": say("度量（数，要写最小和最大）", "measure"),
    }
    brought.uses = {}
    for place, column in enumerate(brought.columns, start=1):
        with ui.element("div").classes("ybz-op-stating"):
            use = ui.select(choices, label=column, value="").props("outlined dense stack-label")
            called = ui.input(say("问句里叫", "called"), value=_said(column, place))
            called.props("outlined dense stack-label").classes("ybz-op-bound")
            called.bind_visibility_from(use, "value", bool)
            bounds = [
                ui.input(label).props("outlined dense stack-label").classes("ybz-op-bound")
                for label in (say("最小", "least"), say("最大", "most"), say("小数位", "places"))
            ]
            for one in bounds:
                one.bind_visibility_from(use, "value", value="measure")
        brought.uses[column] = (use, called, bounds)
    problems = ui.element("div").classes("ybz-wide")

    async def send() -> None:
        problems.clear()
        try:
            await _sent(seat, grant, str(name.value or "_"), brought)
        except Declined as declined:
            if declined.status == 401:
                raise
            with problems:
                refusing.told(seat, declined, title=say("没有带进来", "Not brought in"))

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("带进来", "Bring it in"), icon="upload", on_click=send).props("unelevated")


async def _sent(seat: Seat, grant: str, name: str, brought: _Bringing) -> None:
    # Where no column was said to be the key, the interface is asked all the same, and tells what is lacking.
    key, categories, measures, names = "_", [], [], []
    for use, called, bounds in brought.uses.values():
        said, column = str(use.value), str(called.value or "_")
        names.append(column)
        if said.startswith("key:"):
            key = f"{column}={said.removeprefix('key:')}"
        elif said == "category":
            categories.append(column)
        elif said == "measure":
            measures.append(":".join([column, *(str(one.value) for one in bounds if one.value)]))
    # Names that are doubled, or too many, stay as they are, and are told by the interface.
    whole = len(names) == len(brought.columns) < _MOST_COLUMNS
    content = _renamed(brought.content, names) if whole and names != brought.columns else brought.content
    await seat.calls.send(
        "PUT", f"/v1/grants/{grant}/workspace/tables/{quote(name, safe='')}", content=content,
        key=key, category=categories, measure=measures,
    )  # fmt: skip
    done(seat.say("已带入", "Brought in"))
    again()


def _plain(named: str) -> str:
    """A name of a file as SQL may say it."""
    stem = named.rpartition(".")[0] or named
    return "".join(one if one.isascii() and (one.isalnum() or one == "_") else "_" for one in stem.lower())


def _said(column: str, place: int) -> str:
    """A column's name as questions may say it: its own, or one by its place."""
    plain = _plain(column + ".")
    return plain if plain[:1].isalpha() and plain.isascii() and "__" not in plain else f"c{place}"
