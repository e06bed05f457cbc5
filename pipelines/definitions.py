"""The code location Dagster loads: every dataset of the ledger at ``YBZ_HOME``.

Wiring only. ``ybz build`` runs the same definitions in its own process.
"""

from __future__ import annotations

import dagster as dg

from catalog.home import Home
from catalog.revisions import all_current
from catalog.store import open_store, reading
from pipelines.datasets import waves
from pipelines.edition import edition_asset
from pipelines.resources import Installation
from pipelines.schedules import schedules
from pipelines.sensors import new_files


def definitions(installation: Installation) -> dg.Definitions:
    """Assets, checks, schedules and the sensor of one installation."""
    with reading(installation.engine) as connection:
        revisions = all_current(connection)
    resources = {"installation": dg.ResourceDefinition.hardcoded_resource(installation)}
    if not revisions:
        return dg.Definitions(resources=resources)
    return dg.Definitions(
        assets=[*waves(revisions), edition_asset(revisions)],
        schedules=schedules(revisions),
        sensors=[new_files(revisions)],
        resources=resources,
    )


def __getattr__(name: str) -> object:
    """``defs`` is made when it is asked for, so that importing this module needs no installation."""
    if name != "defs":
        raise AttributeError(name)
    home = Home.find()
    return definitions(Installation(home, open_store(home)))
