"""How often acts are done in a second, in turns, so that all of them meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable


def rates(*acts: Callable[[], object], turns: int = 12, seconds: float = 1.0) -> list[float]:
    """How often each is done in a second, one after another; in turns, so that all meet the same machine."""
    done, taken = [0] * len(acts), [0.0] * len(acts)
    for turn in range(turns + 1):
        for at, act in enumerate(acts):
            began = time.perf_counter()
            number = 0
            while time.perf_counter() < began + seconds:
                act()
                number += 1
            if turn:  # the first turn warms up
                done[at] += number
                taken[at] += time.perf_counter() - began
    return [number / spent for number, spent in zip(done, taken, strict=True)]


def durations_ms(*acts: Callable[[], object], turns: int = 12, seconds: float = 1.0) -> list[float]:
    """How long each takes once, in milliseconds."""
    return [1000 / rate for rate in rates(*acts, turns=turns, seconds=seconds)]
