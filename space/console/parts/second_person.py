"""Acts of two people 双人签署 as whoever asks for one is told of them, on every page that asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from space.console.seats import Seat


def waits_for(seat: Seat, waits: Mapping[str, Any]) -> str:
    """What whoever asked is told: whose signature is waited for."""
    name = waits["waits_for"]["name"]
    return seat.say(f"已提交，等{name}签字后生效", f"Sent: it is done when {name} has signed")
