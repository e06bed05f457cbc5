"""Liveness of an exchange job of an existing platform: its last runs, by that platform's imported logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catalog.linking.settings import JobLink
from catalog.linking.verdict import Limits, Verdict
from contracts.model import UpdateCycle


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of a job on a day."""

    day: date
    succeeded: int
    failed: int


def check(link: JobLink, runs: Sequence[Runs], cycle: UpdateCycle, limits: Limits) -> Verdict:
    """Whether the job runs as often as its entry promises, and succeeds.

    Args:
        link: the job.
        runs: of the imported logs, the latest day first.
        cycle: the update cycle its entry promises.
        limits: of the day.
    """
    seen = [run for run in runs if run.day <= limits.on]
    if not seen:
        words = f"no imported log of {link.platform} names the job — import its logs: `ybz usage import`"
        return Verdict(False, words)
    last = seen[0]
    good = next((run for run in seen if run.succeeded), None)
    details = {"last_run": last.day.isoformat(), "last_good": good.day.isoformat() if good else None}
    if good is None:
        return Verdict(False, "no run of it succeeded", details=details)
    most = limits.max_age_days.get(cycle.value, limits.job_silent_days)
    age = (limits.on - good.day).days
    if age > most:
        words = f"its last run that succeeded was {age} days ago; its cycle ({cycle.value}) allows {most}"
        return Verdict(False, words, details=details)
    if not last.succeeded:
        return Verdict(False, "its runs of the last day all failed", details=details)
    return Verdict(True, f"it ran {age} days ago; its cycle ({cycle.value}) allows {most}", details=details)
