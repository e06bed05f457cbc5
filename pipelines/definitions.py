"""The code location Dagster loads: every dataset of the ledger at ``YBZ_HOME``.

Wiring only. ``ybz build`` runs the same definitions in its own process.
"""

from __future__ import annotations

import os
from collections.abc import Collection

import dagster as dg

from catalog.home import Home
from catalog.outlines import all_outlines
from catalog.store import open_store
from pipelines.orchestration.datasets import specs, waves
from pipelines.orchestration.days import day_job, day_schedule
from pipelines.orchestration.edition import edition_asset
from pipelines.orchestration.probes import probe_job, probe_schedule
from pipelines.orchestration.resources import Installation
from pipelines.orchestration.schedules import schedules
from pipelines.orchestration.sensors import new_files, new_registrations
from policies.clocks import local_date

# As in the command line: workbooks are read alike whatever else is installed.
os.environ.setdefault("OPENPYXL_LXML", "False")


def definitions(installation: Installation, names: Collection[str] | None = None) -> dg.Definitions:
    """Assets, checks, schedules and sensors of one installation.

    Args:
        installation: what the assets work on.
        names: only the assets of these datasets, for a run inside a command; all where None.
    """
    outlines = all_outlines(installation.engine)
    resources = {"installation": dg.ResourceDefinition.hardcoded_resource(installation)}
    on = local_date(installation.clock())
    # Steps of a run share the two things that cost most, Great Expectations and the ledger: one process.
    executor = dg.in_process_executor
    if names is not None:
        chosen = [outline for outline in outlines if outline.name in names]
        return dg.Definitions(assets=waves(chosen, on), resources=resources, executor=executor)
    if not outlines:
        return dg.Definitions(resources=resources, sensors=[new_registrations(outlines)])
    # What nothing stands behind yet is seen in the graph; "materialize all" does not take it.
    landing = [outline for outline in outlines if not outline.lands_nothing]
    made = specs(outlines, on)
    shown = [made[outline.name] for outline in outlines if outline.lands_nothing]
    return dg.Definitions(
        assets=[*waves(landing, on, made), *shown, edition_asset()],
        jobs=[probe_job(), day_job()],
        schedules=[*schedules(landing), probe_schedule(), day_schedule()],
        sensors=[new_files(outlines), new_registrations(outlines)],
        resources=resources,
        executor=executor,
    )


def __getattr__(name: str) -> object:
    """``defs`` is made when it is asked for, so that importing this module needs no installation."""
    if name != "defs":
        raise AttributeError(name)
    home = Home.find()
    return definitions(Installation(home, open_store(home)))
