"""Who is owed a notice of an incident, by when, and with which draft.

Decides addressees and last instants from the dated rules ``notice:…`` of ``incidents.yaml``; who stands there
already is not asked for twice. What is done with a notice is :mod:`space.watch.notices`'s.

Source: 个人信息保护法 Art 57; 网络数据安全管理条例 Art 11; 国家网络安全事件报告管理办法.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.watch import incident_notices
from policies import clocks
from policies.watching import NoticeRule, notice_rules
from space.watch.drafting import draft
from space.watch.exposure import PUBLIC, Exposed, exposed
from space.watch.incidents import Incident
from space.watch.notices import DRAFT, notices_of

_N: Final = incident_notices.c


def owe(connection: Connection, incident: Incident, begins: str, now: datetime) -> tuple[str, ...]:
    """Write down whom an incident has to be told; who stands there already stays as he is.

    Args:
        connection: a writing transaction.
        incident: as it stands.
        begins: ``opened`` or ``resolved``: the clocks that run from then.
        now: aware instant.

    Returns:
        Ids of the notices that came to be.
    """
    opened = clocks.local_date(incident.opened_at)
    lines = exposed(connection, incident.scope(now))
    ruled = notice_rules(opened, incident.severity, incident.traits, place_on(connection, opened))
    there = {(each.rule, each.addressee, each.addressee_code) for each in notices_of(connection, incident.id)}
    start = incident.opened_at if begins == "opened" else incident.resolved_at
    assert start is not None  # the step that begins it has written it
    made = []
    for rule in (each for each in ruled if each.begins == begins):
        for name, code in _addressees(connection, rule, incident, lines):
            if (rule.name, name, code) not in there:
                made.append(_write(connection, incident, rule, (name, code), start, lines, now))
    return tuple(made)


def redraft(connection: Connection, incident: Incident, now: datetime) -> None:
    """Draft again what nobody has edited: with what is known and stopped by now."""
    lines = exposed(connection, incident.scope(now))
    for each in notices_of(connection, incident.id):
        if each.state == DRAFT and each.edited_by is None:
            to = (each.addressee, each.addressee_code)
            text = draft(connection, incident, each.rule, to, each.source, lines)
            connection.execute(update(incident_notices).where(_N.id == each.id).values(text=text))


def _write(
    connection: Connection,
    incident: Incident,
    rule: NoticeRule,
    to: tuple[str, str],
    start: datetime,
    lines: tuple[Exposed, ...],
    now: datetime,
) -> str:
    made, (due_at, provisional) = new_id("ntc"), _due(rule, start)
    told = {"notice": made, "rule": rule.name, "code": to[1], "due_at": due_at.isoformat()}
    body = told | {"drill": incident.drill}
    evidence_id = record(connection, event="space:incident:owe", subject=incident.id, body=body, now=now)
    connection.execute(
        insert(incident_notices).values(
            id=made,
            incident_id=incident.id,
            rule=rule.name,
            addressee=to[0],
            addressee_code=to[1],
            source=rule.source,
            due_at=due_at,
            provisional=provisional,
            state=DRAFT,
            text=draft(connection, incident, rule.name, to, rule.source, lines),
            evidence_id=evidence_id,
        )
    )
    return made


def _due(rule: NoticeRule, start: datetime) -> tuple[datetime, bool]:
    """Last instant of a term: of hours to the minute, of working days the end of the last of them."""
    if rule.hours is not None:
        return start + timedelta(hours=rule.hours), False
    due = clocks.due(clocks.local_date(start), rule.workdays or 0, clocks.calendar())
    over = datetime.combine(due.date + timedelta(days=1), datetime.min.time(), clocks.ZONE)
    return over - timedelta(seconds=1), due.provisional


def _addressees(
    connection: Connection, rule: NoticeRule, incident: Incident, lines: tuple[Exposed, ...]
) -> Iterator[tuple[str, str]]:
    if rule.to == "receivers":
        known = {line.organisation: line.name for line in lines if line.organisation != PUBLIC}
        yield from ((name or code, code) for code, name in sorted(known.items()))
    elif rule.to == "providers":
        e = entries.c
        named = sorted({*incident.datasets, *(line.dataset for line in lines)})
        query = select(e.department, e.department_code).where(e.name.in_(named)).distinct()
        rows = connection.execute(query.order_by(e.department_code, e.department)).all()
        yield from ((row.department, row.department_code or "") for row in rows)
    else:
        yield rule.to, ""
