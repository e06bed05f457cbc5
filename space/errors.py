"""Errors of the space: one root, one class per cause. No message carries a data value."""

from __future__ import annotations

from policies.decision import Deny, Reason


class SpaceError(Exception):
    """Root of the space's errors; its message is fit for a person."""

    user_facing = True


class EngineError(SpaceError):
    """The engine gave no answer. The wording is constant, whatever the cause inside."""

    def __init__(self) -> None:
        super().__init__("the engine gave no answer to this query — the attempt is recorded; try again later")


class EngineTimeout(EngineError):
    """The worker was stopped because it ran too long. Told apart inside; reads the same outside."""


class Unknown(SpaceError):
    """Nothing of that kind has that identifier.

    Attributes:
        thing: what was looked for, e.g. ``request``.
        key: the identifier.
    """

    def __init__(self, thing: str, key: str, remedy: str = "") -> None:
        self.thing, self.key = thing, key
        super().__init__(f"no {thing} {key}" + (f" — {remedy}" if remedy else ""))


class Refused(SpaceError):
    """An act that is denied, with every reason.

    Attributes:
        decision: the denial.
    """

    def __init__(self, decision: Deny) -> None:
        self.decision = decision
        super().__init__("; ".join(_line(r) for r in decision.reasons))


def _line(reason: Reason) -> str:
    where = f" ({reason.where})" if reason.where else ""
    return f"{reason.code}: {reason.message}{where}" + (f" — {reason.allowed}" if reason.allowed else "")
