"""The contracts of the reader's organisation, what waits for us first."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.pages.contracting import words
from space.console.pages.contracting.around import address, around, datasets_of, names
from space.console.pages.contracting.sides import opened, side
from space.console.pages.operator.around import grants_of
from space.console.paging import page
from space.console.parts.figures import instant
from space.console.parts.notes import empty
from space.console.parts.tables import Column, table
from space.console.parts.ways import link
from space.console.seats import Seat

# What is ours to do at once where it is open.
_OURS: Final = ("accept", "counter", "sign", "offer")
# States in which there is no grant yet; of so many contracts the data are told by name.
_BEFORE: Final = ("draft_by_", "offered_by_", "agreed", "signed")
_MOST: Final = 12


@page("/operator/contracts", "合约", "Contracts")
@page("/department/contracts", "合约", "Contracts")
async def contracts(seat: Seat) -> None:
    """The contracts of the reader's organisation."""
    around(seat)
    say = seat.say
    told, held = await asyncio.gather(seat.calls.whole("/v1/contracts", "contracts"), grants_of(seat))
    if seat.may(Act.CONTRACT_NEGOTIATE):
        with ui.element("div").classes("ybz-doing"):
            link(say("起草合约", "Draft a contract"), address(seat, "/new")).classes("ybz-op-way")
    found = told["contracts"]
    if not found:
        empty(
            say("还没有合约", "No contract yet"),
            say(
                "申请获同意后，由一方起草合约并发出要约；另一方可以承诺、还价或者不谈。",
                "Once a request is permitted, one side drafts and offers; the other answers.",
            ),
        )
        return
    titles = {one["id"]: one["titled"] for one in held} | await _negotiated(seat, found)
    rows = [_row(seat, one, titles) for one in sorted(found, key=lambda one: str(one["changed_at"]))[::-1]]
    rows.sort(key=lambda row: row["tone"] != "warn")
    table(
        [
            Column("of", say("数据", "Data"), link="to"),
            Column("state", say("状态", "State"), badge="tone"),
            Column("ours", say("我方下一步可以", "Open to us next")),
            Column("as", say("对方", "The other side")),
            Column("changed", say("变动", "Changed")),
            Column("id", say("合约编号", "Contract")),
        ],
        rows, say, caption=say("合约和要约", "Contracts and offers"),
    )  # fmt: skip


async def _negotiated(seat: Seat, found: list[dict[str, Any]]) -> dict[str, str]:
    """What the contracts that are no grant yet are about, by the id their grant will have."""
    before = [one for one in found if one["state"].startswith(_BEFORE)][-_MOST:]
    read = await asyncio.gather(*(seat.calls.get(f"/v1/contracts/{one['id']}") for one in before))
    called, _ = await names(seat, (name for one in read for name in datasets_of(one)))
    comma = seat.say("、", ", ")
    return {
        one["grant"]: comma.join(called[each["name"]] for each in one["offers"][-1]["terms"]["datasets"])
        for one in read
    }


def _row(seat: Seat, one: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    say, ours = seat.say, side(seat, one)
    comma = say("、", ", ")
    waiting = [event for event in opened(seat, one) if event in _OURS] or opened(seat, one)
    return {
        "id": one["id"], "state": words.state(say, one["state"], ours),
        "tone": words.tone(one["state"], ours),
        "ours": comma.join(words.called(say, words.EVENTS, event) for event in waiting) or "—",
        "as": one["consumer_name" if ours == "provider" else "provider_name"],
        "of": titles.get(one["grant"]) or say(f"第 {one['offers']} 次要约", f"offer {one['offers']}"),
        "changed": instant(one["changed_at"]), "to": address(seat, f"/{one['id']}"),
    }  # fmt: skip
