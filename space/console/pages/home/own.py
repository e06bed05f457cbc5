"""What is the reader's own: the budget and the calls of their grants, the quality of their datasets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies.access import Act
from policies.purpose import purposes
from space.console.frame import at
from space.console.parts.figures import number, share, yuan
from space.console.parts.tables import Column, table
from space.console.parts.words import heading
from space.console.seats import Seat


@dataclass(frozen=True, slots=True)
class Own:
    """What a reader's organisation holds and answers for.

    Attributes:
        grants: under which it may ask.
        quality: of its datasets; those of everybody for whoever looks after all.
    """

    grants: list[Any]
    quality: list[Any]


async def ask(seat: Seat) -> Own:
    """Ask for both at once, as far as the role may read them."""
    grants: Awaitable[Any] = (
        seat.calls.whole("/v1/grants", "grants") if seat.may(Act.QUERY_ASK) else _nothing()
    )
    mine = seat.may(Act.DETAIL_READ) and not seat.may(Act.FIGURES_READ)
    quality: Awaitable[Any] = seat.calls.whole("/v1/quality", "datasets") if mine else _nothing()
    held, scored = await asyncio.gather(grants, quality)
    return Own(held["grants"] if held else [], scored["datasets"] if scored else [])


def show(seat: Seat, own: Own) -> None:
    """Tables of both; nothing where there is nothing."""
    if own.grants:
        _grants(seat, own.grants)
    if own.quality:
        _quality(seat, own.quality)


def _grants(seat: Seat, grants: list[Any]) -> None:
    say = seat.say
    heading(say("我单位授权的预算与调用", "Budget and calls of our grants"))
    columns = [
        Column("datasets", say("数据集", "Datasets"), link="to"),
        Column("purpose", say("用途", "Purpose")),
        Column("state", say("状态", "State"), badge="tone"),
        Column("calls", say("已用 / 可用次数", "Calls used / allowed"), numeric=True),
        Column("rho", say("已用 / 隐私预算 ρ", "Privacy budget ρ used / allowed"), numeric=True),
        Column("charged", say("已计费", "Charged"), numeric=True),
        Column("until", say("有效至", "Until")),
    ]
    rows = [
        {
            "id": one["id"],
            "datasets": say("、", ", ").join(each["title"] or each["name"] for each in one["datasets"]),
            "purpose": _purpose(one, seat),
            "to": _way(one, seat),
            "state": say("有效", "in force") if one["state"] == "in_force" else one["state"],
            "tone": "good" if one["state"] == "in_force" else "calm",
            "calls": f"{number(one['calls']['used'])} / {_most(one['calls']['limit'], seat)}",
            "rho": _budget(one["rho"]),
            "charged": yuan(one["charged_fen"]),
            "until": one["valid_to"],
        }
        for one in grants
    ]
    table(columns, rows, say, caption=say("授权", "Grants"))


def _way(grant: Mapping[str, Any], seat: Seat) -> str:
    """Where a grant is used or, where no figures are asked under it, where it stands."""
    if grant["state"] == "in_force" and "aggregate" in grant["analyses"]:
        return at(f"/operator/query?grant={grant['id']}")
    if seat.may(Act.REQUEST_FILE) and grant["request"]:
        return at(f"/department/requests/{grant['request']}")
    return at("/operator" if seat.may(Act.WORKSPACE_KEEP) else "/department#grants")


def _quality(seat: Seat, scored: list[Any]) -> None:
    say = seat.say
    heading(say("本部门数据质量", "Quality of our datasets"))
    columns = [
        Column("title", say("数据集", "Dataset"), link="to"),
        Column("name", say("代号", "Name")),
        Column("score", say("得分", "Score"), numeric=True),
    ]
    rows = [
        {
            "title": one["title"],
            "name": one["dataset"],
            "score": share(one["score"], 2),
            "to": at(f"/catalogue/{one['dataset']}/quality"),
        }
        for one in scored
    ]
    table(columns, rows, say, caption=say("最近一次检验", "The last check"), key="name")


def _purpose(grant: Mapping[str, Any], seat: Seat) -> str:
    """What the purpose of a grant is called."""
    named = purposes(date.fromisoformat(grant["valid_from"])).get(grant["purpose"])
    return str(grant["purpose"]) if named is None else seat.say(named.title, named.title_en)


def _budget(rho: Mapping[str, Any]) -> str:
    """What is spent of a privacy budget; none where the grant has none."""
    return f"{rho['spent']:g} / {rho['limit']:g}" if rho["limit"] else "—"


def _most(limit: int | None, seat: Seat) -> str:
    return seat.say("不限", "any number") if limit is None else number(limit)


async def _nothing() -> tuple[()]:
    return ()
