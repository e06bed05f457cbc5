"""Freshness in Dagster: how old the last release of a dataset may be, by its update cycle.

Decides nothing about days: they are dated rules (``policies/rules/freshness.yaml``). Whether the rows
themselves hold the period they should is a quality rule, judged in the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import dagster as dg

from contracts.model import UpdateCycle
from policies.rulebook import rule


def freshness_policies(on: date) -> Mapping[UpdateCycle, dg.FreshnessPolicy]:
    """The policy of each update cycle that has one; nothing is late against the others.

    Args:
        on: day whose rules apply.
    """
    fails = rule("freshness", "max_age_days", on).value
    warns = rule("freshness", "warn_age_days", on).value
    return {
        UpdateCycle(cycle): dg.FreshnessPolicy.time_window(
            fail_window=timedelta(days=int(days)),
            warn_window=timedelta(days=int(warns[cycle])) if cycle in warns else None,
        )
        for cycle, days in fails.items()
    }
