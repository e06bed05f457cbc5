"""The room of a department 申请用数: what it asked for, holds and received, and what waits for its answer."""

from __future__ import annotations

from space.console.pages.department import (  # each of them brings its page
    approvals,
    asking_for,
    delivered,
    landing,
    one_request,
    standing_in,
    verifying,
)

__all__ = [
    "approvals", "asking_for", "delivered", "landing", "one_request", "standing_in", "verifying",
]  # fmt: skip
