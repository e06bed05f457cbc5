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
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks import load_search
from benchmarks.load_rates import rates
from benchmarks.load_town import WORDS, installation
from benchmarks.measure import Figure
from catalog.home import Home
from tests.e2e.process import served

CALLERS: Final = int(os.environ.get("YBZ_BENCH_LOAD_CALLERS", "8"))
SECONDS: Final = int(os.environ.get("YBZ_BENCH_LOAD_S", "30"))
SOAK: Final = int(os.environ.get("YBZ_BENCH_SOAK", "20000"))
# Calls of a kind that percentiles are taken of at least, and kinds in the mixture.
LEAST: Final = 100
KINDS: Final = 6


def run() -> Iterator[Figure]:
    """Make an installation, serve it, and load it."""
    with tempfile.TemporaryDirectory(prefix="ybz-load-") as made:
        home = Home(Path(made) / "var")
        calls = installation(home)
        told = Path(made) / "calls.json"
        told.write_text(json.dumps(calls), encoding="utf-8")
        os.environ["LOAD_CALLS"] = str(told)
        with served(home) as server, _bare() as bare:
            yield from _alone(server.address, bare, calls)
            yield from _together(server.address, bare)
            yield from _soak(server.address, server.process.pid, calls)
        yield from load_search.figures(Home(Path(made) / "city"))


def _alone(address: str, bare: str, calls: dict[str, Any]) -> Iterator[Figure]:
    """One caller: requests in a second."""
    with httpx.Client(timeout=60) as http:
        url, who = f"{address}/v1/datasets/{calls['dataset']}", calls["operator"]
        first = http.get(url, headers=who)
        assert first.status_code == 200, first.text
        known = {**who, "If-None-Match": first.headers["etag"]}
        assert http.get(url, headers=known).status_code == 304
        least, whole, unchanged = rates(
            lambda: http.get(f"{bare}/bare"),
            lambda: http.get(url, headers=who),
            lambda: http.get(url, headers=known),
        )
        told = "a bare FastAPI endpoint, one caller"
        yield Figure("dataset by code, requests a second", whole, least, "1/s", "≥ 0.25×", told)
        name = "dataset answered from its ETag, requests a second"
        yield Figure(name, unchanged, least, "1/s", "≥ 0.5×", told)


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
