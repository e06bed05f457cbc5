"""The city by night: what arrives after the first delivery is built alone, and comes to the same ledger.

Three datasets load in three ways: readings are appended, tickets merged by key, stops changed by a log.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.home import Home
from catalog.releases.published import Release, all_latest, read_vault
from catalog.store import open_store, reading
from examples.city.generate import generate
from examples.city.nights import ARRIVALS, Arrival, deliver

pytestmark = pytest.mark.full

PROGRAM = (sys.executable, "-c", "from ybz import main; main()")
NIGHTS = (1, 2)
CONTRACTS = ("eco_air_readings", "hotline_tickets", "transport_bus_stops", "water_reservoir_levels")


def ybz(home: Path, *words: str) -> Any:
    """What a command prints as JSON."""
    done = subprocess.run(
        [*PROGRAM, "--home", str(home), *words, "--json"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


def releases(home: Path) -> dict[str, Release]:
    with reading(open_store(Home(home))) as connection:
        return {release.dataset: release for release in all_latest(connection)}


def built(home: Path, city: Path) -> dict[str, str]:
    """State of every dataset after a build."""
    return {one["name"]: one["state"] for one in ybz(home, "build")}


def catalogued(home: Path, city: Path) -> None:
    for name in CONTRACTS:
        ybz(home, "catalog", str(city / "contracts" / f"{name}.yaml"))


@pytest.fixture(scope="module")
def nights(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Path, list[tuple[dict[str, Arrival], dict[str, str], dict[str, Release]]]]:
    """A city built after its first delivery and after each night: arrivals, states, releases."""
    city = tmp_path_factory.mktemp("nightly")
    home = city / "var"
    generate(city)
    for contract in (city / "contracts").glob("*.yaml"):
        if contract.stem not in CONTRACTS:
            contract.unlink()
    ybz(home, "init")
    catalogued(home, city)
    assert set(built(home, city).values()) == {"released"}
    told = []
    for night in NIGHTS:
        arrived = deliver(city, night)
        told.append((arrived, built(home, city), releases(home)))
    return city, home, told


def test_only_what_arrived_is_released_again(nights: Any) -> None:
    _, _, told = nights
    for arrived, states, _ in told:
        assert {name for name, state in states.items() if state == "released"} == set(arrived)
        assert states["water.reservoir_levels"] == "unchanged"


def test_a_release_lands_the_rows_of_its_night_and_no_others(nights: Any) -> None:
    _, _, told = nights
    for arrived, _, found in told:
        landed = {name: (found[name].landed, found[name].quarantined) for name in arrived}
        assert landed == {name: (one.landed, one.quarantined) for name, one in arrived.items()}


def test_net_changes_of_a_release_are_those_the_night_brought(nights: Any) -> None:
    _, _, told = nights
    for arrived, _, found in told:
        for name, one in arrived.items():
            changes = found[name].counts["changes"]
            net = (changes["added"], changes["changed"], changes["removed"])
            assert net == (one.added, one.changed, one.removed), name


def test_nights_come_to_the_same_rows_as_one_build_of_everything(nights: Any, tmp_path: Path) -> None:
    city, home, told = nights
    shutil.copytree(city / "data", tmp_path / "data")
    shutil.copytree(city / "contracts", tmp_path / "contracts")
    at_once = tmp_path / "var"
    ybz(at_once, "init")
    catalogued(at_once, tmp_path)
    built(at_once, tmp_path)
    whole, nightly = releases(at_once), told[-1][2]
    for name in ARRIVALS:
        rows = [
            read_vault(Home(place), release)
            for place, release in ((at_once, whole[name]), (home, nightly[name]))
        ]
        assert sorted_rows(rows[0]).equals(sorted_rows(rows[1])), name


def sorted_rows(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names]).combine_chunks()
