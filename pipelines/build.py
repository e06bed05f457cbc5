"""``build``: the definitions Dagster shows, run in this process.

Decides what is in a run: everything asked for that changed since its release. A stopped dataset is a
stated outcome; only a fault of the build itself is a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import load
from catalog.keys.succession import require_in_use
from catalog.outlines import Outline, all_outlines
from catalog.releases import leases
from catalog.releases import published as releases
from catalog.releases.attempts import record_unchanged
from catalog.releases.publication import recover
from catalog.store import open_store, reading, writing
from catalog.store.schema import new_id
from pipelines.building.outcome import Outcome
from pipelines.building.plan import changed
from pipelines.errors import NothingToBuild, PipelineError
from pipelines.expectations.staging import load_in_background
from pipelines.orchestration.resources import Installation
from policies.clocks import local_date

if TYPE_CHECKING:
    import dagster as dg

Heard = Callable[[Outcome], None]
# Told how many datasets are to be built, of how many that were asked for.
Planned = Callable[[int, int], None]
# Told the entries nothing stands behind yet, where some were left out.
LeftOut = Callable[[Sequence[str]], None]


class RunFailed(PipelineError):
    """Dagster could not carry the run through."""


def build(
    home: Home,
    names: Sequence[str] | None = None,
    as_of: date | None = None,
    *,
    select: str = "",
    heard: Heard = lambda _outcome: None,
    planned: Planned = lambda _due, _asked: None,
    left_out: LeftOut = lambda _names: None,
    strict: bool = False,
) -> list[Outcome]:
    """Build datasets of the ledger, in the order their composition asks for.

    Args:
        home: the installation.
        names: ``schema.table`` names; all where None and nothing is selected. An entry whose contract
            names no source is built, and fails, where it is named here; else it is left out.
        as_of: day on which timeliness and dated rules are judged; today where None.
        select: datasets in Dagster's words, beside the names; see :mod:`pipelines.orchestration.selection`.
        heard: told each outcome as it is known.
        planned: told how much is to be built, before the first.
        left_out: told which entries were left out, before the first.
        strict: raise a fault of ours instead of recording it as a failure.

    Returns:
        One outcome per dataset, as asked for, or by name.

    Raises:
        NothingToBuild: a name is no dataset of the ledger, or nothing is selected.
        KeyTrouble: a key is lost, or is not the one in use; no dataset is begun.
        LineageCycle: datasets are made from each other; the path is shown.
    """
    engine = open_store(home)
    recover(home, engine, datetime.now(UTC))
    leases.sweep(engine, now=datetime.now(UTC))
    outlines = all_outlines(engine)
    asked = _wanted(engine, outlines, names, select)
    bare = {each.name for each in outlines if each.lands_nothing} - set(names or ())
    wanted = [name for name in asked if name not in bare]
    if len(wanted) < len(asked):
        left_out([name for name in asked if name in bare])
    due = changed(home, engine, wanted, outlines)
    if due:
        require_in_use(home, load(home).signer.key_id)  # here, where its line still reaches who builds
    planned(len(due), len(wanted))
    if due:
        load_in_background()
    outcomes = _unchanged(engine, [name for name in wanted if name not in due])
    for outcome in outcomes:
        heard(outcome)
    if due:
        installation = Installation(home, engine, heard=heard, strict=strict, sends_back=False)
        outcomes += run_in_process(installation, tuple(due), as_of)
    place = {name: number for number, name in enumerate(wanted)}
    return sorted(outcomes, key=lambda outcome: place[outcome.name])


def run_in_process(
    installation: Installation, names: Sequence[str], as_of: date | None = None
) -> list[Outcome]:
    """Materialise datasets with the same definitions Dagster loads.

    Raises:
        RunFailed: the run ended before every dataset had an outcome.
    """
    from pipelines.definitions import definitions
    from pipelines.orchestration.instance import instance_of_command

    outcomes: list[Outcome] = []

    def hear(outcome: Outcome) -> None:
        outcomes.append(outcome)
        installation.heard(outcome)

    made = definitions(replace(installation, heard=hear), frozenset(names))
    job = made.resolve_implicit_global_asset_job_def()
    steps = {node.name for node in job.graph.nodes}
    with instance_of_command() as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=installation.strict,
            run_config=_run_config(steps, as_of),
        )
    if len(outcomes) < len(names):
        raise RunFailed(_missing(names, outcomes, result))
    return outcomes


def _missing(names: Sequence[str], outcomes: Sequence[Outcome], result: dg.ExecuteInProcessResult) -> str:
    """Which datasets have no outcome, and the kind of error that ended the run: its text may quote values."""
    left = ", ".join(sorted(set(names) - {outcome.name for outcome in outcomes}))
    error = next((e.step_failure_data.error for e in result.all_events if e.is_step_failure), None)
    while error is not None and error.cause is not None:
        error = error.cause
    kind = f" ({error.cls_name})" if error is not None else ""
    return f"the run ended before {left}{kind} — build it with debugging on to see why"


def _run_config(steps: set[str], as_of: date | None) -> dict[str, Any]:
    # Outcomes are told by `heard`; Dagster's own log lines would bury them.
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    quiet = {"console": {"config": {"log_level": "CRITICAL"}}}
    day = as_of.isoformat() if as_of else ""
    return {"ops": {step: {"config": {"as_of": day}} for step in sorted(steps)}, "loggers": quiet}


def _wanted(
    engine: Engine, outlines: Sequence[Outline], names: Sequence[str] | None, select: str
) -> list[str]:
    known = [outline.name for outline in outlines]
    if names is None and not select:
        return known
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise NothingToBuild(f"no dataset {', '.join(unknown)} in the ledger — see `ybz show` for its names")
    chosen = list(names or ())
    if select:
        from pipelines.orchestration.selection import selected

        chosen += selected(engine, select, local_date(datetime.now(UTC)))
    return list(dict.fromkeys(chosen))


def _unchanged(engine: Engine, names: Sequence[str]) -> list[Outcome]:
    """Outcomes of what has nothing new to build, recorded as attempts like any other."""
    now, run = datetime.now(UTC), new_id("run")
    wanted = set(names)
    with reading(engine) as connection:
        found = {row.dataset: row for row in releases.latest_figures(connection) if row.dataset in wanted}
    outcomes = [Outcome(name=name, state="unchanged", **_figures(found[name])) for name in names]
    with writing(engine) as connection:
        record_unchanged(connection, run, [(o.name, _figures(found[o.name])) for o in outcomes], now)
    return outcomes


def _figures(row: Any) -> Mapping[str, Any]:
    return {
        name: getattr(row, name)
        for name in ("lines_read", "landed", "typed", "quarantined", "quality", "grade")
    }
