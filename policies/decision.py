"""Every decision of the system is a ``Permit`` or a ``Deny`` with reasons; never a bool."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is denied.

    Attributes:
        code: stable, documented code, e.g. ``query.column.not_granted``.
        message: fixed wording; never carries a data value.
        where: the object at fault, e.g. a column name of the contract.
        allowed: the nearest allowed form, one sentence.
    """

    code: str
    message: str
    where: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Permit:
    """Allowed."""


@dataclass(frozen=True, slots=True)
class Deny:
    """Refused, with every reason found."""

    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a denial states at least one reason")


Decision = Permit | Deny
