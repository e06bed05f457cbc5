"""What this package raises: one error for a contract value that cannot be built."""

from __future__ import annotations


class ContractError(ValueError):
    """A contract value that cannot be built.

    Attributes:
        where: the object or field at fault, e.g. ``civil.population.id_card``.
        remedy: what to do next, one sentence.
    """

    user_facing = True

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(self.told + (f" — {remedy}" if remedy else ""))

    @property
    def told(self) -> str:
        """What is wrong and where, without the remedy."""
        return ": ".join(part for part in (self.where, self.what) if part)
