"""What a notice tells: the facts its template is given, read from the store.

Decides which facts those are: counts, codes, days, offices and identifiers. The statement of an incident,
which people write freely, is not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from catalog.clocks.duties import Duty, duties
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.notices import notices
from catalog.store.tables.second_signatures import second_signatures
from catalog.store.tables.watch import alerts, incidents
from policies.clocks import local_date
from policies.rulebook import rule
from space.notices.duty import Kind

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something the people on duty are told.

    Attributes:
        kind: of notice.
        source: what it is about, the same for one matter whenever it is looked at.
        facts: for the template.
        whom: id of the one person it is told to, of those on duty; everybody on duty where empty.
    """

    kind: Kind
    source: str
    facts: dict[str, Any]
    whom: str = ""


def matters(connection: Connection, now: datetime) -> Iterator[Matter]:
    """Everything there is to tell now: alerts, incidents, signatures, and once a day the digest."""
    day = local_date(now)
    since = now - timedelta(days=int(rule("notices", "looks_back", day).value))
    yield from _alerts(connection, since)
    yield from _incidents(connection, since)
    yield from _signatures(connection, since, now)
    local = now.astimezone(_ZONE)
    if local.hour >= int(rule("notices", "digest_hour", day).value):
        yield Matter(Kind.DIGEST, day.isoformat(), {})


def filled(connection: Connection, matter: Matter, now: datetime) -> dict[str, Any]:
    """The facts of a matter; those of a digest are read only where somebody is told."""
    return _digest(connection, now) if matter.kind is Kind.DIGEST else matter.facts


def _alerts(connection: Connection, since: datetime) -> Iterator[Matter]:
    a = alerts.c
    for row in connection.execute(select(alerts).where(a.raised_at >= since).order_by(a.raised_at, a.id)):
        facts = {
            "id": row.id,
            "rule": row.rule,
            "severity": row.severity,
            "count": row.count,
            "threshold": row.threshold,
            "office": row.office,
            "due_on": row.due_on.isoformat(),
        }
        yield Matter(Kind.ALERT, row.id, facts)


def _incidents(connection: Connection, since: datetime) -> Iterator[Matter]:
    i = incidents.c
    for row in connection.execute(select(incidents).where(i.opened_at >= since).order_by(i.opened_at, i.id)):
        facts = {
            "id": row.id,
            "kind": row.kind,
            "severity": row.severity,
            "drill": row.drill,
            "traits": list(row.traits),
            "opened_at": row.opened_at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M"),
        }
        yield Matter(Kind.INCIDENT, row.id, facts)


def _signatures(connection: Connection, since: datetime, now: datetime) -> Iterator[Matter]:
    """What waits for a second person: once when it begins, once before it lapses; not what was asked."""
    s, day = second_signatures.c, local_date(now)
    ends = now + timedelta(days=int(rule("notices", "signature_reminder", day).value))
    called = rule("identity", "acts_of_two", day).value
    query = select(s.id, s.door, s.second_person, s.until).where(s.state == "waiting", s.until > now)
    told = query.where((s.asked_at >= since) | (s.until <= ends))
    for row in connection.execute(told.order_by(s.until, s.id)):
        lapses = row.until <= ends
        words = called.get(row.door, {"zh": "双人事项", "en": "an act of two people"})
        until = row.until.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")
        facts = {"id": row.id, "zh": words["zh"], "en": words["en"], "until": until, "lapses": lapses}
        source = f"{row.id}:{'lapses' if lapses else 'asked'}"
        yield Matter(Kind.SIGNATURE, source, facts, row.second_person)


def _digest(connection: Connection, now: datetime) -> dict[str, Any]:
    day = local_date(now)
    owed = duties(connection, day)
    longest = int(rule("notices", "digest_lines", day).value)
    open_ = connection.execute(
        select(func.count()).select_from(alerts).where(alerts.c.ended_at.is_(None))
    ).scalar_one()
    running = connection.execute(
        select(func.count()).select_from(incidents).where(incidents.c.closed_at.is_(None))
    ).scalar_one()
    waiting = connection.execute(
        select(func.count()).select_from(evidence_entries).where(evidence_entries.c.position.is_(None))
    ).scalar_one()
    dead = connection.execute(
        select(func.count()).select_from(notices).where(notices.c.state == "dead")
    ).scalar_one()
    return {
        "day": day.isoformat(),
        "due": len(owed),
        "overdue": sum(one.overdue for one in owed),
        "colours": dict(sorted(Counter(one.colour.value for one in owed).items())),
        "lines": [_line(one) for one in owed[:longest]],
        "more": max(0, len(owed) - longest),
        "alerts": open_,
        "incidents": running,
        "waiting": waiting,
        "dead": dead,
    }


def _line(duty: Duty) -> dict[str, Any]:
    return {
        "due_on": "—" if duty.due_on is None else duty.due_on.isoformat(),
        "owner": duty.owner,
        "what": duty.what,
        "subject": duty.subject,
        "overdue": duty.overdue,
    }
