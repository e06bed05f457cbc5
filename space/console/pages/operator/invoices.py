"""Invoices of the reader's organisation: what is to be paid, and each as a page to print."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator.around import address, ways
from space.console.paging import page
from space.console.parts.figures import plain, yuan
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.parts.words import facts
from space.console.seats import Seat


def invoices_table(say: Language, found: list[dict[str, Any]]) -> None:
    """Invoices and credit notes, each leading to itself."""
    if not found:
        empty(
            say("还没有发票", "No invoices yet"),
            say(
                "月份结账后，实施机构据账单开具，列在这里。",
                "Issued on the statement once a month is closed.",
            ),
        )
        return
    table(
        [
            Column("number", say("号码", "Number"), link="to"),
            Column("kind", say("种类", "Kind")),
            Column("credited", say("已冲减", "Credited"), numeric=True),
            Column("payable", say("应付", "Payable"), numeric=True),
        ],
        [
            {
                "id": one["number"], "number": one["number"],
                "kind": say("发票", "invoice") if one["kind"] == "invoice" else say("红字更正", "credit "
                "note"),
                "credited": yuan(one["credited_fen"]), "payable": yuan(one["payable_fen"]),
                "to": address(f"/invoices/{one['number']}"),
            }
            for one in found
        ],
        say, caption=say("发票和更正", "Invoices and credit notes"),
    )  # fmt: skip


@page("/operator/invoices/{number}", "发票", "Invoice")
async def invoice(seat: Seat) -> None:
    """One invoice."""
    ways(seat)
    say, number = seat.say, seat.names["number"]
    found = await seat.calls.get(f"/v1/invoices/{number}")
    with ui.element("section").classes("ybz-panel"):
        facts(
            [
                (say("号码", "Number"), found["number"]),
                (say("月份", "Month"), plain(found["document"].get("month"))),
                (say("应付", "Payable"), yuan(found["payable_fen"])),
                (say("已冲减", "Credited"), yuan(found["credited_fen"])),
                (say("数据券支付", "Paid by voucher"), yuan(found["voucher_fen"])),
            ]
        )
        with ui.element("div").classes("ybz-doing"):
            link(say("打开可打印的发票", "Open to print"), f"/v1/invoices/{number}/page").classes(
                "ybz-op-way"
            )
            month = str(found["document"].get("month") or "")
            link(say("当月账单", "Statement of the month"), address("/statements", month=month)).classes(
                "ybz-op-way"
            )
