"""Schedules: datasets are looked at as often as their update cycle says.

Decides when a cycle is due; a dataset whose inputs did not change is not in the run. Times are
Asia/Shanghai, before working hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import dagster as dg
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME

from catalog.errors import CatalogError
from catalog.outlines import Outline
from contracts.model import UpdateCycle
from pipelines.building.plan import changed
from pipelines.orchestration.resources import Installation

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


def schedules(outlines: Sequence[Outline]) -> list[dg.ScheduleDefinition]:
    """One schedule per update cycle some dataset has; off until somebody turns it on."""
    made = []
    for cycle, cron in CRON.items():
        names = tuple(outline.name for outline in outlines if outline.cycle is cycle)
        if names:
            made.append(_schedule(cycle, cron, names))
    return made


def _schedule(cycle: UpdateCycle, cron: str, names: tuple[str, ...]) -> dg.ScheduleDefinition:
    # The job every materialisation from the page runs in: a job a cycle would copy the whole graph each
    # time the location is loaded.
    @dg.schedule(
        name=f"build_{cycle.value}_schedule",
        job_name=IMPLICIT_ASSET_JOB_NAME,
        cron_schedule=cron,
        execution_timezone=TIME_ZONE,
        required_resource_keys={"installation"},
    )
    def look(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        installation: Installation = context.resources.installation
        try:
            due = changed(installation.home, installation.engine, names)
        except CatalogError as error:
            return dg.SkipReason(str(error))
        if not due:
            return dg.SkipReason(f"no {cycle.value} dataset changed since its last release")
        return dg.RunRequest(asset_selection=[dg.AssetKey(name.split(".")) for name in due])

    made: dg.ScheduleDefinition = look
    return made
