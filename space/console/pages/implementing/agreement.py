"""One agreement for the side that authorises: what it says, its steps, scenarios, what it was used for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from policies.rulebook import rule
from space.console.language import Language
from space.console.pages.implementing import words
from space.console.pages.implementing.around import address, at, ways
from space.console.pages.implementing.changing import offered
from space.console.pages.implementing.scenarios import entries_of, scenarios
from space.console.pages.implementing.using import used
from space.console.pages.operator.around import purpose_of
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done
from space.console.parts.past import past
from space.console.parts.ways import again, link
from space.console.parts.words import Words, badge, facts, heading, title
from space.console.seats import Seat

# Step of the table → its label, what it means, whether a reason is asked, whether it is the next thing to do.
_STEPS: Final = {
    "offer": (
        "发给运营机构签署", "Offer it", "发出后运营机构可以签署或者退回；签署前还可以放弃。",
        "The operator signs or declines it; until then it can be dropped.", False, True,
    ),
    "drop": ("放弃这份草案", "Drop it", "不能恢复；需要时另行起草。", "It is final.", True, False),
    "suspend": (
        "中止", "Suspend", "协议项下生效中的授权随之中止，正在进行的提问也不再回答；可以恢复。",
        "Grants under it are suspended with it, also what is running; it can be resumed.", True, False,
    ),
    "resume": (
        "恢复", "Resume", "随协议中止的授权一并恢复。", "Grants it suspended are resumed.", True, True,
    ),
    "terminate": (
        "解除", "Terminate", "协议项下的授权随之结束，不能恢复。",
        "Grants under it end with it, for good.", True, False,
    ),
}  # fmt: skip


@page("/implementing/agreements/{number}", "授权运营协议", "Agreement")
async def agreement(seat: Seat) -> None:
    """One agreement whole."""
    ways(seat)
    say, named = seat.say, seat.names["number"]
    found, use = await asyncio.gather(seat.calls.get(at(named)), seat.calls.get(f"{at(named)}/use"))
    stated, entries = found["stated"], await entries_of(seat, found)
    title(say(f"授权运营协议 {named}", f"Agreement {named}"), say)
    with ui.element("section").classes("ybz-panel"):
        badge(words.state(say, found["state"]), words.tone(found["state"]))
        body, operator = (
            say("{}（{}）", "{} ({})").format(stated[one]["name"], stated[one]["person"])
            for one in ("body", "operator")
        )
        facts(
            [
                (say("实施机构", "Implementing body"), body),
                (say("运营机构", "Operator"), operator),
                (say("授权方式", "Authorised"), mode_of(seat, stated["mode"])),
                (say("期限", "Term"), f"{found['starts_on']} – {found['ends_on']}"),
                (say("用途", "Purposes"), say("、", ", ").join(
                    purpose_of(one, say) for one in stated["purposes"]
                )),
                (say("目录清单", "Datasets"), _listed(seat, found["listed"], entries)),
                (say("产品和服务", "Products"), say("、", ", ").join(
                    one["name"] for one in stated["products"]
                )),
                *([(say("终止原因", "Ended because"), found["end_reason"])] if found["end_reason"] else []),
            ]
        )  # fmt: skip
        _steps(seat, found)
    offered(seat, found)
    _clauses(seat, stated["clauses"])
    scenarios(seat, found, entries)
    used(seat, use)
    _reviews(seat, found)
    past(seat, (_step(seat.say, one) for one in found["steps"]))


def mode_of(seat: Seat, code: str) -> str:
    """How much an agreement authorises, in words."""
    known = rule("operation", "modes", local_date(datetime.now(UTC))).value
    return words.mode(seat.say, code, str(known.get(code, code)))


def _listed(seat: Seat, listed: dict[str, int], entries: dict[str, Any]) -> str:
    say = seat.say
    titles = {name: entries[name]["title"] if name in entries else name for name in listed}
    each = (
        say(f"{titles[name]}（第 {number} 版目录）", f"{titles[name]} (revision {number})")
        for name, number in listed.items()
    )
    return say("、", ", ").join(each)


def _steps(seat: Seat, found: dict[str, Any]) -> None:
    if not seat.may(Act.AGREEMENT_NEGOTIATE):
        return
    say, number, steps = seat.say, found["number"], found["open"]
    with ui.element("div").classes("ybz-doing"):
        if "redraft" in steps:
            link(say("修改草案", "Change the draft"), address("/draft", of=number)).classes("ybz-op-way")
        if "supplement" in steps and found["supplement"] is None:
            way = address(f"/agreements/{number}/supplement")
            link(say("提出补充协议", "Propose a supplement"), way).classes("ybz-op-way")
        if "review" in steps and found["unreviewed"]:
            way = address(f"/agreements/{number}/review")
            link(say("开展年度评估", "Review the year"), way).classes("ybz-op-way")
        for step, (zh, en, means, means_en, why, first) in _STEPS.items():
            if step in steps:
                label, text = say(zh, en), say(means, means_en)
                ui.button(
                    label,
                    on_click=lambda step=step, label=label, text=text, why=why: _take(
                        seat, found, step, label, text, why
                    ),
                ).props("unelevated" if first else "outline")


async def _take(seat: Seat, found: dict[str, Any], step: str, label: str, text: str, why: bool) -> None:
    say = seat.say
    asked = [Question("reason", say("理由（对方会看到）", "Why; the other side reads it"), long=True)]
    given = await answers(f"{label} {found['number']}", asked if why else [], say, text=text, do=label)
    if given is not None:
        await seat.calls.post(f"{at(found['number'])}/{step}", {"reason": given.get("reason", "")})
        done(label)
        again()


def _clauses(seat: Seat, clauses: dict[str, Any]) -> None:
    say = seat.say
    known = rule("operation", "agreement_clauses", local_date(datetime.now(UTC))).value
    with ui.element("details").classes("ybz-panel"):
        Words("summary", say(f"条款（{len(clauses)} 条）", f"Clauses ({len(clauses)})"))
        facts(
            [
                (words.clause(say, name, str(known.get(name, name))), plain(text))
                for name, text in clauses.items()
            ]
        )


def _reviews(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    heading(say("年度评估", "Yearly reviews"))
    if not found["reviews"]:
        Words(
            "p",
            say(
                "还没有评估。协议每满一年评估一次，届满后这里和“待我办理”会提醒；发现的问题由责任方写明怎样整改。",
                "None yet. Each year that is over is reviewed; who owes what is found answers it.",
            ),
        ).classes("ybz-fine")
    for one in found["reviews"]:
        with ui.element("section").classes("ybz-panel"):
            heading(say(f"截至 {one['until']} 的一年", f"The year to {one['until']}"), 3)
            Words("p", one["conclusion"])
            with ui.element("ol"):
                for each in one["findings"]:
                    _finding(seat, found, each)


def _finding(seat: Seat, found: dict[str, Any], one: dict[str, Any]) -> None:
    say, still_open = seat.say, one["state"] == "open"
    with ui.element("li"):
        badge(
            say("待整改", "to be mended") if still_open else say("已整改", "mended"),
            "warn" if still_open else "good",
        )
        owed_by = words.office(say, one["owed_by"])
        Words("span", f" {one['words']}{say(f'（{owed_by}）', f' ({owed_by})')}")
        if not still_open:
            Words("div", f"{one['answer']} · {instant(one['mended_at'])}").classes("ybz-fine")
        elif one["owed_by"] == found["office"] and seat.may(Act.AGREEMENT_NEGOTIATE):
            ui.button(
                say("写明怎样整改", "Say how it was mended"),
                on_click=lambda: _mend(seat, found["number"], one),
            ).props("outline")


async def _mend(seat: Seat, number: str, one: dict[str, Any]) -> None:
    say = seat.say
    asked = [Question("answer", say("怎样整改的（对方会看到）", "How; the other side reads it"), long=True)]
    given = await answers(
        say("整改情况", "How it was mended"), asked, say, text=str(one["words"]), do=say("提交", "Hand it in")
    )
    if given is not None:
        await seat.calls.post(f"{at(number)}/findings/{one['id']}/mending", {"answer": given["answer"]})
        again()


def _step(say: Language, one: dict[str, Any]) -> str:
    who = f"{words.office(say, one['office'])} {one['made_by']}"
    return f"{instant(one['made_at'])} · {who} · {words.event(say, one['event'])} {one['reason']}"
