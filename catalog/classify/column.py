"""A column as detectors see it: a deterministic sample of its values, and its names.

Decides which rows are looked at. The sample is spread evenly over the table, so the same table gives
the same findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from contracts.model import Field
from policies.grading import IN_FORCE
from policies.rulebook import rule

# Texts whose check digit is computed: their share is then known within two points.
CHECKED: Final = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a column must pass; see the rule ``detection`` in ``grading.yaml``."""

    sample_rows: int
    text_rows: int
    share: float
    share_with_name: float
    share_without_name: float
    least_sample: int
    least_hidden: int
    hidden_valid_share: float


def limits() -> Limits:
    """The limits in force."""
    return Limits(**rule("grading", "detection", IN_FORCE).value)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        field: as the contract declares it.
        whole: every value.
        aligned: the sampled values, nulls kept, so that columns of one table stay row by row.
        limits: how much must pass.
    """

    field: Field
    whole: pa.ChunkedArray
    aligned: pa.Array
    limits: Limits

    @cached_property
    def aligned_texts(self) -> pa.Array:
        """The sample as text without surrounding white space, nulls and blanks as null."""
        texts = self.aligned
        if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            texts = texts.cast(pa.string())
        texts = pc.utf8_trim_whitespace(texts)
        return pc.if_else(pc.equal(texts, ""), None, texts)

    @cached_property
    def texts(self) -> pa.Array:
        """The non-null sample as text."""
        return self.aligned_texts.drop_null()

    @cached_property
    def longest(self) -> int:
        """Characters of the longest sampled text; 0 where there is none."""
        return pc.max(pc.utf8_length(self.texts)).as_py() or 0

    @property
    def sample(self) -> int:
        """How many non-null values were sampled."""
        return len(self.texts)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text at rest."""
        return bool(pa.types.is_string(self.whole.type) or pa.types.is_large_string(self.whole.type))

    def named(self, pattern: re.Pattern[str]) -> bool:
        """Whether the physical or the printed name matches."""
        return any(pattern.search(name) for name in (self.field.name, self.field.business_name))

    def matching(self, regex: str) -> pa.Array:
        """The sampled texts an RE2 expression matches."""
        return self.texts.filter(pc.match_substring_regex(self.texts, regex))

    def share_of(self, regex: str) -> float:
        """Part of the sampled texts an RE2 expression matches, 0–1."""
        if not self.sample:
            return 0.0
        return float(pc.sum(pc.match_substring_regex(self.texts, regex)).as_py() / self.sample)

    def enough(self, share: float, *, named: bool, telling: bool = True) -> bool:
        """Whether a share of hits is evidence.

        Args:
            share: hits in the non-null sample, 0–1.
            named: whether the column's name says the same.
            telling: whether the form is rare by itself (a check digit); else other numbers look alike.
        """
        if not self.sample:
            return False
        if named:
            return share >= self.limits.share_with_name
        least = self.limits.share if telling else self.limits.share_without_name
        return self.sample >= self.limits.least_sample and share >= least


def passing(formed: pa.Array, check: Callable[[str], bool]) -> float:
    """Part of the texts whose check digit holds, 0–1, from at most :data:`CHECKED` of them."""
    texts = spread(formed, CHECKED).to_pylist()
    return sum(map(check, texts)) / len(texts) if texts else 0.0


def spread(column: pa.ChunkedArray | pa.Array, rows: int) -> pa.Array:
    """At most ``rows`` values, spread evenly over the column; the same ones every time."""
    if len(column) > rows:
        column = column.take(_places(len(column), rows))
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@lru_cache(maxsize=16)
def _places(length: int, rows: int) -> pa.Array:
    return pa.array([place * length // rows for place in range(rows)])
