"""``/v1/requests`` around the acts: the words of both sides, a check of a request, what waits for grants.

A thin door. Nothing here writes: what a request lacks, who would answer it and by when is told in one go, and
each rule with what it rests on, since when, and how sure it is.
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
from space.api.services import Known, Wired, permit
from space.api.sharing.vouching import Stated, read_stated
from space.requesting import turns
from space.requesting.routing import Way, routed
from space.requesting.statements import Item, Statement
from space.requesting.telling import told

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
    methods = rule("requests", "methods", day, place)
    levels = rule("requests", "citation_levels", day, place)
    return {
        "purposes": [
            {"code": one.code, "title": one.title, "title_en": one.title_en, "charged": one.charged,
             "source": one.source, "rests": _rests(rule("purposes", one.code, day))}
            for one in purposes(day).values()
        ],
        "methods": dict(methods.value),
        "grounds": {code: dict(row) for code, row in grounds.value.items()},
        "citation_levels": list(levels.value),
        "periods": [_period(one) for one in rules("deadlines", day, place) if one.name.startswith(_PERIODS)],
        "rests": {one.name: _rests(one) for one in (grounds, methods, levels)},
    }  # fmt: skip


@router.get("/ungranted")
def ungranted(wired: Wired, who: Known) -> dict[str, Any]:
    """Permitted requests the caller's organisation may open by a grant, and no grant does yet."""
    permit(who, Act.GRANT_SIGN)
    day = local_date(wired.clock())
    with reading(wired.engine) as connection:
        found = turns.to_grant(connection, who.organisation, day)
        return {"requests": list(told(connection, found, who.organisation, day))}


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
    return {
        "name": one.name, "workdays": one.value, "source": one.source, "place": one.place,
        "rests": _rests(one),
    }  # fmt: skip


def _rests(one: DatedRule) -> dict[str, Any]:
    """What a rule rests on, since when it holds, and how sure it is."""
    return {
        "source": one.source, "valid_from": one.valid_from.isoformat(), "confidence": one.confidence,
        "valid_to": None if one.valid_to is None else one.valid_to.isoformat(),
    }  # fmt: skip
