"""Of a contract the side that is ours, and what is ours to do; rooms around contracts ask it, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from space.console.seats import Seat


def side(seat: Seat, contract: Mapping[str, Any]) -> str:
    """The side the reader's organisation is on; empty for anybody else."""
    return next((one for one in ("provider", "consumer") if contract[one] == seat.organisation), "")


def opened(seat: Seat, contract: Mapping[str, Any]) -> list[str]:
    """The steps that are open to the reader's side, by the interface's list."""
    ours = f" ({side(seat, contract)})"
    return [one.removesuffix(ours) for one in contract["open"] if one.endswith(ours)]
