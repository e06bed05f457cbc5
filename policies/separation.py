"""Separation of duties 三员分立: which roles one person may not hold in the same days.

Decides about spans of days alone: the system, the security and the audit administrator are three persons, and
none of them takes part in business. Where spans come from is :mod:`space.identity.memberships`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policies.access import ADMINISTRATORS, Role
from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Held:
    """A role a person holds.

    Attributes:
        role: which.
        first_day, last_day: both included; None: it lasts.
    """

    role: Role
    first_day: date
    last_day: date | None = None

    def meets(self, other: Held) -> bool:
        """Whether both are held on some day."""
        return (other.last_day is None or self.first_day <= other.last_day) and (
            self.last_day is None or other.first_day <= self.last_day
        )


def apart(wanted: Held, held: Iterable[Held], on: date) -> Decision:
    """Whether a person may hold a role beside those it holds.

    Args:
        wanted: the role and its days.
        held: every role of the person, past ones and those to come included.
        on: the day of the act, whose rule counts.

    Source: GB/T 22239-2019 8.1.5.1-8.1.5.3.
    """
    reasons: dict[str, Reason] = {}
    for other in held:
        if other.role is wanted.role or not wanted.meets(other):
            continue
        if {wanted.role, other.role} <= ADMINISTRATORS:
            reasons["two"] = Reason(
                "identity.administrators",
                "one person is not two of system, security and audit administrator",
                where="role",
                allowed="name another person, or end the other membership before this one begins",
            )
        elif ADMINISTRATORS & {wanted.role, other.role} and not _beside({wanted.role, other.role}, on):
            reasons["business"] = Reason(
                "identity.administrator_business",
                "an administrator takes no part in business in the same days",
                where="role",
                allowed="name another person, or end the other membership before this one begins",
            )
    return Deny(tuple(reasons.values())) if reasons else Permit()


def _beside(roles: set[Role], on: date) -> bool:
    business = {role.value for role in roles - ADMINISTRATORS}
    return business <= {str(name) for name in rule("identity", "beside_administrator", on).value}
