"""A body's own statistics 自主统计: counts over its own ledger, made without asking anybody.

Decides nothing about disclosure: a body counts rows it already reads one by one, so small cells are shown to
it as they are. What it hands on leaves as a released dataset, and is protected as any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from catalog.stops import closed
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.items import LedgerItem, items_of, kind_called
from space.wayback.grassroots.records import Record, records

# What a day may be grouped by, written `ITEM:year`.
GRAINS: Final = ("year", "month", "age")
# Years of one group of ages.
_AGE_BAND: Final = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Records alike in every item they are grouped by; None where nothing is known."""

    values: tuple[str | None, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Statistic:
    """One count over a ledger.

    Attributes:
        by: items grouped by, as asked.
        titles: the same as printed.
        total: records counted.
        groups: the largest first.
    """

    body: str
    kind: str
    by: tuple[str, ...]
    titles: tuple[str, ...]
    total: int
    groups: tuple[Group, ...]


def count(
    connection: Connection,
    body_code: str,
    by: Sequence[str],
    *,
    now: datetime,
    kind: str = "person",
    where: Mapping[str, str] | None = None,
) -> Statistic:
    """Count the open records of a body's own ledger by items.

    Args:
        connection: a reading transaction.
        body_code: whose ledger; nothing of another body's is read.
        by: items, ``ITEM:year``, ``ITEM:month`` or ``ITEM:age`` (bands of ten years); none counts all.
        now: aware instant.
        kind: of the records.
        where: item → value a record must hold.

    Raises:
        Unknown: there is no such body.
        Refused: the ledger has no such item, a grain is none, or a stop closes what is asked for.
    """
    owner = body(connection, body_code)
    kind_called(kind, local_date(now))
    known = items_of(connection, owner, kind, local_date(now))
    wanted = dict(where or {})
    parted = [text.partition(":") for text in by]
    if reasons := _faults(known, [(name, grain) for name, _, grain in parted], wanted):
        raise Refused(Deny(tuple(reasons)))
    named = {known[name].dataset for name in (*(name for name, _, _ in parted), *wanted)} - {""}
    if stop := closed(connection, body_code, named):  # dropped cells would count as values nobody knows
        raise Refused(Deny((stop,)))
    groups: Counter[tuple[str | None, ...]] = Counter()
    for one in records(connection, body_code, kind):
        if one.state == "open" and all(_value(one, name) == value for name, value in wanted.items()):
            groups[tuple(_grouped(_value(one, n), g, local_date(now)) for n, _, g in parted)] += 1
    ordered = sorted(groups.items(), key=lambda item: (-item[1], [value or "" for value in item[0]]))
    return Statistic(
        body=body_code,
        kind=kind,
        by=tuple(by),
        titles=tuple(known[name].title for name, _, _ in parted),
        total=groups.total(),
        groups=tuple(Group(values, number) for values, number in ordered),
    )


def _faults(
    known: Mapping[str, LedgerItem], parted: Sequence[tuple[str, str]], where: Mapping[str, str]
) -> list[Reason]:
    named = [*(name for name, _ in parted), *where]
    reasons = [
        Reason("grassroots.item.unknown", "the ledger has no such item", name[:200])
        for name in named
        if name not in known
    ]
    grains = sorted({grain for _, grain in parted if grain and grain not in GRAINS})
    reasons += [
        Reason("grassroots.grain", "no such grain", grain[:20], f"one of {', '.join(GRAINS)}")
        for grain in grains
    ]
    return reasons


def _value(one: Record, name: str) -> str | None:
    cell = one.cells.get(name)
    return None if cell is None else cell.value


def _grouped(value: str | None, grain: str, on: date) -> str | None:
    if value is None or not grain:
        return value
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    if grain == "age":
        years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
        band = years // _AGE_BAND * _AGE_BAND
        return f"{band}-{band + _AGE_BAND - 1}"
    return value[: 4 if grain == "year" else 7]
