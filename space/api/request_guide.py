"""``/v1/requests`` before anything is filed or answered: the words of both sides, and a check of a request.

A thin door. Nothing here writes: what a request lacks, who would answer it and by when is told in one go.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from fastapi import APIRouter
from sqlalchemy import Connection

from catalog.clocks.place import place_on
from catalog.store import reading
from policies.access import Act
from policies.clocks import due_by, local_date
from policies.purpose import purposes
from policies.rulebook import DatedRule, rule, rules
from space.api.requests import Stated, read_stated
from space.api.services import Known, Wired, permit
from space.requesting.routing import Way, routed
from space.requesting.statements import Item, Statement

router = APIRouter(prefix="/v1/requests", tags=["requests"])

# Deadline rules of a request and of a dispute over it.
_PERIODS: Final = ("answer_", "supply", "dispute_")


@router.get("/vocabulary")
def vocabulary(wired: Wired, who: Known) -> dict[str, Any]:
    """Purposes, ways of supply, grounds of a refusal and periods in force, each with what it rests on."""
    permit(who, Act.CATALOGUE_READ)
    day = local_date(wired.clock())
    with reading(wired.engine) as connection:
        place = place_on(connection, day)
    grounds = rule("requests", "refusal_grounds", day, place)
    return {
        "purposes": [
            {"code": one.code, "title": one.title, "charged": one.charged, "source": one.source}
            for one in purposes(day).values()
        ],
        "methods": dict(rule("requests", "methods", day, place).value),
        "grounds": {code: dict(row) for code, row in grounds.value.items()},
        "citation_levels": list(rule("requests", "citation_levels", day, place).value),
        "periods": [_period(one) for one in rules("deadlines", day, place) if one.name.startswith(_PERIODS)],
    }


@router.post("/checks")
def check(stated: Stated, wired: Wired, who: Known) -> dict[str, Any]:
    """Everything a request would lack, and who would answer it by when; nothing is filed."""
    permit(who, Act.REQUEST_FILE)
    day = local_date(wired.clock())
    with reading(wired.engine) as connection:
        made = read_stated(connection, stated, who, day)
        return {
            "missing": list(made.missing),
            "share_type": made.share_type.value,
            "ways": _ways(connection, made, day),
        }


def _ways(connection: Connection, made: Statement, day: date) -> list[dict[str, Any]]:
    place = place_on(connection, day)
    return [_way(way, items, day, place) for way, items in routed(connection, made, day)]


def _way(way: Way, items: tuple[Item, ...], day: date, place: str) -> dict[str, Any]:
    due = due_by(way.rule, day, place)
    return {
        "owner": way.owner, "owner_code": way.owner_code, "share_type": way.share_type, "rule": way.rule,
        "chain": way.chain.to_document(), "due_on": due.date.isoformat() if way.chain.seats else None,
        "provisional": due.provisional, "items": [item.name for item in items],
    }  # fmt: skip


def _period(one: DatedRule) -> dict[str, Any]:
    return {"name": one.name, "workdays": one.value, "source": one.source, "place": one.place}
