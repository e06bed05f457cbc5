"""What the values of a column say for one kind, before the heading is heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from catalog.classify.column import Column
from catalog.classify.kinds import Kind


@dataclass(frozen=True, slots=True)
class Support:
    """What values say for a kind.

    Attributes:
        share: part of the non-null sample the detector takes for its own, 0–1.
        details: further counts and shares; never values.
        alone: how telling these values are by themselves, 0–1; None = as the kind's row says.
        open: whether the kind's values follow no form, so that a heading may decide.
    """

    share: float
    details: Mapping[str, float | int | bool] = field(default_factory=dict)
    alone: float | None = None
    open: bool = False


Detector = Callable[[Column, Kind], Support | None]
