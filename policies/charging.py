"""What a call costs under a tariff 计价: agreed price, plan and published size classes; whole fen.

Decides how units, steps, sizes and trial fees give an amount, and that none is above its ceiling. The tariff
is a value: a statement carries the ones it was made with, so that the other side computes the same. Which one
holds on a day is :mod:`policies.tariff`'s; when money is charged is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final

from policies.price_terms import Price, Unit
from policies.rulebook import RuleError

_WHOLE: Final = 100  # percent


@dataclass(frozen=True, slots=True)
class Taken:
    """What one answered call took, as far as a price may depend on it.

    Attributes:
        product: what was asked for.
        calls: of a verification one for each record.
        fresh: whether the answer was made for this call.
        size_class: published size class of the largest table read, e.g. ``<10^5``.
        cells: of the public key domain of the plan; None where a key has none.
        before: units taken in the month before it: of :func:`Tariff.unit` calls the grant's calls, else
            the answers that would have opened the month.
    """

    product: str
    calls: int
    fresh: bool = True
    size_class: str | None = None
    cells: int | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """What one answered call costs.

    Attributes:
        fen: in all.
        unit: of the price.
        parts: (units, fen a unit), by volume step.
    """

    fen: int
    unit: Unit
    parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A guided ceiling 政府指导价 and where it comes from."""

    fen: int
    source: str
    trial: bool


@dataclass(frozen=True, slots=True)
class Step:
    """From where on a share of the price holds: units ``above`` a number, or sizes ``up_to`` one."""

    bound: int | None
    percent: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """The tariff of a day.

    Attributes:
        free: classes of purposes for which nothing may be asked.
        ceilings: unit → class of purpose → most fen a unit.
        units: product → unit of its price.
        volume, size, cells: steps, see the rule file.
        first_months, first_percent: of a grant's trial fee.
        trial: whether the ceilings are on trial.
        half_up: how a unit's price is rounded to whole fen; else down.
        sources: unit → where its ceiling comes from.
    """

    free: frozenset[str]
    ceilings: Mapping[str, Mapping[str, int]]
    units: Mapping[str, str]
    volume: tuple[Step, ...]
    size: tuple[Step, ...]
    cells: tuple[Step, ...]
    first_months: int
    first_percent: int
    trial: bool
    half_up: bool
    sources: Mapping[str, str]

    def agreed(self, price: Price) -> Tariff:
        """The tariff with what a grant agreed in its place: units of products, tiers, trial fee."""
        changed: dict[str, Any] = {}
        if price.products:
            changed["units"] = {**self.units, **{each.product: each.unit.value for each in price.products}}
        if price.tiers:
            steps = (Step(each.above, each.percent) for each in price.tiers)
            changed["volume"] = (Step(0, _WHOLE), *steps)
        if price.trial is not None:
            changed |= {"first_months": price.trial.months, "first_percent": price.trial.percent}
        return replace(self, **changed) if changed else self

    def unit(self, product: str) -> Unit:
        """What the price of a product is for."""
        return Unit(self.units.get(product, Unit.CALL.value))

    def ceiling(self, group: str, unit: Unit) -> Ceiling:
        """The ceiling of a unit for a class of purposes; 0 for a class that is free or not listed."""
        fen = 0 if group in self.free else int(self.ceilings[unit.value].get(group, 0))
        return Ceiling(fen, self.sources[unit.value], self.trial)

    def charge(self, group: str, price: Price, taken: Taken, on: date) -> Charge:
        """What an answered call costs.

        Args:
            group: class of the grant's purpose.
            price: agreed.
            taken: what it took.
            on: day of the answer, Asia/Shanghai.
        """
        mine, agreed_fen = self.agreed(price), price.of(taken.product)
        unit = mine.unit(taken.product)
        most = self.ceiling(group, unit).fen
        if not agreed_fen or not most:
            return Charge(0, unit)
        shares = [self._of_size(taken.size_class), self._of_cells(taken.cells), mine._of_trial(price, on)]
        parts = tuple(
            (count, min(most, self._rounded(agreed_fen, [*shares, percent])))
            for count, percent in mine._steps(unit, taken)
        )
        return Charge(sum(count * fen for count, fen in parts), unit, parts)

    def _steps(self, unit: Unit, taken: Taken) -> list[tuple[int, int]]:
        """(units, percent) of one call."""
        if unit is Unit.PRODUCT:
            return [(1, _WHOLE)] if taken.fresh else []
        if unit is not Unit.CALL:
            return [(1, _WHOLE)] if taken.before == 0 else []
        first, last, found = taken.before, taken.before + taken.calls, []
        tops = [*(step.bound or 0 for step in self.volume[1:]), last]
        for step, top in zip(self.volume, tops, strict=True):
            count = min(last, top) - max(first, step.bound or 0)
            if count > 0:
                found.append((count, step.percent))
        return found

    def _of_size(self, size_class: str | None) -> int:
        exponent = None if size_class is None else int(size_class.removeprefix("<10^"))
        return _below(self.size, exponent)

    def _of_cells(self, cells: int | None) -> int:
        return _below(self.cells, cells)

    def _of_trial(self, price: Price, on: date) -> int:
        months = (on.year - price.since.year) * 12 + on.month - price.since.month
        months -= on.day < price.since.day
        return self.first_percent if months < self.first_months else _WHOLE

    def _rounded(self, fen: int, shares: list[int]) -> int:
        above, below = fen, 1
        for share in shares:
            above, below = above * share, below * _WHOLE
        return (2 * above + below) // (2 * below) if self.half_up else above // below

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, which :meth:`from_document` reads."""
        return {
            "free": sorted(self.free),
            "ceilings": {unit: dict(by_class) for unit, by_class in self.ceilings.items()},
            "units": dict(self.units),
            "volume_steps": [{"above": step.bound or 0, "percent": step.percent} for step in self.volume],
            "size_steps": [{"up_to": step.bound, "percent": step.percent} for step in self.size],
            "cell_steps": [{"up_to": step.bound, "percent": step.percent} for step in self.cells],
            "trial": {
                "ceilings": self.trial,
                "first_months": self.first_months,
                "percent": self.first_percent,
            },
            "rounding": "half_up" if self.half_up else "down",
            "sources": dict(self.sources),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Tariff:
        """The tariff a document states.

        Raises:
            RuleError: a step or share is not one.
        """
        trial = document["trial"]
        return cls(
            free=frozenset(document["free"]),
            ceilings=document["ceilings"],
            units=document["units"],
            volume=_steps_of(document["volume_steps"], "above"),
            size=_steps_of(document["size_steps"], "up_to"),
            cells=_steps_of(document["cell_steps"], "up_to"),
            first_months=int(trial["first_months"]),
            first_percent=_percent(trial["percent"]),
            trial=bool(trial["ceilings"]),
            half_up=document["rounding"] == "half_up",
            sources=document["sources"],
        )


def _steps_of(stated: Any, key: str) -> tuple[Step, ...]:
    steps = tuple(
        Step(None if each.get(key) is None else int(each[key]), _percent(each["percent"])) for each in stated
    )
    bounds = [step.bound for step in steps]
    if key == "above":
        whole = bool(bounds) and bounds[0] == 0
        rising = bounds
    else:
        whole = bool(bounds) and bounds[-1] is None
        rising = bounds[:-1]
    if not whole or None in rising or any((a or 0) >= (b or 0) for a, b in pairwise(rising)):
        raise RuleError(f"policies/rules/tariff.yaml: the steps by {key} do not cover every case in order")
    return steps


def _percent(stated: Any) -> int:
    if isinstance(stated, bool) or not isinstance(stated, int) or not 0 <= stated <= _WHOLE:
        raise RuleError(
            "policies/rules/tariff.yaml: a share is 0 to 100 percent: the agreed price is the most"
        )
    return stated


def _below(steps: tuple[Step, ...], size: int | None) -> int:
    """Share of the first step a size is up to; what is not known is as large as can be."""
    if size is None:
        return steps[-1].percent
    return next(step.percent for step in steps if step.bound is None or size <= step.bound)
