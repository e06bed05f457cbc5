"""Probes of linked resources 挂接 as a job, once a day.

Decides when links are tested; what alive means is :mod:`catalog.linking`'s. A link that does not live is
a finding, not a failed run: it counts against the link rate, and the log names it.
"""

# No postponed annotations here: Dagster compares the type of `context` with its own class.
from typing import Final

import dagster as dg

from catalog.linking.probing import probe
from pipelines.orchestration.resources import Installation
from pipelines.orchestration.schedules import TIME_ZONE

NAME: Final = "probe_links"
# After the nightly builds, before working hours.
CRON: Final = "30 5 * * *"
# Names shown in one line of a log.
_SHOWN: Final = 20


# An operation may not be called as its job is: the graph of the job has that name.
@dg.op(
    name="test_every_link",
    description="Test every link of the ledger and keep what was found 挂接探测.",
    required_resource_keys={"installation"},
)
def _probe_links(context: dg.OpExecutionContext) -> None:
    installation: Installation = context.resources.installation
    done = probe(installation.home, installation.engine, by="dagster", now=installation.clock())
    dead = [
        f"{each.link.dataset} ({each.link.kind.value}): {each.verdict.why}"
        for each in done
        if not each.verdict.alive
    ]
    context.log.info("%d of %d links live", len(done) - len(dead), len(done))
    for each in dead[:_SHOWN]:
        context.log.warning("not alive: %s", each)
    if len(dead) > _SHOWN:
        context.log.warning("and %d more — `ybz link rate` lists them", len(dead) - _SHOWN)


@dg.job(name=NAME, description="Test every link of the ledger.")
def _probe_job() -> None:
    _probe_links()


def probe_job() -> dg.JobDefinition:
    """The job that tests every link."""
    made: dg.JobDefinition = _probe_job
    return made


def probe_schedule() -> dg.ScheduleDefinition:
    """Runs the job once a day; off until somebody turns it on."""
    return dg.ScheduleDefinition(
        name=f"{NAME}_daily", job_name=NAME, cron_schedule=CRON, execution_timezone=TIME_ZONE
    )
