"""A ledger's workbook read back: only what differs becomes events, faults are told cell by cell.

Decides that right rows are taken and wrong ones are reported in a copy of the workbook, each fault at its
cell; reading the same workbook again changes nothing. A cell that was emptied is no difference: closing a
record is an act of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine

from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.schema import new_id
from policies.clocks import local_date
from space.errors import Refused, SpaceError
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.items import LedgerItem, fitting, items_of, kind_called
from space.wayback.grassroots.judging import Acting, Planned, plan
from space.wayback.grassroots.keeping import KNOWN, Kept, add, change_in
from space.wayback.grassroots.masking import as_shown
from space.wayback.grassroots.records import Record, records
from space.wayback.grassroots.workbook import HOUSEHOLD, IDENTIFIER, REASON, RECORD, VERSION
from space.wayback.grassroots.workbook_rows import Fault, Row, WorkbookUnreadable, read, report_faults


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of a workbook.

    Attributes:
        rows: records in it.
        same: rows without a difference.
        changed: records that changed.
        added: new records.
        challenged: challenges sent to departments, or joined.
        faults: by cell; their rows were not taken.
    """

    id: str
    rows: int
    same: int
    changed: int
    added: int
    challenged: int
    faults: tuple[Fault, ...] = field(repr=False)


def take_back(
    home: Home,
    engine: Engine,
    path: Path,
    acting: Acting,
    *,
    kind: str = "person",
    report: Path | None = None,
) -> Returned:
    """Read a ledger's workbook back.

    Args:
        home: the installation.
        engine: its store.
        path: of the workbook.
        acting: who, for which body.
        kind: of the records in it.
        report: gets a copy with every fault at its cell, where there is one; None writes none.

    Returns:
        Counts and faults.

    Raises:
        WorkbookUnreadable: it is no workbook of a ledger, or too large.
        Unknown: there is no such body.
    """
    names, rows = read(path)
    with reading(engine) as connection:
        owner = body(connection, acting.body)
        items = items_of(connection, owner, kind, local_date(acting.now))
        kept = kind_called(kind, local_date(acting.now))
        known = {one.id: as_shown(one, kept, items) for one in records(connection, acting.body, kind)}
    strange = sorted(set(names) - set(items) - {RECORD, VERSION, IDENTIFIER, HOUSEHOLD, REASON})
    if strange:
        raise WorkbookUnreadable(f"{path.name}: row 1 names {len(strange)} items this ledger does not have")
    doing = replace(acting, way="excel", source_id=new_id("imp"))
    done = _Taking(home, engine, doing, kind, items, known)
    for row in rows:
        done.take(row)
    returned = done.finish(len(rows))
    if report is not None and returned.faults:
        report_faults(path, report, returned.faults)
    return returned


@dataclass(slots=True)
class _Taking:
    """One workbook being taken back, row by row."""

    home: Home
    engine: Engine
    acting: Acting
    kind: str
    items: Mapping[str, LedgerItem]
    known: Mapping[str, Record]
    kept: list[Kept] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    added: int = 0
    same: int = 0

    def take(self, row: Row) -> None:
        """Take one row: its differences, a new record, or its faults."""
        record_id = row.texts.get(RECORD, "")
        if not record_id:
            self._add(row)
            return
        found = self.known.get(record_id)
        if found is None or found.state != "open":
            self.faults.append(row.fault(RECORD, "grassroots.record.closed", "no open record of this ledger"))
            return
        values = self._differences(row, found)
        faults = [*self._misfits(row, values), *self._overtaken(row, found, values)]
        if faults:
            self.faults += faults
        elif not values:
            self.same += 1
        else:
            self._change(row, record_id, values)

    def finish(self, rows: int) -> Returned:
        """Write the evidence of the whole and say what became of it."""
        challenged = sum(len(one.challenged) for one in self.kept)
        changed = sum(bool(one.changed) for one in self.kept)
        counts = {"rows": rows, "same": self.same, "changed": changed, "added": self.added}
        counts |= {"challenged": challenged, "faults": len(self.faults)}
        told = {**counts, "body": self.acting.body, "kind": self.kind, "by": self.acting.by}
        import_id = self.acting.source_id or ""
        with writing(self.engine) as connection:
            record(
                connection,
                event="grassroots:workbook:take",
                subject=import_id,
                body=told,
                now=self.acting.now,
            )
        return Returned(import_id, rows, self.same, changed, self.added, challenged, tuple(self.faults))

    def _differences(self, row: Row, found: Record) -> dict[str, str]:
        held = {name: found.cells[name].value if name in found.cells else None for name in self.items}
        return {
            name: text
            for name, text in row.texts.items()
            if name in self.items and text and text != held[name]
        }

    def _misfits(self, row: Row, values: Mapping[str, str]) -> Iterator[Fault]:
        for name, text in values.items():
            item = self.items[name]
            if item.local and fitting(item, text) is None:
                allowed = "、".join(item.allowed) or item.type.value
                yield row.fault(name, "grassroots.item.value", "the value does not fit the item", allowed)

    def _overtaken(self, row: Row, found: Record, values: Mapping[str, str]) -> Iterator[Fault]:
        """A department's value that moved on since the workbook was written is no correction."""
        written = row.texts.get(VERSION, "")
        version = int(written) if written.isdecimal() else 0
        for name in values:
            cell = found.cells.get(name)
            known = cell is not None and (cell.number <= version or bool(cell.disputed and cell.correction))
            if not self.items[name].local and not known:
                said = "the ledger changed since the workbook was written"
                yield row.fault(name, "grassroots.workbook.overtaken", said, "export it again")

    def _change(self, row: Row, record_id: str, values: Mapping[str, str]) -> None:
        try:
            planned = plan(self.home, self.engine, self.acting, record_id, values, row.texts.get(REASON, ""))
            kept = self._write(planned)
        except Refused as refused:
            self._refused(row, refused, next(iter(values)))
            return
        except SpaceError as error:  # e.g. the row has left the area: told at its first difference
            self.faults.append(row.fault(next(iter(values)), "grassroots.workbook.row", str(error)))
            return
        self.kept.append(kept)
        self.same += not kept.changed and not kept.challenged

    def _write(self, planned: Planned) -> Kept:
        with writing(self.engine) as connection:
            return change_in(connection, self.acting, planned)

    def _add(self, row: Row) -> None:
        identifier = row.texts.get(IDENTIFIER, "")
        values = {name: text for name, text in row.texts.items() if name in self.items and text}
        household = row.texts.get(HOUSEHOLD, "")
        try:
            add(self.home, self.engine, self.acting, self.kind, identifier, values, household=household)
            self.added += 1
        except Refused as refused:
            if [one.code for one in refused.decision.reasons] == [KNOWN]:
                self.same += 1  # it was added when the workbook was read before
            else:
                self._refused(row, refused, IDENTIFIER)
        except SpaceError as error:
            self.faults.append(row.fault(HOUSEHOLD, "grassroots.workbook.row", str(error)))

    def _refused(self, row: Row, refused: Refused, default: str) -> None:
        for reason in refused.decision.reasons:
            name = {"identifier": IDENTIFIER, "reason": REASON}.get(reason.where, reason.where)
            field_of = {item.field: item.name for item in self.items.values() if not item.local}
            place = name if name in row.cells else field_of.get(name, default)
            self.faults.append(row.fault(place, reason.code, reason.message, reason.allowed))
