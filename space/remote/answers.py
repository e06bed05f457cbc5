"""An answer as it arrived: its rows, what it cost, and its receipt, whose signature was found to hold.

Decides that an answer is not handed on before its receipt was verified with the keys of the space, and found
to be about this call: the same id, this grant, and where the bytes came as they are kept, this answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from space.calls.jws import SignatureInvalid
from space.calls.receipts import verify

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from catalog.keys import Ring


class ReceiptDoubted(Exception):
    """An answer came whose receipt does not hold; it is not handed on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A safe answer.

    Attributes:
        columns: name and Arrow type of each column.
        mode: how it was made safe.
        cost: ``rho``, ``price_fen``, ``calls``.
        repeated: whether it was answered before; it then cost no privacy budget.
        accuracy: by column, how far figures may lie from the truth.
        receipt: what the verified receipt states.
        jws: the receipt as signed, to be kept.
    """

    columns: Sequence[tuple[str, str]]
    mode: str
    cost: Mapping[str, Any]
    repeated: bool
    accuracy: Sequence[Mapping[str, Any]]
    receipt: Mapping[str, Any]
    jws: str
    _table: pa.Table = field(repr=False)

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table, of the types the space answered with."""
        return self._table

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas data frame."""
        return self._table.to_pandas()

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows as mappings of column to value."""
        rows: list[dict[str, Any]] = self._table.to_pylist()
        return rows

    def __len__(self) -> int:
        """How many rows."""
        return int(self._table.num_rows)


def of_document(told: Mapping[str, Any], grant: str, ring: Ring, table: pa.Table | None = None) -> Answer:
    """An answer of what the space told of it.

    Args:
        told: the plain form of the answer.
        grant: it was asked under.
        ring: keys of the space.
        table: its rows, where they came as Arrow; made of the plain form where None.

    Raises:
        ReceiptDoubted: the receipt does not hold, or is of another call.
    """
    columns = [(str(one["name"]), str(one["type"])) for one in told["columns"]]
    return Answer(
        columns, str(told["mode"]), told["cost"], bool(told["repeated"]), told["accuracy"],
        verified(told["receipt"], grant, ring), told["receipt"]["jws"],
        _table(columns, told["rows"]) if table is None else table,
    )  # fmt: skip


def verified(
    receipt: Mapping[str, Any], grant: str, ring: Ring, content: bytes | None = None
) -> Mapping[str, Any]:
    """What a receipt states, once it is found to hold for this call.

    Args:
        receipt: its ``id`` and ``jws``.
        grant: the call was made under.
        ring: keys of the space.
        content: the answer's bytes, where they came as they are kept.

    Raises:
        ReceiptDoubted: it does not.
    """
    try:
        states = verify(str(receipt["jws"]), ring)
    except SignatureInvalid as error:
        raise ReceiptDoubted(f"the receipt of the answer does not hold: {error}") from error
    if states["id"] != receipt["id"] or states["grant"] != grant:
        raise ReceiptDoubted(
            "the receipt is one of another call — keep both and tell the operator of the space"
        )
    if content is not None and hashlib.sha256(content).hexdigest() != states["answer"]:
        raise ReceiptDoubted("the answer is not the one its receipt was signed for — ask again")
    return states


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of the plain form as Arrow, of the types it names."""
    import pyarrow as pa

    made = [pa.array([_value(row[name], kind) for row in rows], _type(kind)) for name, kind in columns]
    return pa.table(made, schema=pa.schema([(name, _type(kind)) for name, kind in columns]))


def _type(kind: str) -> pa.DataType:
    import pyarrow as pa

    if kind.startswith("decimal128("):
        digits, places = kind.removeprefix("decimal128(").removesuffix(")").split(",")
        return pa.decimal128(int(digits), int(places))
    if kind.startswith("timestamp["):
        unit, _, zone = kind.removeprefix("timestamp[").removesuffix("]").partition(", tz=")
        return pa.timestamp(unit, zone or None)
    return pa.type_for_alias(kind)


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind.startswith("decimal"):
        return Decimal(value)
    if kind.startswith("timestamp"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind.startswith("date") else value
