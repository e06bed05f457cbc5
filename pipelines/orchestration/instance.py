"""The Dagster instance of a run inside the command.

Decides that such a run keeps no event log of its own: outcomes, timings and quality are in the store,
and writing some twenty events a dataset to a log nobody can open would cost more than the checks.
Where ``DAGSTER_HOME`` names an instance, its log is written as in any other run.
"""

from __future__ import annotations

import os
from typing import Any

import dagster as dg
from dagster._core.instance.factory import create_ephemeral_instance
from dagster._core.storage.event_log import InMemoryEventLogStorage


class Forgetful(InMemoryEventLogStorage):
    """An event log that keeps nothing; the run itself sees its events as they happen."""

    def store_event(self, event: Any) -> None:
        """Forget an event."""

    def store_event_batch(self, events: Any) -> None:
        """Forget events."""

    def get_asset_records(self, asset_keys: Any = None) -> list[Any]:
        """No asset has a record, so none is looked for."""
        return []


def instance_of_command() -> dg.DagsterInstance:
    """The instance ``DAGSTER_HOME`` names, else one that leaves nothing behind."""
    if os.environ.get("DAGSTER_HOME"):
        return dg.DagsterInstance.get()
    # The environment variable alone does not stop telemetry; the setting does.
    made = create_ephemeral_instance(settings={"telemetry": {"enabled": False}})
    made._event_storage.dispose()
    made._event_storage = Forgetful()
    made._event_storage.register_instance(made)
    return made
