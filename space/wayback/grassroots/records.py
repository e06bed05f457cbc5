"""Records of a ledger as they stand: derived from their events, never written.

Decides how events become a state: the newest word on an item holds, a confirmation renews its day, a row the
source has removed takes its values along, and a record is closed when its body closed it or when nobody says
anything of it any more. A period's state is that of the events known at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, select

from catalog.store.tables.forms import disputes
from catalog.store.tables.grassroots import base_bindings, base_events, base_records
from policies.masking import Mask
from space.errors import Unknown
from space.wayback.grassroots.items import Kind
from space.wayback.grassroots.stopped import closed_of

Act = Literal["add", "change", "confirm", "challenge", "close"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of a record as it stands.

    Attributes:
        value: as text, identity numbers as they were delivered.
        authority, authority_code: who answers for it.
        as_of: the day, or the period of the source's row.
        dataset, row: where it comes from; empty of a local item.
        source, source_id: ``backflow``, ``phone``, ``excel`` or ``task``, and the delivery, import or task.
        number: of the event that said it.
        confirmed_on: day the body last confirmed it; empty where it never did.
        correction: the challenge of it that was sent last; empty where there was none.
        disputed: it is challenged now.
    """

    value: str | None
    authority: str
    authority_code: str
    as_of: str
    dataset: str
    row: str
    source: str
    source_id: str
    number: int
    confirmed_on: str = ""
    correction: str = ""
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One person, household, house or shop of a ledger.

    Attributes:
        id, body, kind: of the record.
        identifier: canonical and whole; :func:`shown` masks it.
        state: ``open`` or ``closed``.
        household: record of the household it belongs to; empty where none is known.
        cells: item → what is known of it.
        left: datasets that have removed it.
        number: of its newest event; 0 where it has none.
        reason: why it was closed by its body.
        withheld: datasets a stop closes now; their cells are left out.
    """

    id: str
    body: str
    kind: str
    identifier: str
    state: str
    household: str
    cells: Mapping[str, Cell]
    left: tuple[str, ...]
    number: int
    reason: str = ""
    withheld: tuple[str, ...] = ()


@dataclass(slots=True)
class _Told:
    """What the events of one record have said so far."""

    cells: dict[str, Cell] = field(default_factory=dict)
    rows: dict[str, set[str]] = field(default_factory=dict)
    household: str = ""
    left: set[str] = field(default_factory=set)
    closed: bool = False
    reason: str = ""
    number: int = 0

    def hear(self, event: Row[Any]) -> None:
        """Take in one event."""
        self.number = event.number
        self.household = event.household or self.household
        match event.act:
            case "add" | "change":
                self._said(event)
            case "confirm":
                self._confirmed(event)
            case "challenge":
                for name in event.items:
                    if name in self.cells:
                        self.cells[name] = _with(self.cells[name], correction=event.correction_id)
            case "close":
                self._closed(event)

    def _said(self, event: Row[Any]) -> None:
        again = bool(event.dataset) and event.row in self.rows.get(event.dataset, ())
        if event.act == "add" and not again:  # a row that is only sent once more opens nothing
            self.closed, self.reason = False, ""
        if event.dataset:
            self.rows.setdefault(event.dataset, set()).add(event.row)
            self.left.discard(event.dataset)
        for name, value in event.values.items():
            former = self.cells.get(name)
            if former is not None and former.row != event.row and former.as_of > event.as_of:
                continue  # of several rows the newest period speaks
            self.cells[name] = Cell(
                value=value,
                authority=event.authority,
                authority_code=event.authority_code,
                as_of=event.as_of,
                dataset=event.dataset,
                row=event.row,
                source=event.source,
                source_id=event.source_id or "",
                number=event.number,
                correction="" if former is None else former.correction,
            )

    def _confirmed(self, event: Row[Any]) -> None:
        for name in event.items or list(self.cells):
            if name in self.cells:
                self.cells[name] = _with(self.cells[name], confirmed_on=event.as_of)

    def _closed(self, event: Row[Any]) -> None:
        if not event.dataset:
            self.closed, self.reason = True, event.reason
            return
        rows = self.rows.get(event.dataset, set())
        rows.discard(event.row)
        if not rows:
            self.left.add(event.dataset)
        for name in [n for n, c in self.cells.items() if (c.dataset, c.row) == (event.dataset, event.row)]:
            del self.cells[name]

    @property
    def is_open(self) -> bool:
        """Not closed by its body, and somebody still says something of it (or nobody ever did)."""
        return not self.closed and (bool(self.cells) or any(self.rows.values()) or not self.left)


def records(
    connection: Connection, body_code: str, kind: str | None = None, *, until: datetime | None = None
) -> Iterator[Record]:
    """Records of a body, in the order they were opened; of one delivery by identifier.

    Args:
        connection: a reading transaction.
        body_code: whose ledger.
        kind: of the records; all kinds where None.
        until: as known at this instant; now where None.

    Raises:
        Refused: the body, or everything, is stopped.
    """
    e, r = base_events.c, base_records.c
    named = select(base_records).where(r.body == body_code)
    said = select(base_events).where(e.body == body_code)
    if kind is not None:
        named = named.where(r.kind == kind)
        said = said.join(base_records, r.id == e.record_id).where(r.kind == kind)
    if until is not None:
        named, said = named.where(r.opened_at < until), said.where(e.acted_at < until)
    rows = sorted(connection.execute(named).all(), key=lambda row: (row.opened_at, row.identifier))
    yield from derived(connection, rows, said, body_code)


def record_of(connection: Connection, body_code: str, record_id: str) -> Record:
    """One record of a body's own ledger.

    Raises:
        Unknown: the body has none of that id; one of another body is answered alike.
        Refused: the body, or everything, is stopped.
    """
    e, r = base_events.c, base_records.c
    named = select(base_records).where(r.id == record_id, r.body == body_code)
    said = select(base_events).where(e.record_id == record_id, e.body == body_code)
    found = next(derived(connection, connection.execute(named).all(), said, body_code), None)
    if found is None:
        raise Unknown("record", record_id, "see `ybz grassroots list`")
    return found


def history(connection: Connection, body_code: str, record_id: str) -> tuple[Mapping[str, Any], ...]:
    """The events of a record, without their values: what happened, who said it, as of when."""
    record_of(connection, body_code, record_id)
    e = base_events.c
    rows = connection.execute(select(base_events).where(e.record_id == record_id).order_by(e.number))
    names = ("number", "act", "items", "authority", "dataset", "as_of", "source", "source_id",
             "correction_id", "reason", "acted_by", "acted_at", "evidence_id")  # fmt: skip
    return tuple({name: row._mapping[name] for name in names} for row in rows)


def shown(record: Record, kind: Kind, hidden: Mapping[str, Mask]) -> str:
    """The identifier of a record as a person sees it: masked where its check code is."""
    mask = hidden.get(kind.check)
    return mask.apply(record.identifier) if mask else record.identifier


def derived(
    connection: Connection, named: Iterable[Row[Any]], said: Select[Any], body_code: str
) -> Iterator[Record]:
    """Records as they stand, in the order given; refused where :func:`records` is.

    Args:
        connection: a reading transaction.
        named: rows of the records.
        said: the query of their events.
        body_code: whose ledger.
    """
    e = base_events.c
    events = connection.execute(said.order_by(e.record_id, e.number)).all()
    by_record = {key: list(rows) for key, rows in groupby(events, key=lambda row: row.record_id)}
    flagged = _disputed(connection, body_code)
    hidden = closed_of(connection, body_code, {event.dataset for event in events} - {""})
    for row in named:
        yield _record(row, by_record.get(row.id, ()), flagged, hidden)


def _record(
    row: Row[Any],
    events: Iterable[Row[Any]],
    flagged: frozenset[tuple[str, str, str]],
    hidden: frozenset[str],
) -> Record:
    told = _Told()
    for event in events:
        told.hear(event)
    cells = {
        name: _with(cell, disputed=True)
        if (cell.dataset, cell.row, name.removeprefix(f"{cell.dataset}.")) in flagged
        else cell
        for name, cell in told.cells.items()
        if cell.dataset not in hidden
    }
    return Record(
        id=row.id,
        body=row.body,
        kind=row.kind,
        identifier=row.identifier,
        state="open" if told.is_open else "closed",
        household=told.household,
        cells=cells,
        left=tuple(sorted(told.left)),
        number=told.number,
        reason=told.reason,
        withheld=tuple(sorted({cell.dataset for cell in told.cells.values()} & hidden)),
    )


def _disputed(connection: Connection, body_code: str) -> frozenset[tuple[str, str, str]]:
    """Dataset, row and field of every value challenged now, of the datasets that feed a body."""
    d, b = disputes.c, base_bindings.c
    mine = select(b.dataset).where(b.body == body_code)
    query = select(d.dataset, d.row, d.field).where(d.closed_at.is_(None), d.dataset.in_(mine))
    return frozenset((row.dataset, row.row, row.field) for row in connection.execute(query))


def _with(
    cell: Cell,
    *,
    confirmed_on: str | None = None,
    correction: str | None = None,
    disputed: bool | None = None,
) -> Cell:
    """The cell with one thing said anew; written out, as it is done for every cell."""
    return Cell(
        cell.value,
        cell.authority,
        cell.authority_code,
        cell.as_of,
        cell.dataset,
        cell.row,
        cell.source,
        cell.source_id,
        cell.number,
        cell.confirmed_on if confirmed_on is None else confirmed_on,
        cell.correction if correction is None else correction,
        cell.disputed if disputed is None else disputed,
    )
