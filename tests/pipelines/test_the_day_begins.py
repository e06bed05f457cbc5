"""The job and schedule in Dagster that begin the ledger's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from catalog.clocks import running
from catalog.registration import terms
from catalog.registration.authorisations import Authorisation, authorise
from catalog.store import reading, writing
from pipelines.build import build
from pipelines.definitions import definitions
from pipelines.orchestration.resources import Installation
from tests.catalog.registration.bureau import BODY, OPERATOR
from tests.pipelines.conftest import PEOPLE

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)


def test_the_daily_job_starts_the_clock_of_a_first_registration_and_warns_of_what_is_late(
    found_town: Callable[..., Any],
) -> None:
    town = found_town(PEOPLE)
    build(town.home)
    agreed = Authorisation(
        BODY.name, BODY.code, OPERATOR.name, OPERATOR.code, "云数授〔2026〕1号", "scenario",
        date(2026, 6, 1), date(2028, 5, 31), ("civil.people",),
    )  # fmt: skip
    with writing(town.engine) as connection:
        authorise(connection, agreed, by="赵六", now=NOW)
    made = definitions(Installation(town.home, town.engine, clock=lambda: NOW))
    # As a code location loads them: two definitions of one name are found here and nowhere before.
    dg.Definitions.validate_loadable(made)
    assert made.resolve_schedule_def("begin_day_daily").cron_schedule == "20 0 * * *"
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            done = made.resolve_job_def("begin_day").execute_in_process(instance=instance)
            assert done.success
        logged = [each.user_message for each in instance.all_logs(done.run_id)]
    with reading(town.engine) as connection:
        (clock,) = running.clocks_of(connection, terms.of("civil.people"))
    assert (clock.rule, clock.received_on, clock.state) == ("registration_first", date(2026, 6, 1), "running")
    assert any("registration_first [registration:civil.people]" in line for line in logged)
