"""Views of a ledger: a form is nothing else. Made for a period, shown with what differs from the one before.

Decides what a view holds: the open records of one kind with the items named, as they were known at the end of
the period, identity numbers masked. The same events give the same view, whenever it is asked for. Who may
pull it is :mod:`space.wayback.grassroots.confirming`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from contracts.model import UpdateCycle
from policies.clocks import ZONE, local_date
from policies.decision import Deny, Reason
from policies.showing import showing
from space.errors import Refused
from space.wayback.backflow.bodies import body
from space.wayback.forms.periods import last_day, period_of
from space.wayback.grassroots.items import LedgerItem, items_of, kind_called
from space.wayback.grassroots.records import Cell, Record, records, shown

Change = Literal["added", "changed", "removed", "same"]
_CYCLES: Final = (
    (re.compile(r"^\d{4}$"), UpdateCycle.YEARLY),
    (re.compile(r"^\d{4}-Q[1-4]$"), UpdateCycle.QUARTERLY),
    (re.compile(r"^\d{4}-(0[1-9]|1[0-2])$"), UpdateCycle.MONTHLY),
    (re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"), UpdateCycle.DAILY),
)


@dataclass(frozen=True, slots=True)
class ViewCell:
    """One item of one line.

    Attributes:
        value: as text, as it may be shown; None where nothing is known.
        before: the value of the period before; the same as ``value`` where it did not change.
        authority: who answers for it.
        as_of: the day or period of the value.
        source_responsible: a department answers for it, not who confirms.
        disputed: it is challenged now.
        row, delivery: reference of the source's row and the delivery that said it; empty of local items.
    """

    value: str | None
    before: str | None
    authority: str
    as_of: str
    source_responsible: bool
    disputed: bool
    row: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a view; a removed one shows what it last held.

    Attributes:
        record: id within the ledger.
        identifier: masked.
        change: against the period before.
        cells: one an item, in the order of the view.
    """

    record: str
    identifier: str
    change: Change
    cells: tuple[ViewCell, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A form made from the ledger.

    Attributes:
        body, kind, period: of what.
        before: the period it is compared with.
        items: in order.
        lines: open records, in the order they were opened; removed ones last.
    """

    body: str
    kind: str
    period: str
    before: str
    items: tuple[LedgerItem, ...]
    lines: tuple[Line, ...] = field(repr=False)

    def count(self, change: Change) -> int:
        """Lines of that change."""
        return sum(line.change == change for line in self.lines)

    @property
    def standing(self) -> tuple[Line, ...]:
        """The lines of the period itself, without those removed."""
        return tuple(line for line in self.lines if line.change != "removed")

    @property
    def differences(self) -> tuple[Line, ...]:
        """What a person has to look at before confirming."""
        return tuple(line for line in self.lines if line.change != "same")


def view(
    connection: Connection,
    body_code: str,
    items: Sequence[str],
    period: str,
    *,
    now: datetime,
    kind: str = "person",
    where: Mapping[str, Collection[str]] | None = None,
    of: str = "",
) -> View:
    """A view of a body's ledger for a period.

    Args:
        connection: a reading transaction.
        body_code: whose ledger.
        items: names, in order.
        period: ``2026-11``, ``2026-Q4``, ``2026`` or a day.
        now: aware instant; of a period that is not over, what is known now is shown.
        kind: of the records.
        where: item → values of which a record must hold one; every record where None.
        of: only records a row of this dataset is about; every record where empty.

    Raises:
        Unknown: there is no such body.
        Refused: the period is none or has not begun, or the ledger has no such item.
    """
    owner = body(connection, body_code)
    kept = kind_called(kind, local_date(now))
    known = items_of(connection, owner, kind, local_date(now))
    wanted = where or {}
    unknown = [name for name in (*items, *wanted) if name not in known]
    if unknown:
        raise Refused(
            Deny(
                tuple(
                    Reason("grassroots.item.unknown", "the ledger has no such item", n[:200]) for n in unknown
                )
            )
        )
    first, last = span(period)
    if first > local_date(now):
        raise Refused(Deny((Reason("grassroots.period.ahead", "the period has not begun", "period"),)))
    chosen = tuple(known[name] for name in items)
    was = _state(connection, body_code, kind, wanted, of, _end(first - timedelta(days=1)))
    end = min(_end(last), now + timedelta(microseconds=1))
    standing = _state(connection, body_code, kind, wanted, of, end)
    hidden = showing(local_date(now)).masks
    lines = [_line(one, was.get(one.id), shown(one, kept, hidden), chosen) for one in standing.values()]
    gone = [one for one in was.values() if one.id not in standing]
    lines += [Line(one.id, shown(one, kept, hidden), "removed", _cells(one, one, chosen)) for one in gone]
    return View(body_code, kind, period, _before(period, first), chosen, tuple(lines))


def span(period: str) -> tuple[date, date]:
    """First and last day of a period.

    >>> span("2026-Q4")
    (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))

    Raises:
        Refused: it is none.
    """
    cycle = _cycle(period)
    try:
        year = int(period[:4])
        month = 3 * int(period[6]) - 2 if cycle is UpdateCycle.QUARTERLY else int(period[5:7] or 1)
        first = date(year, month, int(period[8:10] or 1))
    except ValueError:
        raise _no_period() from None
    return first, last_day(cycle, first)


def _cycle(period: str) -> UpdateCycle:
    for shape, cycle in _CYCLES:
        if shape.match(period):
            return cycle
    raise _no_period()


def _no_period() -> Refused:
    allowed = "e.g. 2026-11, 2026-Q4, 2026"
    return Refused(Deny((Reason("grassroots.period", "not a period", "period", allowed),)))


def _before(period: str, first: date) -> str:
    return period_of(_cycle(period), first - timedelta(days=1))


def _end(last: date) -> datetime:
    """The first instant after a day, Asia/Shanghai."""
    return datetime.combine(last + timedelta(days=1), time(), ZONE)


def _state(
    connection: Connection,
    body_code: str,
    kind: str,
    where: Mapping[str, Collection[str]],
    of: str,
    until: datetime,
) -> dict[str, Record]:
    found = records(connection, body_code, kind, until=until)
    return {one.id: one for one in found if one.state == "open" and _fits(one, where, of)}


def _fits(one: Record, where: Mapping[str, Collection[str]], of: str) -> bool:
    if of and all(cell.dataset != of for cell in one.cells.values()):
        return False
    return all(name in one.cells and one.cells[name].value in values for name, values in where.items())


def _line(now_: Record, was: Record | None, identifier: str, items: Sequence[LedgerItem]) -> Line:
    cells = _cells(now_, was, items)
    change: Change = "same"
    if was is None:
        change = "added"
    elif any(cell.value != cell.before for cell in cells):
        change = "changed"
    return Line(now_.id, identifier, change, cells)


def _cells(now_: Record, was: Record | None, items: Sequence[LedgerItem]) -> tuple[ViewCell, ...]:
    before: Mapping[str, Cell] = {} if was is None else was.cells
    return tuple(_cell(item, now_.cells.get(item.name), before.get(item.name)) for item in items)


def _cell(item: LedgerItem, cell: Cell | None, before: Cell | None) -> ViewCell:
    was = None if before is None else before.value
    if cell is None:
        return ViewCell(None, was, item.authority, "", False, False)
    delivery = "" if item.local else cell.source_id
    return ViewCell(
        cell.value, was, cell.authority, cell.as_of, not item.local, cell.disputed, cell.row, delivery
    )
