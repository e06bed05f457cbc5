"""What was asked before: answers by their receipts, with the questions this browser kept."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.pages.operator import keeping, words
from space.console.pages.operator.around import address, choosing, grants_of, ways
from space.console.pages.operator.keeping import Question
from space.console.paging import page
from space.console.parts.asking import answers
from space.console.parts.figures import instant, yuan
from space.console.parts.notes import done, empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

_ROWS = 100


@page("/operator/history", "历史与回执", "History and receipts")
async def history(seat: Seat) -> None:
    """The answers of a grant, and the texts of the questions as far as this browser has them."""
    ways(seat)
    grant = choosing(seat, await grants_of(seat), "/history")
    if grant is None:
        return
    say, after = seat.say, seat.query.get("after", "")
    given = await seat.calls.get(f"/v1/grants/{grant['id']}/receipts", limit=_ROWS, after=after)
    heading(say("有回执的答案", "Answers with receipts"))
    if not given["receipts"]:
        empty(
            say("还没有答案", "No answers yet"),
            say(
                "每次得到答案都有一份签名的回执，列在这里。",
                "Each answer comes with a signed receipt, listed here.",
            ),
            say("去提问", "Ask"),
            lambda: go(address("/query", grant=grant["id"])),
        )
    else:
        _table(seat, given["receipts"])
    if given["next"]:
        link(say("更早的", "Older"), address("/history", grant=grant["id"], after=given["next"])).classes(
            "ybz-op-way"
        )
    heading(say("本浏览器记下的问句", "Questions this browser kept"))
    Words(
        "p",
        say(
            "系统不保存问句原文，只有摘要进入回执；原文只留在您这台电脑的浏览器里。公用电脑请用后清除。",
            "The service keeps no text of a question, its digest "
            "alone stands in the receipt; the text stays in "
            "this browser. Clear it on a shared computer.",
        ),
    ).classes("ybz-fine")
    place = ui.element("div").classes("ybz-wide")
    ui.timer(0, lambda: _kept(seat, grant, place), once=True)


def _table(seat: Seat, rows: list[dict[str, Any]]) -> None:
    say = seat.say
    table(
        [
            Column("time", say("时间（取整到时段）", "Time (from)")),
            Column("product", say("类别", "Kind")),
            Column("fresh", say("新算还是重复", "Fresh or repeated")),
            Column("rho", say("隐私预算 ρ", "ρ"), numeric=True),
            Column("price", say("价款", "Price"), numeric=True),
            Column("id", say("回执", "Receipt"), link="to"),
        ],
        [
            {
                "id": row["id"], "time": instant(row["time"].replace("Z", "+00:00")),
                "product": words.product(say, row["product"]),
                "fresh": say("重复提问", "repeated") if row["repeated"] else say("新算", "fresh"),
                "rho": f"{row['rho']:g}", "price": yuan(row["price_fen"]),
                "to": address(f"/receipts/{row['id']}"),
            }
            for row in rows
        ],
        say, caption=say("答案和回执", "Answers and receipts"),
    )  # fmt: skip


async def _kept(seat: Seat, grant: dict[str, Any], place: Any) -> None:
    found = [one for one in await keeping.kept(seat) if one.get("grant") == grant["id"]]
    place.clear()
    with place:
        if not found:
            Words("p", seat.say("这个浏览器还没有记下问句。", "This browser kept none yet."))
            return
        for one in found:
            _question(seat, one)
        with ui.element("div").classes("ybz-doing"):
            ui.button(
                seat.say("清除本浏览器的问句", "Clear them"),
                icon="delete",
                on_click=lambda: _clear(seat, place),
            ).props("outline")


def _question(seat: Seat, one: Question) -> None:
    say = seat.say
    under_way = one.get("state") == "running"
    with ui.element("section").classes("ybz-panel"):
        with ui.element("p"):
            Words("span", words.state(say, str(one.get("state")))).classes(
                f"ybz-badge {'warn' if under_way else 'good'}"
            )
            Words("span", f" {instant(str(one.get('at')))} ")
            if one.get("receipt"):
                link(str(one["receipt"]), address(f"/receipts/{one['receipt']}"))
        Words("pre", str(one.get("sql"))).classes("ybz-op-sql").props('tabindex="0"')
        where = {"grant": str(one["grant"]), "sql": str(one["sql"])}
        with ui.element("div").classes("ybz-doing"):
            back = {"key": str(one["key"]), "grant": where["grant"]}
            if under_way:
                link(say("取回答案", "Fetch the answer"), address("/query", **back)).classes("ybz-op-way")
            elif keeping.is_there(one):
                link(
                    say("看答案（不再计费）", "See the answer (no charge)"), address("/query", **back)
                ).classes("ybz-op-way")
            link(say("改写后再问", "Use it again"), address("/query", **where)).classes("ybz-op-way")


async def _clear(seat: Seat, place: Any) -> None:
    say = seat.say
    text = say("回执仍然在，问句原文不能恢复。", "The receipts stay; the texts are gone for good.")
    if await answers(say("清除问句？", "Clear the questions?"), [], say, text=text) is None:
        return
    keeping.forget(seat)
    place.clear()
    done(say("已清除", "Cleared"))
