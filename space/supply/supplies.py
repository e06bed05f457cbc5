"""Supplies 供数 as they stand: one a grant, dataset, release, terms and form, with its receipt.

Decides what a supply says of itself and who may see it. How one is made is
:mod:`space.supply.making`'s, how it is fetched :mod:`space.supply.links`', how it ends
:mod:`space.supply.ending`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from catalog.store.parts import Part, parted
from catalog.store.tables.supplies import supplies, supply_transfers
from space.errors import Unknown


@dataclass(frozen=True, slots=True)
class Supply:
    """One supply; what it is not yet is None.

    Attributes:
        id: of the supply.
        grant_id, receiver, dataset, release_id, terms_digest: what was supplied to whom under what.
        form: ``csv``, ``xlsx``, ``parquet`` or ``table``.
        place: of a table: its name in the exchange database.
        columns: name, title, type and whether it is masked.
        state: ``making``, ``ready``, ``ended``, ``deleted`` or ``lost``.
        made_by, made_at, ready_at: who asked for it, and when.
        rows, size_bytes, sha256: of what was handed over.
        receipt_id, receipt: the delivery receipt (JWS).
        keep_until: last day the receiver may keep it, where the terms say so.
        received_rows, received_state, received_by, received_at, received: how the receiver counted it.
        ended_at, end_reason: when and why it ended.
        deletion_id, deletion: the receipt that the copy kept here was deleted (JWS).
        proof_due_on: by when the receiver states that its copy is deleted.
        proved_on, proved_by, proof: that statement (JWS).
        fetched_bytes: handed out so far, over all downloads.
    """

    id: str
    grant_id: str
    receiver: str
    dataset: str
    release_id: str
    terms_digest: str
    form: str
    exchange_id: str | None
    place: str | None
    columns: list[dict[str, Any]]
    state: str
    made_by: str
    made_at: datetime
    ready_at: datetime | None
    rows: int | None
    size_bytes: int | None
    sha256: str | None
    receipt_id: str | None
    receipt: str | None
    keep_until: date | None
    received_rows: int | None
    received_state: str | None
    received_by: str | None
    received_at: datetime | None
    received: str | None
    ended_at: datetime | None
    end_reason: str | None
    deletion_id: str | None
    deletion: str | None
    proof_due_on: date | None
    proved_on: date | None
    proved_by: str | None
    proof: str | None
    fetched_bytes: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        }


def by_id(connection: Connection, supply_id: str, receiver: str | None = None) -> Supply:
    """The supply of that id.

    Args:
        connection: to read with.
        supply_id: of the supply.
        receiver: who asks; None for who works on the installation itself.

    Raises:
        Unknown: there is none, or it is another's: neither is told apart.
    """
    row = connection.execute(select(supplies).where(supplies.c.id == supply_id)).first()
    if row is None or (receiver is not None and row.receiver != receiver):
        raise Unknown("supply", supply_id, "`ybz supply list` shows them")
    return _supply(connection, row)


def listing(
    connection: Connection,
    *,
    receiver: str | None = None,
    grant_id: str | None = None,
    part: Part | None = None,
) -> tuple[Supply, ...]:
    """Supplies that were not lost, the oldest first; of one receiver or grant where given.

    A part is by `made_at` and id.
    """
    s = supplies.c
    wanted = parted(select(supplies).where(s.state != "lost"), part, s.made_at, s.id)
    if receiver is not None:
        wanted = wanted.where(s.receiver == receiver)
    if grant_id is not None:
        wanted = wanted.where(s.grant_id == grant_id)
    return tuple(_supply(connection, row) for row in connection.execute(wanted).all())


def _supply(connection: Connection, row: Row[Any]) -> Supply:
    t = supply_transfers.c
    sent = select(func.sum(t.sent_bytes)).where(t.supply_id == row.id)
    fetched = int(connection.execute(sent).scalar() or 0)
    same = {name: row._mapping[name] for name in Supply.__dataclass_fields__ if name != "fetched_bytes"}
    return Supply(**same, fetched_bytes=fetched)
