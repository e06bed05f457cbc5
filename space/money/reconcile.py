"""Reconciliation 对账: every call, counter and amount counted anew, and what does not agree by name.

Decides what is read and in which portions, and that money is checked after the calls it is for. What must
agree of a grant is :mod:`space.money.recount`'s, of invoices and vouchers :mod:`space.money.books`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, String, func, select, type_coerce

from catalog.keys import Ring, Signer, ring_of
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.money import metered_months
from catalog.store.tables.queries import receipts, refused_strangers, reservations, usages
from catalog.store.tables.supplies import supplies
from space.calls import metering
from space.calls.jws import SignatureInvalid
from space.granting.grants import from_row
from space.money import books
from space.money.ledgers import Difference, Ledger, Sums
from space.money.receipts import answered
from space.money.recount import recount

# Grants read together, many enough that scans are few; and the most calls of them, but of a single one.
_AT_ONCE: Final = 200
_CALLS: Final = 20_000
# Receipts of one fetch.
_RECEIPTS_AT_ONCE: Final = 1000
# What is read of each row: instants as the texts leaf hashes are taken over, and nothing that is not counted.
_TEXT: Final = String(32)
_USAGES: Final = select(
    *(type_coerce(column, _TEXT).label("at") if column is usages.c.at else column for column in usages.c)
)
_ENTRIES: Final = select(
    *(
        type_coerce(column, _TEXT).label("recorded_at")
        if column is evidence_entries.c.recorded_at
        else column
        for column in evidence_entries.c
    )
)
_RECEIPTS: Final = select(receipts.c.id, receipts.c.usage_id, receipts.c.grant_id, receipts.c.jws).join(
    usages, usages.c.id == receipts.c.usage_id
)
# The receipt of a delivery stands with its supply.
_DELIVERIES: Final = select(
    supplies.c.receipt_id.label("id"),
    supplies.c.usage_id,
    supplies.c.grant_id,
    supplies.c.receipt.label("jws"),
).where(supplies.c.usage_id.is_not(None), supplies.c.receipt.is_not(None))
_PAID: Final = select(*(reservations.c[name] for name in ("id", "grant_id", "state", "nrho", "calls")))


@dataclass(slots=True)
class Reconciled:
    """What was counted and what does not agree.

    Attributes:
        sums: of all calls.
        strangers: calls refused before the caller was known, counted by the minute.
        invoiced_fen: on invoices, credit notes taken off.
        differences: every one, by grant and row.
    """

    sums: Sums = field(default_factory=Sums)
    strangers: int = 0
    invoiced_fen: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything agrees, to the call and to the fen."""
        return not self.differences

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "ok": self.ok,
            "calls": self.sums.entries,
            "rows": self.sums.rows,
            "counters": self.sums.counters,
            "difference": len(self.differences),
            "billed": self.sums.billed,
            "recomputed": self.sums.recomputed,
            "taken": self.sums.taken,
            "open": self.sums.open,
            "invoiced": self.invoiced_fen,
            "strangers": self.strangers,
            "differences": [one.to_document() for one in self.differences],
        }


def reconcile(engine: Engine, signer: Signer, organisation: str | None = None) -> Reconciled:
    """Count everything anew, in one snapshot of the store.

    Args:
        engine: of the store; nothing is written.
        signer: of the installation, for the public keys receipts are checked with.
        organisation: only calls of this organisation's grants, without invoices and vouchers.
    """
    with reading(engine) as connection:
        return within(connection, signer, organisation)


def within(connection: Connection, signer: Signer, organisation: str | None = None) -> Reconciled:
    """The same inside a transaction."""
    ring, made = ring_of(connection, signer), Reconciled()

    def states(jws: str) -> Mapping[str, Any] | None:
        try:
            return answered(jws, ring)
        except SignatureInvalid:
            return None

    for ledger in _ledgers(connection, organisation):
        sums, found = recount(ledger, states)
        made.sums.add(sums)
        made.differences += found
    if organisation is None:
        count = select(func.coalesce(func.sum(refused_strangers.c["count"]), 0))
        made.strangers = int(connection.execute(count).scalar_one())
        made.invoiced_fen, found = _money(connection, ring)
        made.differences += found
    return made


def _money(connection: Connection, ring: Ring) -> tuple[int, list[Difference]]:
    invoiced, found = books.check_invoices(connection, ring)
    return invoiced, [*found, *books.check_vouchers(connection)]


def _ledgers(connection: Connection, organisation: str | None) -> Iterator[Ledger]:
    g = grants.c
    wanted = select(g.id).order_by(g.id)
    if organisation is not None:
        wanted = wanted.where(g.grantee == organisation)
    ids = list(connection.execute(wanted).scalars())
    for portion in _portions(connection, ids):
        yield from _of_grants(connection, portion)
    yield _of_no_grant(connection, organisation)


def _portions(connection: Connection, ids: Sequence[str]) -> Iterator[list[str]]:
    """Grants whose calls are read together."""
    counted = select(usages.c.grant_id, func.count()).group_by(usages.c.grant_id)
    calls = {row[0]: row[1] for row in connection.execute(counted)}
    portion, rows = list[str](), 0
    for each in ids:
        more = calls.get(each, 0)
        if portion and (len(portion) == _AT_ONCE or rows + more > _CALLS):
            yield portion
            portion, rows = [], 0
        portion.append(each)
        rows += more
    if portion:
        yield portion


def _receipts_of(connection: Connection, grant_id: str) -> Iterator[Row[Any]]:
    """The receipts of a grant, of answers and of deliveries, as they are asked for."""
    some = {"yield_per": _RECEIPTS_AT_ONCE}
    given = _RECEIPTS.where(usages.c.grant_id == grant_id)
    for wanted in (given, _DELIVERIES.where(supplies.c.grant_id == grant_id)):
        found: Iterable[Row[Any]] = connection.execute(wanted, execution_options=some)
        yield from found


def _of_grants(connection: Connection, ids: Sequence[str]) -> Iterator[Ledger]:
    e, u = evidence_entries.c, usages.c
    counters = {row.id: row for row in connection.execute(select(grants).where(grants.c.id.in_(ids)))}
    used = _by(connection, _USAGES.where(u.grant_id.in_(ids)), "grant_id")
    entries = _ENTRIES.where(e.subject.in_(ids), e.event.in_(metering.EVENTS))
    said = _by(connection, entries, "subject")
    paid = _by(connection, _PAID.where(reservations.c.grant_id.in_(ids)), "grant_id")
    months = _by(connection, select(metered_months).where(metered_months.c.grant_id.in_(ids)), "grant_id")
    for grant_id in ids:
        yield Ledger(
            id=grant_id,
            counters=counters[grant_id],
            terms=from_row(counters[grant_id]).terms,
            usages=used.get(grant_id, ()),
            entries=said.get(grant_id, ()),
            receipts=_receipts_of(connection, grant_id),
            reservations=paid.get(grant_id, ()),
            months=months.get(grant_id, ()),
        )


def _of_no_grant(connection: Connection, organisation: str | None) -> Ledger:
    """Calls under a grant the caller does not hold: refused, and recorded under the caller's code."""
    e, u = evidence_entries.c, usages.c
    used = _USAGES.where(u.grant_id.is_(None))
    entries = _ENTRIES.where(e.event.in_(metering.EVENTS), e.subject.not_in(select(grants.c.id)))
    if organisation is not None:
        used, entries = used.where(u.organisation == organisation), entries.where(e.subject == organisation)
    return Ledger(
        "", None, None, connection.execute(used).all(), connection.execute(entries).all(), (), (), ()
    )


def _by(connection: Connection, wanted: Select[Any], column: str) -> dict[str, tuple[Row[Any], ...]]:
    rows: Iterable[Row[Any]] = connection.execute(wanted)

    def key(row: Row[Any]) -> str:
        return str(row._mapping[column])

    return {name: tuple(some) for name, some in groupby(sorted(rows, key=key), key=key)}
