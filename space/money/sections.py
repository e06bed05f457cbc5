"""What a statement says of one grant's month: its price and ceilings, a line a product, every call.

Decides nothing of prices: each call has its own. Calls are added one after the other, so that no more of them
is held than what the statement says of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from policies.clocks import local_date
from policies.tariff import ceiling, tariff
from space.calls.metering import GIVEN
from space.calls.pricing import price_of
from space.granting.grants import Grant

# What is read of a call.
COLUMNS: Final = (
    "id", "outcome", "price_fen", "product", "purpose_class", "calls", "records", "nrho", "bytes_supplied",
    "at",
)  # fmt: skip
# What is summed over the answers of a line; nothing is 0.
_SUMMED: Final = ("calls", "records", "bytes_supplied", "price_fen")


@dataclass(slots=True)
class _Line:
    """What was asked of one product."""

    answers: int = 0
    nrho: int = 0
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SUMMED, 0))
    not_charged: dict[str, int] = field(default_factory=dict)

    def add(self, call: Row[Any]) -> None:
        self.nrho += call.nrho
        if call.outcome not in GIVEN:
            self.not_charged[call.outcome] = self.not_charged.get(call.outcome, 0) + 1
            return
        self.answers += 1
        for name in _SUMMED:
            self.sums[name] += call._mapping[name] or 0


@dataclass(slots=True)
class Section:
    """A grant's month.

    Attributes:
        grant: whose calls.
        last: day of the month, whose tariff says units and ceilings.
        calls: each with its outcome, receipt, price and leaf.
        days: with an answer.
    """

    grant: Grant
    last: date
    calls: list[list[Any]] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    _purpose_class: str = ""
    _lines: dict[str, _Line] = field(default_factory=dict)

    def add(self, call: Row[Any]) -> None:
        """Count a call, in the order in which they were made."""
        self.calls.append([call.id, call.outcome, call.receipt, call.price_fen, call.leaf_hash])
        self._purpose_class = self._purpose_class or call.purpose_class or ""
        self._lines.setdefault(call.product or "query", _Line()).add(call)
        if call.outcome in GIVEN:
            self.days.add(local_date(call.at))

    def to_document(self) -> dict[str, Any]:
        """The section as it is signed."""
        grant = self.grant
        lines = [self._line(product, line) for product, line in sorted(self._lines.items())]
        return {
            "grant": grant.id,
            "grantor": grant.grantor,
            "purpose": grant.terms.purpose,
            "purpose_class": self._purpose_class,
            "datasets": sorted(dataset.name for dataset in grant.terms.datasets),
            "terms": grant.terms_digest,
            "price": price_of(grant.terms).to_document(),
            "lines": lines,
            "calls": self.calls,
            "amount_fen": sum(line["amount_fen"] for line in lines),
        }

    def _line(self, product: str, line: _Line) -> dict[str, Any]:
        unit = tariff(self.last).agreed(price_of(self.grant.terms)).unit(product)
        most = ceiling(self.grant.terms.purpose, self.last, unit)
        return {
            "product": product,
            "unit": unit.value,
            "answers": line.answers,
            "calls": line.sums["calls"],
            "records": line.sums["records"],
            "nrho": line.nrho,
            "bytes_supplied": line.sums["bytes_supplied"],
            "not_charged": line.not_charged,
            "amount_fen": line.sums["price_fen"],
            "ceiling": {"fen": most.fen, "source": most.source, "trial": most.trial},
        }
