"""The first page of the room: what waits for the authority, a head or the registrar, overdue first.

Decides which queues are asked for: those the matrix ever lets the role act on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.authority.batch import batch
from space.console.pages.authority.conflict import between
from space.console.pages.authority.owed import by_department
from space.console.pages.authority.queue import Waiting, clock_of, clocks_by_subject, navigation, queue
from space.console.pages.authority.words import APPLICATION_KINDS, APPLICATIONS
from space.console.pages.steward.words import DECISIONS, called
from space.console.paging import page
from space.console.parts.figures import Figure, cards, number
from space.console.parts.notes import empty
from space.console.parts.words import heading
from space.console.seats import Seat

_ROOM: Final = "/console/authority"
# States of an opening in which the authority decides, or publishes.
_OPENING_WAITS: Final = ("checked", "approved")
Found = Mapping[str, list[Mapping[str, Any]]]


@page("/authority", "主管审核", "Authority")
async def landing(seat: Seat) -> None:
    """The queues with their counts, the entries to review, what everybody owes."""
    if not any(seat.may(act) for act in (Act.ENTRY_REVIEW, Act.ENTRY_SIGN, Act.REGISTRATION_REVIEW)):
        await seat.calls.get("/v1/reviews")  # the interface says why this is not for them
    navigation(seat)
    wanted = _asked(seat)
    due, *answers = await asyncio.gather(
        seat.calls.whole("/v1/due", "items"), *(_rows(seat, *one) for one in wanted.values())
    )
    found = dict(zip(wanted, answers, strict=True))
    clocks = clocks_by_subject(due["items"])
    waiting = _waiting(seat, found, clocks)
    _figures(seat, found, waiting, due)
    say = seat.say
    if seat.may(Act.ENTRY_REVIEW):
        batch(seat, found["reviews"], clocks)
    heading(say("等我办理的其他事", "What else waits for me")).props('id="waiting"')
    if waiting:
        queue(seat, waiting)
    else:
        empty(
            say("没有别的事等我办理", "Nothing else waits for me"),
            say(
                "签批、争议、定级、登记、需求、开放和用数申请会按到期先后列在这里。",
                "Signatures, conflicts, gradings, registrations, demands, openings and requests stand here.",
            ),
        )
    by_department(seat, due)


def _asked(seat: Seat) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Queue → path, key of its rows, query."""
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {}
    if seat.may(Act.ENTRY_REVIEW):
        asked["reviews"] = ("/v1/reviews", "reviews", {})
        asked["forms"] = ("/v1/forms/demands", "demands", {"state": "asked"})
    if seat.may(Act.ENTRY_SIGN):
        asked["signing"] = ("/v1/entries", "entries", {"status": "checked"})
    if seat.may(Act.SOURCE_DECIDE):
        asked["conflicts"] = ("/v1/sources/conflicts", "conflicts", {})
    if seat.may(Act.CLASSIFICATION_DECIDE):
        asked["decisions"] = ("/v1/classification/decisions", "decisions", {})
        asked["merges"] = ("/v1/classification/reviews", "reviews", {})
    if seat.may(Act.REGISTRATION_REVIEW):
        asked["registrations"] = ("/v1/registrations", "registrations", {"status": "waiting"})
    if seat.may(Act.LIST_DECIDE):
        asked["demands"] = ("/v1/lists/demands", "demands", {"open": "true"})
    if seat.may(Act.OPENING_DECIDE):
        asked["openings"] = ("/v1/openings", "openings", {})
    if seat.may(Act.REQUEST_DECIDE):
        asked["requests"] = ("/v1/requests/waiting", "waiting", {"limit": None})  # told at once
    return asked


async def _rows(seat: Seat, path: str, key: str, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a queue; none where this role is not told."""
    try:
        rows: list[Mapping[str, Any]] = (await seat.calls.whole(path, key, **query))[key]
    except Declined as declined:
        if declined.status == 403:
            return []
        raise
    return rows


def _waiting(seat: Seat, found: Found, clocks: Mapping[str, Mapping[str, Any]]) -> list[Waiting]:
    made: list[Waiting] = []
    for one in found.get("signing", ()):
        if one["pending"] and one["pending"]["state"] != "checked":
            continue
        to = f"/console/steward/entries/{one['name']}"
        made.append(
            Waiting("entry", f"{one['title']} · {one['department']}", to, clock_of(clocks, one["name"]))
        )
    for one in found.get("conflicts", ()):
        text = between(seat.say, one)
        to = f"{_ROOM}/conflicts/{one['id']}"
        made.append(Waiting("conflict", text, to, clock_of(clocks, one["id"])))
    for one in found.get("decisions", ()):
        if one["state"] == "awaiting":
            about = " · ".join(filter(None, (one["title"], one["item"] or one["field"])))
            text = f"{called(seat.say, DECISIONS, one['act'])} · {about}"
            to = f"{_ROOM}/classification"
            made.append(Waiting("classification", text, to, clock_of(clocks, one["id"])))
    for one in found.get("merges", ()):
        to = f"{_ROOM}/classification"
        text = seat.say(f"能不能汇聚成“{one['title']}”", f"May {one['title']} merge its sources?")
        made.append(Waiting("merge", text, to, clock_of(clocks, one["id"])))
    return made + _applied(seat, found, clocks) + _others(found, clocks)


def _applied(seat: Seat, found: Found, clocks: Mapping[str, Mapping[str, Any]]) -> list[Waiting]:
    say, made = seat.say, []
    for of in found.get("registrations", ()):
        for case in of["applications"]:
            kind, now = (
                called(say, APPLICATION_KINDS, case["kind"]),
                called(say, APPLICATIONS, case["state"]),
            )
            text = f"{of['title']} · {kind} · {now}"
            to = f"{_ROOM}/registrations/{case['id']}"
            made.append(Waiting("registration", text, to, clock_of(clocks, case["id"])))
    return made


def _others(found: Found, clocks: Mapping[str, Mapping[str, Any]]) -> list[Waiting]:
    """What is answered elsewhere, or has no page of its own."""
    made = []
    for one in found.get("demands", ()):
        if one["state"] == "raised":  # a confirmed one is its department's to answer
            text, to = f"{one['demander']}：{one['what']}", f"{_ROOM}/demands"
            made.append(Waiting("demand", text, to, clock_of(clocks, one["id"])))
    for one in found.get("forms", ()):
        text = str(one["form"].get("title") or one["id"])
        to = f"/console/steward/forms/demands/{one['id']}"
        made.append(Waiting("form", text, to, clock_of(clocks, one["id"])))
    for one in found.get("openings", ()):
        if one["state"] in _OPENING_WAITS:
            to, clock = f"{_ROOM}/demands", clock_of(clocks, one["dataset"])
            made.append(Waiting("opening", one["dataset"], to, clock))
    for one in found.get("requests", ()):
        text = f"{one['request']['applicant_name']} · {one['request']['statement'].get('scenario') or '—'}"
        made.append(Waiting("request", text, "/console/department/approvals", one["case"]["clock"]))
    return made


def _figures(seat: Seat, found: Found, waiting: Sequence[Waiting], due: Mapping[str, Any]) -> None:
    say, on = seat.say, str(due["on"])
    red = sum(one["red"] for one in due["by_owner"])
    late = sum((one.clock or {}).get("colour") == "red" for one in waiting)
    made = []
    if "reviews" in found:
        made.append(
            Figure(
                say("待审核编目", "Entries to review"),
                number(len(found["reviews"])),
                say(
                    "负责人已签批、等主管部门审核发布的编目。", "Signed off by a head; the authority's turn."
                ),
                on,
                "#reviews",
            )
        )
    made += [
        Figure(
            say("等我办理的其他事", "What else waits for me"), number(len(waiting)),
            say("除待审核编目外，轮到我办的事项。", "What is my turn, beside entries to review."),
            on, "#waiting",
        ),
        Figure(
            say("其中逾期或当天到期", "Of these overdue or due"), number(late),
            say("时限为红色的事项。", "Those whose clock is red."), on, "#waiting",
        ),
        Figure(
            say("各部门逾期或当天到期", "Overdue or due, everybody"), number(red),
            say(
                f"各部门待办的 {due['total']} 件事中时限为红色的。",
                f"Those whose clock is red, of {due['total']} owed.",
            ),
            on, "/console/authority/due",
        ),
    ]  # fmt: skip
    cards(made, say)
