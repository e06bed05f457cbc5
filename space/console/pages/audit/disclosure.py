"""The yearly disclosure of authorised operation 年度披露: granted what, to whom, at which price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.frame import at
from space.console.pages.audit.words import SIDES
from space.console.paging import page
from space.console.parts.figures import instant, number, plain, yuan
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading, title
from space.console.seats import Seat

Document = Mapping[str, Any]


@page("/audit/disclosure", "年度披露", "Yearly disclosure")
async def disclosure(seat: Seat) -> None:
    """Every disclosure that was made, the newest year first."""
    say = seat.say
    found = await seat.calls.whole("/v1/disclosures", "disclosures")
    following = found["following"]
    link(say("← 监督存证", "← Audit"), at("/audit"))
    ui.label(
        say(
            f"实施机构和运营机构每年公布授权运营的范围、对象、成效和收费。{following['year']} 年的应在 "
            f"{following['due_on']} 前公布；年度结束后才能编制。",
            "Implementing bodies and operators disclose scope, operators, results and prices each year. "
            f"That of {following['year']} is due by {following['due_on']}; it is made when the year is over.",
        )
    )
    if not found["disclosures"]:
        empty(
            say("还没有公布过年度披露", "Nothing was disclosed yet"),
            say(
                "公布后按年份列在这里，谁都能看，也能打印。",
                "Each stands here by its year, for everybody to read and print.",
            ),
        )
        return
    rows = [
        {
            "id": one["id"],
            "year": str(one["year"]),
            "party": one["party"],
            "side": say(*SIDES[one["role"]]),
            "at": instant(one["made_at"]),
            "to": at(f"/audit/disclosures/{one['id']}"),
        }
        for one in found["disclosures"]
    ]
    columns = [
        Column("year", say("年份", "Year")),
        Column("party", say("公布单位", "Disclosed by"), link="to"),
        Column("side", say("身份", "As")),
        Column("at", say("公布时间", "Disclosed")),
    ]
    table(columns, rows, say, caption=say("已公布", "Disclosed"))


@page("/audit/disclosures/{disclosure}", "年度披露", "Yearly disclosure")
async def one_disclosure(seat: Seat) -> None:
    """One disclosure: its figures with their definitions, then agreement by agreement."""
    say, made = seat.say, seat.names["disclosure"]
    told = await seat.calls.get(f"/v1/disclosures/made/{made}")
    document = told["document"]
    party = document["party"]
    title(
        say(
            f"{party['name']} {document['year']} 年度披露",
            f"{party['name']}, disclosure of {document['year']}",
        ),
        say,
    )
    link(say("← 年度披露", "← Yearly disclosures"), at("/audit/disclosure"))
    with ui.element("section").classes("ybz-panel"):
        facts(
            [
                (say("公布单位", "Disclosed by"), f"{party['name']}（{say(*SIDES[document['role']])}）"),
                (say("负责人", "In charge"), plain(party["person_in_charge"])),
                (say("期间", "Period"), f"{document['period']['first']} — {document['period']['last']}"),
                (say("公布时间", "Disclosed"), instant(document["made_at"])),
                (say("应公布日", "Due"), document["due_on"]),
                (say("内容摘要（与存证一致）", "Digest, as in the evidence log"), told["digest"]),
            ]
        )
        link(say("打印版（中文）", "Page to print (in Chinese)"), f"/v1/disclosures/made/{made}/page")
    _figures(seat, document)
    heading(say("协议", "Agreements"))
    for one in document["agreements"]:
        _agreement(seat, one)
    if document["lacks"]:
        heading(say("账上还缺的", "What the ledger lacks"))
        with ui.element("ul"):
            for lack in document["lacks"]:
                Words("li", str(lack))


def _figures(seat: Seat, document: Document) -> None:
    say = seat.say
    rows = [
        {
            "id": one["title"], "title": one["title"], "value": f"{one['value']} {one['unit']}",
            "meaning": one["definition"],
        }
        for one in document["figures"]
    ]  # fmt: skip
    columns = [
        Column("title", say("指标", "Figure")),
        Column("value", say("数值", "Value"), numeric=True),
        Column("meaning", say("口径", "Definition")),
    ]
    table(columns, rows, say, caption=say("指标（口径见右）", "Figures with their definitions"))


def _agreement(seat: Seat, one: Document) -> None:
    say, used = seat.say, one["used"]
    with ui.element("article").classes("ybz-panel"):
        heading(str(one["number"]), 3)
        facts(
            [
                (say("实施机构", "Implementing body"), one["implementing_body"]["name"]),
                (say("运营机构", "Operator"), one["operator"]["name"]),
                (say("期限", "Term"), f"{one['starts_on']} — {one['ended_on'] or one['ends_on']}"),
                (say("授权数据", "Data"), "、".join(each["title"] for each in one["catalogue"]) or "—"),
                (say("产品和服务", "Products"), "、".join(each["name"] for each in one["products"]) or "—"),
                (say("应用场景", "Scenarios"), "、".join(each["title"] for each in one["scenarios"]) or "—"),
                (say("应答次数", "Answers"), number(used["calls"])),
                (say("收费", "Fees"), yuan(used["income_fen"])),
            ]
        )
