"""What an operator selects is what Dagster would run; what a killed build left is finished by the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.errors import CatalogError
from catalog.lineage.columns import LineageCycle, ordered
from catalog.outlines import FORM, all_outlines
from catalog.releases.leases import holdings
from catalog.releases.published import all_latest
from catalog.store import reading, writing
from catalog.store.tables.inputs import outlines
from catalog.store.tables.releases import builds, intents
from contracts.model import Composed, Composition, Contract, UpdateCycle
from pipelines.build import build
from pipelines.building.plan import changed
from pipelines.cli import build as command
from pipelines.errors import NothingToBuild
from pipelines.orchestration.selection import selected

Found = Callable[..., Any]
AS_OF = date(2026, 9, 24)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("civil/people", ["civil.people"]),
        ("civil.people", ["civil.people"]),
        ("+topic/by_ward", ["civil.people", "topic.by_ward"]),
        ('key:"civil/people"+', ["civil.people", "theme.rich", "topic.by_ward"]),
        ("group:theme", ["theme.rich"]),
        ("tag:update_cycle=monthly", ["civil.people"]),
        ('key:"*/*" and not group:theme', ["civil.people", "road.lamps", "school.notes", "topic.by_ward"]),
        ('owner:"team:11990100MA0009KN7Y" and group:road', ["road.lamps"]),
    ],
)
def test_a_selection_is_read_as_dagster_reads_it(found_town: Found, text: str, names: list[str]) -> None:
    assert sorted(selected(found_town().engine, text, AS_OF)) == names


@pytest.mark.parametrize("text", ["((", "civil/nobody", "group:nobody"])
def test_a_selection_that_means_nothing_says_how_to_write_one(found_town: Found, text: str) -> None:
    with pytest.raises(NothingToBuild, match="group:civil"):
        selected(found_town().engine, text, AS_OF)


def test_the_command_builds_what_is_selected_and_says_how_long_each_stage_took(
    found_town: Found, contracts: dict[str, Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"], contracts["theme.rich"])

    ran = CliRunner().invoke(
        command, ["--select", "+topic/by_ward", "--as-of", "2026-09-24", "--json"], catch_exceptions=False
    )

    done = {outcome["name"]: outcome for outcome in json.loads(ran.stdout)}
    assert {name: outcome["state"] for name, outcome in done.items()} == {
        "civil.people": "released",
        "topic.by_ward": "released",
    }
    assert {"land", "check", "publish"} <= set(done["civil.people"]["ms"])
    assert "2 of 2 datasets to build" in ran.stderr
    assert set(changed(town.home, town.engine)) == {"theme.rich"}


def test_a_circle_is_refused_with_its_path(found_town: Found, contracts: dict[str, Contract]) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])
    circle = replace(
        contracts["civil.people"],
        sources=(),
        composed=Composed(Composition.UNIT_LEVEL, "SELECT ward AS id_card, ward, people AS income, "
                          "DATE '2026-01-01' AS seen FROM topic.by_ward"),
    )  # fmt: skip

    with pytest.raises(CatalogError, match=r"civil\.people → topic\.by_ward → civil\.people"):
        town.catalogue(circle)
    with pytest.raises(LineageCycle, match="a → b → a"):
        ordered({"a": ("b",), "b": ("a",)})


def test_a_lost_or_outdated_outline_is_made_again(found_town: Found) -> None:
    engine = found_town().engine
    before = all_outlines(engine)
    with writing(engine) as connection:
        connection.execute(outlines.update().values(form=FORM - 1, document={}))

    assert all_outlines(engine) == before
    assert next(o for o in before if o.name == "topic.by_ward").inputs == ("civil.people",)


@pytest.mark.full
def test_a_build_killed_halfway_is_finished_by_the_next_without_building_anything_twice(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    six = [
        replace(contracts["civil.people"], id=f"p{n}", table=f"people_{n}", update_cycle=UpdateCycle.DAILY)
        for n in range(6)
    ]
    town = found_town(*six)
    program = [sys.executable, "-m", "ybz", "--home", str(town.home.root), "build", "--as-of", "2026-09-24"]
    running = subprocess.Popen(
        program, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    waited = time.monotonic() + 120
    while len(_released(town)) < 2 and time.monotonic() < waited:
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    held = [each.life for each in holdings(town.engine, now=datetime.now(UTC))]
    done = _released(town)
    assert 2 <= len(done) < 6
    assert set(held) <= {"ended"}

    outcomes = {outcome.name: outcome.state for outcome in build(town.home, None, AS_OF)}

    with reading(town.engine) as connection:
        made = Counter(
            connection.execute(select(builds.c.dataset).where(builds.c.state == "released")).scalars()
        )
        left = connection.execute(select(intents.c.id).where(intents.c.outcome.is_(None))).all()
    assert made == {contract.name: 1 for contract in six}, "each was released once"
    assert {name: outcomes[name] for name in done} == dict.fromkeys(done, "unchanged")
    assert left == []
    assert holdings(town.engine, now=datetime.now(UTC)) == ()


def _released(town: Any) -> list[str]:
    with reading(town.engine) as connection:
        return [release.dataset for release in all_latest(connection)]
