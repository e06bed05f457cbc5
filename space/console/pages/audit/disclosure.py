"""The yearly disclosure of authorised operation 年度披露: granted what, to whom, at which price."""

from __future__ import annotations

from datetime import date

from nicegui import ui

from policies.access import Role
from space.console.frame import at
from space.console.paging import page
from space.console.parts.figures import instant, plain
from space.console.parts.notes import empty
from space.console.parts.ways import link
from space.console.parts.words import facts, heading
from space.console.seats import Seat


@page("/audit/disclosure", "年度披露", "Yearly disclosure")
async def disclosure(seat: Seat) -> None:
    """The disclosures of a year."""
    say = seat.say
    year = seat.query.get("year", "")
    year = year if year.isascii() and year.isdecimal() and len(year) == 4 else str(date.today().year)
    side = "implementing-body" if seat.role is Role.IMPLEMENTING_BODY else "operator"
    found = await seat.calls.get(f"/v1/disclosures/{year}", role=side)
    link(say("← 监督存证", "← Audit"), at("/audit"))
    with ui.element("nav").classes("ybz-doing").props(f'aria-label="{say("年份", "Years")}"'):
        for other in (int(year) - 1, int(year) + 1):
            link(str(other), at(f"/audit/disclosure?year={other}"))
    heading(say(f"{year} 年", year))
    if not found["disclosures"]:
        empty(
            say("这一年还没有披露", "Nothing was disclosed for this year yet"),
            say(
                "实施机构每年公布授权运营的范围、对象、成效和收费；公布后在这里，谁都能看。",
                "Implementing bodies publish scope, operators, results and prices each year.",
            ),
        )
    for one in found["disclosures"]:
        with ui.element("section").classes("ybz-panel"):
            heading(plain(one.get("body_name") or one.get("body") or one.get("published_by")), 3)
            facts(
                [
                    (plain(name), instant(value) if name.endswith("_at") else plain(value))
                    for name, value in one.items()
                    if not isinstance(value, (dict, list))
                ]
            )
