"""A year of use under agreements, as the monthly statements tell it.

Decides which statements and which of their sections are of an agreement: those of the grants under it. Counts
nothing itself, so that what is disclosed is what was stated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from policies.clocks import local_date
from policies.tariff import tariff
from space.money import yearly
from space.money.yearly import Month
from space.operation import facts
from space.operation.agreements import Agreement


@dataclass(frozen=True, slots=True)
class StatedUse:
    """What statements say of the year under agreements.

    Attributes:
        year: which.
        months: of the operators, those with calls under these agreements.
        under: id of an agreement → its grants with when each was signed.
    """

    year: int
    months: tuple[Month, ...]
    under: Mapping[str, Mapping[str, datetime]]

    @classmethod
    def of(cls, connection: Connection, held: Collection[Agreement], year: int, now: datetime) -> StatedUse:
        """The year under some agreements."""
        under = {each.id: facts.grants_under(connection, each.id) for each in held}
        every = {grant for some in under.values() for grant in some}
        operators = sorted({each.operator_code for each in held})
        told = (month for code in operators for month in yearly.months(connection, code, year, now))
        return cls(year, tuple(month for month in told if month.of(every)), under)

    @property
    def grants(self) -> frozenset[str]:
        """Every grant under them."""
        return frozenset(grant for some in self.under.values() for grant in some)

    def sections(self, agreement: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """What statements say of the grants under an agreement, or under all."""
        grants = self.grants if agreement is None else self.under[agreement]
        return tuple(section for month in self.months for section in month.of(grants))

    def signed(self, agreement: str | None = None) -> int:
        """Grants signed in the year."""
        some = self.under.values() if agreement is None else (self.under[agreement],)
        return sum(local_date(at).year == self.year for grants in some for at in grants.values())

    def sums(self, on: date, agreement: str | None = None) -> dict[str, int]:
        """The figures of an agreement, or of all."""
        stated = yearly.add_up(self.sections(agreement), tariff(on).free)
        return {
            "grants": self.signed(agreement), "calls": stated.answers, "free_calls": stated.free,
            "calls_refused": stated.refused, "calls_lost": stated.lost, "income_fen": stated.amount_fen,
        }  # fmt: skip
