"""What an agreement was used for so far: figures, the requests that name it, the grants under it."""

from __future__ import annotations

from typing import Any

from space.console.pages.implementing import words
from space.console.pages.operator.around import purpose_of
from space.console.parts.figures import Figure, cards, instant, number, yuan
from space.console.parts.tables import Column, table
from space.console.parts.words import Words, heading
from space.console.seats import Seat


def used(seat: Seat, use: dict[str, Any]) -> None:
    """Figures and both tables."""
    say, counted = seat.say, use["used"]
    heading(say("使用情况", "Use"))
    span, last = say("从起始日起：", "From the first day on: "), use["last"]
    cards(
        [
            Figure(
                say("应答次数", "Answers"), number(counted["calls"]),
                span + say("得到应答的调用，含重复应答。", "calls that were answered."), last,
            ),
            Figure(
                say("其中免费", "Of those free"), number(counted["free_calls"]),
                span + say("用于公共治理、公益事业的应答。", "answers for the public good."), last,
            ),
            Figure(
                say("拒绝次数", "Refused"), number(counted["calls_refused"]),
                span + say("因不合授权或规则未回答的调用。", "calls that were not allowed."), last,
            ),
            Figure(
                say("服务费", "Fees"), yuan(counted["income_fen"]),
                span + say("应答时计的价款；以各月对账单为准。", "as charged; statements decide."),
                last,
            ),
        ],
        say,
    )  # fmt: skip
    _requests(seat, use["requests"])
    _grants(seat, use["grants"])


def _requests(seat: Seat, found: list[dict[str, Any]]) -> None:
    say = seat.say
    if not found:
        text = say(
            "还没有据此提出的用数申请。场景采纳后，运营机构向数据提供部门申请，逐项答复；结果列在这里。",
            "No request names it yet. Under an adopted scenario the operator asks the departments that hold "
            "the data; what they answer stands here.",
        )
        Words("p", text).classes("ybz-fine")
        return
    table(
        [
            Column("scenario", say("应用场景", "Scenario")),
            Column("applicant", say("申请单位", "Applicant")),
            Column("state", say("状态", "State"), badge="tone"),
            Column("items", say("数据项", "Items"), numeric=True),
            Column("at", say("收到", "Received")),
            Column("until", say("用到", "Until")),
            Column("id", say("申请编号", "Request")),
        ],
        [
            {
                "id": one["id"], "scenario": one["scenario"], "applicant": one["applicant"],
                "state": words.state(say, one["state"]), "tone": words.tone(one["state"]),
                "items": one["items"], "at": instant(one["received_at"]), "until": one["use_until"] or "—",
            }
            for one in found
        ],
        say, caption=say("据此提出的用数申请", "Requests under it"),
    )  # fmt: skip


def _grants(seat: Seat, found: list[dict[str, Any]]) -> None:
    say = seat.say
    if not found:
        return
    table(
        [
            Column("purpose", say("用途", "Purpose")),
            Column("state", say("状态", "State"), badge="tone"),
            Column("term", say("期限", "Term")),
            Column("calls", say("应答", "Answers"), numeric=True),
            Column("refused", say("拒绝", "Refused"), numeric=True),
            Column("income", say("服务费", "Fees"), numeric=True),
            Column("id", say("授权编号", "Grant")),
        ],
        [
            {
                "id": one["id"], "purpose": purpose_of(one["purpose"], say),
                "state": words.state(say, one["state"]), "tone": words.tone(one["state"]),
                "term": f"{one['valid_from']} – {one['valid_to']}", "calls": number(one["calls"]),
                "refused": number(one["calls_refused"]), "income": yuan(one["income_fen"]),
            }
            for one in found
        ],
        say, caption=say("协议项下的授权", "Grants under it"),
    )  # fmt: skip
