"""What a gateway that was stopped leaves behind 遗留清理: open calls, open runs of standing queries, files.

Decides that a paid call is lost once its deadline is over, whether or not anybody asks the same again: its
budget and quota stay spent, no money is charged, and its answer, which nobody was given, is removed. A run of
a standing query is lost alike, and may be had again. Whoever was only slow finds the call lost and hands out
nothing. Safe to repeat, and to do from several processes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from sqlalchemy import Engine, Select, select

from catalog.home import Home
from catalog.lake.kept import about, found, shared
from catalog.store import reading, writing
from catalog.store.tables.queries import idempotency_keys, reservations
from space.calls import answers, budget, idempotency, standing_runs

GATEWAY_DIED: Final = "gateway.died"
# Calls settled in one transaction: keeps a writer's turn short.
_BATCH: Final = 200
# How far back files of lost calls are looked for: every sweep of a day has had its chance at them.
_LOOKED_BACK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """What was put in order.

    Attributes:
        calls: ids of the reservations that are lost now.
        runs: how many runs of standing queries are lost now.
        files: how many files of lost calls were removed.
    """

    calls: tuple[str, ...]
    runs: int
    files: int


def sweep(engine: Engine, home: Home, now: datetime) -> Swept:
    """Put in order what is over by ``now``."""
    calls = _lose_calls(engine, now)
    runs = standing_runs.lose_abandoned(engine, now)
    _free_keys(engine, now)
    r = reservations.c
    with reading(engine) as connection:
        lost = (
            connection.execute(select(r.id).where(r.state == "lost", r.settled_at > now - _LOOKED_BACK))
            .scalars()
            .all()
        )
    # On a storage they are listed first: to ask for each would ask all day long for what is gone.
    there = _there(home) if lost and shared(home) else frozenset(lost)
    files = sum(answers.remove(home, each) for each in lost if each in there)
    return Swept(calls, runs, files)


def _there(home: Home) -> frozenset[str]:
    """The calls of which there is an answer or its plan, whole or half written."""
    names = (name for top in (answers.ANSWERS, answers.PLANS) for name in found(home, top))
    return frozenset(about(PurePosixPath(name).name) for name in names)


def _lose_calls(engine: Engine, now: datetime) -> tuple[str, ...]:
    lost: list[str] = []
    while batch := _first(engine, _over(now)):
        with writing(engine) as connection:
            # Found again inside the transaction: some may be answered by now.
            lost += [each for each in batch if budget.lose(connection, each, reason=GATEWAY_DIED, now=now)]
    return tuple(lost)


def _over(now: datetime) -> Select[Any]:
    """Calls still open after their deadline, the oldest first."""
    r = reservations.c
    return select(r.id).where(r.state == "reserved", r.deadline_at <= now).order_by(r.deadline_at)


def _first(engine: Engine, wanted: Select[Any]) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(wanted.limit(_BATCH)).scalars())


def _free_keys(engine: Engine, now: datetime) -> None:
    """Forget keys of repeated requests that stand for nothing any more."""
    k = idempotency_keys.c
    with reading(engine) as connection:
        over = connection.execute(select(k.key).where(k.expires_at <= now).limit(1)).first()
    if over is not None:
        with writing(engine) as connection:
            idempotency.forget(connection, now)
