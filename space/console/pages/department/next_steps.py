"""What comes next 下一步: whom a case waits for, until when, and where what was granted is used.

Decides words for states the interface tells; none of it says what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.department import words
from space.console.pages.department.around import ROOM, every, para
from space.console.pages.department.grants_held import ways
from space.console.parts.ways import link
from space.console.parts.words import heading
from space.console.seats import Seat

_STAGES: Final = tuple(words.STAGES)


def next_of(seat: Seat, request: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    """One sentence: whom a case waits for, and by when; empty where nothing is waited for."""
    say, clock = seat.say, case["clock"]
    mine = request["applicant"] == seat.organisation
    by = "" if not clock or not clock["due_on"] or clock["state"] != "running" else clock["due_on"]
    until = say(f"，最迟 {by}", f", by {by} at the latest") if by else ""
    if case["state"] in _STAGES and case["waits_for"]:
        who = case["waits_for"]["name"]
        return say(f"下一步：等{who}答复{until}。", f"Next: {who} answers{until}.")
    if case["state"] == "returned":
        return (
            say("下一步：请补正，补正后继续计时。", "Next: give what is missing; then the clock runs on.")
            if mine
            else say("下一步：等申请方补正。", "Next: the applicant gives what is missing.")
        )
    if clock and clock["rule"] == "supply":
        if clock["state"] == "running":
            return say(
                f"下一步：已同意，等数据主管部门签发授权{until}；签发后才能使用。",
                f"Next: permitted; the data authority signs a grant{until}, and only then it can be used.",
            )
        return say("授权已签发，可以使用。", "A grant is signed; it can be used.") if mine else ""
    return ""


async def used_where(seat: Seat, request: Mapping[str, Any]) -> None:
    """The grants of a request of the reader's own, each with the ways to use it."""
    if request["applicant"] != seat.organisation or not seat.may(Act.CONTRACT_READ):
        return
    if request["state"] != "permitted":
        return
    held = [one for one in await every(seat, "/v1/grants", "grants") if one["request"] == request["id"]]
    if held:
        _grants(seat, held, request)


def _grants(seat: Seat, held: Sequence[Mapping[str, Any]], request: Mapping[str, Any]) -> None:
    say = seat.say
    with ui.element("section").classes("ybz-panel"):
        heading(say("授权已签发，在这里使用", "Granted: use it here"))
        for one in held:
            names = {
                target["source"].rpartition(":")[2] for target in one["agreement"]["permission"][0]["target"]
            }
            titles = say("、", ", ").join(
                sorted(request["datasets"].get(name, {}).get("title", name) for name in names)
            )
            analyses = say("、", ", ").join(
                words.called(say, words.ANALYSES, code) for code in one["analyses"]
            )
            with ui.element("div").classes("ybz-line"):
                para(
                    say(
                        f"{titles}：{analyses}，到 {one['valid_to']}",
                        f"{titles}: {analyses}, until {one['valid_to']}",
                    )
                )
                ways(seat, one, request_too=False)
        link(say("全部授权和剩余次数", "All grants, what is left"), f"{ROOM}#grants")
