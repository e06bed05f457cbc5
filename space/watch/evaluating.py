"""Evaluating the rules of alerts over what came since the last time.

Decides where to go on: every call is read in the order of its place in the evidence log, and the cursor moves
in the transaction that counts it and raises the alert. So it is safe to repeat, after a kill and from several
processes at once; nothing is counted twice or left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from catalog.clocks import duties
from catalog.clocks.place import place_on
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import refused_strangers, usages
from catalog.store.tables.watch import alert_cursors
from policies.clocks import ZONE, local_date
from policies.rulebook import rule
from policies.watching import ALERTS, AlertRule, Called, Measure, alert_rules
from space.watch.alerts import Seen, raise_alert
from space.watch.counting import Tally, crossings

# Entries of the log read in one transaction: others wait to write meanwhile.
_BATCH: Final = 2000
# Batches of one turn.
_MOST: Final = 50
# Before the first place of the log, which is 0.
_NOTHING: Final = -1
_LOG: Final = "log"
_MINUTE: Final = "minute"
_DAY: Final = "day"
# A refused stranger is counted in its minute at the latest within this, in minutes.
_SETTLED: Final = 2
_STRANGERS: Final = "strangers"
# Subjects of duties that are alerts themselves.
_OWN: Final = "alert:"


def evaluate(engine: Engine, now: datetime) -> tuple[str, ...]:
    """Count what came since the last time, and raise what crosses a threshold.

    Args:
        engine: of the store.
        now: aware instant.

    Returns:
        Ids of the alerts that were raised, in their order.
    """
    raised: list[str] = []
    for _ in range(_MOST):
        with reading(engine) as connection:
            if not _waits(connection, now):
                break
        with writing(engine) as connection:
            raised += _turn(connection, now)
    return tuple(raised)


def _waits(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to count: asked without keeping writers waiting."""
    last = _last_position(connection)
    minute = select(refused_strangers.c.minute).where(refused_strangers.c.minute <= _settled(now))
    return (
        (last is not None and last > _read_to(connection))
        or _cursor(connection, _DAY) != local_date(now).toordinal()
        or connection.execute(
            minute.where(refused_strangers.c.minute > _instant(_cursor(connection, _MINUTE))).limit(1)
        ).first()
        is not None
    )


def _turn(connection: Connection, now: datetime) -> list[str]:
    today = local_date(now)
    ruled = alert_rules(today, place_on(connection, today))
    seen = [
        *_of_calls(connection, [each for each in ruled if each.measure is Measure.CALLS], ruled, now),
        *_of_strangers(connection, [each for each in ruled if each.measure is Measure.STRANGERS], now),
        *_of_duties(connection, [each for each in ruled if each.measure is Measure.OVERDUE], now),
    ]
    made = (raise_alert(connection, each, now) for each in seen)
    return [each for each in made if each is not None]


def _of_calls(
    connection: Connection, counted: list[AlertRule], ruled: tuple[AlertRule, ...], now: datetime
) -> Iterator[Seen]:
    """Calls by their places in the log, and the grants they spent of."""
    begin = _cursor(connection, _LOG)
    if begin is None:
        begin = _begin(connection, now)
    e, u = evidence_entries.c, usages.c
    last = _last_position(connection)
    end = min(begin + _BATCH, begin if last is None else last)
    query = select(usages).join(evidence_entries, e.id == u.evidence_id)
    rows = connection.execute(query.where(e.position > begin, e.position <= end).order_by(e.position)).all()
    tally, spent = Tally(), set[str]()
    organisations = dict[str, str]()
    for row in rows:
        call = Called(
            row.organisation,
            row.grant_id,
            row.outcome,
            row.reason,
            row.product,
            row.cells,
            row.records,
            row.at,
        )
        for each in counted:
            subject = each.subject(call)
            if subject is not None and each.counts(call):
                tally.add(each, subject, row.reason or row.product or row.outcome, row.at)
                organisations[subject] = row.organisation
        if row.grant_id is not None and row.calls + row.nrho > 0:
            spent.add(row.grant_id)
    _move(connection, _LOG, end)
    for one in crossings(connection, tally):
        yield Seen(
            one.rule, one.subject, organisations[one.subject], one.window, one.codes, one.count,
            one.first_at, one.last_at,
        )  # fmt: skip
    yield from _of_quotas(connection, [each for each in ruled if each.measure is Measure.QUOTA], spent, now)


def _of_quotas(
    connection: Connection, ruled: list[AlertRule], spent: set[str], now: datetime
) -> Iterator[Seen]:
    """Grants that were spent of: once each, as a grant's quota is never given back."""
    g = grants.c
    for row in connection.execute(select(grants).where(g.id.in_(sorted(spent))).order_by(g.id)).all():
        for each in ruled:
            parts = _percents(row)
            if max(parts.values(), default=0) >= each.threshold:
                count = max(parts.values())
                yield Seen(each, row.id, row.grantee, 0, parts, count, row.signed_at, now)


def _of_strangers(connection: Connection, ruled: list[AlertRule], now: datetime) -> Iterator[Seen]:
    """Callers nobody knew, counted by the minute; minutes that may still grow wait."""
    s, until = refused_strangers.c, _settled(now)
    begin = max(_instant(_cursor(connection, _MINUTE)), _since(now))
    rows = connection.execute(
        select(refused_strangers).where(s.minute > begin, s.minute <= until).order_by(s.minute)
    ).all()
    tally = Tally()
    for row in rows:
        for each in ruled:
            tally.add(each, _STRANGERS, row.reason, row.minute, row._mapping["count"])
    _move(connection, _MINUTE, int(until.timestamp()))
    for one in crossings(connection, tally):
        yield Seen(one.rule, one.subject, "", one.window, one.codes, one.count, one.first_at, one.last_at)


def _of_duties(connection: Connection, ruled: list[AlertRule], now: datetime) -> Iterator[Seen]:
    """Duties whose last day is over, by who owes them; looked at once a day, as days are what passes."""
    today = local_date(now)
    if _cursor(connection, _DAY) == today.toordinal():
        return
    _move(connection, _DAY, today.toordinal())
    owed: dict[tuple[str, str], Counter[str]] = {}
    firsts: dict[tuple[str, str], datetime] = {}
    for duty in duties.duties(connection, today) if ruled else ():
        if not duty.overdue or duty.due_on is None or duty.subject.startswith(_OWN):
            continue
        owner = (duty.owner_code, duty.owner)
        owed.setdefault(owner, Counter())[duty.rule] += 1
        over = datetime.combine(duty.due_on + timedelta(days=1), datetime.min.time(), ZONE)
        firsts[owner] = min(over, firsts.get(owner, over))
    for (code, name), rules in sorted(owed.items()):
        for each in ruled:
            if rules.total() >= each.threshold:
                window = int(now.timestamp()) // each.window_s
                subject = code or name or "(nobody named)"
                yield Seen(each, subject, code, window, dict(rules), rules.total(), firsts[code, name], now)


def _percents(row: Row[Any]) -> dict[str, int]:
    """How much of a grant is spent, of what it has."""
    parts = {"calls": (row.calls_used, row.calls_limit), "budget": (row.nrho_spent, row.nrho_limit)}
    return {name: 100 * used // limit for name, (used, limit) in parts.items() if limit > 0}


def _begin(connection: Connection, now: datetime) -> int:
    """Where an installation that never watched begins: after the last entry that is too old."""
    e = evidence_entries.c
    old = select(func.max(e.position)).where(e.recorded_at < _since(now))
    last = connection.execute(old).scalar()
    return _NOTHING if last is None else int(last)


def _read_to(connection: Connection) -> int:
    found = _cursor(connection, _LOG)
    return _NOTHING if found is None else found


def _since(now: datetime) -> datetime:
    return now - timedelta(days=int(rule(ALERTS, "look_back", local_date(now)).value))


def _settled(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) - timedelta(minutes=_SETTLED)


def _last_position(connection: Connection) -> int | None:
    last: int | None = connection.execute(select(func.max(evidence_entries.c.position))).scalar()
    return last


def _instant(seconds: int | None) -> datetime:
    return datetime.fromtimestamp(seconds or 0, UTC)


def _cursor(connection: Connection, name: str) -> int | None:
    found: int | None = connection.execute(
        select(alert_cursors.c.place).where(alert_cursors.c.name == name)
    ).scalar()
    return found


def _move(connection: Connection, name: str, place: int) -> None:
    c = alert_cursors.c
    moved = connection.execute(update(alert_cursors).where(c.name == name).values(place=place))
    if moved.rowcount == 0:
        connection.execute(insert(alert_cursors).values(name=name, place=place))
