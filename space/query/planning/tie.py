"""Which private figures must agree with one another, in the form in which a plan holds it.

Decides the form only, which is plain data. Which figures do is decided by :mod:`space.query.planning.ties`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tie:
    """Private figures over the same rows, some of which add up to others.

    Attributes:
        members: (block, condition of the block, its parts as bits): its rows are those of its parts.
        parts: how many parts there are; no row is of two.
        whole: whether every row has one of the public keys: no join leaves a key without a value.
    """

    members: tuple[tuple[str, int, int], ...]
    parts: int = 1
    whole: bool = True

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Tie:
        """The tie as a plan writes it down."""
        members = tuple((name, int(place), int(parts)) for name, place, parts in document["members"])
        return cls(members, int(document["parts"]), bool(document["whole"]))
