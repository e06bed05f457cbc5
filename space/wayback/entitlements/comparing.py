"""Comparing a list with the register: pure sets of identity numbers, no store and no decision.

Decides which finding a person falls under. Somebody whose number the register held before and holds no more
is told from somebody whose number it never held: the first may have died or moved away, the second may have
been written wrongly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from space.wayback.entitlements.rules import Entitlement, Finding


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of a list.

    Attributes:
        person: canonical identity number.
        row: keyed reference.
        area: region code; empty where the row names none.
        values: fields a rule asks of it.
        period: of the row; empty where the dataset has none.
    """

    person: str
    row: str
    area: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    period: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """Whom the register names: identity number → reference of the row and area."""

    now: Mapping[str, tuple[str, str]]
    before: Collection[str]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of one person: the row it is about is of the list, or of the register where claimed not."""

    finding: Finding
    person: str
    row: str
    area: str
    of_list: bool


def compare(
    ruled: Entitlement,
    claims: Sequence[Claim],
    register: Registered,
    others: Mapping[str, Sequence[Claim]],
    on: date,
) -> Iterator[Found]:
    """Everything a rule looks for, a person and finding once.

    Args:
        ruled: the entitlement.
        claims: rows of the list.
        register: whom the register names.
        others: name in the rule → rows of that list.
        on: day ages are told by.
    """
    look = _Look(ruled, _newest(claims), register, others, on)
    for finding in sorted(ruled.finds):
        yield from getattr(look, finding.value)()


def age(person: str, on: date) -> int | None:
    """Whole years by an identity number of 18 characters; None where it holds no day.

    >>> age("11010519491231002X", date(2026, 9, 30))
    76
    """
    try:
        born = date(int(person[6:10]), int(person[10:12]), int(person[12:14]))
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _newest(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Person → the rows of the list's newest period."""
    last = max((one.period for one in claims), default="")
    found: dict[str, list[Claim]] = {}
    for one in claims:
        if one.period == last:
            found.setdefault(one.person, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """One comparison; a method a finding, called as it is."""

    ruled: Entitlement
    claims: Mapping[str, list[Claim]]
    register: Registered
    others: Mapping[str, Sequence[Claim]]
    on: date

    def left_register(self) -> Iterator[Found]:
        """Claims, was in the register, and is no more."""
        for person, rows in self.claims.items():
            if person not in self.register.now and person in self.register.before:
                yield self._told(Finding.LEFT_REGISTER, rows[0])

    def not_in_register(self) -> Iterator[Found]:
        """Claims, and was never in the register."""
        for person, rows in self.claims.items():
            if person not in self.register.now and person not in self.register.before:
                yield self._told(Finding.NOT_IN_REGISTER, rows[0])

    def claims_twice(self) -> Iterator[Found]:
        """Stands in several rows of the newest period."""
        for rows in self.claims.values():
            if len(rows) > 1:
                yield self._told(Finding.CLAIMS_TWICE, rows[0])

    def below_age(self) -> Iterator[Found]:
        """Claims before the age."""
        for person, rows in self.claims.items():
            years = age(person, self.on)
            if self.ruled.age is not None and years is not None and years < self.ruled.age:
                yield self._told(Finding.BELOW_AGE, rows[0])

    def not_claiming(self) -> Iterator[Found]:
        """Has the age, is in the register, and does not claim."""
        for person, (row, area) in self.register.now.items():
            years = age(person, self.on)
            old = self.ruled.age is not None and years is not None and years >= self.ruled.age
            if old and person not in self.claims:
                yield Found(Finding.NOT_CLAIMING, person, row, area, False)

    def double_claim(self) -> Iterator[Found]:
        """Claims what another list excludes, once a person however many lists."""
        seen: set[str] = set()
        for excluded in self.ruled.excludes:
            there = {
                person
                for person, rows in _newest(self.others.get(excluded.list, ())).items()
                if any(_fits(row, excluded.other) for row in rows)
            }
            for person, rows in self.claims.items():
                mine = [row for row in rows if _fits(row, excluded.where)]
                if person in there and mine and person not in seen:
                    seen.add(person)
                    yield self._told(Finding.DOUBLE_CLAIM, mine[0])

    def _told(self, finding: Finding, claim: Claim) -> Found:
        """A finding where the list, or else the register, says the person belongs."""
        known = self.register.now.get(claim.person, ("", ""))[1]
        return Found(finding, claim.person, claim.row, claim.area or known, True)


def _fits(row: Claim, where: Mapping[str, Collection[str]]) -> bool:
    return all(row.values.get(name) in values for name, values in where.items())
