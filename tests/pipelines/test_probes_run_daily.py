"""The job and schedule in Dagster that test every link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg

from catalog.linking.live import live
from catalog.store import reading
from pipelines.build import build
from pipelines.definitions import definitions
from pipelines.orchestration.resources import Installation
from policies.clocks import local_date
from tests.pipelines.conftest import PEOPLE


def test_the_daily_job_tests_every_link_and_keeps_what_it_found(found_town: Callable[..., Any]) -> None:
    town = found_town(PEOPLE)
    build(town.home)
    installation = Installation(town.home, town.engine)
    made = definitions(installation)
    assert made.resolve_schedule_def("probe_links_daily").cron_schedule == "30 5 * * *"
    with dg.DagsterInstance.ephemeral() as instance:
        done = made.resolve_job_def("probe_links").execute_in_process(instance=instance)
    assert done.success
    with reading(town.engine) as connection:
        found = live(connection, local_date(installation.clock()))
    assert {name: each.alive for name, each in found.items()} == {"civil.people": True}
