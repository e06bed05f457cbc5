"""Entries taken over from a former catalogue have no files yet; a build passes them over and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from contracts.model import Contract
from pipelines.building.plan import changed
from pipelines.cli import build as command
from pipelines.definitions import definitions
from pipelines.orchestration.resources import Installation

LAMPS = dg.AssetKey(["road", "lamps"])
PEOPLE = dg.AssetKey(["civil", "people"])


@pytest.fixture
def town(found_town: Callable[..., Any], contracts: dict[str, Contract]) -> Any:
    return found_town(contracts["civil.people"], replace(contracts["road.lamps"], sources=()))


def ran(town: Any, *words: str) -> Result:
    return CliRunner(env={"YBZ_HOME": str(town.home.root)}).invoke(command, list(words))


def test_a_build_of_everything_leaves_them_out_and_tells_how_many(town: Any) -> None:
    done = ran(town, "--as-of", "2026-09-24")

    assert done.exit_code == 0, done.output
    assert "1 entry names no source yet" in done.stderr
    assert "civil.people" in done.stdout
    assert "road.lamps" not in done.stdout


def test_a_selection_leaves_them_out_too_and_naming_one_tells_why_it_cannot_be_built(town: Any) -> None:
    assert ran(town, "--select", "group:road").exit_code == 0

    named = ran(town, "road.lamps")

    assert named.exit_code == 1
    assert "the contract names no source to land" in named.stdout


def test_dagster_shows_them_and_builds_what_has_a_source(town: Any) -> None:
    graph = definitions(Installation(town.home, town.engine)).resolve_asset_graph()

    assert set(changed(town.home, town.engine)) == {"civil.people"}
    assert {LAMPS, PEOPLE} <= graph.get_all_asset_keys()
    assert PEOPLE in graph.materializable_asset_keys
    assert LAMPS not in graph.materializable_asset_keys
