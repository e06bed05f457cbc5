"""What a release says of the noise its figures were made with: whom it hides, and how far the truth may lie.

Decides wording only; the noise is made by the build (:mod:`pipelines.statistics.noising`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Noise:
    """How the figures of a statistical dataset were made safe for everybody.

    Attributes:
        kinds: of unit behind the figures, each charged for them.
        hides: those of them the rows are about: whether one unit is there cannot be told.
        rho, delta: privacy loss in zCDP of the build.
        bound: most rows of one unit behind the figures.
        public_keys: whether every cell of public keys is there; else cells show by their noisy count.
        sigma: field → standard deviation of its noise, in units of the field; a field that is computed from
            several figures is not among them.
        within: field → the truth lies at most so far away with 95 % confidence, in units of the field.
    """

    kinds: tuple[str, ...]
    hides: tuple[str, ...]
    rho: float
    delta: float
    bound: int
    public_keys: bool
    sigma: Mapping[str, float]
    within: Mapping[str, float]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Noise:
        """The noise as facts hold it."""
        named = {name: tuple(document[name]) for name in ("kinds", "hides")}
        return cls(**{**document, **named})

    def told(self) -> str:
        """What is done to the figures and how far they may lie from the truth, in one sentence."""
        errors = ", ".join(f"{field} ±{error:.6g}" for field, error in self.within.items())
        lost = f"rho {self.rho:g}" + (f", delta {self.delta:g}" if self.delta else "")
        made = f"made with noise that hides each {' and each '.join(self.hides)} behind it ({lost})"
        return f"{made}; with 95 % confidence {errors}" if errors else made
