"""Asset checks: one per quality dimension, and the gate of the release.

Decides which checks a dataset shows in Dagster and how an outcome becomes their results. A dimension
no rule speaks about has no check, and one nothing was evaluated for no result: not assessed is not
passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import dagster as dg

from contracts.model import Dimension
from pipelines.building.account import Account
from pipelines.building.outcome import Outcome

GATE: Final = "release_gate"


def specs(key: dg.AssetKey, dimensions: Sequence[Dimension]) -> list[dg.AssetCheckSpec]:
    """The checks of one dataset: its gate, and the dimensions its rules speak about."""
    gate = dg.AssetCheckSpec(GATE, asset=key, description="May this build be released?")
    by_dimension = [
        dg.AssetCheckSpec(d.value, asset=key, description=f"Rules of {d.value} (GB/T 36344-2018).")
        for d in dimensions
    ]
    return [gate, *by_dimension]


def results(
    key: dg.AssetKey, outcome: Outcome, account: Account, declared: Collection[dg.AssetCheckKey]
) -> Iterator[dg.AssetCheckResult]:
    """What the declared checks of one dataset say of a build.

    A contract revised since the graph was loaded may speak about a dimension more: it is in the store,
    and in the graph once that is loaded again.
    """
    open_gate = outcome.state in ("released", "unchanged")
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=GATE,
        passed=open_gate,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"state": outcome.state, "reason": outcome.reason or "none"},
    )
    failed: dict[str, list[str]] = {r.dimension.value: [] for r in account.results}
    for result in account.results:
        if not result.passed:
            failed[result.dimension.value].append(result.rule)
    for name, measured in account.dimensions.items():
        if measured["x"] is None or dg.AssetCheckKey(key, name) not in declared:
            continue
        metadata: dict[str, Any] = {
            "share": float(measured["x"]),
            "good": measured["a"],
            "evaluated": measured["b"],
            "broken rules": ", ".join(failed[name]) or "none",
        }
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=name,
            passed=not failed[name],
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )
