"""Batches of data vouchers 数据券批次: what an issuer states of one, and reading them.

Decides that a batch is stated whole: budget, cap of a firm, share payable, days, and what is eligible.

Source: 发改数据〔2025〕1306号 §7 (数据券); caps and shares are a city's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.money import voucher_batches
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.money.voucher_moves import Move, note
from space.money.voucher_rules import Batch

_PERCENT: Final = 100


def open_batch(connection: Connection, document: Mapping[str, Any], *, by: str, now: datetime) -> Batch:
    """Open a batch.

    Args:
        connection: a writing transaction.
        document: ``title issuer budget_fen cap_fen share_percent claim_from claim_to spend_to basis``;
            optional ``products`` and ``datasets`` (lists).
        by: the person who opens it.
        now: aware instant.

    Raises:
        Refused: a key is missing or unknown, or a value is none of its kind.
    """
    values = _read(document)
    batch_id = new_id("vcb")
    body = {
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()},
        "by": by,
    }
    evidence = record(connection, event="space:voucher:open", subject=batch_id, body=body, now=now)
    parts = {"unclaimed_fen": 0, "unspent_fen": 0, "spent_fen": 0, "expired_fen": 0}
    connection.execute(
        insert(voucher_batches).values(
            id=batch_id,
            **values,
            unissued_fen=values["budget_fen"],
            **parts,
            opened_by=by,
            opened_at=now,
            evidence_id=evidence,
        )
    )
    note(connection, Move(batch_id, "budget", "unissued", values["budget_fen"]), by, now, evidence)
    return batch(connection, batch_id)


def batch(connection: Connection, batch_id: str) -> Batch:
    """The batch of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(voucher_batches).where(voucher_batches.c.id == batch_id)).first()
    if row is None:
        raise Unknown("batch of vouchers", batch_id, "`ybz voucher list` shows them")
    return _batch(row)


def batches(connection: Connection) -> tuple[Batch, ...]:
    """Every batch, the oldest first."""
    b = voucher_batches.c
    rows = connection.execute(select(voucher_batches).order_by(b.opened_at, b.id)).all()
    return tuple(_batch(row) for row in rows)


def batches_part(connection: Connection, part: Part) -> tuple[Batch, ...]:
    """A part of the batches, by id."""
    rows = connection.execute(parted(select(voucher_batches), part, voucher_batches.c.id)).all()
    return tuple(_batch(row) for row in rows)


def _batch(row: Row[Any]) -> Batch:
    values = {name: row._mapping[name] for name in Batch.__dataclass_fields__}
    return Batch(**{**values, "products": tuple(row.products), "datasets": tuple(row.datasets)})


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a batch from its document."""
    texts, whole = ("title", "issuer", "basis"), ("budget_fen", "cap_fen", "share_percent")
    days, lists = ("claim_from", "claim_to", "spend_to"), ("products", "datasets")
    required = {*texts, *whole, *days}
    try:
        values: dict[str, Any] = {name: str(document[name]).strip() for name in texts}
        values |= {name: int(document[name]) for name in whole}
        values |= {name: _day(document[name]) for name in days}
        values |= {name: [str(one) for one in document.get(name, [])] for name in lists}
    except (KeyError, TypeError, ValueError):
        raise Refused(Deny((_BATCH,))) from None
    fits = (
        required <= document.keys() <= required | set(lists)
        and all(values[name] for name in texts)
        and 0 < values["cap_fen"] <= values["budget_fen"]
        and 0 < values["share_percent"] <= _PERCENT
        and values["claim_from"] <= values["claim_to"] <= values["spend_to"]
    )
    if not fits:
        raise Refused(Deny((_BATCH,)))
    return values


def _day(stated: Any) -> date:
    return stated if isinstance(stated, date) else date.fromisoformat(str(stated))


_BATCH: Final = Reason(
    "voucher.batch",
    "the batch is not stated whole",
    "batch",
    "title, issuer, basis, budget_fen, cap_fen (of a firm, within the budget), share_percent (1 to 100),"
    " claim_from, claim_to, spend_to (in this order); optional products and datasets",
)
