"""Stand-ins AB角: who does another's tasks for a time, by days.

Decides that a person stands in for another on the days named, until it is taken back; a stand-in's stand-in
does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import stand_ins
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import body


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who stands in for whom, from the first to the last day, both included.

    Attributes:
        ended_on: first day without it, where it was taken back; else None.
    """

    id: str
    body: str
    person: str
    stand_in: str
    first_on: date
    last_on: date
    reason: str
    ended_on: date | None

    def covers(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first_on <= day <= self.last_on and (self.ended_on is None or day < self.ended_on)


def name(
    engine: Engine,
    body_code: str,
    person: str,
    stand_in: str,
    first_on: date,
    last_on: date,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> StandIn:
    """Name a stand-in.

    Args:
        engine: the store.
        body_code: whose people they are.
        person: whose tasks are done.
        stand_in: who does them.
        first_on: first day.
        last_on: last day, included.
        reason: leave, training, …
        by: the person who names.
        now: aware instant.

    Raises:
        Unknown: there is no such body.
        Refused: both are one person, or the days are none, or over.
    """
    reasons = []
    if not person.strip() or not stand_in.strip() or person == stand_in:
        reasons.append(Reason("grassroots.stand_in.person", "a stand-in is another person", "stand_in"))
    if last_on < first_on or last_on < local_date(now):
        reasons.append(Reason("grassroots.stand_in.days", "the days end before they begin, or are over"))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    with writing(engine) as connection:
        body(connection, body_code)
        made = StandIn(new_id("sti"), body_code, person, stand_in, first_on, last_on, reason, None)
        days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
        told = {"person": person, "stand_in": stand_in, **days, "body": body_code, "by": by}
        evidence_id = record(
            connection, event="grassroots:stand_in:name", subject=made.id, body=told, now=now
        )
        connection.execute(
            insert(stand_ins).values(
                id=made.id,
                body=body_code,
                person=person,
                stand_in=stand_in,
                first_on=first_on,
                last_on=last_on,
                reason=reason,
                named_by=by,
                named_at=now,
                evidence_id=evidence_id,
            )
        )
    return made


def end(engine: Engine, stand_in_id: str, *, by: str, now: datetime) -> None:
    """Take a stand-in back from today on.

    Raises:
        Unknown: there is none of that id that still holds.
    """
    today = local_date(now)
    s = stand_ins.c
    with writing(engine) as connection:
        done = connection.execute(
            update(stand_ins)
            .where(s.id == stand_in_id, s.ended_on.is_(None), s.last_on >= today)
            .values(ended_on=today)
        )
        if done.rowcount != 1:
            raise Unknown("stand-in", stand_in_id, "see `ybz grassroots stand-ins`")
        record(connection, event="grassroots:stand_in:end", subject=stand_in_id, body={"by": by}, now=now)


def listing(connection: Connection, body_code: str, part: Part | None = None) -> tuple[StandIn, ...]:
    """Every stand-in of a body, past ones too, by first day and id; a part where one is named."""
    s = stand_ins.c
    names = (s.id, s.body, s.person, s.stand_in, s.first_on, s.last_on, s.reason, s.ended_on)
    query = parted(select(*names).where(s.body == body_code), part, s.first_on, s.id)
    return tuple(StandIn(*row) for row in connection.execute(query))


def stands_in_for(connection: Connection, body_code: str, person: str, on: date) -> frozenset[str]:
    """Whose tasks a person may do on a day, beside the own ones."""
    return frozenset(
        one.person for one in listing(connection, body_code) if one.stand_in == person and one.covers(on)
    )
