"""Rows handed in for a published dataset 交数: tried, then kept and built by a job, its outcome shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined, Told
from space.console.frame import at
from space.console.pages.steward import trying
from space.console.pages.steward.stopped import why_stopped
from space.console.pages.steward.words import BUILDS, GRADES, called
from space.console.pages.steward.work import Work
from space.console.paging import page
from space.console.parts.dropping import drop_zone
from space.console.parts.figures import number, plain, share
from space.console.parts.notes import reasons
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

# Between two looks at the job, in seconds, and how many are taken: an hour.
_PAUSE_S: Final = 1.0
_LOOKS: Final = 3600
_OPEN: Final = ("waiting", "running")


@page("/steward/entries/{name}/delivery", "交数据", "Hand in rows")
async def delivery(seat: Seat) -> None:
    """Take a file for a dataset, show what would become of its rows, and have it built."""
    name, say = seat.names["name"], seat.say
    if not seat.may(Act.DATASET_BUILD):
        reason = Told("page.stewards", say("交数据由数据管理员办理。", "Rows are handed in by stewards."))
        raise Declined(403, reason.code, (reason,))
    told, document, expected = await asyncio.gather(
        seat.calls.get(f"/v1/entries/{name}"),
        seat.calls.get(f"/v1/entries/{name}/contract", form="json"),
        seat.calls.get(f"/v1/entries/{name}/deliveries"),
    )
    link(f"← {told['title']}", at(f"/steward/entries/{name}"))
    with ui.element("section").classes("ybz-panel"):
        heading(told["title"])
        if not expected["open"]:
            why = tuple(Told(one["code"], one["message"], "", one["allowed"]) for one in expected["reasons"])
            reasons(seat, Declined(422, why[0].code, why))
            return
        _asked(seat, expected)
        taking = ui.element("div").classes("ybz-wide")
        place = ui.element("div").classes("ybz-wide").props('role="status"')

        async def taken(sent: dict[str, str]) -> None:
            await _tried(Work(seat, document, files=[sent]), told["name"], place, taking)

        with taking:
            drop_zone(say("把数据文件拖到这里", "Drop the data file here"), say, taken)


def _asked(seat: Seat, expected: Mapping[str, Any]) -> None:
    """What is expected, and what will happen to it."""
    say = seat.say
    names = say("、", ", ").join(one["path"] for one in expected["files"])
    ui.label(
        say(
            "放上数据文件，先逐行试算；看过结果再交。交上后替换上一次交的同名文件，按已发布的编目入库加工、"
            "检验质量；合格的发出新版本，不合格的不放行，原来的文件和版本照常使用。",
            "Drop the file: its rows are tried first, and handed in once you have looked. It takes the place "
            "of the former file of that name and is built by the published entry; what does not pass is not "
            "released, and the former file and release stay.",
        )
    )
    facts([(say("编目里的文件名（* 代表任意文字）", "Named in the entry (* is any text)"), names)])


async def _tried(work: Work, name: str, place: ui.element, taking: ui.element) -> None:
    """Try the rows by the contract as it stands, and offer to hand the file in."""
    seat, say, (sent,) = work.seat, work.seat.say, work.files
    _coming(place, say("正在逐行试算…", "Trying the rows…"))
    text = json.dumps(work.document, ensure_ascii=False)
    try:
        tried = await seat.calls.post("/v1/drafts/trial", {"contract": text, "files": [sent]})
    except Exception:
        place.clear()  # the frame tells why
        raise

    async def hand_in() -> None:
        taking.set_visibility(False)
        try:
            await _handed(seat, name, sent, place)
        except Exception:
            taking.set_visibility(True)
            raise

    place.clear()
    with place:
        heading(say(f"试算：{sent['name']}", f"Trial: {sent['name']}"), 3)
        trying.summary(work, tried, None)
        with ui.element("div").classes("ybz-doing"):
            ui.button(say("交上去，入库加工", "Hand in and build"), on_click=hand_in).props("unelevated")
        trying.lines(work, tried)


async def _handed(seat: Seat, name: str, sent: dict[str, str], place: ui.element) -> None:
    """Hand the file in and follow its job to the end."""
    say = seat.say
    job = await seat.calls.post(f"/v1/entries/{name}/deliveries", {"file": sent})
    text = _coming(place, say("已交上，排队等候…", "Handed in; it waits for its turn…"))
    for _ in range(_LOOKS):
        job = await seat.calls.get(f"/v1/jobs/{job['id']}")
        if job["state"] not in _OPEN:
            break
        if job["state"] == "running":
            text.set_text(
                say(
                    "正在入库加工、检验质量，一般一两分钟。可以离开本页，结果会在质量报告里。",
                    "Being built and judged, a minute or two. You may leave: the quality report will tell.",
                )
            )
        await asyncio.sleep(_PAUSE_S)
    place.clear()
    with place:
        _ended(seat, name, job)


def _ended(seat: Seat, name: str, job: Mapping[str, Any]) -> None:
    """What came of it."""
    say, made = seat.say, job["result"]
    if made is None:
        problem = job["problem"] or {"code": "", "detail": ""}
        ui.label(say("没有办成，数据还是原来的版本。", "Not done: the former release stays.")).classes(
            "ybz-note bad"
        )
        told = tuple(
            Told(one["code"], one["message"], one["where"], one["allowed"])
            for one in problem.get("reasons", ())
        )
        why = Told(problem["code"], str(problem["detail"]))
        reasons(seat, Declined(422, problem["code"], told or (why,)))
    else:
        good = made["state"] in ("released", "unchanged")
        with ui.element("div").classes("ybz-headline"):
            heading(say("加工结果", "What came of it"), 3)
            Words("span", called(say, BUILDS, made["state"])).classes(
                f"ybz-badge {'good' if good else 'bad'}"
            )
        facts(
            [
                (say("读到的行（含表头）", "Lines read, with headings"), number(made["lines_read"])),
                (say("入库的行", "Rows taken"), number(made["typed"])),
                (say("拒收的行", "Rows left out"), number(made["quarantined"])),
                (say("质量得分", "Quality"), share(made["quality"], 2)),
                (say("数据级别", "Grade"), called(say, GRADES, plain(made["grade"]))),
            ]
        )
        if made["reason"]:
            ui.label(
                say("没有放行的原因：", "Why it was not released: ") + why_stopped(say, made["reason"])
            ).classes("ybz-note bad")
        _beside(seat, made)
    with ui.element("p").classes("ybz-onward"):
        link(say("看质量报告", "See the quality report"), at(f"/steward/quality/{name}"))
        link(say("看编目办理", "See the entry"), at(f"/steward/entries/{name}"))
    with ui.element("div").classes("ybz-doing"):
        ui.button(say("再交一个文件", "Hand in another"), on_click=again).props("outline")


def _beside(seat: Seat, made: Mapping[str, Any]) -> None:
    """What is to be known beside the outcome: another file was read, or rows were not sent back yet."""
    say = seat.say
    if made.get("as_handed_in") is False:
        ui.label(
            say(
                "注意：加工读到的不是这次交的文件，请核对后再交。",
                "Mind: the build read another file than this one; look, then hand it in again.",
            )
        ).classes("ybz-note bad")
    if made.get("not_sent_back"):
        ui.label(
            say(
                "新版本已发出；向基层回流的数据这次没有送完，由定时任务补送。",
                "Released; not all rows were sent back to the grass roots yet, the regular run does it.",
            )
        ).classes("ybz-note")


def _coming(place: ui.element, text: str) -> ui.label:
    place.clear()
    with place, ui.element("p").classes("ybz-coming"):
        ui.spinner(size="1.6em").props('aria-hidden="true"')
        return ui.label(text)
