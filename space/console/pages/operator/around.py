"""What every page of the operator's room has: the ways between its pages, and the grant that is at hand."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote, urlencode

from nicegui import ui

from policies.access import Act
from policies.clocks import local_date
from policies.purpose import purposes
from space.console.calling import Declined
from space.console.language import Language
from space.console.parts.notes import empty
from space.console.parts.ways import go, link
from space.console.seats import Seat

ROOM: Final = "/console/operator"
# More datasets than these are told by their names alone.
_MOST_TITLES: Final = 40
# Path below the room, its name, the act it is for.
_WAYS: Final = (
    ("", "概览", "Overview", Act.QUERY_ASK),
    ("/query", "提问", "Ask", Act.QUERY_ASK),
    ("/history", "历史与回执", "History", Act.RECEIPT_READ),
    ("/saved", "保存的分析", "Saved", Act.WORKSPACE_KEEP),
    ("/workspace", "自带的表", "Own tables", Act.WORKSPACE_KEEP),
    ("/statements", "账单", "Statements", Act.MONEY_READ),
    ("/agreements", "协议与场景", "Agreements", Act.AGREEMENT_NEGOTIATE),
    ("/contracts", "合约", "Contracts", Act.CONTRACT_NEGOTIATE),
    ("/clients", "机器客户端", "Machine clients", Act.CLIENT_KEEP),
)
# Those of them that are about one grant.
_OF_A_GRANT: Final = ("/query", "/history", "/saved", "/workspace")


def ways(seat: Seat, grant: str = "") -> None:
    """The pages of the room that are the reader's; those about a grant go on with the one looked at.

    Args:
        seat: of the reader.
        grant: that the page is about, where its address does not name it.
    """
    label = seat.say("授权运营各页", "Operator pages")
    with ui.element("nav").classes("ybz-op-ways").props(f'aria-label="{label}"'):
        for path, zh, en, act in _WAYS:
            if seat.may(act):
                held = grant or seat.query.get("grant", "")
                made = link(seat.say(zh, en), address(path, grant=held if path in _OF_A_GRANT else ""))
                here = seat.path.removeprefix("/operator")
                if here == path or (path and here.startswith(path + "/")):
                    made.props('aria-current="page"')


def address(path: str, **query: str) -> str:
    """An address of the room.

    Args:
        path: below it.
        query: what is put into the address; left out where empty.
    """
    known = {name: value for name, value in query.items() if value}
    return ROOM + quote(path) + (f"?{urlencode(known)}" if known else "")


async def grants_of(seat: Seat) -> list[dict[str, Any]]:
    """The grants of the reader's organisation, those in force first, the soonest to end first."""
    found = (await seat.calls.whole("/v1/grants", "grants"))["grants"]
    titles = await titles_of(seat, [name for one in found for name in datasets_of(one)])
    for one in found:
        one["titled"] = seat.say("、", ", ").join(titles.get(name, name) for name in datasets_of(one))
    return sorted(found, key=lambda one: (one["state"] != "in_force", one["valid_to"], one["id"]))


async def titles_of(seat: Seat, names: list[str]) -> dict[str, str]:
    """What datasets are called, as far as the reader is told; English readers get their names."""
    wanted = list(dict.fromkeys(names))[:_MOST_TITLES] if seat.say is Language.CHINESE else []

    async def title(name: str) -> tuple[str, str]:
        try:
            return name, str((await seat.calls.get(f"/v1/datasets/{name}/dictionary"))["title"])
        except Declined:  # a name will do
            return name, name

    return dict(await asyncio.gather(*map(title, wanted)))


def chosen(seat: Seat, found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The grant the address names; the first where it names none."""
    named = seat.query.get("grant", "")
    return next((one for one in found if one["id"] == named), found[0] if found else None)


def datasets_of(grant: dict[str, Any]) -> list[str]:
    """The datasets a grant opens, by the agreement that was signed."""
    targets = [
        target["source"].removeprefix("urn:ybz:dataset:")
        for permission in grant["agreement"].get("permission", ())
        for target in permission.get("target", ())
        if isinstance(target, dict) and "source" in target
    ]
    return list(dict.fromkeys(targets))


def title_of(grant: dict[str, Any], say: Language) -> str:
    """A grant as it is chosen from a list."""
    return f"{grant['titled']} · {purpose_of(grant['purpose'], say)} · {say('至', 'to')} {grant['valid_to']}"


def purpose_of(code: str, say: Language) -> str:
    """A purpose in words."""
    known = purposes(local_date(_now())).get(code)
    return code if known is None else say(known.title, known.title_en)


def choosing(seat: Seat, found: list[dict[str, Any]], path: str) -> dict[str, Any] | None:
    """A field to choose the grant a page is about; tells where there is none."""
    say, grant = seat.say, chosen(seat, found)
    if grant is None:
        empty(
            say("还没有授权", "No grant yet"),
            say(
                "与实施机构签订协议、场景获采纳、合约签署之后，授权会出现在这里。",
                "A grant stands here once an agreement is signed, a scenario adopted and a contract signed.",
            ),
        )
        return None
    field = ui.select(
        {one["id"]: title_of(one, say) for one in found},
        label=say("授权", "Grant"),
        value=grant["id"],
        on_change=lambda event: go(address(path, grant=str(event.value))),
    )
    field.props("outlined dense stack-label").classes("ybz-wide")
    return grant


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
