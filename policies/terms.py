"""Terms of a grant 授权条款 as typed values: what may be asked, how it is answered, how much.

Decides what well-formed terms are. :mod:`policies.odrl` writes and reads them as an ODRL agreement;
``space`` enforces them. A term nobody enforces cannot be written here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from policies.protection import Analysis, DatasetRules


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
    """

    name: str
    columns: tuple[str, ...]
    row_filter: str | None = None
    rules: DatasetRules = field(default_factory=DatasetRules)


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
    """

    rho: float
    rho_per_query: float
    delta: float

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
        price_fen_per_call: 0 where the purpose is free.
        analyses: what may be done under the grant; answers through the gateway are ``aggregate``.
        release_period: how long one release of each dataset is seen.
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

    def __post_init__(self) -> None:
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
