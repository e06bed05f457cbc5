"""Data delivered 收到的数据: fetched under a grant, counted back, deleted in the end, each with its proof.

Decides nothing: what may be fetched, by when a copy is deleted and what a count means is the interface's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from space.console.pages.department import words
from space.console.pages.department.around import ROOM, datasets, every, navigation, state
from space.console.pages.department.proved import proofs
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, number, plain
from space.console.parts.notes import done, empty
from space.console.parts.ways import again, go, take
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

_ROWS: Final = ("list", "masked_list")
_FORMS: Final = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}


@page("/department/data", "收到的数据", "Data delivered")
async def delivered(seat: Seat) -> None:
    """Supplies of the department, and a new one under a grant."""
    navigation(seat)
    say = seat.say
    supplies, grants = await asyncio.gather(
        every(seat, "/v1/supplies", "supplies"), every(seat, "/v1/grants", "grants")
    )
    known = await datasets(seat, [*(one["dataset"] for one in supplies), *_named(grants)])
    titles = {name: one["title"] for name, one in known.items()}
    _fetching(seat, grants, titles)
    heading(say("已送达的数据", "Supplies"))
    if not supplies:
        empty(
            say("还没有收到数据", "No data yet"),
            say(
                "申请时提供方式选文件下载或批量交换，获得开放明细的授权后，在这里领取；每份数据都有回执和水印。",
                "Where a request named file or exchange and a grant opens rows, they are fetched here; every "
                "copy has a receipt and a mark of its own.",
            ),
            say("提出申请", "New request") if seat.may(Act.REQUEST_FILE) else "",
            lambda: go(f"{ROOM}/request"),
        )
        return
    supply_rows(seat, supplies, titles)


def _named(grants: Sequence[Mapping[str, Any]]) -> list[str]:
    """The datasets whose rows grants in force open."""
    return [name for one in grants if _opens_rows(one) for name in _datasets(one)]


def _opens_rows(grant: Mapping[str, Any]) -> bool:
    return grant["state"] == "in_force" and bool(set(_ROWS) & set(grant["analyses"]))


def _fetching(seat: Seat, grants: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> None:
    """Ask for a dataset of a grant as a file."""
    say = seat.say
    open_ = [one for one in grants if _opens_rows(one)]
    if not open_:
        return
    choices = {
        f"{one['id']} {name}": titles[name] + say(f" · 到 {one['valid_to']}", f" · until {one['valid_to']}")
        for one in open_
        for name in _datasets(one)
    }
    wanted = seat.query.get("grant", "")
    first = next((key for key in choices if key.startswith(wanted)), None) if wanted else None
    with ui.element("section").classes("ybz-panel"):
        heading(say("领取数据", "Fetch data"))
        first = first or (next(iter(choices)) if len(choices) == 1 else None)
        grant = ui.select(
            choices, label=say("哪一项授权的哪个数据集", "Grant and dataset"), value=first,
            validation={say("请选一项", "choose one"): bool},
        ).without_auto_validation()  # fmt: skip
        form = ui.select(dict(_FORMS), label=say("文件格式", "Form"), value="csv")
        for each in (grant, form):
            each.props("outlined stack-label").classes("ybz-wide")

        async def fetch() -> None:
            if not grant.validate():
                return
            grant_id, _, dataset = str(grant.value).partition(" ")
            button.props("loading")
            told.set_text(say("正在生成，数据多时要等一会儿…", "It is being made; much data takes a while …"))
            try:
                body = {"grant": grant_id, "dataset": dataset, "form": form.value, "by": ""}
                await seat.calls.post("/v1/supplies", body)
            finally:
                button.props(remove="loading")
                told.set_text("")
            done(say("已生成，可以下载", "Made; it can be downloaded"))
            go(f"{ROOM}/data")

        button = ui.button(say("生成文件", "Make the file"), on_click=fetch).props("unelevated")
        told = Words("p", "").props('role="status"')


def _datasets(grant: Mapping[str, Any]) -> list[str]:
    """The datasets of a grant, as its agreement names them."""
    targets = grant["agreement"]["permission"][0]["target"]
    return [str(one["source"]).rpartition(":")[2] for one in targets]


def supply_rows(seat: Seat, supplies: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> None:
    """Supplies, the newest first, each with what can be done about it.

    Args:
        seat: of the receiver.
        supplies: the oldest first.
        titles: dataset → what it is called.
    """
    with ui.element("ul").classes("ybz-cards"):
        for one in reversed(supplies):
            _card(seat, one, titles)


def _card(seat: Seat, one: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    say = seat.say
    with ui.element("li").classes("ybz-panel ybz-card"):
        with ui.element("div").classes("ybz-line"):
            heading(titles.get(one["dataset"], one["dataset"]), 3)
            state(say, _standing(one), words.SUPPLIES)
        columns = "、".join(
            f"{each['title']} {each['name']}" + (say("（脱敏）", " (masked)") if each["masked"] else "")
            for each in one["columns"]
        )
        facts(
            [
                (say("数据项（文件里的列名）", "Items (columns of the file)"), columns or "—"),
                (say("行数", "Rows"), number(one["rows"])),
                (say("格式", "Form"), _FORMS.get(one["form"], say("交换库的表", "table of an exchange"))),
                (say("送达", "Delivered"), instant(one["ready_at"])),
                (say("留存到", "Keep until"), plain(one["keep_until"])),
                *_counted(seat, one),
                *_deleted(seat, one),
                (say("摘要 SHA-256", "SHA-256"), plain(one["sha256"])),
            ]
        )
        with ui.element("div").classes("ybz-doing"):
            _acts(seat, one)


def _standing(one: Mapping[str, Any]) -> str:
    if one["proof"]:
        return "proved"
    return str(one["received_state"] or one["state"]) if one["state"] == "ready" else str(one["state"])


def _counted(seat: Seat, one: Mapping[str, Any]) -> list[tuple[str, str]]:
    if one["received_rows"] is None:
        return []
    told = f"{number(one['received_rows'])} · {one['received_by']} · {instant(one['received_at'])}"
    return [(seat.say("对账", "Counted back"), told)]


def _deleted(seat: Seat, one: Mapping[str, Any]) -> list[tuple[str, str]]:
    say, found = seat.say, []
    if one["end_reason"]:
        found.append((say("终止", "Ended"), f"{instant(one['ended_at'])} · {one['end_reason']}"))
    if one["proof_due_on"] and not one["proof"]:
        found.append((say("删除证明期限", "Proof of deletion by"), one["proof_due_on"]))
    if one["proof"]:
        found.append((say("删除证明", "Proof of deletion"), f"{one['proved_on']} · {one['proved_by']}"))
    return found


def _acts(seat: Seat, one: Mapping[str, Any]) -> None:
    say = seat.say
    if one["state"] == "ready" and one["form"] != "table":
        ui.button(say("下载", "Download"), icon="download", on_click=lambda: _download(seat, one)).props(
            "unelevated"
        )
    if one["state"] == "ready" and one["received_state"] is None:
        ui.button(say("对账", "Count it back"), on_click=lambda: _count(seat, one)).props("outline")
    if not one["proof"]:
        ui.button(say("已删除，出具证明", "State its deletion"), on_click=lambda: _delete(seat, one)).props(
            "flat"
        )
    ui.button(say("存证证明", "Proofs"), on_click=lambda: proofs(seat, one)).props("flat")
    if one["receipt"]:
        ui.button(say("下载回执", "Receipt"), on_click=lambda: _receipt(one)).props("flat")


def _receipt(one: Mapping[str, Any]) -> None:
    ui.download.content(str(one["receipt"]), f"{one['receipt_id']}.jws")


async def _download(seat: Seat, one: Mapping[str, Any]) -> None:
    """Follow the signed address the service gives; it is good for a short time."""
    given = await seat.calls.post(f"/v1/supplies/{one['id']}/links")
    signed = urlsplit(str(given["url"]))
    take(f"{signed.path}?{signed.query}")


async def _count(seat: Seat, one: Mapping[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("对账", "Count it back"),
        [
            Question(
                "rows",
                say("您数到多少行", "Rows, as you counted them"),
                say("不含首行的标识和表头", "without the mark in the first line and the heading"),
                count=True,
            ),
            Question("sha256", say("文件的 SHA-256（可不填）", "SHA-256 of the file"), needed=False),
        ],
        say,
        text=say(
            "双方数量一致即为对账完成；不一致会记为“数量不符”并通知提供方。",
            "Counted alike it is acknowledged; else it is disputed, and the provider is told.",
        ),
        do=say("提交", "Send"),
    )
    if given is None:
        return
    body = {"rows": int(given["rows"]), "sha256": given["sha256"].strip() or None, "by": ""}
    found = await seat.calls.post(f"/v1/supplies/{one['id']}/acknowledgement", body)
    done(words.called(say, words.SUPPLIES, found["received_state"]))
    again()


async def _delete(seat: Seat, one: Mapping[str, Any]) -> None:
    say, today = seat.say, local_date(datetime.now(UTC)).isoformat()
    given = await answers(
        say("出具删除证明", "State its deletion"),
        [Question("on", say("哪一天删除的", "Day of deletion"), value=today, day=True)],
        say,
        text=say(
            "确认本单位所有副本都已删除。声明会签名存证，不能撤回。",
            "Every copy of yours is deleted. The statement is signed and kept; it cannot be taken back.",
        ),
        do=say("声明已删除", "State it"),
    )
    if given is None:
        return
    await seat.calls.post(f"/v1/supplies/{one['id']}/deletion", {"on": given["on"], "by": ""})
    done(say("已出具删除证明", "Stated"))
    again()
