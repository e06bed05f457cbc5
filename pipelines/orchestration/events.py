"""What a run tells Dagster of one build: the release with its figures, and the outcomes of its checks.

Decides which figures an owner sees. Counts, ratios and names; no value of the data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import dagster as dg

from catalog.lineage.columns import EVERY, column_lineage
from contracts.model import Contract
from pipelines.building.account import Account
from pipelines.building.outcome import Outcome
from pipelines.orchestration import checks


def events(
    outcome: Outcome,
    account: Account,
    contracts: Mapping[str, Contract],
    declared: Collection[dg.AssetCheckKey],
) -> Iterator[Any]:
    """The events of one dataset: its materialization where it was released, and its checks."""
    key = dg.AssetKey(outcome.name.split("."))
    if outcome.state == "released":
        yield dg.MaterializeResult(
            asset_key=key, metadata=figures(outcome, account, contracts[outcome.name], contracts)
        )
    yield from checks.results(key, outcome, account, declared)


def figures(
    outcome: Outcome, account: Account, contract: Contract, contracts: Mapping[str, Contract]
) -> dict[str, Any]:
    """What the owner sees of a release in Dagster."""
    return {
        "dagster/row_count": outcome.typed,
        "dagster/column_lineage": _column_lineage(contract, contracts),
        "lines read": outcome.lines_read,
        "landed": outcome.landed,
        "quarantined": outcome.quarantined,
        "quality": "not assessed" if outcome.quality is None else outcome.quality,
        "grade": outcome.grade,
        "milliseconds": dict(account.timings),
    }


def source_columns(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Field, source and heading: which column of which layout feeds a field of a landed dataset."""
    for source in contract.sources:
        heading_of = {name: heading for heading, name in source.columns.items()}
        heading_of |= {name: f"#{place}" for place, name in enumerate(source.positions, start=1) if name}
        for field in contract.fields:
            if field.name not in source.absent:
                yield field.name, source.name, heading_of.get(field.name, field.business_name)


def _column_lineage(contract: Contract, contracts: Mapping[str, Contract]) -> dg.TableColumnLineage:
    by_column: dict[str, list[dg.TableColumnDep]] = {}
    if contract.composed is None:
        for field, source, heading in source_columns(contract):
            key = dg.AssetKey(["source", *contract.name.split("."), source])
            by_column.setdefault(field, []).append(dg.TableColumnDep(key, heading))
    for edge in column_lineage(contract, contracts):
        if EVERY not in (edge.source_field, edge.target_field):
            dep = dg.TableColumnDep(dg.AssetKey(edge.source_dataset.split(".")), edge.source_field)
            by_column.setdefault(edge.target_field, []).append(dep)
    return dg.TableColumnLineage(deps_by_column=by_column)
