"""A real server process stops in order and withstands faults: all are answered, nothing lost, none let in."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.queries import reservations, usages
from policies.access import Role
from space.identity.tokens import issue
from tests.e2e.process import ruled, served
from tests.servers import moved_to_server, postgresql
from tests.watched_logs import identity_numbers

pytestmark = pytest.mark.full

BY_DISTRICT = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"


@pytest.fixture
def bearer(busy: Any) -> dict[str, str]:
    """The operator's token, issued today."""
    return _bearer(busy, busy.engine)


def _bearer(busy: Any, engine: Any) -> dict[str, str]:
    with writing(engine) as connection:
        issued = issue(
            connection, busy.operator["code"], role=Role.CLIENT, by="张磊", days=1, now=datetime.now(UTC)
        )
    return {"Authorization": f"Bearer {issued.secret}"}


@pytest.fixture
def question(busy: Any) -> dict[str, str]:
    held = busy.held(busy.people)
    return {"grant": held.id, "purpose": held.terms.purpose, "sql": BY_DISTRICT}


def states(engine: Any) -> Counter[str]:
    """How many calls are in each state."""
    with reading(engine) as connection:
        return Counter(connection.execute(select(reservations.c.state)).scalars())


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.05)


def test_a_stop_lets_calls_end_and_takes_no_new_ones(
    busy: Any, bearer: dict[str, str], question: dict[str, str]
) -> None:
    answers: list[int] = []
    over = threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(headers=bearer, timeout=60) as http:
            while not over.is_set():
                sql = f"{BY_DISTRICT} HAVING count(*) > {number + 10 * len(answers)}"
                try:
                    answers.append(
                        http.post(f"{server.address}/v1/queries", json={**question, "sql": sql}).status_code
                    )
                except httpx.TransportError:
                    return

    with served(busy.home) as server:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        until(lambda: len(answers) >= 3)
        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began
        over.set()
        for thread in threads:
            thread.join()
    assert took < 25
    found = states(busy.engine)
    assert found["reserved"] == 0
    assert found["answered"] >= answers.count(200) > 0
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.address}/healthz", timeout=60)


def test_a_call_that_does_not_end_in_time_is_lost_and_the_server_is_gone(
    busy: Any, bearer: dict[str, str], question: dict[str, str]
) -> None:
    ruled(busy.home, shutdown_deadline=1)
    with served(busy.home) as server:
        for worker in server.children():
            os.kill(worker, signal.SIGSTOP)
        thread = threading.Thread(
            target=lambda: _swallow(
                lambda: httpx.post(f"{server.address}/v1/queries", json=question, headers=bearer, timeout=60)
            )
        )
        thread.start()
        until(lambda: states(busy.engine)["reserved"] == 1)
        server.stop(within_s=25)
        thread.join()
    assert states(busy.engine) == {"lost": 1}, "".join(server.said[-12:])
    with reading(busy.engine) as connection:
        assert connection.execute(select(usages.c.outcome, usages.c.price_fen)).all() == [("lost", 0)]


def test_two_processes_share_one_port_and_one_count(busy: Any) -> None:
    with served(busy.home, "--processes", "2") as server:
        until(lambda: _ready(server.address))
        before = _counted(server.address)
        for _ in range(20):
            httpx.get(f"{server.address}/healthz", timeout=60)
        assert _counted(server.address) == before + 20


def _counted(address: str) -> float:
    """How often the service was asked for its health, as any of its processes tells."""
    text = httpx.get(f"{address}/metrics", timeout=60).text
    counts = [line for line in text.splitlines() if line.startswith("ybz_requests_total")]
    return next(float(line.rpartition(" ")[2]) for line in counts if "/healthz" in line)


def test_slow_and_silent_callers_are_not_waited_for_and_others_are_answered(busy: Any) -> None:
    ruled(busy.home, idle_connection=1)
    with served(busy.home) as server:
        half_open = [socket.create_connection(server.place) for _ in range(50)]
        assert server.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").startswith(b"HTTP/1.1 408")
        half = b"POST /v1/queries HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"
        slow = server.raw(half)
        assert slow.split(b" ")[1] in (b"408", b"401")
        assert httpx.get(f"{server.address}/healthz", timeout=60).status_code == 200
        for connection in half_open:
            connection.settimeout(10)
            assert connection.recv(10) == b""
            connection.close()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("no http", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        ("null bytes", b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a flood of headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n"),
        ("two lengths", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na"),
        (
            "a length and chunks",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: gzip\r\n\r\nabcd",
        ),
    ],
)
def test_poisoned_requests_are_answered_and_closed(busy_server: Any, name: str, sent: bytes) -> None:
    came = busy_server.raw(sent)
    # A flood is closed while the rest of it is on its way: then its answer may not arrive.
    answered = came.split(b" ")[1] if came else b"400" if "flood" in name else b""
    assert answered in (b"400", b"404", b"431", b"501"), name
    assert httpx.get(f"{busy_server.address}/healthz", timeout=60).status_code == 200


@pytest.fixture
def busy_server(busy: Any) -> Any:
    with served(busy.home) as server:
        yield server


def test_a_full_disk_refuses_acts_and_loses_none_that_was_promised(
    busy: Any, bearer: dict[str, str], question: dict[str, str]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with served(busy.home) as server:

        def ask(least: int) -> httpx.Response:
            sql = f"{BY_DISTRICT} HAVING count(*) > {least}"
            url = f"{server.address}/v1/queries"
            return httpx.post(url, json={**question, "sql": sql}, headers=bearer, timeout=60)

        first = ask(0)
        assert first.status_code == 200
        # From now on no file of the server grows beyond a byte: what a full disk does to it.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
        assert ask(1).status_code in (500, 503)
        assert httpx.get(f"{server.address}/healthz", timeout=60).status_code == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
        assert ask(2).status_code == 200, "".join(server.said[-12:])
        receipt = f"{server.address}/v1/receipts/{first.json()['receipt']['id']}"
        assert httpx.get(receipt, headers=bearer, timeout=60).status_code == 200
    assert identity_numbers("".join(server.said)) == []


def test_a_database_that_goes_and_comes_back_is_told_and_nobody_is_let_in(
    busy: Any, question: dict[str, str]
) -> None:
    with postgresql() as database:
        engine = moved_to_server(busy.home, busy.engine, database)
        bearer = _bearer(busy, engine)
        with served(busy.home) as server, httpx.Client(base_url=server.address, timeout=60) as http:
            assert http.post("/v1/queries", json=question, headers=bearer).status_code == 200
            _go(busy.home.database_url)
            gone = http.post("/v1/queries", json=question, headers=bearer)
            assert gone.status_code in (500, 503)
            assert "persons" not in gone.text
            assert http.get("/v1/search?q=x", headers={"Authorization": "Bearer none"}).status_code in (
                500,
                503,
            )
            assert http.get("/healthz").status_code == 200
            until(lambda: http.get("/readyz").status_code == 503)
            _come_back(busy.home.database_url)
            until(lambda: http.get("/readyz").status_code == 200)
            assert http.post("/v1/queries", json=question, headers=bearer).status_code == 200
        engine.dispose()


def test_every_line_a_server_writes_is_json_and_names_nobody(
    busy: Any, bearer: dict[str, str], question: dict[str, str]
) -> None:
    planted = "440106199001011235"
    with (
        served(busy.home) as server,
        httpx.Client(base_url=server.address, headers=bearer, timeout=60) as http,
    ):
        http.post("/v1/queries", json=question)
        http.post(
            "/v1/queries",
            json={**question, "sql": f"SELECT name FROM civil.population WHERE id_card = '{planted}'"},
        )
        http.get("/v1/search", params={"q": planted})
        http.get(f"/v1/receipts/{planted}")
        server.stop()
    said = "".join(server.said)
    assert len(said.splitlines()) > 5
    for line in said.splitlines():
        json.loads(line)
    assert identity_numbers(said) == []
    assert bearer["Authorization"].split()[1] not in said
    assert "civil.population" not in said


def _go(url: str) -> None:
    """Send everybody away from a database, and let nobody in again."""
    _administer(url, 'ALTER DATABASE "{}" ALLOW_CONNECTIONS false')
    _administer(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'")


def _come_back(url: str) -> None:
    _administer(url, 'ALTER DATABASE "{}" ALLOW_CONNECTIONS true')


def _administer(url: str, statement: str) -> None:
    import psycopg

    base, _, database = url.replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(statement.format(database))


def _swallow(act: Callable[[], object]) -> None:
    try:
        act()
    except httpx.TransportError:
        return


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=60).status_code == 200
    except httpx.TransportError:
        return False
