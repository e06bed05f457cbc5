"""What came of one dataset of a build, as it is told to whoever built.

Decides nothing; what is kept of an attempt is :mod:`catalog.releases.attempts`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipelines.building.account import Account

State = Literal["released", "unchanged", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one dataset of a build.

    Attributes:
        state: ``released``; ``unchanged``: nothing new to build; ``stopped``: a gate refused the
            release, the former one stays in service; ``failed``: the build itself broke.
        quality: 0–1, None = not assessed.
        grade: 1–4, None where the build ended before it was known.
        reason: why it was stopped or failed; empty otherwise.
        ms: stage → milliseconds.
    """

    name: str
    state: State
    lines_read: int = 0
    landed: int = 0
    typed: int = 0
    quarantined: int = 0
    quality: float | None = None
    grade: int | None = None
    reason: str = ""
    ms: Mapping[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, name: str, state: State, reason: str, account: Account) -> Outcome:
        """What came of a dataset, with the figures of its account."""
        return cls(
            name,
            state,
            account.lines_read,
            account.landed,
            account.typed,
            account.quarantined,
            account.quality,
            account.grade,
            reason,
            dict(account.timings),
        )
