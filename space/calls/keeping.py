"""How long answers are kept 留存: at least as long as the dated rules ask, and never after it by accident.

Decides which stored answers, with the plans behind them, may go: of grants that are over, and older than the
years of their kind. Entries of the evidence log, usage rows and receipts never go, so that a proof of
inclusion can be had for every receipt; a replay then says "not retained".

Source: 个人信息保护法 Art 56; 网络数据安全管理条例 Art 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from catalog.evidence import record
from catalog.home import Home
from catalog.releases.published import UnknownRelease, by_id
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import reservations
from policies.clocks import local_date
from policies.rulebook import rule
from space.calls import answers

# Answers dropped in one transaction.
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Dropped:
    """What went.

    Attributes:
        answers: ids of the paid calls whose answers and plans are gone.
        kept: how many answers of ended grants are kept because they are younger.
    """

    answers: tuple[str, ...]
    kept: int


def drop_old(engine: Engine, home: Home, now: datetime, *, dry_run: bool = False) -> Dropped:
    """Drop the answers whose time is over; each batch is an entry of the evidence log.

    Args:
        engine: of the store.
        home: of the installation.
        now: aware instant.
        dry_run: only say what would go.
    """
    there = answers.all_kept(home)
    with reading(engine) as connection:
        over, kept = [], 0
        for reservation_id, answered_at, releases in _ended(connection):
            if reservation_id not in there:
                continue
            if answered_at <= _years_before(now, _years(connection, releases, now)):
                over.append(reservation_id)
            else:
                kept += 1
    for first in range(0, 0 if dry_run else len(over), _BATCH):
        batch = over[first : first + _BATCH]
        # Said before it is done: a job stopped in between drops the rest at its next turn.
        with writing(engine) as connection:
            body = {"answers": batch, "count": len(batch)}
            record(connection, event="space:answers:drop", subject="answers", body=body, now=now)
        for reservation_id in batch:
            answers.remove(home, reservation_id)
    return Dropped(tuple(over), kept)


def _ended(connection: Connection) -> list[tuple[str, datetime, list[str]]]:
    """Answered calls of grants that are over, the oldest first."""
    r, g = reservations.c, grants.c
    rows = connection.execute(
        select(r.id, r.settled_at, r.releases)
        .join(grants, g.id == r.grant_id)
        .where(r.state == "answered", g.state.in_(("revoked", "ended")))
        .order_by(r.settled_at)
    )
    return [(row.id, row.settled_at, row.releases) for row in rows]


def _years(connection: Connection, releases: list[str], now: datetime) -> int:
    """For how many years an answer is kept: those of the strictest of its releases."""
    day = local_date(now)
    kind = (
        "personal_or_important" if any(_is_sensitive(connection, each, now) for each in releases) else "other"
    )
    return int(rule("records", f"kept/{kind}", day).value)


def _is_sensitive(connection: Connection, release_id: str, now: datetime) -> bool:
    """Whether a release holds units or is graded important; one that is not known any more is taken to."""
    try:
        release = by_id(connection, release_id)
    except UnknownRelease:
        return True
    important = int(rule("records", "important_from_grade", local_date(now)).value)
    about = release.facts.units or release.facts.unit_columns or release.facts.derived_from
    return bool(about) or release.grade >= important


def _years_before(now: datetime, years: int) -> datetime:
    """The same day some years ago; 28 February where there is no 29th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
