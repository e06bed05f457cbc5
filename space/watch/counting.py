"""Counting under a rule: by slots of a window, so that nothing that was counted is read twice.

Decides when a count crosses its threshold: in a sliding window of :data:`SLOTS` slots, and after an alert not
again before one window is over. So one burst is one alert, wherever in the clock it lies, and a burst that
goes on is one a window. Writes its counts; raises nothing itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from catalog.store.tables.watch import alert_counts, alerts
from policies.watching import AlertRule

# Into how many slots a window is cut: how finely it slides.
SLOTS: Final = 12
# Windows whose slots are kept: what comes late still finds its window.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Crossing:
    """A count that crossed its threshold.

    Attributes:
        rule: which.
        subject: whose count.
        window: number of the slot it crossed in.
        codes: what was counted in the window.
        first_at, last_at: bounds of the window's slots that hold something.
    """

    rule: AlertRule
    subject: str
    window: int
    codes: Mapping[str, int]
    first_at: datetime
    last_at: datetime

    @property
    def count(self) -> int:
        """How many."""
        return sum(self.codes.values())


@dataclass(slots=True)
class Tally:
    """What a batch adds: rule and subject → slot → codes."""

    rules: dict[str, AlertRule] = field(default_factory=dict)
    added: dict[tuple[str, str], dict[int, Counter[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counter))
    )

    def add(self, rule: AlertRule, subject: str, code: str, at: datetime, times: int = 1) -> None:
        """Count something once or several times."""
        self.rules[rule.name] = rule
        self.added[rule.name, subject][slot_of(rule, at)][code] += times


def slot_of(rule: AlertRule, at: datetime) -> int:
    """Number of the slot an instant lies in.

    Args:
        rule: whose window is cut.
        at: aware instant.
    """
    return int(at.timestamp()) // _length(rule)


def crossings(connection: Connection, tally: Tally) -> tuple[Crossing, ...]:
    """Write the counts of a batch and give those that cross their threshold, the earliest first.

    Args:
        connection: a writing transaction, the one that moves the cursor.
        tally: what the batch adds.
    """
    found: list[Crossing] = []
    for (name, subject), slots in tally.added.items():
        found += _of_subject(connection, tally.rules[name], subject, slots)
    return tuple(sorted(found, key=lambda each: (each.last_at, each.rule.name, each.subject)))


def _of_subject(
    connection: Connection, rule: AlertRule, subject: str, slots: Mapping[int, Counter[str]]
) -> list[Crossing]:
    c = alert_counts.c
    mine = (c.rule == rule.name) & (c.subject == subject)
    held = {row.slot: Counter(row.codes) for row in connection.execute(select(c.slot, c.codes).where(mine))}
    for slot, codes in slots.items():
        held[slot] = held.get(slot, Counter()) + codes
    newest = max(held)
    connection.execute(delete(alert_counts).where(mine, c.slot <= newest - _KEPT * SLOTS))
    connection.execute(delete(alert_counts).where(mine, c.slot.in_(sorted(slots))))
    rows = [
        {"rule": rule.name, "subject": subject, "slot": slot, "codes": dict(held[slot])}
        for slot in sorted(slots)
        if slot > newest - _KEPT * SLOTS
    ]
    connection.execute(insert(alert_counts), rows)
    return _crossed(connection, rule, subject, held, sorted(slots))


def _crossed(
    connection: Connection,
    rule: AlertRule,
    subject: str,
    held: Mapping[int, Counter[str]],
    touched: list[int],
) -> list[Crossing]:
    a = alerts.c
    last = connection.execute(
        select(func.max(a.window)).where(a.rule == rule.name, a.subject == subject)
    ).scalar()
    found = []
    for slot in touched:
        if last is not None and slot <= last + SLOTS:
            continue
        inside = [each for each in range(slot - SLOTS + 1, slot + 1) if each in held]
        codes: Counter[str] = sum((held[each] for each in inside), Counter())
        if codes.total() >= rule.threshold:
            first, over = _start(rule, inside[0]), _start(rule, slot + 1)
            found.append(Crossing(rule, subject, slot, dict(codes), first, over))
            last = slot
    return found


def _start(rule: AlertRule, slot: int) -> datetime:
    return datetime.fromtimestamp(slot * _length(rule), UTC)


def _length(rule: AlertRule) -> int:
    return max(1, rule.window_s // SLOTS)
