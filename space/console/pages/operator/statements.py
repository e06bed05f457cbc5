"""The statement of a month: what was called under each grant and what it costs, down to each receipt."""

from __future__ import annotations

import asyncio
import csv
import io
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any

from nicegui import ui

from contracts.cells import safe
from policies.clocks import local_date
from space.console.language import Language
from space.console.pages.operator import words
from space.console.pages.operator.around import address, grants_of, purpose_of, ways
from space.console.pages.operator.invoices import invoices_table
from space.console.paging import page
from space.console.parts.figures import Figure, cards, instant, number, yuan
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import go, to_paper
from space.console.parts.words import Words, facts, heading, title
from space.console.seats import Seat

# Months one can go back to from the field.
_BACK = 24


@page("/operator/statements", "账单", "Statements")
async def statements(seat: Seat) -> None:
    """The statement of a month and its invoices."""
    ways(seat)
    say = seat.say
    today = local_date(datetime.now(UTC))
    month = seat.query.get("month", "") or today.strftime("%Y-%m")
    signed, invoiced, held = await asyncio.gather(
        seat.calls.get(f"/v1/statements/{month}"),
        seat.calls.whole("/v1/invoices", "invoices"),
        grants_of(seat),
    )
    titles = {one["id"]: one["titled"] for one in held}
    with ui.element("div").classes("ybz-doing"):
        field = ui.select(
            _months(today, month), label=say("月份", "Month"), value=month,
            on_change=lambda event: go(address("/statements", month=str(event.value))),
        )  # fmt: skip
        field.props("outlined dense stack-label").classes("ybz-op-choice")
        ui.button(say("打印", "Print"), icon="print", on_click=to_paper).props("outline")
        ui.button(
            say("下载明细 CSV", "Download every call (CSV)"), icon="download",
            on_click=lambda: _taken_away(say, signed["document"], titles),
        ).props("outline")  # fmt: skip
    title(say(f"{month} 账单", f"Statement of {month}"), say)
    _whose(say, signed)
    _statement(say, signed["document"], titles)
    heading(say("发票", "Invoices"))
    invoices_table(say, invoiced["invoices"])


def _whose(say: Language, signed: dict[str, Any]) -> None:
    """Whose statement it is, of when, and by what it is known again."""
    document = signed["document"]
    whose = document.get("organisation") or {}
    with ui.element("section").classes("ybz-panel"):
        facts(
            [
                (say("单位", "Organisation"), f"{whose.get('name', '')} {whose.get('code', '')}"),
                (say("月份", "Month"), document["month"]),
                (say("截至", "As of"), _as_of(document)),
                (say("账单摘要 SHA-256", "Digest (SHA-256)"), signed["digest"]),
            ]
        )


def _as_of(document: dict[str, Any]) -> str:
    stated = document.get("as_of")
    return instant(stated.replace("Z", "+00:00")) if stated else str(document["month"])


def _taken_away(say: Language, document: dict[str, Any], titles: dict[str, str]) -> None:
    content = calls_file(say, document, titles)
    ui.download.content(content, f"statement-{document['month']}.csv", "text/csv")


def calls_file(say: Language, document: dict[str, Any], titles: dict[str, str]) -> bytes:
    """Every call of the month as CSV with safe cells, in the words of the page.

    Args:
        say: of the reader.
        document: of the statement.
        titles: of grants, by their ids.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(
        (
            say("月份", "month"), say("授权编号", "grant"), say("数据", "datasets"), say("用途", "purpose"),
            say("结果", "outcome"), say("回执", "receipt"), say("价款（元）", "price_yuan"),
            say("计量记录", "usage"),
        )
    )  # fmt: skip
    for one in document["grants"]:
        called = titles.get(one["grant"], " ".join(one["datasets"]))
        for usage, outcome, receipt, price, _leaf in one["calls"]:
            of = (document["month"], one["grant"], called, purpose_of(one["purpose"], say))
            told = words.state(say, outcome)
            line = (*of, told, receipt or "", f"{price / 100:.2f}", usage)
            rows.writerow([safe(cell) for cell in line])
    # The mark lets spreadsheets of this country read it as it is.
    return ("\ufeff" + written.getvalue()).encode()


def _months(today: date, named: str) -> list[str]:
    found, year, month = [], today.year, today.month
    for _ in range(_BACK):
        found.append(f"{year}-{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found if named in found else [named, *found]


def _statement(say: Language, document: dict[str, Any], titles: dict[str, str]) -> None:
    as_of = _as_of(document)
    sections = document["grants"]
    given = sum(line["answers"] for one in sections for line in one["lines"])
    cards(
        [
            Figure(
                say("应计金额", "Amount"), yuan(document["total_fen"]),
                say("本月各次答案的价款之和；未答、中断的不收费。", "Sum of the month's answers; "
                "refusals cost nothing."),
                as_of,
            ),
            Figure(
                say("答案", "Answers"), number(given),
                say("本月给出的答案数。", "Answers given in the month."), as_of,
            ),
            Figure(
                say("状态", "State"), words.state(say, document["state"]),
                say("未结的月份还会变；结账后不再改，有错以红字更正。",
                    "An open month still changes; a closed "
                    "one never does, credit notes put it right."), as_of,
            ),
            *_to_come(say, document, as_of),
        ],
        say,
    )  # fmt: skip
    if not sections:
        empty(
            say("这个月没有调用", "Nothing was called"),
            say("每次提问都会记一笔，列在当月账单里。", "Each question is metered and listed in its month."),
        )
    for one in sections:
        _section(say, one, titles)


def _to_come(say: Language, document: dict[str, Any], as_of: str) -> list[Figure]:
    """What an open month may come to at the pace so far: an estimate, no statement."""
    today = local_date(datetime.now(UTC))
    if document["state"] != "open" or document["month"] != today.strftime("%Y-%m"):
        return []
    days = monthrange(today.year, today.month)[1]
    return [
        Figure(
            say("照此到月底（估计）", "At this pace (estimate)"),
            yuan(round(document["total_fen"] * days / today.day)),
            say(
                f"本月已过 {today.day} 天，按每天同样用量推到 {days} 天；只是估计，以结账为准。",
                f"{today.day} of {days} days are over; the same use a day to the end. An estimate: what "
                "counts is the closed statement.",
            ),
            as_of,
        )
    ]


def _not_charged(say: Language, counts: dict[str, int]) -> str:
    """Calls that cost nothing, with why."""
    if not sum(counts.values()):
        return "0"
    each = (f"{words.state(say, why)} {number(count)}" for why, count in counts.items() if count)
    return f"{sum(counts.values())}{say('（', ' (')}{say('、', ', ').join(each)}{say('）', ')')}"


def _section(say: Language, one: dict[str, Any], titles: dict[str, str]) -> None:
    with ui.element("section").classes("ybz-panel"):
        heading(titles.get(one["grant"], ", ".join(one["datasets"])))
        facts(
            [
                (say("授权编号", "Grant"), one["grant"]),
                (say("用途", "Purpose"), purpose_of(one["purpose"], say)),
                (say("约定单价（每次）", "Agreed price a call"), yuan(one["price"].get("fen"))),
                (say("小计", "Subtotal"), yuan(one["amount_fen"])),
            ]
        )
        table(
            [
                Column("product", say("类别", "Kind")),
                Column("answers", say("给出的答案", "Answers"), numeric=True),
                Column("calls", say("计费次数", "Charged calls"), numeric=True),
                Column("free", say("另有不收费的", "Not charged"), numeric=True),
                Column("ceiling", say("政府指导价上限（每次）", "Ceiling a call"), numeric=True),
                Column("amount", say("金额", "Amount"), numeric=True),
            ],
            [
                {
                    "id": line["product"], "product": words.product(say, line["product"]),
                    "answers": line["answers"], "calls": line["calls"],
                    "free": _not_charged(say, line["not_charged"]), "ceiling": yuan(line["ceiling"]["fen"]),
                    "amount": yuan(line["amount_fen"]),
                }
                for line in one["lines"]
            ],
            say, caption=say("各类用量", "By kind"),
        )  # fmt: skip
        with ui.element("details"):
            Words("summary", say(f"逐笔（{len(one['calls'])} 笔）", f"Every call ({len(one['calls'])})"))
            table(
                [
                    Column("outcome", say("结果", "Outcome"), badge="tone"),
                    Column("receipt", say("回执", "Receipt"), link="to"),
                    Column("price", say("价款", "Price"), numeric=True),
                    Column("id", say("计量记录", "Metered as")),
                ],
                [
                    {
                        "id": usage, "outcome": words.state(say, outcome), "tone": words.tone(outcome),
                        "receipt": receipt or "—", "price": yuan(price),
                        "to": address(f"/receipts/{receipt}") if str(receipt).startswith("rct_") else "",
                    }
                    for usage, outcome, receipt, price, _leaf in one["calls"]
                ],
                say, caption=say("逐笔和回执", "Calls and receipts"),
            )  # fmt: skip
