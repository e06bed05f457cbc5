"""A file into a contract: drop it, look through what was guessed, hand it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from space.console.frame import at
from space.console.pages.steward import document as paper
from space.console.pages.steward import kept
from space.console.pages.steward.form import form
from space.console.pages.steward.handing import told
from space.console.pages.steward.mending import resumed
from space.console.pages.steward.problems import doubt as doubted
from space.console.pages.steward.work import Work
from space.console.paging import page
from space.console.parts.dropping import drop_zone
from space.console.parts.figures import number
from space.console.parts.notes import empty
from space.console.parts.ways import again, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Under which name a browser keeps an entry that was never saved.
_NEW: Final = "new"
_KINDS: Final = ".csv,.txt,.tsv,.xlsx,.xls,.json,.jsonl,.parquet"


@page("/steward/drop", "放一个文件，起草编目", "Drop a file, draft its entry")
async def drop(seat: Seat) -> None:
    """Take a file, draft its contracts, and show the form of each."""
    say = seat.say
    link(say("← 数据管理", "← Steward"), at("/steward"))
    taking = ui.element("section").classes("ybz-panel")
    place = ui.element("div").classes("ybz-wide")
    with taking:
        ui.label(
            say(
                "选一个数据文件（CSV、Excel 等，20 MB 以内）。系统读出编码、表头和每一列的类型，"
                "起草一份编目，逐项说明理由；您核对、修改后提交。文件只用来起草和试算，用完即删，不会入库。",
                "Choose a data file (CSV, Excel and the like, up to 20 MB). Its encoding, headings and types "
                "are read into a drafted entry with reasons, for you to check and submit. The file is "
                "deleted after it.",
            )
        )

        async def taken(sent: dict[str, str]) -> None:
            await _taken(seat, sent, place, taking)

        drop_zone(say("把数据文件拖到这里", "Drop a data file here"), say, taken, accept=_KINDS)

    def go_on(found: kept.Kept) -> None:
        taking.set_visibility(False)
        place.clear()
        with place:
            resumed(seat, _NEW, 0, found)

    kept.offer(seat, _NEW, 0, go_on)


async def _taken(seat: Seat, sent: dict[str, str], place: ui.element, taking: ui.element) -> None:
    """Draft from a file, and show what came of it."""
    place.clear()
    with place, ui.element("p").classes("ybz-coming").props('role="status"'):
        ui.spinner(size="1.6em").props('aria-hidden="true"')
        ui.label(seat.say("正在读文件、起草…", "Reading the file and drafting…"))
    said = {"files": [sent], "department": seat.called, "department_code": seat.organisation}
    try:
        drafted = await seat.calls.post("/v1/drafts", said)
    except Exception:
        place.clear()  # the frame tells why
        raise
    place.clear()
    taking.set_visibility(False)
    with place:
        _drafted(seat, drafted, sent)


def _drafted(seat: Seat, drafted: Mapping[str, Any], sent: dict[str, str]) -> None:
    say = seat.say
    _files(seat, drafted)
    families = drafted["families"]
    if not families:
        empty(
            say("没有读出可以编目的表", "No table was found in it"),
            say("上面写了每个文件为什么没有读。换一个文件再试。", "Above is told why. Try another file."),
            say("换一个文件", "Another file"),
            again,
        )
        return
    if len(families) == 1:
        _one(seat, drafted, families[0], sent)
        return
    heading(
        say(
            f"文件里有 {len(families)} 张表，请逐张核对提交", f"{len(families)} tables were found; one by one"
        )
    )
    with ui.tabs() as tabs:
        for family in families:
            ui.tab(family["name"], label=family["title"])
    with ui.tab_panels(tabs, value=families[0]["name"]).classes("ybz-wide"):
        for family in families:
            with ui.tab_panel(family["name"]):
                _one(seat, drafted, family, sent)


def _files(seat: Seat, drafted: Mapping[str, Any]) -> None:
    """How each file was read, and why so."""
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("文件是这样读的", "How the file was read"))
        with ui.element("ul").classes("ybz-why"):
            for one in drafted["files"]:
                rows, columns = number(one["rows"]), number(one["columns"])
                read = one["fate"] == "read"
                text = one["path"] + (f" [{one['sheet']}]" if one["sheet"] else "")
                if read:
                    text += say(f"：{rows} 行 × {columns} 列", f": {rows} rows × {columns} columns")
                    if one["encoding"]:
                        text += say(f"，编码 {one['encoding']}", f", {one['encoding']}")
                    if one["header_row"]:
                        text += say(
                            f"，表头在第 {one['header_row']} 行", f", heading on line {one['header_row']}"
                        )
                with ui.element("li"):
                    ui.label(text)
                    if not read:
                        Words("span", say("没有读", "Not read")).classes("ybz-badge bad")
                    if one["problem"]:
                        ui.label(str(one["problem"])).classes("ybz-fine").props('lang="en"')


def _one(seat: Seat, drafted: Mapping[str, Any], family: Mapping[str, Any], sent: dict[str, str]) -> None:
    """The form of one drafted table."""
    document = drafted["documents"][family["name"]]
    paper.untouched(document)
    if family["doubts"]:
        with ui.element("section").classes("ybz-panel"):
            heading(seat.say("请特别核对", "To be looked at"))
            with ui.element("ul"):
                for doubt in family["doubts"]:
                    text, language = doubted(seat.say, str(doubt))
                    with ui.element("li"):
                        ui.label(text).props(f'lang="{language}"')
    guesses = {one["name"]: one for one in family["fields"]}
    work = Work(seat, document, files=[sent], guesses=guesses)
    work.keep = lambda: kept.keep(seat, _NEW, 0, kept.Kept(document, guesses))
    form(work, lambda done: _handed(work, done))


def _handed(work: Work, done: Mapping[str, Any]) -> None:
    kept.forget(work.seat, _NEW)
    told(work.seat, done, work.missing)
