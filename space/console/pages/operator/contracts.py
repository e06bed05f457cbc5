"""Contracts and offers, for whoever signs for the operator: what is offered, what it changes, and our steps.

Decides nothing of a contract: which steps are open the interface says. A signature is made where the key is,
and handed in here.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.operator import words
from space.console.pages.operator.around import address, grants_of, ways
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain, yuan
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import again, link
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat

# Event in the interface's list of open steps → its path, label, whether it is final.
_STEPS: Final = {
    "withdraw": ("withdrawal", "不谈了", "Withdraw", True),
    "suspend": ("suspension", "中止", "Suspend", False),
    "resume": ("resumption", "恢复", "Resume", False),
    "complete": ("completion", "履行完毕", "Complete", True),
    "breach": ("breach", "以违约终止", "End for breach", True),
    "terminate": ("termination", "解除", "Terminate", True),
}
_OURS: Final = " (consumer)"


@page("/operator/contracts", "合约", "Contracts")
async def contracts(seat: Seat) -> None:
    """The contracts of the reader's organisation."""
    ways(seat)
    say = seat.say
    told, held = await asyncio.gather(seat.calls.get("/v1/contracts", limit=500), grants_of(seat))
    found, titles = told["contracts"], {one["id"]: one["titled"] for one in held}
    if not found:
        empty(
            say("还没有合约", "No contract yet"),
            say(
                "申请获同意后，提供方会发来要约，在这里承诺和签署。",
                "Offers on permitted requests stand here.",
            ),
        )
        return
    table(
        [
            Column("of", say("数据", "Data"), link="to"),
            Column("state", say("状态", "State"), badge="tone"),
            Column("ours", say("我方下一步可以", "Open to us next")),
            Column("id", say("合约编号", "Contract")),
            Column("changed", say("变动", "Changed")),
        ],
        [
            {
                "id": one["id"], "state": words.state(say, one["state"]), "tone": words.tone(one["state"]),
                "ours": "、".join(_label(seat, event) for event in _open(one)),
                "of": titles.get(one["grant"]) or say("（要约中）", "(offered)"),
                "changed": instant(one["changed_at"]), "to": address(f"/contracts/{one['id']}"),
            }
            for one in found
        ],
        say, caption=say("合约和要约", "Contracts and offers"),
    )  # fmt: skip


@page("/operator/contracts/{contract}", "合约", "Contract")
async def contract(seat: Seat) -> None:
    """One contract with its offers, signatures and steps."""
    ways(seat)
    say = seat.say
    found = await seat.calls.get(f"/v1/contracts/{seat.names['contract']}")
    with ui.element("section").classes("ybz-panel"):
        title = next((one["titled"] for one in await grants_of(seat) if one["id"] == found["grant"]), "")
        heading(title or found["id"])
        with ui.element("p"):
            Words("span", words.state(say, found["state"])).classes(f"ybz-badge {words.tone(found['state'])}")
        pairs = [
            (say("合约编号", "Contract"), found["id"]),
            (say("负责人（提供方）", "In charge there"), plain(found["in_charge"].get("manager"))),
            (say("负责人（我方）", "In charge here"), plain(found["in_charge"].get("user"))),
            (say("协议摘要", "Digest"), plain(found["agreement_digest"])),
        ]
        facts(pairs)
        if found["grant"]:
            link(say("据此授权提问", "Ask under its grant"), address("/query", grant=found["grant"])).classes(
                "ybz-op-way"
            )
        _doing(seat, found)
    for offer in reversed(found["offers"]):
        _offer(seat, offer)
    _past(seat, found)


def _open(found: dict[str, Any]) -> list[str]:
    return [one.removesuffix(_OURS) for one in found["open"] if one.endswith(_OURS)]


def _label(seat: Seat, event: str) -> str:
    own = {"accept": ("承诺", "accept"), "sign": ("签署", "sign"), "counter": ("还价", "counter")}
    zh, en = own.get(event) or _STEPS.get(event, ("", event, event, False))[1:3]
    return seat.say(zh, en)


def _doing(seat: Seat, found: dict[str, Any]) -> None:
    if not seat.may(Act.CONTRACT_NEGOTIATE):
        return
    say, ours = seat.say, _open(found)
    with ui.element("div").classes("ybz-doing"):
        if "accept" in ours:
            ui.button(
                say("承诺最新要约", "Accept the last offer"), on_click=lambda: _accept(seat, found)
            ).props("unelevated")
        if "sign" in ours:
            ui.button(say("签署", "Sign"), icon="draw", on_click=lambda: _sign(seat, found)).props(
                "unelevated"
            )
        for event in ours:
            if event in _STEPS:
                path, zh, en, final = _STEPS[event]
                label = say(zh, en)
                ui.button(
                    label,
                    on_click=lambda path=path, label=label, final=final: _step(
                        seat, found, path, label, final
                    ),
                ).props("outline")


async def _accept(seat: Seat, found: dict[str, Any]) -> None:
    say, number = seat.say, max(one["number"] for one in found["offers"])
    text = say("承诺后双方签署，条款不再改。", "Both sign after it; the terms change no more.")
    given = await answers(say(f"承诺第 {number} 次要约？", f"Accept offer {number}?"), [], say, text=text)
    if given is not None:
        await seat.calls.post(f"/v1/contracts/{found['id']}/acceptance", {"offer": number})
        again()


async def _sign(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    told = await seat.calls.get(f"/v1/contracts/{found['id']}/statement")
    ui.download.content(told["statement"], f"{found['id']}.statement", "text/plain")
    text = say(
        "待签的文字已下载。请在保管密钥的机器上用本单位登记的密钥对它签名（Ed25519 或 SM2），"
        f"再把密钥号和 base64 签名填在这里。协议摘要：{told['agreement_digest']}",
        "What is to be signed is downloaded. Sign it where the key of your organisation is kept, and hand in "
        f"its id and the signature in base64. Digest: {told['agreement_digest']}",
    )
    given = await answers(
        say("签署合约", "Sign the contract"),
        [
            Question("key", say("密钥号", "Id of the key")),
            Question("signature", say("签名（base64）", "Signature (base64)"), long=True),
        ],
        say, text=text, do=say("提交签名", "Hand it in"),
    )  # fmt: skip
    if given is not None:
        await seat.calls.post(f"/v1/contracts/{found['id']}/signatures", given)
        done(say("已签署", "Signed"))
        again()


async def _step(seat: Seat, found: dict[str, Any], path: str, label: str, final: bool) -> None:
    say = seat.say
    text = (
        say("授权随之结束，不能恢复。", "The grant ends with it, for good.")
        if final
        else say("授权随之中止或恢复，对方会收到通知。", "The grant goes with it; the other side is told.")
    )
    asked = [Question("why", say("理由（对方会看到）", "Why; the other side reads it"), long=True)]
    given = await answers(f"{label} {found['id']}", asked, say, text=text, do=label)
    if given is not None:
        await seat.calls.post(f"/v1/contracts/{found['id']}/{path}", {"why": given["why"]})
        done(label)
        again()


def _offer(seat: Seat, offer: dict[str, Any]) -> None:
    say, terms = seat.say, offer["terms"]
    with ui.element("section").classes("ybz-panel"):
        heading(say(f"第 {offer['number']} 次要约", f"Offer {offer['number']}"), 3)
        made = f"{words.side(say, offer['side'])} {offer['by']} · {instant(offer['at'])}"
        Words("p", f"{made} · {words.why(say, offer['why'])}")
        if offer["differences"]:
            Words("p", say("与上一次相比：", "It changes:"))
            with ui.element("ul"):
                for line in offer["differences"]:
                    Words("li", line).classes("ybz-mark")
        budget = terms.get("budget")
        pairs = [
            (one["name"], ", ".join(one["columns"])) for one in terms["datasets"]
        ] + [
            (say("保护方式", "Made safe by"), words.mode(say, terms["mode"])),
            (say("期限", "Term"), f"{terms['valid_from']} – {terms['valid_to']}"),
            (say("调用次数", "Calls"), str(terms["calls"])),
            (say("隐私预算", "Privacy budget"), "—" if budget is None else
             say(f"ρ {budget['rho']}，每次 "
             f"{budget['rho_per_query']}", f"ρ {budget['rho']}, {budget['rho_per_query']} each")),
            (say("每次价款", "Price a call"), yuan(terms.get("price_fen_per_call"))),
        ]  # fmt: skip
        facts(pairs)


def _past(seat: Seat, found: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("details"):
        Words("summary", say("签名和经过", "Signatures and steps"))
        with ui.element("ol"):
            for one in found["signatures"]:
                said = [str(value) for value in one.values() if isinstance(value, str) and len(value) < 80]
                Words("li", " · ".join(said))
            for one in found["steps"]:
                said = [str(value) for value in one.values() if isinstance(value, str) and len(value) < 80]
                Words("li", " · ".join(said))
