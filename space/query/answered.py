"""What the gateway gives back: a safe answer with its receipt, or what would be done and its cost.

Decides their plain form only. Neither holds an exact figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from space.calls import answers
from space.query.telling.accuracy import Accuracy


@dataclass(frozen=True, slots=True)
class Answered:
    """A safe answer and its receipt.

    Attributes:
        table: the released rows.
        receipt_id, receipt: the signed receipt (JWS).
        usage_id: of the metered call.
        mode: how it was made safe.
        repeated: whether it was stored already; it then cost no privacy budget.
        rho: privacy budget this call spent.
        price_fen: what this call cost.
        accuracy: how far its figures may lie from the truth, by the mechanism.
    """

    table: pa.Table
    receipt_id: str
    receipt: str
    usage_id: str
    mode: str
    repeated: bool
    rho: float
    price_fen: int
    accuracy: tuple[Accuracy, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "columns": [{"name": field.name, "type": str(field.type)} for field in self.table.schema],
            "rows": answers.rows(self.table),
            "mode": self.mode,
            "accuracy": [column.to_document() for column in self.accuracy],
            "repeated": self.repeated,
            "cost": {"rho": self.rho, "price_fen": self.price_fen, "calls": 1},
            "receipt": {"id": self.receipt_id, "jws": self.receipt},
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """What would be done and what it would cost; nothing was run, spent or stored."""

    document: Mapping[str, Any]
