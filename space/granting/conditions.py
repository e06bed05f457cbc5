"""When and from where calls under a grant are answered: hours and network ranges of its terms.

Decides on the clock and on the caller's address alone, before the SQL is looked at. An address that is not
known lies in no range.
"""

from __future__ import annotations

from datetime import datetime

from policies.decision import Reason
from policies.terms import Terms
from policies.usage_terms import within_networks


def in_hours(terms: Terms, now: datetime) -> Reason | None:
    """Why an instant is outside the hours of the terms; None where it is not.

    Args:
        terms: of the grant.
        now: aware instant.
    """
    if not terms.hours or any(window.holds(now) for window in terms.hours):
        return None
    return Reason(
        "grant.hours",
        "the grant answers no calls at this hour",
        "hours",
        "; ".join(window.text() for window in terms.hours) + ", Asia/Shanghai",
    )


def from_network(terms: Terms, address: str | None) -> Reason | None:
    """Why an address is outside the network ranges of the terms; None where it is not.

    Args:
        terms: of the grant.
        address: where the call comes from; None where that is not known.
    """
    if not terms.networks or within_networks(terms.networks, address):
        return None
    return Reason(
        "grant.network",
        "calls under the grant come from other addresses",
        "networks",
        "call from the network the terms name (`ybz grant show`)",
    )
