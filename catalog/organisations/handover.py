"""Entries that pass from one unit to another: who must revise them, and when that is done.

Decides that a change of the tree obliges the successor to update each entry it takes over (a trigger of the
kind ``structure`` with its clock), and that the duty is settled by a revision in force that names it. The
entry itself is changed by its steward, through cataloguing, never here.

Source: 政务数据共享条例 Art 17 (a change of function is a trigger).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, and_, insert, or_, select, update

from catalog import evidence
from catalog.cataloging.standing import of_told
from catalog.clocks import running
from catalog.organisations import tree, units
from catalog.organisations.units import Span
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_triggers
from catalog.store.tables.ledger import entries
from catalog.store.tables.organisations import organisation_events, organisation_handovers
from policies.clocks import local_date

if TYPE_CHECKING:
    from catalog.organisations.changes import Reform

_RULE: Final = "catalogue_update"


@dataclass(frozen=True, slots=True)
class Handover:
    """An entry that needs a revision naming its new department.

    Attributes:
        dataset: name of the entry.
        change: kind of the change: ``merge``, ``split``, …
        from_code, from_name: who answered for it, under the name of then.
        to_code, to_name: who answers for it now.
        opened_on: first day of the change.
        basis: its document.
    """

    dataset: str
    change: str
    from_code: str
    from_name: str
    to_code: str
    to_name: str
    opened_on: date
    basis: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        names = ("dataset", "change", "from_code", "from_name", "to_code", "to_name", "basis")
        return {name: getattr(self, name) for name in names} | {"opened_on": self.opened_on.isoformat()}


def datasets_of(connection: Connection, unit: Span) -> list[str]:
    """The entries a unit answers for: those in its name, less those passed on, with those passed to it.

    An entry that states no code is known by the department's name.
    """
    e = entries.c
    own = or_(e.department_code == unit.code, and_(e.department_code == "", e.department == unit.name))
    named = connection.execute(select(e.name).where(own, e.state != "withdrawn")).scalars()
    passed = _latest(connection)
    taken = (dataset for dataset, to in passed.items() if to == unit.code)
    return sorted({name for name in named if name not in passed} | set(taken))


def open_(
    connection: Connection, event_id: str, passing: Mapping[str, str], former: Span, reform: Reform
) -> None:
    """Record that entries pass to others, and start the clock of each."""
    e = entries.c
    known = {row.name: row.id for row in connection.execute(select(e.name, e.id)) if row.name in passing}
    for dataset, to in sorted(passing.items()):
        _supersede(connection, dataset, reform.now)
        connection.execute(
            insert(organisation_handovers).values(
                event_id=event_id, dataset=dataset, from_code=former.code, to_code=to, opened_on=reform.on
            )
        )
        _oblige(connection, dataset, known[dataset], to, former, reform)


def pending(
    connection: Connection, to: str | None = None, change: str | None = None, *,
    codes: Collection[str] | None = None, part: Part | None = None,
) -> tuple[Handover, ...]:  # fmt: skip
    """Entries that still need a revision, by name; of one unit, of one change where given.

    Args:
        connection: to read with.
        to: code of the unit that answers for them now.
        change: id of the change.
        codes: of the departments whose entries are told of in any state; of all where None.
        part: of them, by name and kind of the change.
    """
    h, c = organisation_handovers.c, organisation_events.c
    query = (
        select(h.dataset, c.kind, h.from_code, h.to_code, h.opened_on, c.basis)
        .join(organisation_events, c.id == h.event_id)
        .where(h.settled_at.is_(None), of_told(h.dataset, codes=codes))
    )
    if to is not None:
        query = query.where(h.to_code == to)
    if change is not None:
        query = query.where(h.event_id == change)
    rows = connection.execute(parted(query, part, h.dataset, c.kind)).all()
    known = units.spans_of_all(connection, {code for row in rows for code in (row.from_code, row.to_code)})
    return tuple(_handover(known, row) for row in rows)


def settle(connection: Connection, *, now: datetime) -> tuple[str, ...]:
    """Close what the ledger shows to be done: the entry in force names who answers for it now.

    Returns:
        Names of the datasets settled.
    """
    h, e = organisation_handovers.c, entries.c
    said = (e.department, e.department_code, e.published_revision, e.current_revision)
    query = select(h.event_id, h.dataset, h.to_code, *said).join(entries, e.name == h.dataset)
    today = local_date(now)
    done = []
    for row in connection.execute(query.where(h.settled_at.is_(None)).order_by(h.dataset)).all():
        name = tree.name_of(connection, row.to_code, today)
        if row.department_code not in ("", row.to_code) or row.department != name:
            continue
        revision = row.published_revision or row.current_revision
        connection.execute(
            update(organisation_handovers)
            .where(h.event_id == row.event_id, h.dataset == row.dataset)
            .values(settled_at=now, settled_revision=revision)
        )
        body = {"dataset": row.dataset, "to": row.to_code, "revision": revision}
        evidence.record(
            connection, event="catalog:organisation:settle", subject=row.dataset, body=body, now=now
        )
        done.append(row.dataset)
    return tuple(done)


def _latest(connection: Connection) -> dict[str, str]:
    """Dataset → who answers for it by a handover that is not settled."""
    h = organisation_handovers.c
    rows = connection.execute(select(h.dataset, h.to_code).where(h.settled_at.is_(None)))
    return {row.dataset: row.to_code for row in rows}


def _supersede(connection: Connection, dataset: str, now: datetime) -> None:
    """A later change takes the place of one whose revision never came."""
    h = organisation_handovers.c
    connection.execute(
        update(organisation_handovers)
        .where(h.dataset == dataset, h.settled_at.is_(None))
        .values(settled_at=now)
    )


def _oblige(
    connection: Connection, dataset: str, entry_id: str, to: str, former: Span, reform: Reform
) -> None:
    name = tree.name_of(connection, to, reform.on) or to
    what = f"{former.name} → {name}: {reform.basis.strip()}"
    connection.execute(
        insert(entry_triggers).values(
            id=new_id("trg"), entry_id=entry_id, kind="structure", what=what, recorded_by=reform.by,
            recorded_at=reform.now,
        )
    )  # fmt: skip
    subject = f"entry:{dataset}"
    if not any(clock.rule == _RULE for clock in running.clocks_of(connection, subject, open_only=True)):
        running.start(
            connection, subject=subject, rule=_RULE, owner=name, owner_code=to,
            words=f"revise the entry: {name} answers for it", now=reform.now,
        )  # fmt: skip


def _handover(known: Mapping[str, Sequence[Span]], row: Any) -> Handover:
    def named(code: str, on: date) -> str:
        return tree.name_on(known.get(code, ()), on) or code

    before = date.fromordinal(row.opened_on.toordinal() - 1)
    return Handover(
        row.dataset, row.kind, row.from_code, named(row.from_code, before), row.to_code,
        named(row.to_code, row.opened_on), row.opened_on, row.basis,
    )  # fmt: skip
