"""Recall 召回 of one corrected value: every holder of the old version is told, once for every outcome.

Decides who is told of what, that each receiver is told or named as unreachable with a reason, never both and
never neither, and when a notice is closed: by what gave the value anew, or by the receiver's own word.
Holders are computed before anything is written; notices, holdings and evidence are one transaction, so that a
process that dies between leaves a case that is told by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.home import Home
from catalog.releases import published as releases
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.forms import corrections
from catalog.store.tables.recall import recall_holdings, recall_notices
from policies import clocks
from space.wayback.backflow.redelivery import orders_of, redeliver
from space.wayback.corrections.course import OUTCOMES
from space.wayback.recall.delivered import brought
from space.wayback.recall.holders import carried_target, gave_anew, holders, looking_at, of_case
from space.wayback.recall.holdings import Holding
from space.wayback.recall.reaching import reach
from space.wayback.recall.standing import Recall, case_of, standing

# The clock of a receiver, in `policies/rules/deadlines.yaml`.
DEADLINE: Final = "recall_replacement"
# What a receiver is told, by the outcome of the case.
WORDS: Final[Mapping[str, str]] = {
    "accepted": "a value you hold is wrong and will be corrected; do not rely on it",
    "carried": "a value you hold was corrected; replace it",
    "rejected": "a value you hold was challenged and stands",
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read before anything is written: the case, its holders, and what replaced what."""

    case: Row[Any]
    found: tuple[Holding, ...]
    newest: str
    anew: Mapping[tuple[str, str, str], tuple[str, datetime]]
    ordered: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.case.state]


def recall(home: Home, engine: Engine, correction_id: str, now: datetime) -> Recall:
    """Tell every holder of the value of a case what became of it; doing so again tells nobody twice.

    Args:
        home: the installation.
        engine: its store.
        correction_id: an answered case.
        now: aware instant.

    Returns:
        Every receiver, told or unreachable, and who has replaced the value since.

    Raises:
        Unknown: there is no such case.
        Refused: it has no answer yet.
    """
    while True:
        with reading(engine) as connection:
            seen = _look(home, connection, correction_id)
        with writing(engine) as connection:
            state = select(corrections.c.state).where(corrections.c.id == correction_id)
            if connection.execute(state).scalar() == seen.case.state:
                _tell(connection, seen, now)
                _close(connection, seen, now)
                return standing(connection, correction_id)


def _look(home: Home, connection: Connection, correction_id: str) -> _Seen:
    case = case_of(connection, correction_id)
    looking = looking_at(home, connection)
    found = holders(looking, [of_case(looking, case)])
    newest = releases.latest(connection, case.dataset)
    assert newest is not None, "a case is about a release"
    by = looking.release(case.checked_release_id) if case.state == "carried" else None
    if by is None:
        return _Seen(case, found, newest.id, {})
    anew: dict[tuple[str, str, str], tuple[str, datetime]] = {}
    lacking = []
    target = carried_target(looking, case)
    for one in [*_open_holdings(connection, correction_id), *_newest_by_way(found, correction_id)]:
        later = gave_anew(looking, one, target, by)
        if later is not None:
            anew[one.receiver, one.way, one.under] = later
        elif one.way == "backflow" and brought(looking, one.under, by.number):
            lacking.append(one.under)
    return _Seen(case, found, newest.id, anew, tuple(dict.fromkeys(lacking)))


def _open_holdings(connection: Connection, correction_id: str) -> list[Row[Any]]:
    h = recall_holdings.c
    query = select(recall_holdings).where(h.correction_id == correction_id, h.replaced_at.is_(None))
    return list(connection.execute(query).all())


@dataclass(frozen=True, slots=True)
class _Held:
    """A holding about to be stored; the columns :mod:`space.wayback.recall.holders` asks of."""

    correction_id: str
    receiver: str
    way: str
    under: str
    release_id: str
    named: str
    evidence_id: str


def _newest_by_way(found: Iterable[Holding], correction_id: str) -> list[Any]:
    """Of every receiver and way the newest holding: they come the oldest first."""
    kept = {
        (one.receiver, one.way, one.under): _Held(
            correction_id, one.receiver, one.way, one.under, one.release, one.named, one.evidence
        )
        for one in found
    }
    return list(kept.values())


def _tell(connection: Connection, seen: _Seen, now: datetime) -> None:
    """Write the notices of receivers who were not told of this outcome yet."""
    case, n = seen.case, recall_notices.c
    there = {
        row.receiver: row
        for row in connection.execute(select(recall_notices).where(n.correction_id == case.id))
    }
    holding = {one.receiver for one in seen.found if one.receiver != case.department_code} | set(there)
    fresh = [
        r for r in sorted(holding) if r not in there or there[r].told != seen.outcome or there[r].unreachable
    ]
    reached = {r: reach(connection, r, clocks.local_date(now)) for r in fresh}
    changed = [r for r in fresh if r not in there or there[r].told != seen.outcome or not reached[r][1]]
    if changed:
        counts = {"told": sum(not reached[r][1] for r in changed), "receivers": len(holding)}
        body = {"outcome": seen.outcome, "release": seen.newest, **counts}
        evidence_id = record(connection, event="recall:notice:send", subject=case.id, body=body, now=now)
        for receiver in changed:
            _tell_one(connection, seen, receiver, reached[receiver], receiver in there, evidence_id, now)
    _hold(connection, seen)
    connection.execute(
        update(corrections)
        .where(corrections.c.id == case.id)
        .values(told=seen.outcome, told_release=seen.newest)
    )


def _tell_one(
    connection: Connection,
    seen: _Seen,
    receiver: str,
    reached: tuple[str | None, str],
    known: bool,
    evidence_id: str,
    now: datetime,
) -> None:
    case, (told_to, why) = seen.case, reached
    due = _due(connection, seen.outcome, now)
    values: dict[str, Any] = {
        "told": seen.outcome,
        "told_to": told_to,
        "notice_id": None,
        "unreachable": why or None,
        "told_at": now,
        "evidence_id": evidence_id,
        **due,
    }
    if told_to is not None:
        message = f"{case.dataset}.{case.field}: {WORDS[seen.outcome]}"
        values["notice_id"] = new_id("ntc")
        connection.execute(
            insert(notices).values(
                id=values["notice_id"], organisation=told_to, kind="recall", subject=case.id,
                message=f"{message} by {due['due_on']}" if due["due_on"] else message, sent_at=now,
            )
        )  # fmt: skip
    if seen.outcome == "rejected":
        values |= {"closed_at": now, "closed_how": "stands"}
    if not known:
        connection.execute(insert(recall_notices).values(correction_id=case.id, receiver=receiver, **values))
        return
    n = recall_notices.c
    mine = update(recall_notices).where(n.correction_id == case.id, n.receiver == receiver)
    connection.execute(mine.values(**values))
    if seen.outcome != "rejected":  # what stood is wrong after all
        connection.execute(mine.where(n.closed_how == "stands").values(closed_at=None, closed_how=None))


def _due(connection: Connection, outcome: str, now: datetime) -> dict[str, Any]:
    if outcome == "rejected":
        return {"due_on": None, "due_provisional": None, "due_rule": None}
    received = clocks.local_date(now)
    place = place_on(connection, received)
    ruled, due = clocks.deadline(DEADLINE, received, place), clocks.due_by(DEADLINE, received, place)
    words = f"{ruled.name}: {ruled.workdays} working days, {ruled.source}"
    return {"due_on": due.date, "due_provisional": due.provisional, "due_rule": words}


def _hold(connection: Connection, seen: _Seen) -> None:
    """Keep on which ways each receiver holds the value; a way that is known keeps its first word."""
    h = recall_holdings.c
    rows = connection.execute(select(h.receiver, h.way, h.under).where(h.correction_id == seen.case.id)).all()
    known = {(row.receiver, row.way, row.under) for row in rows}
    fresh = [
        {name: getattr(one, name) for name in _Held.__dataclass_fields__}
        for one in _newest_by_way(seen.found, seen.case.id)
        if (one.receiver, one.way, one.under) not in known and one.receiver != seen.case.department_code
    ]
    if fresh:
        connection.execute(insert(recall_holdings), fresh)


def _close(connection: Connection, seen: _Seen, now: datetime) -> None:
    """Note what gave the value anew; a receiver that has it anew on every way is done."""
    case, h, n = seen.case, recall_holdings.c, recall_notices.c
    for (receiver, way, under), (named, at) in seen.anew.items():
        mine = (h.correction_id == case.id, h.receiver == receiver, h.way == way, h.under == under)
        connection.execute(
            update(recall_holdings)
            .where(*mine, h.replaced_at.is_(None))
            .values(replaced_by=named, replaced_at=at)
        )
    if case.state != "carried":
        return
    _order(connection, seen, now)
    open_ways = select(h.receiver).where(h.correction_id == case.id, h.replaced_at.is_(None))
    done = connection.execute(
        select(n.receiver).where(
            n.correction_id == case.id, n.closed_at.is_(None), n.unreachable.is_(None),
            n.receiver.not_in(open_ways),
        )
    ).scalars().all()  # fmt: skip
    for receiver in done:
        connection.execute(
            update(recall_notices)
            .where(n.correction_id == case.id, n.receiver == receiver)
            .values(closed_at=now, closed_how="redelivered")
        )
        body = {"receiver": receiver, "how": "redelivered"}
        record(connection, event="recall:notice:close", subject=case.id, body=body, now=now)


def _order(connection: Connection, seen: _Seen, now: datetime) -> None:
    """Order the row again for a subscription that has had the release and not the row; once."""
    case = seen.case
    had = {order.subscription for order in orders_of(connection, case.id)}
    for subscription in seen.ordered:
        if subscription not in had:
            redeliver(
                connection, subscription=subscription, row=case.row, subject=case.id,
                reason="the value was corrected at its source", by="clock", now=now,
            )  # fmt: skip
