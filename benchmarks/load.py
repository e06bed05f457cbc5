"""Load: a mixed profile on a real server beside a bare FastAPI endpoint of the same run, then a bounded soak.

One caller after another gives the throughput of single endpoints; eight at once, driven by locust in another
process, give percentiles and errors. The soak watches the memory of the server over bounded requests.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.measure import Figure
from benchmarks.search import made as entries_made
from catalog.cataloging.entering import Acts, catalogue_all, enter_all
from catalog.home import Home
from catalog.keys import load
from catalog.search.finding import find
from catalog.store import create_store, open_store, reading, writing
from contracts.model import ShareType, Sharing
from policies.access import Role
from space.engines.workers.pool import Pool
from space.identity.tokens import issue
from space.wayback.backflow.bodies import Body, register
from tests.e2e.process import served
from tests.space import bureau as town

CALLERS: Final = int(os.environ.get("YBZ_BENCH_LOAD_CALLERS", "8"))
SECONDS: Final = int(os.environ.get("YBZ_BENCH_LOAD_S", "30"))
SOAK: Final = int(os.environ.get("YBZ_BENCH_SOAK", "20000"))
# Calls of a kind that percentiles are taken of at least, and kinds in the mixture.
LEAST: Final = 100
KINDS: Final = 5
WORDS: Final = ("人口", "企业", "空气", "登记", "常住人口")
STREET: Final = "440106001000"
# Entries of the ledger that is searched, and what is sought in it.
LEDGER: Final = 20_000
SOUGHT: Final = "养老"


def run() -> Iterator[Figure]:
    """Make an installation, serve it, and load it."""
    with tempfile.TemporaryDirectory(prefix="ybz-load-") as made:
        home = Home(Path(made) / "var")
        calls = _installation(home)
        told = Path(made) / "calls.json"
        told.write_text(json.dumps(calls), encoding="utf-8")
        os.environ["LOAD_CALLS"] = str(told)
        with served(home) as server, _bare() as bare:
            yield from _alone(server.address, bare, calls)
            yield from _together(server.address, bare)
            yield from _soak(server.address, server.process.pid, calls)
        yield from _search(Home(Path(made) / "city"))


def _alone(address: str, bare: str, calls: dict[str, Any]) -> Iterator[Figure]:
    """One caller: requests in a second."""
    with httpx.Client(timeout=60) as http:
        url, who = f"{address}/v1/datasets/{calls['dataset']}", calls["operator"]
        first = http.get(url, headers=who)
        assert first.status_code == 200, first.text
        known = {**who, "If-None-Match": first.headers["etag"]}
        assert http.get(url, headers=known).status_code == 304
        least, whole, unchanged = _rates(
            lambda: http.get(f"{bare}/bare"),
            lambda: http.get(url, headers=who),
            lambda: http.get(url, headers=known),
        )
        told = "a bare FastAPI endpoint, one caller"
        yield Figure("dataset by code, requests a second", whole, least, "1/s", "≥ 0.25×", told)
        name = "dataset answered from its ETag, requests a second"
        yield Figure(name, unchanged, least, "1/s", "≥ 0.5×", told)


def _search(home: Home) -> Iterator[Figure]:
    """A search over HTTP less what any call costs, beside the query of the index alone; in a large ledger."""
    calls, engine = _installation(home), open_store(home)
    acts = Acts(by="李四", reason="first entry", now=town.NOON)
    shared = Sharing(ShareType.UNCONDITIONAL)
    given = [(replace(each, sharing=shared), None) for each in entries_made(LEDGER)]
    with writing(engine) as connection:
        enter_all(connection, given, acts, submit=True, publish=True)
    who = calls["operator"]
    with served(home) as server, httpx.Client(timeout=60) as http, reading(engine) as connection:
        entry, search = (f"{server.address}/v1/{kind}" for kind in (f"datasets/{given[0][0].name}", "search"))
        asked = {"q": SOUGHT}
        found = http.get(search, params=asked, headers=who).json()["total"]
        assert found == find(connection, SOUGHT).total
        assert http.get(entry, headers=who).status_code == 200
        index, whole, call = (
            1000 / rate
            for rate in _rates(
                lambda: find(connection, SOUGHT),
                lambda: http.get(search, params=asked, headers=who),
                lambda: http.get(entry, headers=who),
            )
        )
    told = (
        f"the index's query alone, which finds {found:,} of {LEDGER:,}; the whole call {whole:.2f} ms,"
        f" one that reads an entry {call:.2f} ms"
    )
    yield Figure("search over HTTP, less what a call costs", whole - call, index, "ms", "≤ 1.3×", told)


def _together(address: str, bare: str) -> Iterator[Figure]:
    """Many callers at once."""
    [least] = _locust("Bare", bare)
    floor, mixed = least["p99"], _locust("Mixed", address)
    # A hundredth of fewer calls says nothing, and a kind nobody called is no part of a mixture.
    few = {each["name"]: each["requests"] for each in mixed if each["requests"] < LEAST}
    if few or len(mixed) < KINDS:
        sys.exit(
            f"load: too few calls for percentiles, of {len(mixed)} kinds {few} — a longer YBZ_BENCH_LOAD_S"
        )
    for found in mixed:
        name, errors = found["name"], found["errors"]
        assert errors == 0, f"{name}: {errors} of {found['requests']} failed"
        told = (
            f"bare p99 under {CALLERS} callers; p50 {found['p50']} ms, p95 {found['p95']} ms,"
            f" no error in {found['requests']:,}"
        )
        yield Figure(f"{name}, p99 of the mixed profile", found["p99"], floor, "ms", "≤ 10×", told)


def _soak(address: str, pid: int, calls: dict[str, Any]) -> Iterator[Figure]:
    """Memory of the server after many requests, beside what it was once warm."""
    with httpx.Client(timeout=60) as http:

        def ask(number: int) -> None:
            for _ in range(number // 4):
                http.get(f"{address}/v1/search", params={"q": WORDS[0]}, headers=calls["operator"])
                http.get(f"{address}/v1/datasets/{calls['dataset']}", headers=calls["operator"])
                http.get(f"{address}/v1/inbox", headers=calls["street"])
                http.post(f"{address}/v1/queries", json=calls["query"], headers=calls["operator"])

        ask(SOAK // 10)
        warm = _resident_mib(pid)
        ask(SOAK)
        yield Figure(
            f"memory after {SOAK:,} requests",
            _resident_mib(pid),
            warm,
            "MiB",
            "≤ 1.1×",
            "warm, after a tenth",
        )


def _rates(*acts: Callable[[], object], turns: int = 12, seconds: float = 1.0) -> list[float]:
    """How often each is done in a second, one after another; in turns, so that all meet the same machine."""
    done, taken = [0] * len(acts), [0.0] * len(acts)
    for turn in range(turns + 1):
        for at, act in enumerate(acts):
            began = time.perf_counter()
            number = 0
            while time.perf_counter() < began + seconds:
                act()
                number += 1
            if turn:  # the first turn warms up
                done[at] += number
                taken[at] += time.perf_counter() - began
    return [number / spent for number, spent in zip(done, taken, strict=True)]


def _locust(user: str, address: str) -> list[dict[str, Any]]:
    """Percentiles and errors of each kind of call."""
    command = [
        sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("load_callers.py")), user,
        "--headless", "--host", address, "--users", str(CALLERS), "--spawn-rate", str(CALLERS),
        "--run-time", f"{SECONDS}s", "--json", "--only-summary", "--loglevel", "ERROR",
        "--exit-code-on-error", "0",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found = []
    for one in json.loads(done.stdout):
        times = sorted((float(ms), count) for ms, count in one["response_times"].items())
        found.append(
            {
                "name": one["name"],
                "requests": one["num_requests"],
                "errors": one["num_failures"],
                **{f"p{share}": _percentile(times, share / 100) for share in (50, 95, 99)},
            }
        )
    return sorted(found, key=lambda each: -each["requests"])


def _percentile(times: list[tuple[float, int]], share: float) -> float:
    wanted, seen = share * sum(count for _, count in times), 0
    for ms, count in times:
        seen += count
        if seen >= wanted:
            return max(ms, 0.5)  # locust counts whole milliseconds
    return times[-1][0]


def _resident_mib(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def _bare() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "benchmarks.load_bare", str(port)]) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"{address}/bare")
                    break
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def _installation(home: Home) -> dict[str, Any]:
    """A small town with a grant to ask, one to verify, and a street; what its callers say."""
    engine, keys = create_store(home), load(home)
    acts = Acts(by="李四", reason="first entry", now=town.NOON, assessment="PIA-2026-1")
    catalogue_all(engine, [(contract, None) for contract in town.CONTRACTS], acts)
    for contract in town.CONTRACTS:
        town._publish(home, engine, keys, contract)
    with Pool() as pool:
        bureau = town.Bureau(home, engine, keys, pool)
        asked = bureau.granted(town.OPERATOR, town.PEOPLE, calls=10_000_000)
        items = {town.POPULATION.name: ("id_card", "sex", "district", "income")}
        bureau.permitted(town.DEPARTMENT, items)
        verified = bureau.sign(town.DEPARTMENT, items, analyses=["verify"], calls=10_000_000)
    now = datetime.now(UTC)
    register(engine, Body(STREET, "云湖街道", STREET), now - timedelta(days=1))
    with writing(engine) as connection:
        tokens = {
            name: issue(connection, code, role=role, by="张磊", days=1, now=now).secret
            for name, code, role in (
                ("operator", town.OPERATOR["code"], Role.CLIENT),
                ("department", town.DEPARTMENT["code"], Role.CLIENT),
                ("street", STREET, Role.CLIENT),
            )
        }
    sql = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
    return {
        **{name: {"Authorization": f"Bearer {secret}"} for name, secret in tokens.items()},
        "words": WORDS,
        "dataset": town.POPULATION.name,
        "query": {"grant": asked.id, "purpose": asked.terms.purpose, "sql": sql},
        "verification": {
            "grant": verified.id, "purpose": verified.terms.purpose, "dataset": town.POPULATION.name,
        },
        "records": [{"id_card": town.identity(number), "sex": "男"} for number in range(60)],
    }  # fmt: skip
