"""The operator's room at a glance: grants, what is left of them, the month's spending, notices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from space.console.pages.contracting import noticed
from space.console.pages.operator import words
from space.console.pages.operator.around import ROOM, address, grants_of, purpose_of, ways
from space.console.pages.operator.gauges import gauges
from space.console.paging import page
from space.console.parts.charts import bars
from space.console.parts.figures import Figure, cards, instant, number, yuan
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

Rows = list[dict[str, Any]]
# Grants whose answers of the month are read at once.
_MOST = 12


@page("/operator", "授权运营", "Operator")
async def landing(seat: Seat) -> None:
    """What the reader's organisation holds, has left, and has spent this month."""
    ways(seat)
    month = local_date(datetime.now(UTC)).strftime("%Y-%m")
    found = await grants_of(seat)
    living = [one for one in found if one["state"] == "in_force"]
    given, told, waiting = await asyncio.gather(
        asyncio.gather(*(_given(seat, one["id"], month) for one in found[:_MOST])),
        seat.calls.get("/v1/notices"),
        _waiting(seat),
    )
    _figures(seat, living, [row for rows in given for row in rows], month)
    _to_do(seat, waiting)
    heading(seat.say("授权和余量", "Grants and what is left"))
    if not found:
        empty(
            seat.say("还没有授权", "No grant yet"),
            seat.say(
                "协议签订、场景采纳、合约签署之后，授权和它的预算会显示在这里。",
                "Once an agreement is signed, a scenario adopted and a contract signed, grants stand here.",
            ),
        )
    with ui.element("div").classes("ybz-two"):
        for grant in found:
            _grant(seat, grant)
    _month(seat, found, list(given), month)
    _notices(seat, told["notices"], {one["id"]: one["titled"] for one in found})


async def _given(seat: Seat, grant: str, month: str) -> Rows:
    answer = await seat.calls.whole(f"/v1/grants/{grant}/receipts", "receipts", mark="after", month=month)
    rows: Rows = answer["receipts"]
    return rows


async def _waiting(seat: Seat) -> Rows:
    """Contracts in which the next step is one of ours."""
    if not seat.may(Act.CONTRACT_NEGOTIATE):
        return []
    found = (await seat.calls.whole("/v1/contracts", "contracts"))["contracts"]
    return [one for one in found if {"accept (consumer)", "sign (consumer)"} & set(one["open"])]


def _figures(seat: Seat, living: Rows, given: Rows, month: str) -> None:
    say, as_of = seat.say, instant(datetime.now(UTC).isoformat())
    soonest = living[0] if living else None
    days = None if soonest is None else _days(soonest["valid_to"])
    cards(
        [
            Figure(
                say("生效中的授权", "Grants in force"), number(len(living)),
                say("本单位持有、现在可以据以提问的授权。", "Grants your organisation may ask under now."),
                as_of,
            ),
            Figure(
                say("最早到期", "First to end"), "—" if days is None else say(f"{days} 天", f"{days} days"),
                say("离生效中的授权里最早到期的一天还有多久；到期后不再回答。",
                    "Until the last day of the grant in force that ends first."),
                as_of, "" if soonest is None else address("/query", grant=soonest["id"]),
            ),
            Figure(
                say(f"{month} 已答", f"Answered in {month}"), number(len(given)),
                say("本月按回执计的答案数，含重复提问。", "Answers of the month by receipt, repeats too."),
                as_of, address("/history"),
            ),
            Figure(
                say(f"{month} 费用", f"Charged in {month}"), yuan(sum(one["price_fen"] for one in given)),
                say("本月各份回执写明的价款之和；以月结账单为准。",
                    "Sum of the prices the month's receipts state; the statement decides."),
                as_of, address("/statements", month=month) if seat.may(Act.MONEY_READ) else "",
            ),
        ],
        say,
    )  # fmt: skip


def _to_do(seat: Seat, waiting: Rows) -> None:
    if not waiting:
        return
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-op-left"):
        Words(
            "p", say(f"有 {len(waiting)} 份合约等我方承诺或签署", f"{len(waiting)} contract(s) wait for us")
        )
        with ui.element("ul"):
            for one in waiting:
                with ui.element("li"):
                    link(
                        f"{one['id']} · {words.state(say, one['state'])}", address(f"/contracts/{one['id']}")
                    )


def _grant(seat: Seat, grant: dict[str, Any]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(grant["titled"], 3)
        with ui.element("p").classes("ybz-op-badges"):
            Words("span", words.state(say, grant["state"])).classes(f"ybz-badge {words.tone(grant['state'])}")
            Words("span", words.mode(say, grant["mode"])).classes("ybz-badge")
            Words("span", purpose_of(grant["purpose"], say)).classes("ybz-badge")
        left = _days(grant["valid_to"])
        ends = say(f"{grant['valid_to']} 到期，还有 {left} 天", f"ends {grant['valid_to']}, {left} days left")
        Words("p", ends if left >= 0 else say(f"已于 {grant['valid_to']} 到期", f"ended {grant['valid_to']}"))
        gauges(say, grant)
        with ui.element("div").classes("ybz-doing"):
            if grant["state"] == "in_force":
                link(say("提问", "Ask"), address("/query", grant=grant["id"])).classes("ybz-op-way")
            link(say("历史", "History"), address("/history", grant=grant["id"])).classes("ybz-op-way")


def _month(seat: Seat, found: Rows, given: list[Rows], month: str) -> None:
    say = seat.say
    spent = [(one, rows) for one, rows in zip(found, given, strict=False) if rows]
    if not spent:
        return
    heading(say(f"{month} 用量", f"Use in {month}"))
    labels = [one["titled"] for one, _ in spent]
    with ui.element("div"):
        bars(
            say("各授权本月费用（元）", "Charged this month, by grant (yuan)"), labels,
            {say("费用", "Charged"): [sum(row["price_fen"] for row in rows) / 100 for _, rows in spent]}, say,
        )  # fmt: skip
        told = ({**row, "of": one["titled"]} for one, rows in spent for row in rows)
        latest = sorted(told, key=lambda row: row["time"], reverse=True)[:8]
        table(
            [
                Column("time", say("时间（取整到时段）", "Time (from)")),
                Column("of", say("数据", "Data")),
                Column("product", say("类别", "Kind")),
                Column("price", say("价款", "Price"), numeric=True),
                Column("id", say("回执", "Receipt"), link="to"),
            ],
            [
                {
                    "id": row["id"], "time": _clock(row["time"]), "of": row["of"],
                    "price": yuan(row["price_fen"]),
                    "product": words.product(say, row["product"]), "to": address(f"/receipts/{row['id']}"),
                }
                for row in latest
            ],
            say, caption=say("最近的答案", "Latest answers"),
        )  # fmt: skip


def _notices(seat: Seat, told: Rows, titles: Mapping[str, str]) -> None:
    say = seat.say
    heading(say("提醒", "Notices"))
    if not told:
        empty(
            say("没有提醒", "No notices"),
            say(
                "授权被中止、撤销，数据召回，或合约有变动时，会在这里告知本单位。",
                "What befalls your grants, data and contracts is told here.",
            ),
        )
        return
    noticed.told(seat, told, titles, ROOM)


def _days(last: str) -> int:
    return (datetime.fromisoformat(last).date() - local_date(datetime.now(UTC))).days


def _clock(text: str) -> str:
    return instant(text.replace("Z", "+00:00"))
