"""A build whose store and whose Dagster log are both on a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from catalog.home import Home
from catalog.releases.published import all_latest
from catalog.store import create_store, reading
from contracts.model import Contract
from tests.pipelines.conftest import Town
from tests.servers import PostgreSQL

Found = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.full
def test_a_build_keeps_its_releases_and_its_events_on_the_server(
    postgres: PostgreSQL, contracts: dict[str, Contract], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, log = postgres.new_database(), postgres.new_database(driver="psycopg2")
    monkeypatch.setenv("YBZ_DATABASE_URL", store)
    folder, instance = tmp_path / "town", tmp_path / "dagster"
    folder.mkdir()
    instance.mkdir()
    shutil.copy(ROOT / "dagster_home" / "dagster.postgresql.yaml", instance / "dagster.yaml")
    home = Home(tmp_path / "var")
    engine = create_store(home)
    town = Town(home, engine, folder)
    town.write("people.csv", town.lines())
    town.catalogue(contracts["civil.people"], contracts["topic.by_ward"])

    ran = subprocess.run(
        [sys.executable, "-m", "ybz", "--home", str(home.root), "build", "--as-of", "2026-09-24"],
        env={**os.environ, "DAGSTER_HOME": str(instance), "YBZ_DAGSTER_DATABASE_URL": log},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    with reading(engine) as connection:
        released = [release.dataset for release in all_latest(connection)]
    engine.dispose()
    assert released == ["civil.people", "topic.by_ward"]
    events = create_engine(log)
    with events.connect() as connection:
        kinds = connection.execute(
            text("SELECT asset_key FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'")
        )
        assert {row.asset_key for row in kinds} == {'["civil", "people"]', '["topic", "by_ward"]'}
    events.dispose()
