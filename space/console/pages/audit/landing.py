"""The evidence log as anybody may check it: its signed head, what it holds, and proofs."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.audit.earlier import compared
from space.console.pages.audit.listing import listing
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import Figure, cards, instant, number
from space.console.parts.notes import done
from space.console.parts.ways import go, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


@page("/audit", "监督存证", "Audit")
async def landing(seat: Seat) -> None:
    """The head of the log, ways to prove an entry, and for those who may: what the log holds."""
    say = seat.say
    head, anchors = await asyncio.gather(
        seat.calls.get("/v1/evidence/checkpoint"), seat.calls.get("/v1/evidence/anchors")
    )
    _ways(seat)
    _head(seat, head, anchors)
    _prove(seat)
    compared(seat, head)
    if seat.may(Act.LOG_READ):
        await listing(seat)
    else:
        ui.label(
            say(
                "存证记录的清单由审计人员查看；任何人都可以凭记录编号验证一条记录在不在账里。",
                "Auditors see the list of entries; anybody can prove by its number that one is in the log.",
            )
        ).classes("ybz-fine")


def _ways(seat: Seat) -> None:
    say = seat.say
    with ui.element("nav").classes("ybz-doing").props(f'aria-label="{say("本栏目", "Here")}"'):
        if seat.may(Act.ALERT_READ):
            link(say("告警与事件", "Alerts and incidents"), at("/audit/watch"))
        if seat.may(Act.CATALOGUE_READ):
            link(say("年度披露", "Yearly disclosure"), at("/audit/disclosure"))


def _head(seat: Seat, head: dict[str, Any], anchors: dict[str, Any]) -> None:
    say = seat.say
    kept = anchors.get("anchors", [])
    cards(
        [
            Figure(
                say("存证记录", "Entries"), number(head["size"]),
                say(
                    "授权、提问、交付、更正等每个动作各留一条；只增不改。",
                    "One for every grant, answer, delivery, correction and so on; only ever added to.",
                ),
                say("打开本页时", "when this page was opened"),
            ),
            Figure(
                say("交存他处的账头", "Heads kept elsewhere"), number(len(kept)),
                say(
                    "账头交给公证、档案、上级等存放，事后改账就会对不上。",
                    "Heads handed to a notary, an archive, the upper level: a rewritten log would not match.",
                ),
                instant(kept[-1]["anchored_at"]) if kept else say("还没有", "none yet"),
            ),
        ],
        say,
    )  # fmt: skip
    with ui.element("section").classes("ybz-panel"):
        heading(say("现在的账头", "The head now"))
        ui.label(
            say(
                "账头是整本存证此刻的指纹：哪怕改动、删去一条旧记录，根摘要都会变。把它抄下来或下载留底，"
                "以后就能核对账有没有被改过。",
                "The head is the fingerprint of the whole log: were one old entry changed or left out, the "
                "root would be another. Keep it, and you can tell later whether the log was changed.",
            )
        )
        facts([(say("记录数", "Entries"), number(head["size"])), (say("根摘要", "Root"), head["root"])])
        with ui.element("details"):
            Words("summary", say("签名与公钥（可抄下来留底）", "Signature and public key, to be kept"))
            Words("pre", head["checkpoint"]).classes("ybz-code")
            Words("pre", head["public_key"]).classes("ybz-code")
        with ui.row().classes("ybz-doing"):
            ui.button(
                say("下载账头留底", "Download the head"),
                icon="download",
                on_click=lambda: _download(seat, head),
            ).props("unelevated")
            if seat.may(Act.LOG_READ) or seat.may(Act.EVIDENCE_KEEP):
                ui.button(say("重算整本存证", "Verify the whole log"), on_click=lambda: _verify(seat)).props(
                    "outline"
                )


def _download(seat: Seat, head: dict[str, Any]) -> None:
    text = f"{head['checkpoint']}\n{head['public_key']}"
    ui.download.content(text, f"yibenzhang-{head['size']}.txt")
    done(seat.say("已下载", "Downloaded"))


async def _verify(seat: Seat) -> None:
    """Have the service derive the whole log anew; it is a job, and its page is told when it is over."""
    job = await seat.calls.post("/v1/evidence/verifications", {})
    done(seat.say("已开始重算；完成后结果在下面。", "It has begun; the result will stand below."))
    place = ui.label(seat.say("正在重算…", "Verifying…")).props('role="status"')

    async def look() -> None:
        now = await seat.calls.get(f"/v1/jobs/{job['id']}")
        if now["state"] in ("waiting", "running"):
            return
        timer.cancel()
        if now["state"] != "done":
            place.text = seat.say(
                "重算没有做完，请稍后再试。", "It could not be brought to its end: try again later."
            )
        elif now["result"]["ok"]:
            place.text = seat.say("整本存证重算一致。", "The whole log is as it was signed.")
        else:
            where = now["result"]["first_bad"]
            place.text = seat.say(
                f"重算没有通过（{where}），请立即联系安全管理员。",
                f"It does not hold ({where}): call the security administrator.",
            )

    timer = ui.timer(1.0, look)


def _prove(seat: Seat) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("验证一条记录在账里", "Prove that an entry is in the log"))
        ui.label(
            say(
                "回执、交付单、更正答复上都有存证编号（ev_ 开头）。在自己的浏览器里计算，不必相信本系统。",
                "Receipts, deliveries and answers name their entry (ev_…). Your own browser computes it.",
            )
        )

        async def ask() -> None:
            given = await answers(
                say("验证一条记录", "Prove an entry"),
                [Question("entry", say("存证编号", "Number of the entry"), "ev_…")],
                say,
                do=say("打开", "Open"),
            )
            if given:
                go(at(f"/audit/entries/{given['entry'].strip()}"))

        with ui.row().classes("ybz-doing"):
            ui.button(say("输入编号", "Enter a number"), icon="fact_check", on_click=ask).props("unelevated")
