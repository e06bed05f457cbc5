"""Datasets as Dagster assets: one asset each, built by one step for a wave of at most 200.

Decides how a dataset of the ledger looks in the graph: key, group, owner's facts, what it is made from.
How it is built is :mod:`pipelines.wave`'s.
"""

# No postponed annotations here: Dagster compares the type of `context` with its own class.
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import dagster as dg

from catalog.lineage import EVERY, build_order, column_lineage, inputs_of
from catalog.revisions import Revision, all_current
from catalog.store import reading
from contracts.model import Contract
from pipelines import checks
from pipelines.backflow import deliver_due
from pipelines.errors import PipelineError
from pipelines.resources import Installation
from pipelines.stages import Account
from pipelines.wave import Outcome, Wave
from policies.clocks import local_date

# One step builds so many datasets at most: a run per dataset costs seconds of bookkeeping, a step of
# thousands could not be rerun in part.
WAVE_SIZE: Final = 200


class WaveFailed(PipelineError):
    """Some datasets of a wave failed, or could not be sent back; the others were."""


# What a run may be told.
CONFIG: Final = {
    "as_of": dg.Field(str, default_value="", description="Day of judgement YYYY-MM-DD; empty = today.")
}


def key_of(name: str) -> dg.AssetKey:
    """Asset key of a dataset."""
    return dg.AssetKey(name.split("."))


def waves(revisions: Sequence[Revision]) -> list[dg.AssetsDefinition]:
    """Every dataset as an asset, inputs before what is made from them."""
    by_name = {revision.name: revision for revision in revisions}
    contracts = {name: revision.contract for name, revision in by_name.items()}
    order = build_order(contracts)
    made = []
    for number, start in enumerate(range(0, len(order), WAVE_SIZE), start=1):
        names = order[start : start + WAVE_SIZE]
        made.append(_wave(f"wave_{number}", [by_name[name] for name in names], contracts))
    return made


def _wave(name: str, revisions: Sequence[Revision], contracts: Mapping[str, Contract]) -> dg.AssetsDefinition:
    order = [revision.name for revision in revisions]

    @dg.multi_asset(
        name=name,
        specs=[_spec(revision, contracts) for revision in revisions],
        check_specs=[spec for r in revisions for spec in checks.specs(key_of(r.name), r.contract)],
        can_subset=True,
        config_schema=CONFIG,
        required_resource_keys={"installation"},
    )
    def build_wave(context: dg.AssetExecutionContext) -> Iterator[Any]:
        selected = [each for each in order if key_of(each) in context.selected_asset_keys]
        yield from _build(context, selected, context.op_execution_context.op_config["as_of"])

    built: dg.AssetsDefinition = build_wave
    return built


def _build(context: dg.AssetExecutionContext, names: Sequence[str], day: str) -> Iterator[Any]:
    """Build the named datasets; the failure of one is its own, told at the end."""
    installation: Installation = context.resources.installation
    as_of = date.fromisoformat(day) if day else local_date(installation.clock())
    with reading(installation.engine) as connection:
        revisions = all_current(connection)
    failed: list[str] = []
    with Wave(
        installation.home,
        installation.engine,
        revisions,
        as_of=as_of,
        run=context.run.run_id,
        clock=installation.clock,
        strict=installation.strict,
    ) as wave:
        wave.expect(names)
        for name in names:
            outcome, account = wave.build(name)
            installation.heard(outcome)
            context.log.info("%s: %s %s", name, outcome.state, outcome.reason)
            yield from _events(key_of(name), outcome, account, wave.contracts)
            if outcome.state == "failed":
                failed.append(f"{name}: {outcome.reason}")
    if installation.sends_back:
        failed += _sent_back(context, installation)
    if failed:
        raise WaveFailed("; ".join(failed))


def _sent_back(context: dg.AssetExecutionContext, installation: Installation) -> list[str]:
    """Send what moved back to its areas; what could not be sent, one line each."""
    run = deliver_due(installation.home, installation.engine, installation.clock())
    for sent in run.sent:
        context.log.info("%s: sent back to %s", sent.dataset, sent.area)
    return [f"{name} not sent back: {why}" for name, why in run.failed.items()]


def _events(
    key: dg.AssetKey, outcome: Outcome, account: Account, contracts: Mapping[str, Contract]
) -> Iterator[Any]:
    if outcome.state == "released":
        yield dg.MaterializeResult(asset_key=key, metadata=_figures(outcome, account, contracts))
    yield from checks.results(key, outcome, account)


def _figures(outcome: Outcome, account: Account, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What the owner sees of a release in Dagster."""
    contract = contracts[outcome.name]
    figures: dict[str, Any] = {
        "dagster/row_count": outcome.typed,
        "lines read": outcome.lines_read,
        "landed": outcome.landed,
        "quarantined": outcome.quarantined,
        "quality": "not assessed" if outcome.quality is None else outcome.quality,
        "grade": outcome.grade,
        "milliseconds": dict(account.timings),
    }
    if contract.composed is not None:
        figures["dagster/column_lineage"] = _column_lineage(contract, contracts)
    return figures


def _spec(revision: Revision, contracts: Mapping[str, Contract]) -> dg.AssetSpec:
    contract = revision.contract
    inputs = inputs_of(contract.composed.sql) if contract.composed is not None else ()
    columns = [dg.TableColumn(f.name, f.type.value, description=f.business_name) for f in contract.fields]
    return dg.AssetSpec(
        key_of(revision.name),
        deps=[key_of(each) for each in inputs if each in contracts],
        description=f"{contract.title} — {contract.department.name}. {contract.summary}".strip(),
        group_name=contract.schema,
        skippable=True,
        kinds={"delta", "duckdb"},
        tags={"update_cycle": contract.update_cycle.value},
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "code": revision.code,
            "revision": revision.number,
            "sharing": contract.sharing.type.value,
        },
    )


def _column_lineage(contract: Contract, contracts: Mapping[str, Contract]) -> dg.TableColumnLineage:
    by_column: dict[str, list[dg.TableColumnDep]] = {}
    for edge in column_lineage(contract, contracts):
        if EVERY not in (edge.source_field, edge.target_field):
            dep = dg.TableColumnDep(asset_key=key_of(edge.source_dataset), column_name=edge.source_field)
            by_column.setdefault(edge.target_field, []).append(dep)
    return dg.TableColumnLineage(deps_by_column=by_column)
