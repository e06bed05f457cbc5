"""Datasets as Dagster assets: one asset each, built by few steps, each a wave.

Decides how a dataset of the ledger looks in the graph (key, group, owner, freshness, checks) and which
datasets one step builds. What a run tells of a build is :mod:`pipelines.orchestration.events`'s, how a
dataset is built :mod:`pipelines.building.wave`'s.
"""

# No postponed annotations here: Dagster compares the type of `context` with its own class.
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

import dagster as dg

from catalog.lineage.columns import ordered
from catalog.outlines import Outline
from catalog.revisions import all_current
from catalog.store import reading
from pipelines.backflow.delivering import deliver_due
from pipelines.building.wave import Wave
from pipelines.errors import PipelineError
from pipelines.orchestration import checks, openlineage
from pipelines.orchestration.events import events
from pipelines.orchestration.freshness import freshness_policies
from pipelines.orchestration.resources import Installation
from policies.clocks import local_date

# Datasets of one step, unless more are made from each other: a run per dataset costs seconds of
# bookkeeping; steps of some hundreds show where a run is and can run side by side.
WAVE_SIZE: Final = 200
# Steps that build at the same time are limited by this pool; see dagster_home/dagster.yaml.
POOL: Final = "ybz_builds"

# What is safe in the name of a team: Dagster's pages put it into addresses.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class WaveFailed(PipelineError):
    """Some datasets of a wave failed, or could not be sent back; the others were."""


# What a run may be told.
CONFIG: Final = {
    "as_of": dg.Field(str, default_value="", description="Day of judgement YYYY-MM-DD; empty = today.")
}


def key_of(name: str) -> dg.AssetKey:
    """Asset key of a dataset."""
    return dg.AssetKey(name.split("."))


def name_of(key: dg.AssetKey) -> str:
    """Name of the dataset behind an asset key."""
    return ".".join(key.path)


def grouped(outlines: Sequence[Outline]) -> list[list[str]]:
    """Dataset names wave by wave, inputs before what is made from them.

    Datasets made from each other are in one wave, whatever its size: a step that waits for another is
    skipped as soon as anything in that other step is unchanged, stopped or failed. What the rules of a
    dataset read stands before it in its wave; waves are begun in their order.

    Raises:
        LineageCycle: datasets are made from each other in a circle.
    """
    inputs = {each.name: each.inputs or () for each in outlines}
    order = ordered(inputs, {each.name: each.compared for each in outlines})
    place = {name: number for number, name in enumerate(order)}
    made: list[list[str]] = []
    for family in _families(order, inputs):
        if made and len(made[-1]) + len(family) <= WAVE_SIZE:
            made[-1] += family
        else:
            made.append(family)
    return [sorted(wave, key=place.__getitem__) for wave in made]


def _families(order: Sequence[str], inputs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Names that are made from each other, together; families by the place of their first member."""
    head = {name: name for name in order}

    def first(name: str) -> str:
        while head[name] != name:
            head[name] = name = head[head[name]]
        return name

    for name in order:
        for source in inputs[name]:
            if source in head:
                head[first(name)] = first(source)
    families: dict[str, list[str]] = {}
    for name in order:
        families.setdefault(first(name), []).append(name)
    return list(families.values())


def waves(
    outlines: Sequence[Outline], on: date, made: Mapping[str, dg.AssetSpec] | None = None
) -> list[dg.AssetsDefinition]:
    """Every dataset as an asset of one of the waves.

    Args:
        outlines: of the datasets.
        on: day whose freshness rules apply.
        made: the asset each is, where more are shown than are built here.
    """
    by_name = {outline.name: outline for outline in outlines}
    made = specs(outlines, on) if made is None else made
    return [
        _wave(number, [by_name[name] for name in names], made)
        for number, names in enumerate(grouped(outlines), start=1)
    ]


def specs(outlines: Sequence[Outline], on: date) -> Mapping[str, dg.AssetSpec]:
    """The asset each dataset is, by name."""
    policies = freshness_policies(on)
    known = {outline.name for outline in outlines}
    return {outline.name: _spec(outline, known, policies.get(outline.cycle)) for outline in outlines}


def _wave(number: int, outlines: Sequence[Outline], made: Mapping[str, dg.AssetSpec]) -> dg.AssetsDefinition:
    order = [outline.name for outline in outlines]

    @dg.multi_asset(
        name=f"wave_{number}",
        op_tags={"dagster/priority": str(-number)},
        specs=[made[each] for each in order],
        check_specs=[spec for o in outlines for spec in checks.specs(key_of(o.name), o.dimensions)],
        can_subset=True,
        config_schema=CONFIG,
        required_resource_keys={"installation"},
        pool=POOL,
    )
    def build_wave(context: dg.AssetExecutionContext) -> Iterator[Any]:
        wanted = context.selected_asset_keys
        selected = [each for each in order if key_of(each) in wanted]
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
    declared = context.selected_asset_check_keys
    with (
        Wave(
            installation.home,
            installation.engine,
            revisions,
            as_of=as_of,
            run=context.run.run_id,
            clock=installation.clock,
            strict=installation.strict,
        ) as wave,
        openlineage.emitter(run=context.run.run_id, clock=installation.clock) as lineage,
    ):
        wave.expect(names)
        for name in names:
            with lineage.building(wave.contracts[name], wave.contracts) as told:
                outcome, account = wave.build(name)
                told(outcome, account)
            installation.heard(outcome)
            if outcome.reason:
                context.log.warning("%s: %s %s", name, outcome.state, outcome.reason)
            yield from events(outcome, account, wave.contracts, declared)
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


def _spec(outline: Outline, known: Collection[str], freshness: dg.FreshnessPolicy | None) -> dg.AssetSpec:
    columns = [dg.TableColumn(name, kind, description=heading) for name, kind, heading in outline.fields]
    return dg.AssetSpec(
        key_of(outline.name),
        deps=[key_of(each) for each in outline.inputs or () if each in known],
        description=f"{outline.title} — {outline.department}. {outline.summary}".strip(),
        group_name=outline.schema,
        skippable=True,
        kinds={"delta", "duckdb"},
        owners=[_team(outline.department, outline.department_code)],
        tags={"update_cycle": outline.cycle.value, "sharing": outline.sharing},
        freshness_policy=freshness,
        metadata={
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "code": outline.code,
            "revision": outline.revision,
            "department": outline.department,
            "sharing": outline.sharing,
        },
    )


@cache
def _team(department: str, code: str) -> str:
    """The department as Dagster names an owner: by its credit code, else the sound of its name."""
    safe = _UNSAFE.sub("-", code).strip("-")
    if not safe:
        from pypinyin import lazy_pinyin  # few departments have no code

        safe = _UNSAFE.sub("-", "".join(lazy_pinyin(department))).strip("-")
    return f"team:{safe or 'unnamed'}"
