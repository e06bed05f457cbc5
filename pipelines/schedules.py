"""Schedules: datasets are looked at as often as their update cycle says.

Decides when a cycle is due; a dataset whose inputs did not change is not built then either. Times are
Asia/Shanghai, before working hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import dagster as dg

from catalog.revisions import Revision
from contracts.model import UpdateCycle
from pipelines.datasets import key_of

TIME_ZONE: Final = "Asia/Shanghai"
# When each cycle is looked at; files that come between are the sensor's. Source: 编制指南 item 11 (cycles).
CRON: Final = {
    UpdateCycle.REALTIME: "*/15 * * * *",
    UpdateCycle.DAILY: "0 3 * * *",
    UpdateCycle.WEEKLY: "0 3 * * 1",
    UpdateCycle.TEN_DAYS: "0 3 1,11,21 * *",
    UpdateCycle.MONTHLY: "0 3 1 * *",
    UpdateCycle.QUARTERLY: "0 3 1 1,4,7,10 *",
    UpdateCycle.HALF_YEARLY: "0 3 1 1,7 *",
    UpdateCycle.YEARLY: "0 3 1 1 *",
}


def schedules(revisions: Sequence[Revision]) -> list[dg.ScheduleDefinition]:
    """One schedule per update cycle some dataset has; off until somebody turns it on."""
    made = []
    for cycle, cron in CRON.items():
        keys = [key_of(r.name) for r in revisions if r.contract.update_cycle is cycle]
        if keys:
            job = dg.define_asset_job(f"build_{cycle.value}", selection=dg.AssetSelection.assets(*keys))
            made.append(dg.ScheduleDefinition(job=job, cron_schedule=cron, execution_timezone=TIME_ZONE))
    return made
