"""The store on a real PostgreSQL server, as whoever runs an installation meets it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from catalog.errors import StoreUnreachable
from catalog.home import Home
from catalog.releases.leases import LeaseHeld, take
from catalog.store import create_store, open_store, reading, writing
from catalog.store.tables.releases import leases
from tests.servers import PostgreSQL

pytestmark = pytest.mark.full
PROGRAM = (sys.executable, "-c", "from ybz import main; main()")
CITY = Path(__file__).resolve().parents[2] / "examples" / "city" / "contracts"


def ybz(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "--home", str(home), *words], capture_output=True, text=True, timeout=120, check=False
    )


def test_an_installation_keeps_its_store_on_the_server_it_was_made_with(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    home, url = tmp_path / "var", postgres.new_database()
    home.mkdir()
    Home(home).keep_database_url(url)
    before = ybz(home, "show")
    assert before.returncode == 1
    assert "run `ybz init` first" in before.stderr

    made = ybz(home, "init", "--database", url)
    assert made.returncode == 0, made.stderr
    assert not (home / "ybz.db").exists()
    assert Home(home).database_file.stat().st_mode & 0o077 == 0

    entered = ybz(
        home, "catalog", str(CITY / "transport_bus_stops.yaml"), str(CITY / "civil_population.yaml")
    )
    assert entered.returncode == 0, entered.stderr
    found = ybz(home, "search", "公交", "--json")
    assert [hit["name"] for hit in json.loads(found.stdout)["hits"]] == ["transport.bus_stops"]
    assert json.loads(ybz(home, "search", "公厕", "--json").stdout)["total"] == 0


def test_a_server_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "var"
    Home(home).keep_database_url("postgresql+psycopg://ybz@127.0.0.1:1/none")
    told = ybz(home, "show")
    assert told.returncode == 1
    assert len(told.stderr.strip().splitlines()) == 1
    assert "cannot be reached" in told.stderr
    with pytest.raises(StoreUnreachable):
        open_store(Home(home))


def test_writers_queue_and_nothing_one_read_changes_before_it_commits(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    home = Home(tmp_path / "var")
    home.keep_database_url(postgres.new_database())
    engine = create_store(home)
    with writing(engine) as connection:
        connection.execute(insert(leases).values(dataset="a.b", holder=None, fence=0))

    def add() -> None:
        for _ in range(20):
            with writing(engine) as connection:
                fence = connection.execute(select(leases.c.fence)).scalar_one()
                time.sleep(0.001)
                connection.execute(leases.update().values(fence=fence + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.execute(select(leases.c.fence)).scalar_one() == 80
    engine.dispose()


def test_a_reader_sees_one_state_while_others_write(postgres: PostgreSQL, tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    home.keep_database_url(postgres.new_database())
    engine = create_store(home)
    with reading(engine) as connection:
        before = connection.execute(select(leases.c.dataset)).all()
        with writing(engine) as other:
            other.execute(insert(leases).values(dataset="a.b", holder=None, fence=0))
        assert connection.execute(select(leases.c.dataset)).all() == before
    engine.dispose()


def test_a_connection_the_server_ended_is_made_again(postgres: PostgreSQL, tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    home.keep_database_url(postgres.new_database())
    engine = create_store(home)
    with reading(engine) as connection:
        mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    import psycopg

    with psycopg.connect(
        host="127.0.0.1", port=postgres.port, user=postgres.user, dbname="postgres"
    ) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [mine])
    with reading(engine) as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != mine
    engine.dispose()


def test_one_of_two_builders_gets_the_lease(postgres: PostgreSQL, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    home = Home(tmp_path / "var")
    home.keep_database_url(postgres.new_database())
    engine, got = create_store(home), []
    start = threading.Barrier(6)

    def build() -> None:
        start.wait()
        try:
            got.append(take(engine, "civil.population", now=datetime.now(UTC)))
        except LeaseHeld:
            return

    threads = [threading.Thread(target=build) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    engine.dispose()
