"""Masks 掩码: how an identity number is shown to someone who must recognise it, not copy it.

Decides which checked codes are masked and how (``rules/forms.yaml``). Not a protection against
linking: that is what pseudonyms are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.rulebook import rules

_PREFIX = "mask/"


@dataclass(frozen=True, slots=True)
class Mask:
    """Shows the first and last characters of a code and hides the middle.

    >>> Mask(6, 4).apply("11010519491231002X")
    '110105********002X'

    Attributes:
        first, last: characters shown at each end.
    """

    first: int
    last: int

    def apply(self, text: str) -> str:
        """``text`` with its middle hidden; a text too short to have one is hidden whole."""
        hidden = len(text) - self.first - self.last
        if hidden < 1:
            return "*" * len(text)
        return text[: self.first] + "*" * hidden + text[len(text) - self.last :]


def masks(on: date) -> dict[str, Mask]:
    """Check-digit code of a field (``resident_id`` …) → its mask, on a day.

    Raises:
        RuleError: a rule row is incomplete.
    """
    return {
        row.name.removeprefix(_PREFIX): Mask(int(row.value["first"]), int(row.value["last"]))
        for row in rules("forms", on)
        if row.name.startswith(_PREFIX)
    }
