"""The daily act of the ledger's clocks as a job: what lapses, falls due or is warned of.

Decides when a day begins for the ledger; what it does then is :mod:`catalog.clocks.daily`'s. A duty in red
is a warning in the log, not a failed run.
"""

# No postponed annotations here: Dagster compares the type of `context` with its own class.
from typing import Final

import dagster as dg

from catalog.clocks.daily import begin
from catalog.store import writing
from pipelines.orchestration.resources import Installation
from pipelines.orchestration.schedules import TIME_ZONE

NAME: Final = "begin_day"
# After midnight, before the nightly builds.
CRON: Final = "20 0 * * *"
# Duties shown in the log.
_SHOWN: Final = 20


# An operation may not be called as its job is: the graph of the job has that name.
@dg.op(
    name="mark_terms_and_duties",
    description="Mark what lapsed, start what falls due, warn of what presses 时限巡查.",
    required_resource_keys={"installation"},
)
def _begin_day(context: dg.OpExecutionContext) -> None:
    installation: Installation = context.resources.installation
    with writing(installation.engine) as connection:
        done = begin(connection, by="dagster", now=installation.clock())
    context.log.info(
        "%d registrations lapsed, %d first ones owed, %d due days made anew, %d handovers settled",
        len(done.lapsed), len(done.owed), len(done.moved), len(done.settled),
    )  # fmt: skip
    context.log.info("owed: %s", ", ".join(f"{count} {colour}" for colour, count in done.colours.items()))
    for each in done.red[:_SHOWN]:
        owner = f"{each.owner} {each.owner_code}".strip()
        context.log.warning("due %s: %s [%s] — %s", each.due_on, each.rule, each.subject, owner)
    if len(done.red) > _SHOWN:
        context.log.warning("and %d more — `ybz due` lists them", len(done.red) - _SHOWN)


@dg.job(name=NAME, description="Begin the ledger's day: terms, clocks, warnings.")
def _day_job() -> None:
    _begin_day()


def day_job() -> dg.JobDefinition:
    """The job that begins the ledger's day."""
    made: dg.JobDefinition = _day_job
    return made


def day_schedule() -> dg.ScheduleDefinition:
    """Runs the job once a day; off until somebody turns it on."""
    return dg.ScheduleDefinition(
        name=f"{NAME}_daily", job_name=NAME, cron_schedule=CRON, execution_timezone=TIME_ZONE
    )
