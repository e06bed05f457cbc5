"""Connections to a store on PostgreSQL: all in use, gone and back, too slow; each answered, none waited."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from catalog.errors import StoreBusy, StoreDamaged, StoreFull, StoreUnreachable
from catalog.home import Home
from catalog.store import create_store, pooling, reading, writing
from catalog.store.engine import engine_of
from space.access.switch import judged
from tests.servers import PostgreSQL

SMALL = {
    pooling.SIZE: "1",
    pooling.OVERFLOW: "1",
    pooling.WAIT_S: "1",
    pooling.STATEMENT_S: "4",
    pooling.LOCK_S: "1",
}


@pytest.fixture
def served(home: Home, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A store on the server with two connections, and little patience."""
    for name, value in SMALL.items():
        monkeypatch.setenv(name, value)
    home.keep_database_url(postgres.new_store())
    made = create_store(home)
    yield made
    made.dispose()


@pytest.fixture
def http(home: Home, served: Engine) -> TestClient:
    """The application over it."""
    from space.api.app import create_app

    return TestClient(create_app(home))


def administer(postgres: PostgreSQL, *statements: str) -> None:
    with psycopg.connect(
        host="127.0.0.1", port=postgres.port, user=postgres.user, dbname="postgres"
    ) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def problem(answer: Any) -> tuple[int, str, bool]:
    return answer.status_code, answer.json()["code"], "retry-after" in answer.headers


@pytest.mark.full
def test_when_all_connections_are_in_use_the_answer_is_503_and_comes_soon(
    served: Engine, http: TestClient
) -> None:
    with reading(served), reading(served):
        began = time.monotonic()
        answer = http.get("/v1/search?q=x", headers={"Authorization": "Bearer x"})
        assert problem(answer) == (503, "store.busy", True)
        assert time.monotonic() - began < 10
        with pytest.raises(StoreBusy, match=pooling.SIZE), reading(served):
            pass
    assert http.get("/v1/search?q=x", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.full
def test_a_database_that_is_gone_is_503_and_found_again_by_itself(
    served: Engine, http: TestClient, postgres: PostgreSQL
) -> None:
    name = served.url.database
    ask = lambda: http.get("/v1/search?q=x", headers={"Authorization": "Bearer x"})  # noqa: E731
    assert ask().status_code == 401
    away = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    administer(postgres, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', away)
    try:
        answer = ask()
        assert problem(answer) == (503, "store.unreachable", True)
        assert str(postgres.port) not in answer.text.replace("127.0.0.1", "")
        with pytest.raises(StoreUnreachable), reading(served):
            pass
    finally:
        administer(postgres, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert ask().status_code == 401
    administer(postgres, away)  # the server was restarted between two requests
    assert ask().status_code == 401


@pytest.mark.full
def test_a_statement_or_a_lock_that_takes_too_long_ends(served: Engine) -> None:
    with pytest.raises(StoreBusy, match="did not answer in time"), reading(served) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    held, over = threading.Event(), threading.Event()

    def write() -> None:
        with writing(served):
            held.set()
            over.wait(30)

    other = threading.Thread(target=write)
    other.start()
    assert held.wait(10)
    try:
        with pytest.raises(StoreBusy, match="others have been writing"), writing(served):
            pass
    finally:
        over.set()
        other.join()
    with writing(served):
        pass


@pytest.mark.full
def test_sizes_and_waits_are_settings(served: Engine) -> None:
    assert served.pool.size() == 1  # type: ignore[attr-defined]
    with reading(served) as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "4s"
        assert connection.execute(text("SHOW jit")).scalar_one() == "off"


def test_a_server_that_is_not_there_is_told_in_one_line_at_once(home: Home) -> None:
    home.keep_database_url("postgresql+psycopg://ybz:secret@127.0.0.1:1/nothing")
    engine = engine_of(home)
    with pytest.raises(StoreUnreachable, match="cannot be reached") as told, reading(engine):
        pass
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)
    engine.dispose()


@pytest.mark.embedded
def test_a_full_disk_is_told_and_nothing_is_done(engine: Engine) -> None:
    with writing(engine) as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFull, match="disk of the store is full"):
            connection.exec_driver_sql("CREATE TABLE much AS SELECT randomblob(9999999) AS b")


@pytest.mark.embedded
@pytest.mark.parametrize("harm", ["another file", "a damaged page"])
def test_a_damaged_file_is_told_in_one_line_with_what_to_do(home: Home, engine: Engine, harm: str) -> None:
    engine.dispose()
    file = home.root / "ybz.db"
    whole = file.read_bytes()
    for beside in home.root.glob("ybz.db-*"):
        beside.unlink()
    bad = b"no store\n" * 999 if harm == "another file" else whole[:100] + b"\xff" * (len(whole) - 100)
    file.write_bytes(bad)
    with pytest.raises(StoreDamaged, match="restore the newest backup"), reading(engine) as connection:
        connection.exec_driver_sql("SELECT * FROM entries")
    with pytest.raises(StoreDamaged, match="restore the newest backup"):
        judged(home)


@pytest.mark.embedded
def test_a_file_that_cannot_be_opened_is_told_in_one_line(home: Home) -> None:
    (home.root / "ybz.db").mkdir(parents=True)
    with pytest.raises(StoreUnreachable, match="as the user it belongs to"), reading(engine_of(home)):
        pass
