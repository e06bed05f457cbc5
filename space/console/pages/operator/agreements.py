"""Agreements of authorised operation and the scenarios under them, for whoever signs for the operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from policies.rulebook import rule
from space.console.language import Language
from space.console.pages.operator import supplements, words
from space.console.pages.operator.around import address, purpose_of, titles_of, ways
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done, empty
from space.console.parts.past import past
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

# State → steps of the operator: name, label, whether it is final, whether a reason is asked.
_STEPS: Final = {
    "offered": (("sign", "签署", "Sign", False), ("decline", "谢绝", "Decline", True)),
    "in_force": (("terminate", "解除", "Terminate", True),),
    "suspended": (("terminate", "解除", "Terminate", True),),
    "signed": (("terminate", "解除", "Terminate", True),),
}
_SUPPLEMENT: Final = (("sign", "签署补充协议", "Sign the supplement", False),
                      ("decline", "不同意补充", "Refuse the supplement", True))  # fmt: skip


@page("/operator/agreements", "协议与场景", "Agreements and scenarios")
async def agreements(seat: Seat) -> None:
    """The agreements of the reader's organisation."""
    ways(seat)
    say = seat.say
    found = (await seat.calls.whole("/v1/agreements", "agreements"))["agreements"]
    if not found:
        empty(
            say("还没有协议", "No agreement yet"),
            say(
                "实施机构拟好协议并发给贵单位后，在这里签署；签署后可以提应用场景。",
                "Once the implementing body offers one, it is signed here; scenarios come after.",
            ),
        )
        return
    table(
        [
            Column("number", say("编号", "Number"), link="to"),
            Column("body", say("实施机构", "Implementing body")),
            Column("state", say("状态", "State"), badge="tone"),
            Column("term", say("期限", "Term")),
            Column("listed", say("目录", "Datasets"), numeric=True),
        ],
        [
            {
                "id": one["id"], "number": one["number"], "body": one["body_name"],
                "state": words.state(say, one["state"]), "tone": words.tone(one["state"]),
                "term": f"{one['starts_on']} – {one['ends_on']}", "listed": len(one["listed"]),
                "to": address(f"/agreements/{one['number']}"),
            }
            for one in found
        ],
        say, caption=say("授权运营协议", "Agreements of authorised operation"),
    )  # fmt: skip


@page("/operator/agreements/{number}", "授权运营协议", "Agreement")
async def agreement(seat: Seat) -> None:
    """One agreement: what it says, what waits for us, its scenarios and steps."""
    ways(seat)
    say, number = seat.say, seat.names["number"]
    found = await seat.calls.get(_at(number))
    stated = found["stated"]
    with ui.element("section").classes("ybz-panel"):
        heading(number)
        with ui.element("p"):
            Words("span", words.state(say, found["state"])).classes(f"ybz-badge {words.tone(found['state'])}")
        facts(
            [
                (say("实施机构", "Implementing body"), f"{found['body_name']}（{stated['body']['person']}）"),
                (say("运营机构", "Operator"), f"{found['operator_name']}（{stated['operator']['person']}）"),
                (say("期限", "Term"), f"{found['starts_on']} – {found['ends_on']}"),
                (say("用途", "Purposes"), "、".join(purpose_of(one, say) for one in stated["purposes"])),
                (say("目录清单", "Datasets"), await _listed(seat, found["listed"])),
                (say("产品", "Products"), "、".join(one["name"] for one in stated["products"])),
            ]
        )
        supplements.waiting(seat, found, _called)
        _steps(seat, found)
    _clauses(seat, stated["clauses"])
    supplements.reviewed(seat, found)
    supplements.versions(seat, found)
    _scenarios(seat, found)
    past(seat, (_step(seat.say, one) for one in found["steps"]))


async def _listed(seat: Seat, names: dict[str, int]) -> str:
    """Datasets with the revision each is listed in."""
    say, titles = seat.say, await titles_of(seat, list(names))
    each = (
        say(f"{titles.get(name, name)}（{name}，第 {at} 版）", f"{name} (revision {at})")
        for name, at in names.items()
    )
    return say("、", ", ").join(each)


def _at(number: str) -> str:
    return f"/v1/agreements/{quote(number, safe='')}"


def _steps(seat: Seat, found: dict[str, Any]) -> None:
    if not seat.may(Act.AGREEMENT_NEGOTIATE):
        return
    steps = (*(_SUPPLEMENT if found["supplement"] else ()), *_STEPS.get(found["state"], ()))
    with ui.element("div").classes("ybz-doing"):
        for name, zh, en, why in steps:
            label = seat.say(zh, en)
            ui.button(
                label, on_click=lambda name=name, label=label, why=why: _take(seat, found, name, label, why)
            ).props("unelevated" if name == "sign" else "outline")


async def _take(seat: Seat, found: dict[str, Any], name: str, label: str, why: bool) -> None:
    say = seat.say
    asked = (
        [Question("reason", say("理由（对方会看到）", "Why; the other side reads it"), long=True)]
        if why
        else []
    )
    text = say(
        "以贵单位名义作出，记入存证，不能撤回。",
        "Done in the name of your organisation, recorded, and final.",
    )
    given = await answers(f"{label} {found['number']}", asked, say, text=text, do=label)
    if given is None:
        return
    await seat.calls.post(f"{_at(found['number'])}/{name}", {"reason": given.get("reason", "")})
    done(label)
    again()


def _clauses(seat: Seat, clauses: dict[str, Any]) -> None:
    with ui.element("details").classes("ybz-panel"):
        Words("summary", seat.say(f"条款（{len(clauses)} 条）", f"Clauses ({len(clauses)})"))
        facts([(_called(seat, "agreement_clauses", name), plain(text)) for name, text in clauses.items()])


def _called(seat: Seat, words_of: str, code: str) -> str:
    """What a code of an agreement is called."""
    known = rule("operation", words_of, local_date(datetime.now(UTC))).value
    return seat.say(str(known.get(code, code)), code)


def _scenarios(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    heading(say("应用场景", "Scenarios"))
    if seat.may(Act.SCENARIO_PROPOSE) and found["state"] == "in_force":
        with ui.element("div").classes("ybz-doing"):
            link(say("提出一个场景", "Propose a scenario"), address(f"/scenarios/{found['number']}")).classes(
                "ybz-op-way"
            )
    if not found["scenarios"]:
        empty(
            say("还没有场景", "No scenario yet"),
            say(
                "数据只用于获采纳的场景，一场景一审。",
                "Data serve adopted scenarios only, each judged by itself.",
            ),
        )
    for one in found["scenarios"]:
        _scenario(seat, one)


def _scenario(seat: Seat, one: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(one["title"], 3)
        with ui.element("p"):
            Words("span", words.state(say, one["state"])).classes(f"ybz-badge {words.tone(one['state'])}")
        Words("p", one["description"])
        facts(
            [
                (say("用途", "Purpose"), purpose_of(one["purpose"], say)),
                (say("至", "Until"), one["valid_to"]),
                (say("负责人", "In charge"), one["person"]),
                (
                    say("风险", "Risk"),
                    f"{_called(seat, 'risk_levels', str(one['risk'].get('level')))}："
                    f"{one['risk'].get('findings')}",
                ),
                (say("防控措施", "Measures"), plain(one["risk"].get("measures"))),
                (say("提出", "Proposed"), f"{one['proposed_by']} {instant(one['proposed_at'])}"),
            ]
        )
        with ui.element("details"):
            Words("summary", say(f"数据项和必要性（{len(one['items'])} 项）", f"Items ({len(one['items'])})"))
            facts([(name, why) for name, why in one["items"].items()])
        step = {"proposed": ("withdraw", "撤回", "Withdraw"), "adopted": ("end", "结束", "End")}.get(
            one["state"]
        )
        if step is not None and seat.may(Act.SCENARIO_PROPOSE):
            with ui.element("div").classes("ybz-doing"):
                label = say(step[1], step[2])
                ui.button(label, on_click=lambda: _move(seat, one, step[0], label)).props("outline")


async def _move(seat: Seat, one: dict[str, Any], step: str, label: str) -> None:
    say = seat.say
    given = await answers(
        f"{label}：{one['title']}",
        [Question("reason", say("理由", "Why"), long=True)],
        say,
        text=say("不能恢复；需要时可以另提。", "It is final; another can be proposed."),
        do=label,
    )
    if given is not None:
        await seat.calls.post(f"/v1/scenarios/{one['id']}/{step}", {"reason": given["reason"]})
        again()


def _step(say: Language, one: dict[str, Any]) -> str:
    who = f"{words.side(say, one['office'])} {one['made_by']}"
    return f"{instant(one['made_at'])} · {who} · {words.state(say, one['state'])} {one['reason']}"
