"""The sensor for new files: asks for a build of what changed since its last release.

Decides nothing about a build; it compares fingerprints before a run opens, so that what is unchanged
is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import dagster as dg

from catalog.errors import CatalogError
from catalog.revisions import Revision
from contracts.canonical import digest
from pipelines.datasets import key_of
from pipelines.plan import changed
from pipelines.resources import Installation

# How often files are looked at, in seconds.
INTERVAL_S: Final = 60


def new_files(revisions: Sequence[Revision]) -> dg.SensorDefinition:
    """The sensor over all datasets; off until somebody turns it on."""

    @dg.sensor(
        name="new_files",
        minimum_interval_seconds=INTERVAL_S,
        asset_selection=dg.AssetSelection.assets(*(key_of(r.name) for r in revisions)),
        required_resource_keys={"installation"},
    )
    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        installation: Installation = context.resources.installation
        try:
            due = changed(installation.home, installation.engine)
        except CatalogError as error:
            return dg.SkipReason(str(error))
        if not due:
            return dg.SkipReason("no file changed since the last releases")
        # The same changes ask for one run, however often they are seen.
        return dg.RunRequest(run_key=digest(dict(due)), asset_selection=[key_of(name) for name in due])

    made: dg.SensorDefinition = look
    return made
