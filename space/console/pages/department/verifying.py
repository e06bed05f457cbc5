"""Verification 核验: whether records a department has agree with the source, one by one or a file of them.

Decides that what is entered stays in the page: it is sent to the service, and stands in no address, no log
and no result. A result names lines, never values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.pages.department.around import ROOM, every, navigation, para
from space.console.pages.department.records import Batch, Single
from space.console.paging import page
from space.console.parts.figures import number
from space.console.parts.notes import empty
from space.console.parts.ways import go
from space.console.parts.words import facts, heading
from space.console.seats import Seat


@page("/department/verification", "核验", "Verification")
async def verifying(seat: Seat) -> None:
    """Pick a grant, enter a record or hand in a file, and read whether they agree."""
    navigation(seat)
    say = seat.say
    allowance, grants = await asyncio.gather(
        seat.calls.get("/v1/verifications/allowance"), every(seat, "/v1/grants", "grants")
    )
    open_ = [one for one in grants if one["state"] == "in_force" and "verify" in one["analyses"]]
    if not open_:
        empty(
            say("没有可以核验的授权", "No grant opens verification"),
            say(
                "申请数据时提供方式选“核验服务”，获得授权后在这里核对：只回答一致、不一致、查无此记录，不给出数据。",
                "Ask for verification as the way of delivery; once granted, records are compared here: match,"
                " mismatch or not found, and never a value.",
            ),
            say("提出申请", "New request") if seat.may(Act.REQUEST_FILE) else "",
            lambda: go(f"{ROOM}/request"),
        )
        return
    read = await asyncio.gather(*(seat.calls.get(f"/v1/grants/{one['id']}") for one in open_))
    names = sorted({each["name"] for one in read for each in one["terms"]["datasets"]})
    known = dict(
        zip(names, await asyncio.gather(*(seat.calls.get(f"/v1/datasets/{n}") for n in names)), strict=True)
    )
    Verification(seat, read, known, allowance).build()


class Verification:
    """The choice of a grant's dataset, its allowance, and the two ways of asking."""

    def __init__(
        self,
        seat: Seat,
        grants: Sequence[Mapping[str, Any]],
        known: Mapping[str, Mapping[str, Any]],
        allowance: Mapping[str, int],
    ) -> None:
        self._seat, self._known, self._allowance = seat, known, allowance
        self._grants = {one["id"]: one for one in grants}

    def build(self) -> None:
        """Put it into the page."""
        say = self._seat.say
        choices = {
            f"{one['id']} {each['name']}": f"{self._known[each['name']]['title']} · "
            + say(f"到 {one['valid_to']}", f"until {one['valid_to']}")
            for one in self._grants.values()
            for each in one["terms"]["datasets"]
        }
        wanted = self._seat.query.get("grant", "")
        first = next((key for key in choices if wanted and key.startswith(wanted)), next(iter(choices)))
        with ui.element("section").classes("ybz-panel"):
            made = ui.select(choices, label=say("用哪一项授权", "Grant"), value=first)
            made.props("outlined stack-label").classes("ybz-wide")
            made.on_value_change(lambda e: self._asking(str(e.value)))
            self._left = ui.element("div").props('aria-live="polite"')
        self._place = ui.element("div")
        self._asking(first)

    def _asking(self, chosen: str) -> None:
        """The two ways of asking about a dataset."""
        say = self._seat.say
        grant_id, _, dataset = chosen.partition(" ")
        grant = self._grants[grant_id]
        columns = next(each["columns"] for each in grant["terms"]["datasets"] if each["name"] == dataset)
        fields = [each for each in self._known[dataset]["fields"] if each["name"] in columns]
        asked = {"grant": grant_id, "purpose": grant["terms"]["purpose"], "dataset": dataset}
        self._tell(grant)

        async def after() -> None:
            self._grants[grant_id], self._allowance = await asyncio.gather(
                self._seat.calls.get(f"/v1/grants/{grant_id}"),
                self._seat.calls.get("/v1/verifications/allowance"),
            )
            self._tell(self._grants[grant_id])

        self._place.clear()
        with self._place, ui.element("div").classes("ybz-two"):
            with ui.element("section").classes("ybz-panel"):
                heading(say("核对一条", "One record"))
                Single(self._seat, asked, fields, after).build()
            with ui.element("section").classes("ybz-panel"):
                heading(say("核对一批", "A file of records"))
                Batch(self._seat, asked, fields, self._allowance["batch_records"], after).build()

    def _tell(self, grant: Mapping[str, Any]) -> None:
        """What is left of the grant and of the organisation's day."""
        say, calls, found = self._seat.say, grant["calls"], self._allowance
        left, tries = max(0, calls["limit"] - calls["used"]), found["tries_per_subject_day"]
        self._left.clear()
        with self._left:
            facts(
                [
                    (
                        say("本授权剩余次数", "Calls left of the grant"),
                        say(f"{number(left)}（共 {number(calls['limit'])}）",
                            f"{number(left)} of {number(calls['limit'])}")
                        if calls["limit"] else say("不限", "no limit"),
                    ),
                    (
                        say("本单位今天还能核", "Records left today"),
                        say(f"{number(found['left_this_day'])} 条", number(found["left_this_day"])),
                    ),
                    (
                        say("这一分钟还能核", "Left this minute"),
                        say(f"{number(found['left_this_minute'])} 条", number(found["left_this_minute"])),
                    ),
                ]
            )  # fmt: skip
            para(
                say(
                    f"同一对象一天最多问 {tries} 次；填写的内容不会留在网址和日志里。",
                    f"One subject is asked about {tries} times a day at most; what you enter"
                    " stands in no address and no log.",
                ),
                fine=True,
            )
