"""Terms of a grant 授权条款 as typed values: what may be asked, how it is answered, how much.

Decides what well-formed terms are. :mod:`policies.odrl` writes and reads them as an ODRL agreement;
``space`` enforces them, each at the place :mod:`policies.enforcement` names. A term nobody enforces cannot
be written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from policies.price_terms import ProductPrice, Tier, TrialFee, Unit, rising
from policies.protection import Analysis, DatasetRules
from policies.time_windows import TimeWindow
from policies.usage_terms import BreachTerm, InCharge, Rate, Retention, Spending, Volume, network

# Digits of a division: province, city, county, street, village. Source: GB/T 2260, GB/T 10114.
_REGION: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")


class Mode(StrEnum):
    """How base aggregates are made safe."""

    THRESHOLD = "threshold"  # k, dominance, complementary suppression, rounding
    DP = "dp"  # differential privacy
    PLAIN = "plain"  # data that holds no unit


class ReleasePeriod(StrEnum):
    """For how long a grant sees the release that was in force at its first query of the period."""

    NONE = "none"  # always the latest
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DatasetTerm:
    """One dataset a grant opens.

    Attributes:
        name: ``schema.table``.
        columns: field names granted; others do not exist for the grantee.
        row_filter: SQL condition every row meets, or None. Written by the granting side, checked on signing.
        rules: what the grant asks of its columns and of the whole, beyond what the owner asks of everyone.
        region: leading digits of a division code; only rows of that area are there. Empty states nothing.
    """

    name: str
    columns: tuple[str, ...]
    row_filter: str | None = None
    rules: DatasetRules = field(default_factory=DatasetRules)
    region: str = ""

    def __post_init__(self) -> None:
        if self.region and not _REGION.fullmatch(self.region):
            raise ValueError("a region is the first 2, 4, 6, 9 or all 12 digits of a division code")

    def scope(self, area_field: str | None) -> str | None:
        """The condition every row meets: the region and the row filter together.

        Args:
            area_field: the column that says where a row belongs, by the dataset's contract.

        >>> DatasetTerm("a.b", ("c",), "c = '1'", region="9901").scope("street")
        "left(street, 4) = '9901' AND (c = '1')"
        """
        if not self.region:
            return self.row_filter
        # Without a column that says where rows belong none is known to lie there: a comparison of two
        # constants is refused like any filter that cannot be applied.
        place = f"left({area_field}, {len(self.region)})" if area_field else "''"
        mine = f"{place} = '{self.region}'"
        return mine if self.row_filter is None else f"{mine} AND ({self.row_filter})"


@dataclass(frozen=True, slots=True)
class JoinTerm:
    """A join the grant allows: ``left_dataset.left_field = right_dataset.right_field``."""

    left_dataset: str
    left_field: str
    right_dataset: str
    right_field: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Parameters of threshold mode; their defaults come from ``policies/rules/disclosure.yaml``.

    Attributes:
        k: fewest units a cell may rest on, per kind.
        dominance_share: largest share of a sum one unit may hold, 0–1.
        p_percent: the second largest contributor may not estimate the largest closer than this, in percent.
        rounding_base: counts are rounded to a multiple of this.
    """

    k: int
    dominance_share: float
    p_percent: float
    rounding_base: int

    def __post_init__(self) -> None:
        # Nothing is larger or smaller than NaN: a threshold of NaN would never withhold anything.
        if not math.isfinite(self.dominance_share) or not math.isfinite(self.p_percent):
            raise ValueError("disclosure parameters are finite numbers")


@dataclass(frozen=True, slots=True)
class Budget:
    """Privacy allowance of a grant, in zCDP.

    Attributes:
        rho: the whole allowance; taken from each unit kind's yearly limit when the grant is signed.
        rho_per_query: what one differentially private query spends.
        delta: for the (ε, δ) statement and for key thresholds.
        window: most that is spent within one calendar period; None states nothing.
    """

    rho: float
    rho_per_query: float
    delta: float
    window: Spending | None = None

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (self.rho, self.rho_per_query, self.delta)):
            raise ValueError("a budget is of finite numbers")


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms of a grant.

    Attributes:
        purpose: code of the purpose vocabulary (``policies/rules/purposes.yaml``).
        datasets: what is opened, by column.
        joins: allowed joins.
        mode: the strictest mode the dated rules ask for this caller and these datasets.
        disclosure: threshold parameters (used in every mode for hidden keys).
        budget: needed where mode is ``dp``.
        calls: quota of calls over the whole term.
        max_rows: most rows of one answer, counted after release.
        valid_from, valid_to: days, both included, Asia/Shanghai.
        price_fen_per_call: of what has no price of its own, by the tariff's unit; 0 where free.
        analyses: what may be done under the grant; answers through the gateway are ``aggregate``.
        release_period: how long one release of each dataset is seen.
        hours: when calls are answered, in any of these windows; empty = always.
        networks: address ranges calls come from; empty = anywhere.
        rates: most calls in a minute, an hour, a day; each period once.
        volumes: most rows, cells, bytes handed out in a day, a month or the term.
        retention: how long the receiver keeps what it was given, and proves its deletion.
        breach: what follows a breach, by its kind.
        in_charge: the persons in charge of both sides.
        prices: of single products, each in a unit of its own.
        trial_fee: share of the prices in the first months; the tariff's where None.
        tiers: shares of the price by the calls of a month; the tariff's where empty.
    """

    purpose: str
    datasets: tuple[DatasetTerm, ...]
    mode: Mode
    disclosure: Disclosure
    valid_from: date
    valid_to: date
    joins: tuple[JoinTerm, ...] = ()
    budget: Budget | None = None
    calls: int = 1000
    max_rows: int = 10_000
    price_fen_per_call: int = 0
    analyses: frozenset[Analysis] = frozenset({Analysis.AGGREGATE})
    release_period: ReleasePeriod = ReleasePeriod.NONE
    hours: tuple[TimeWindow, ...] = ()
    networks: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    volumes: tuple[Volume, ...] = ()
    retention: Retention | None = None
    breach: tuple[BreachTerm, ...] = ()
    in_charge: InCharge | None = None
    prices: tuple[ProductPrice, ...] = ()
    trial_fee: TrialFee | None = None
    tiers: tuple[Tier, ...] = ()

    def __post_init__(self) -> None:
        _once("hours: each time window", self.hours)
        _once("networks: each range", map(network, self.networks))
        _once("rates: each period", (rate.per for rate in self.rates))
        _once("volumes: each measure and period", ((volume.measure, volume.per) for volume in self.volumes))
        _once("breach: each kind", (term.of for term in self.breach))
        _once("prices: each product", (price.product for price in self.prices))
        if not rising(self.tiers):
            raise ValueError("tiers: each is above the one before it")
        if any(one != network(one) for one in self.networks):
            raise ValueError("networks: ranges stand in their one spelling")
        if not self.datasets:
            raise ValueError("terms open at least one dataset")
        if not self.analyses:
            raise ValueError("terms allow at least one analysis")
        if self.mode is Mode.DP and self.budget is None:
            raise ValueError("differentially private terms need a budget")
        if self.valid_to < self.valid_from:
            raise ValueError("terms end before they begin")
        if self.disclosure.k < 2:
            raise ValueError("k must be at least 2")

    @property
    def highest_call_fen(self) -> int:
        """The highest price of one call that is agreed, whatever is asked for."""
        own = (price.fen for price in self.prices if price.unit is Unit.CALL)
        return max((self.price_fen_per_call, *own))


def _once(what: str, stated: Iterable[Any]) -> None:
    """Refuse what is stated twice: of two limits of one kind nobody would know which was agreed."""
    seen = list(stated)
    if len(set(seen)) != len(seen):
        raise ValueError(f"{what} is stated once")
