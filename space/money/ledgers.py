"""What is counted anew: the rows of one grant, the sums over them, and a thing that does not agree.

Decides nothing but what a call took where an entry of an earlier version does not say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies.terms import Terms
from space.calls import metering

# Entries of an earlier version do not say how many calls were taken: one for each record, else one.
_TOOK: Final = frozenset({*metering.GIVEN, "lost"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree.

    Attributes:
        grant: id of the grant; empty where the call had none.
        row: id of the row at fault: a usage row, reservation, receipt, evidence entry, or the grant's own.
        what: which two things differ.
        stated: by row or counter.
        found: by counting anew.
    """

    grant: str
    row: str
    what: str
    stated: str = ""
    found: str = ""

    def to_document(self) -> dict[str, str]:
        """Plain JSON-able form."""
        return {"grant": self.grant, "row": self.row, "what": self.what, "stated": self.stated,
                "found": self.found}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every row of one grant, or of all calls without one.

    Attributes:
        id: of the grant; empty for calls without one.
        counters: the grant's row; None for calls without one.
        terms: of the grant.
        usages, entries, reservations, months: its rows; instants as the store keeps them.
        receipts: of its answers, read once, some at a time: signed texts are long.
    """

    id: str
    counters: Any
    terms: Terms | None
    usages: Sequence[Any]
    entries: Sequence[Any]
    receipts: Iterable[Any]
    reservations: Sequence[Any]
    months: Sequence[Any]


@dataclass(slots=True)
class Sums:
    """What was counted: of one grant, or of all."""

    entries: int = 0
    rows: int = 0
    counters: int = 0
    taken: int = 0
    open: int = 0
    billed: int = 0
    recomputed: int = 0

    def add(self, other: Sums) -> None:
        """Add another's counts."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def calls_of(body: Mapping[str, Any]) -> int:
    """Calls a metered call took of the quota, as its entry says."""
    if "calls" in body:
        return int(body["calls"])
    return int(body.get("records", 1)) if body["outcome"] in _TOOK else 0
