"""The evidence log as anybody may check it: its signed head, what it holds, and proofs."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.audit.words import event_called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import Figure, cards, instant, number
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

_SHOWN = 200


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
    if seat.may(Act.LOG_READ):
        await _events(seat)
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
        if seat.may(Act.AGREEMENT_READ):
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
        facts([(say("记录数", "Entries"), number(head["size"])), (say("根摘要", "Root"), head["root"])])
        with ui.element("details"):
            Words("summary", say("签名与公钥（可抄下来留底）", "Signature and public key, to be kept"))
            Words("pre", head["checkpoint"]).classes("ybz-code")
            Words("pre", head["public_key"]).classes("ybz-code")
        if seat.may(Act.EVIDENCE_KEEP):
            with ui.row().classes("ybz-doing"):
                ui.button(say("重算整本存证", "Verify the whole log"), on_click=lambda: _verify(seat)).props(
                    "unelevated"
                )


async def _verify(seat: Seat) -> None:
    """Have the service derive the whole log anew; it is a job, and its page is told when it is over."""
    job = await seat.calls.post("/v1/evidence/verifications")
    done(seat.say("已开始重算；完成后结果在下面。", "It has begun; the result will stand below."))
    place = ui.label(seat.say("正在重算…", "Verifying…")).props('role="status"')

    async def look() -> None:
        now = await seat.calls.get(f"/v1/jobs/{job['id']}")
        if now["state"] in ("queued", "running"):
            return
        timer.cancel()
        good = now["state"] == "done"
        place.text = (
            seat.say("整本存证重算一致。", "The whole log is as it was signed.")
            if good
            else seat.say(
                "重算没有通过，请立即联系安全管理员。", "It does not hold: call the security administrator."
            )
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


async def _events(seat: Seat) -> None:
    say, query = seat.say, seat.query
    kind, subject = query.get("kind", ""), query.get("subject", "")
    found = await seat.calls.get(
        "/v1/evidence", kind=kind, subject=subject, limit=_SHOWN, cursor=query.get("cursor")
    )
    heading(say("记录清单", "Entries"))

    async def narrow() -> None:
        given = await answers(
            say("筛选", "Narrow down"),
            [
                Question("kind", say("事件名称的开头", "Beginning of the event's name"), "space:request",
                         needed=False, value=kind),
                Question("subject", say("对象编号", "Subject"), "req_…, grt_…", needed=False, value=subject),
            ],
            say,
        )  # fmt: skip
        if given is not None:
            go(at(f"/audit?kind={_plain(given['kind'])}&subject={_plain(given['subject'])}"))

    with ui.row().classes("ybz-doing"):
        ui.button(say("筛选", "Narrow down"), icon="filter_list", on_click=narrow).props("flat")
        if kind or subject:
            link(say("看全部", "Show all"), at("/audit"))
    rows = [
        {
            **one,
            "no": one["position"] + 1,
            "what": event_called(one["event"], say),
            "at": instant(one["recorded_at"]),
            "to": at(f"/audit/entries/{one['id']}"),
        }
        for one in found["events"]
    ]
    if not rows:
        empty(
            say("没有这样的记录", "No such entries"),
            say("换一个筛选条件。", "Narrow down by something else."),
        )
        return
    table(
        [
            Column("no", say("序号", "No."), numeric=True),
            Column("what", say("动作", "What"), link="to"),
            Column("event", say("事件名称", "Event")),
            Column("subject", say("对象", "Subject")),
            Column("at", say("时间", "When")),
        ],
        rows,
        say,
        caption=say("新的在前", "The newest first"),
    )
    if found["next"]:
        link(
            say("更早的", "Earlier"),
            at(f"/audit?kind={_plain(kind)}&subject={_plain(subject)}&cursor={found['next']}"),
        )


def _plain(text: str) -> str:
    from urllib.parse import quote

    return quote(text.strip(), safe="")
