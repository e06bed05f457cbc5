"""One contract: where it stands, what is ours to do, each offer with what it changes, signatures and steps.

Decides nothing of a contract: which steps are open the interface says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.language import Language
from space.console.pages.contracting import words
from space.console.pages.contracting.around import address, around, datasets_of, known_purposes, names, room
from space.console.pages.contracting.changes import Names, changes
from space.console.pages.contracting.sides import opened, side
from space.console.pages.contracting.steps import doing
from space.console.pages.operator.words import why as worded_why
from space.console.paging import page
from space.console.parts.figures import instant, number, plain, yuan
from space.console.parts.ways import link
from space.console.parts.words import Words, facts, heading, title
from space.console.seats import Seat


@page("/operator/contracts/{contract}", "合约", "Contract")
@page("/department/contracts/{contract}", "合约", "Contract")
async def contract(seat: Seat) -> None:
    """One contract with its offers, signatures and steps."""
    around(seat)
    say = seat.say
    found = await seat.calls.get(f"/v1/contracts/{seat.names['contract']}")
    called, _ = await names(seat, datasets_of(found))
    ours = side(seat, found)
    terms = found["offers"][-1]["terms"]
    title(say("、", ", ").join(called[one["name"]] for one in terms["datasets"]), say)
    with ui.element("section").classes("ybz-panel"):
        with ui.element("p"):
            Words("span", words.state(say, found["state"], ours)).classes(
                f"ybz-badge {words.tone(found['state'], ours)}"
            )
        persons = [
            (words.called(say, words.TERMS, f"in_charge.{key}"), plain(found["in_charge"].get(key)))
            for key in ("manager", "user")
        ]
        facts(
            [
                (say("合约编号", "Contract"), found["id"]),
                *[
                    (words.side_of(say, one, ours).capitalize(), found[f"{one}_name"])
                    for one in ("provider", "consumer")
                ],
                *persons,
                (say("协议摘要", "Digest"), plain(found["agreement_digest"])),
            ]
        )
        _ways(seat, found, ours)
        if ours and seat.may(Act.CONTRACT_NEGOTIATE):
            await doing(seat, found)
    alone = unoffered(found)
    formers = [None, *(one["terms"] for one in found["offers"])]
    for offer, former in reversed(list(zip(found["offers"], formers, strict=False))):
        _offer(seat, offer, former, called, ours, offered=offer["number"] not in alone)
    _past(seat, found, ours)


def unoffered(found: Mapping[str, Any]) -> set[int]:
    """Numbers of the versions that were never offered: the other side does not read them.

    >>> steps = [{"event": "draft"}, {"event": "redraft"}]
    >>> unoffered({"offers": [{"number": 1}, {"number": 2}], "steps": steps})
    {1, 2}
    >>> unoffered({"offers": [{"number": 1}, {"number": 2}], "steps": [*steps, {"event": "offer"}]})
    {1}
    """
    events = [one["event"] for one in found["steps"]]
    written = sum(event in ("draft", "redraft") for event in events)
    alone = written - 1 if "offer" in events else written
    return {one["number"] for one in found["offers"][: max(alone, 0)]}


def _ways(seat: Seat, found: Mapping[str, Any], ours: str) -> None:
    """On from a contract: to its terms as a form, to its grant, to its request."""
    say = seat.say
    ways = []
    if ours and seat.may(Act.CONTRACT_NEGOTIATE):
        terms, events = address(seat, f"/{found['id']}/terms"), opened(seat, found)
        if "counter" in events:
            ways.append((say("还价（改条款）", "Counter with other terms"), terms))
        if "redraft" in events:
            ways.append((say("改草稿", "Change the draft"), terms))
    if found["state"] == "in_force" and ours == "consumer" and seat.may(Act.QUERY_ASK):
        where = f"/console/operator/query?grant={found['grant']}"
        ways.append((say("据此授权提问", "Ask under its grant"), where))
    if room(seat) == "/console/department":
        ways.append((say("看申请", "The request"), f"{room(seat)}/requests/{found['request']}"))
    with ui.element("div").classes("ybz-doing"):
        for label, where in ways:
            link(label, where).classes("ybz-op-way")


def _offer(
    seat: Seat,
    offer: Mapping[str, Any],
    former: Mapping[str, Any] | None,
    called: Names,
    ours: str,
    *,
    offered: bool,
) -> None:
    say, terms, at = seat.say, offer["terms"], offer["number"]
    with ui.element("section").classes("ybz-panel"):
        if offered:
            heading(say(f"第 {at} 次要约", f"Offer {at}"), 3)
        else:
            heading(say(f"第 {at} 稿（未发出，对方看不到）", f"Draft {at} (not offered, ours alone)"), 3)
        made = f"{words.side_of(say, offer['side'], ours)} {offer['by']} · {instant(offer['at'])}"
        why = worded_why(say, offer["why"])
        Words("p", f"{made} · {why}" if why else made)
        if former is not None:
            Words("p", say("与上一次相比：", "It changes:"))
            with ui.element("ul"):
                for line in changes(say, former, terms, called, known_purposes()):
                    Words("li", line).classes("ybz-mark")
        facts(_terms(seat, terms, called))


def _terms(seat: Seat, terms: Mapping[str, Any], called: Names) -> list[tuple[str, str]]:
    """Every term, those that are read first before the others."""
    say, budget = seat.say, terms.get("budget")
    comma, purposes = say("、", ", "), known_purposes()
    purpose = purposes.get(terms["purpose"])
    columns = [
        (
            called[one["name"]],
            comma.join(called.get(f"{one['name']}.{each}", each) for each in one["columns"]),
        )
        for one in terms["datasets"]
    ]
    first = [
        ("purpose", terms["purpose"] if purpose is None else say(purpose.title, purpose.title_en)),
        ("analyses", comma.join(words.called(say, words.ANALYSES, one) for one in terms["analyses"])),
        ("mode", words.called(say, words.MODES, terms["mode"])),
        ("valid_to", f"{terms['valid_from']} – {terms['valid_to']}"),
        ("calls", number(terms["calls"])),
        ("budget.rho", "" if budget is None else
         say(f"{budget['rho']}，每次 {budget['rho_per_query']}",
             f"{budget['rho']}, {budget['rho_per_query']} each")),
        ("price_fen_per_call", yuan(terms.get("price_fen_per_call"))),
    ]  # fmt: skip
    lines = ("hours", "networks", "rates", "volumes", "breach", "joins", "prices", "tiers")
    first += [(key, comma.join(words.limit(say, str(one)) for one in terms.get(key, ()))) for key in lines]
    if "retention" in terms:
        kept = terms["retention"]
        days, proof = kept["days"], kept["proof_days"]
        told = say(f"{days} 天，之后 {proof} 天内交删除证明", f"{days}, proof within {proof}")
        first.append(("retention.days", told))
    return columns + [(_label(say, key), shown) for key, shown in first if shown]


def _label(say: Language, key: str) -> str:
    return say("期限", "Term") if key == "valid_to" else words.called(say, words.TERMS, key)


def _past(seat: Seat, found: Mapping[str, Any], ours: str) -> None:
    say = seat.say
    heading(say("签名", "Signatures"))
    if not found["signatures"]:
        Words("p", say("还没有人签署。", "Nobody signed yet."))
    with ui.element("ul"):
        for one in found["signatures"]:
            who = f"{words.side_of(say, one['side'], ours)} {one['by']}"
            with_ = say(f"密钥 {one['key']}（{one['algorithm']}）", f"key {one['key']} ({one['algorithm']})")
            Words("li", f"{instant(one['at'])} · {who} · {with_}")
    heading(say("经过", "Steps"))
    with ui.element("ol").classes("ybz-history ybz-panel"):
        for one in found["steps"]:
            with ui.element("li"):
                Words("time", instant(one["at"])).props(f'datetime="{one["at"]}"')
                Words("strong", words.called(say, words.EVENTS, one["event"]))
                Words("span", f"{words.side_of(say, one['side'], ours)} {one['by']}")
                if one["why"]:
                    Words("p", worded_why(say, one["why"])).classes("ybz-fine")
