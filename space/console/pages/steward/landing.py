"""The steward's first page: what waits for this department, and how each of its datasets stands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.frame import at
from space.console.pages.steward.clocks import causes_of, owed_list
from space.console.pages.steward.stopped import why_stopped
from space.console.pages.steward.words import BUILDS, STATES, TONES, called
from space.console.paging import page
from space.console.parts.figures import Figure, cards, number, share
from space.console.parts.notes import empty
from space.console.parts.owing import soonest
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import heading
from space.console.seats import Seat

# States of a challenge in which the department owes an answer.
TO_ANSWER = ("open", "reopened", "before_authority", "before_superior", "before_government")


@page("/steward", "数据管理", "Steward")
async def landing(seat: Seat) -> None:
    """What waits, what is owed, every dataset with its state."""
    if not (seat.may(Act.CATALOGUE_KEEP) or seat.may(Act.ENTRY_SIGN)):
        await seat.calls.get("/v1/quality")  # the interface says why this is not for them
    calls = seat.calls
    entries, judged, due, corrections, conflicts, causes = await asyncio.gather(
        calls.whole("/v1/entries", "entries"),
        calls.whole("/v1/quality", "datasets"),
        calls.whole("/v1/due", "items"),
        _asked(calls.whole("/v1/corrections", "to_answer")),
        calls.whole("/v1/sources/conflicts", "conflicts"),
        causes_of(seat),
    )
    say = seat.say
    to_answer = [one for one in corrections.get("to_answer", ()) if one["state"] in TO_ANSWER]
    builds = {one["dataset"]: one for one in judged["datasets"]}
    failed = [one for one in judged["datasets"] if one["state"] not in (None, "released", "unchanged")]
    if seat.may(Act.CATALOGUE_KEEP):
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                say("放一个文件，起草编目", "Drop a file"),
                icon="upload_file",
                on_click=lambda: go(at("/steward/drop")),
            ).props("unelevated")
            if seat.may(Act.FORM_ASK):
                link(say("基层报表", "Forms for the grass roots"), at("/steward/forms")).classes("ybz-op-way")
    _figures(seat, entries["entries"], to_answer, failed, conflicts["conflicts"], due)
    _waiting(seat, entries["entries"], to_answer, failed, due["items"])
    if due["items"]:
        heading(say("快到期的事", "What is due"))
        owed_list(seat, soonest(due["items"])[:8], causes)
        link(say("全部时限", "All clocks"), at("/steward/clocks"))
    _datasets(seat, entries["entries"], builds)


async def _asked(asked: Any) -> Any:
    """An answer, or nothing where this role is not told."""
    try:
        return await asked
    except Declined as declined:
        if declined.status == 403:
            return {}
        raise


def _figures(
    seat: Seat,
    entries: Sequence[Mapping[str, Any]],
    to_answer: Sequence[Any],
    failed: Sequence[Any],
    conflicts: Sequence[Any],
    due: Mapping[str, Any],
) -> None:
    say, on = seat.say, str(due["on"])
    published = sum(one["state"] == "published" for one in entries)
    red = sum(each["red"] for each in due["by_owner"])
    told = (
        (len(entries), "#datasets", "我的数据集", "My datasets",
         f"本部门在账的数据集，其中已发布 {published} 个。", f"{published} of them are published."),
        (red, at("/steward/clocks"), "逾期或当天到期", "Overdue or due",
         "时限为红色的事项：已逾期或今天到期。", "Things owed whose clock is red."),
        (len(to_answer), at("/steward/corrections"), "待答复的校核", "Corrections to answer",
         "别人对本部门数据值提出的疑问，还没有答复的。", "Challenges not yet answered."),
        (len(failed), "#waiting", "未放行的数据", "Releases that failed",
         "最近一次加工没有发版的数据集。", "Datasets whose last build was not released."),
        (len(conflicts), at("/steward/conflicts"), "数源争议", "Source conflicts",
         "同一数据项由谁负责，等数据主管部门裁定的。", "Items several claim, which the authority decides."),
    )  # fmt: skip
    figures = [
        Figure(say(zh, en), number(count), say(means, meaning), on, to)
        for count, to, zh, en, means, meaning in told
    ]
    cards(figures, say)


def _waiting(
    seat: Seat,
    entries: Sequence[Mapping[str, Any]],
    to_answer: Sequence[Mapping[str, Any]],
    failed: Sequence[Mapping[str, Any]],
    owed: Sequence[Mapping[str, Any]],
) -> None:
    """What somebody of this department has to do next, one line each with its way."""
    say, todo = seat.say, []
    heads = seat.may(Act.ENTRY_SIGN)
    for one in entries:
        way = one["pending"]["state"] if one["pending"] else one["state"]
        to = at(f"/steward/entries/{one['name']}")
        if way == "returned":
            todo.append((say("被退回，请修改", "Returned: mend it"), one["title"], to, "bad"))
        elif way == "refused":
            todo.append((say("不予发布，请看理由", "Refused: see why"), one["title"], to, "bad"))
        elif way == "checked" and heads:
            todo.append((say("待您签批", "Waits for your signature"), one["title"], to, "warn"))
        elif way == "compiled":
            todo.append((say("草稿，待补充", "Draft to be completed"), one["title"], to, "warn"))
    for one in failed:
        to = at(f"/steward/quality/{one['dataset']}")
        why = why_stopped(say, one["reason"] or "")
        text = f"{one['title']}{say('：', ': ')}{why}" if why else one["title"]
        todo.append((called(say, BUILDS, one["state"]), text, to, "bad"))
    for one in to_answer:
        about = f"{one['title'] or one['dataset']} · {one['item'] or one['field']}"
        text = about + say(f"，应于 {one['due_on']} 前答复", f", due {one['due_on']}")
        todo.append((say("校核待答复", "Correction to answer"), text, at("/steward/corrections"), "warn"))
    faulty = [one for one in owed if str(one["subject"]).startswith("rectification:")]
    if faulty and seat.may(Act.RECTIFICATION_ANSWER):
        first = min(str(one["due_on"]) for one in faulty)
        text = say(
            f"{len(faulty)} 件，最早的 {first} 前办完", f"{len(faulty)} cases, the first due on {first}"
        )
        todo.append((say("问题数据待整改", "Faulty data to be mended"), text, at("/steward/clocks"), "warn"))
    heading(say("等您处理", "Waits for you")).props('id="waiting"')
    if not todo:
        empty(
            say("现在没有等您处理的事", "Nothing waits for you"),
            say(
                "被退回的编目、待签批的编目、没放行的数据、要整改的问题、要答复的校核会出现在这里。",
                "Returned entries, entries to sign, failed releases, faulty data and corrections stand here.",
            ),
        )
        return
    with ui.element("ul").classes("ybz-todo ybz-panel"):
        for label, text, to, tone in todo:
            with ui.element("li"):
                ui.label(label).classes(f"ybz-badge {tone}")
                link(text, to)


def _datasets(
    seat: Seat, entries: Sequence[Mapping[str, Any]], builds: Mapping[str, Mapping[str, Any]]
) -> None:
    say = seat.say
    heading(say("我的数据集", "My datasets")).props('id="datasets"')
    if not entries:
        empty(
            say("还没有数据集", "No dataset yet"),
            say(
                "放一个数据文件，系统起草编目，您核对后提交。",
                "Drop a data file: an entry is drafted for you to check.",
            ),
            say("放一个文件", "Drop a file"),
            lambda: go(at("/steward/drop")),
        )
        return
    rows = []
    for one in entries:
        built = builds.get(one["name"], {})
        way = one["pending"]["state"] if one["pending"] else one["state"]
        ok = built.get("state") in (None, "released", "unchanged")
        rows.append(
            {
                "name": one["name"],
                "title": one["title"],
                "to": at(f"/steward/entries/{one['name']}"),
                "code": one["code"],
                "state": called(say, STATES, way),
                "state_tone": TONES.get(way, "calm"),
                "build": called(say, BUILDS, built.get("state"))
                if built.get("state")
                else say("还没有数据", "No data yet"),
                "build_tone": "good" if ok and built.get("state") else "calm" if ok else "bad",
                "quality": share(built.get("score")),
                "quality_to": at(f"/steward/quality/{one['name']}") if built.get("score") is not None else "",
            }
        )
    columns = [
        Column("title", say("数据集", "Dataset"), link="to"),
        Column("code", say("资源代码", "Code")),
        Column("state", say("编目状态", "State of the entry"), badge="state_tone"),
        Column("build", say("最近一次加工", "Last build"), badge="build_tone"),
        Column("quality", say("质量", "Quality"), numeric=True, link="quality_to"),
    ]
    table(columns, rows, say, caption=say(f"共 {len(rows)} 个", f"{len(rows)} datasets"), key="name")
