"""What is said where a search finds nothing: what finds something near it, and how data is demanded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.parts.notes import empty
from space.console.parts.ways import link
from space.console.seats import Seat


@dataclass(frozen=True, slots=True)
class Near:
    """What finds something near a search that finds nothing.

    Attributes:
        words: other words, each with how many datasets they find.
        unnarrowed: how many the same words find without the facets; 0 where none narrow them.
    """

    words: tuple[Mapping[str, Any], ...] = ()
    unnarrowed: int = 0


async def near(seat: Seat, words: str, narrowed: bool) -> Near:
    """Ask what is near.

    Args:
        seat: who reads.
        words: that found nothing.
        narrowed: whether facets narrow the search.
    """
    if not words:
        return Near()
    others, wider = await asyncio.gather(
        seat.calls.get("/v1/search/instead", q=words),
        seat.calls.get("/v1/search", q=words, limit=1) if narrowed else _nothing(),
    )
    return Near(tuple(others["instead"]), wider["total"])


def nothing_found(seat: Seat, words: str, found: Near) -> None:
    """The place of the hits where there are none."""
    say = seat.say
    empty(
        say("没有找到", "Nothing found"),
        say("筛选条件太窄。", "The conditions are too narrow.")
        if found.unnarrowed
        else say(
            "整句在目录里没有出现。可以换成更短的词或同义词。",
            "The catalogue does not hold these words. Try shorter or other ones.",
        ),
    )
    with ui.element("ul").classes("ybz-lacks ybz-nearby"):
        if found.unnarrowed:
            total = found.unnarrowed
            said = say(f"去掉筛选条件：{total} 个数据集", f"Without conditions: {total} datasets")
            _way(said, f"{at('/catalogue')}?{urlencode({'q': words})}")
        for one in found.words if not found.unnarrowed else ():
            other, total = one["words"], one["total"]
            said = say(f"找“{other}”：{total} 个数据集", f"“{other}”: {total} datasets")
            _way(said, f"{at('/catalogue')}?{urlencode({'q': other})}")
        _way(say("看全部数据集", "All datasets"), at("/catalogue"))
        if seat.may(Act.REQUEST_FILE):
            said = say(
                "目录里没有的数据：到“申请用数”提出需求", "Data not entered yet: demand it in “Using data”"
            )
            _way(said, at("/department"))


def _way(text: str, address: str) -> None:
    with ui.element("li"):
        link(text, address)


async def _nothing() -> Mapping[str, Any]:
    return {"total": 0}
