"""Moves of voucher value between parts of a batch: one conditional statement each, kept with its evidence.

Decides that no part ever holds less than nought, and so that value is conserved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, update

from catalog.store.schema import new_id
from catalog.store.tables.money import voucher_batches, voucher_moves
from policies.decision import Deny, Reason
from space.errors import Refused

Part = Literal["budget", "unissued", "unclaimed", "unspent", "spent", "expired"]


@dataclass(frozen=True, slots=True)
class Move:
    """Value on its way from one part of a batch to another."""

    batch_id: str
    from_part: Part
    to_part: Part
    amount_fen: int
    voucher_id: str | None = None
    firm: str | None = None
    reason: str | None = None


def move(connection: Connection, moved: Move, by: str, now: datetime, evidence: str, lacking: Reason) -> None:
    """Move value between two parts of a batch, in one conditional statement.

    Raises:
        Refused: the part holds less, for the reason ``lacking``.
    """
    b = voucher_batches.c
    source, aim = b[f"{moved.from_part}_fen"], b[f"{moved.to_part}_fen"]
    done = connection.execute(
        update(voucher_batches)
        .where(b.id == moved.batch_id, source >= moved.amount_fen)
        .values({source.name: source - moved.amount_fen, aim.name: aim + moved.amount_fen})
    )
    if done.rowcount != 1:
        raise Refused(Deny((lacking,)))
    note(connection, moved, by, now, evidence)


def note(connection: Connection, moved: Move, by: str, now: datetime, evidence: str) -> None:
    """Keep a move of value in the history of its batch."""
    connection.execute(
        insert(voucher_moves).values(
            id=new_id("vcm"),
            batch_id=moved.batch_id,
            voucher_id=moved.voucher_id,
            from_part=moved.from_part,
            to_part=moved.to_part,
            amount_fen=moved.amount_fen,
            firm=moved.firm,
            reason=moved.reason,
            moved_by=by,
            moved_at=now,
            evidence_id=evidence,
        )
    )
