"""The verdict of a liveness check, and the limits every check keeps to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from policies.rulebook import NATIONAL, rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test of a link found.

    Attributes:
        alive: whether the resource is there and as the entry says.
        why: one sentence in fixed words; names of contract fields and counts, never a value.
        latency_ms: of the call; None where nothing was called.
        details: counts, names of contract fields, a digest.
    """

    alive: bool
    why: str
    latency_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of probes on a day.

    Attributes:
        on: the day.
        timeout_s: for one whole probe.
        answer_cap_bytes, file_cap_bytes: most bytes read.
        rows_compared: rows of an answer whose fields are compared.
        job_silent_days: days a job may be silent where no update cycle bounds it.
        max_age_days: update cycle → days an update may be old.
        artefact_formats: format → first bytes in hexadecimal.
        latency_classes: class → its upper bound in milliseconds, in order.
    """

    on: date
    timeout_s: float
    answer_cap_bytes: int
    file_cap_bytes: int
    rows_compared: int
    job_silent_days: int
    max_age_days: Mapping[str, int]
    artefact_formats: Mapping[str, str]
    latency_classes: Mapping[str, int]

    def latency_class(self, latency_ms: int | None) -> str | None:
        """The class of a latency; ``slow`` beyond the last bound."""
        if latency_ms is None:
            return None
        return next((name for name, most in self.latency_classes.items() if latency_ms <= most), "slow")


def limits(on: date, place: str = NATIONAL) -> Limits:
    """The limits in force on a day.

    Source: ``policies/rules/linking.yaml``, ``policies/rules/freshness.yaml``.
    """

    def value(name: str) -> Any:
        return rule("linking", name, on, place).value

    return Limits(
        on=on,
        timeout_s=float(value("timeout_s")),
        answer_cap_bytes=int(value("answer_cap_bytes")),
        file_cap_bytes=int(value("file_cap_bytes")),
        rows_compared=int(value("rows_compared")),
        job_silent_days=int(value("job_silent_days")),
        max_age_days=dict(rule("freshness", "max_age_days", on, place).value),
        artefact_formats=dict(value("artefact_formats")),
        latency_classes=dict(value("latency_classes")),
    )
