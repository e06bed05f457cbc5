"""The edition of a period as an asset: the whole ledger, closed and signed by one run."""

# No postponed annotations here: Dagster compares the type of `context` with its own class.
from typing import Final

import dagster as dg

from catalog import keys
from catalog.editions.closing import close
from pipelines.orchestration.resources import Installation
from policies.clocks import local_date

# What a run may be told.
CONFIG: Final = {
    "period": dg.Field(str, default_value="", description="YYYY-MM; empty = the month of the run."),
    "by": dg.Field(str, default_value="dagster", description="Who closes the period."),
}


def edition_asset() -> dg.AssetsDefinition:
    """The asset ``ledger/edition``.

    It names no inputs: a period closes with what is published then, whether or not a dataset of the
    same run is unchanged, stopped or failed.
    """

    @dg.asset(
        key=["ledger", "edition"],
        group_name="ledger",
        description="The catalogue at the close of a period, as signed Delta tables 账期版本.",
        kinds={"delta"},
        config_schema=CONFIG,
        required_resource_keys={"installation"},
    )
    def edition(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        told = context.op_execution_context.op_config
        installation: Installation = context.resources.installation
        now = installation.clock()
        period = told["period"] or f"{local_date(now):%Y-%m}"
        held = keys.load(installation.home)
        made = close(installation.home, installation.engine, period, keys=held, by=told["by"], now=now)
        return dg.MaterializeResult(
            metadata={"period": made.period, "number": made.number, "digest": made.digest}
        )

    built: dg.AssetsDefinition = edition
    return built
