"""A service calls nobody: every connection it tries is written down, and it runs where no network is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.store import writing
from policies.access import Role
from space.identity.tokens import issue
from tests.e2e.process import served

pytestmark = pytest.mark.full

# Loaded by the interpreter of the service before anything else: whom it tries to reach is written down.
GUARD = """
import os, sys
def _told(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        address = arguments
    else:
        return
    with open(os.environ["GUARDED"], "a", encoding="utf-8") as stream:
        stream.write(f"{event} {address!r}\\n")
sys.addaudithook(_told)
"""
# Starts the service and asks it, inside a namespace that has a loopback interface and nothing else.
INSIDE = """
import fcntl, json, os, re, socket, struct, subprocess, sys, urllib.request
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
service = subprocess.Popen([sys.executable, "-c", "from ybz import main; main()", "serve", "--port", "0"],
                           stderr=subprocess.PIPE, text=True)
said = (re.search(r"running on (http://[^ ]+)", line) for line in service.stderr)
address = next(match[1] for match in said if match)
ready = urllib.request.urlopen(address + "/readyz", timeout=20).status
asked = urllib.request.Request(address + "/v1/queries", data=os.environ["QUESTION"].encode(), method="POST",
                               headers={"Authorization": os.environ["BEARER"],
                                        "Content-Type": "application/json"})
answer = json.load(urllib.request.urlopen(asked, timeout=60))
service.terminate()
service.communicate(timeout=30)
print(json.dumps({"ready": ready, "receipt": bool(answer["receipt"])}))
"""


@pytest.fixture
def bearer(busy: Any) -> str:
    with writing(busy.engine) as connection:
        issued = issue(
            connection, busy.operator["code"], role=Role.CLIENT, by="张磊", days=1, now=datetime.now(UTC)
        )
    return f"Bearer {issued.secret}"


@pytest.fixture
def question(busy: Any) -> dict[str, str]:
    held = busy.held(busy.people)
    sql = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
    return {"grant": held.id, "purpose": held.terms.purpose, "sql": sql}


def test_nothing_is_looked_up_and_nobody_is_called(
    busy: Any, bearer: str, question: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    told = tmp_path / "told"
    told.touch()
    root = str(Path(__file__).resolve().parents[2])
    environment = {"PYTHONPATH": f"{tmp_path / 'guard'}{os.pathsep}{root}", "GUARDED": str(told)}
    with served(busy.home, environment=environment) as server:
        with httpx.Client(base_url=server.address, headers={"Authorization": bearer}, timeout=60) as http:
            assert http.post("/v1/queries", json=question).status_code == 200
            for path in ("/readyz", "/metrics", "/v1/search?q=人口", "/openapi.json", "/desk", "/v1/keys"):
                http.get(path)
        server.stop()
    calls = [line for line in told.read_text(encoding="utf-8").splitlines() if "127.0.0.1" not in line]
    assert calls == []
    # The guard was there: what the service binds and asks of this machine passes by it.
    probe = subprocess.run(
        [sys.executable, "-c", "import socket; socket.getaddrinfo('localhost', 1)"],
        env={**os.environ, **environment},
        check=True,
    )
    assert probe.returncode == 0
    assert "getaddrinfo" in told.read_text(encoding="utf-8")


def test_it_starts_and_answers_where_there_is_no_network(
    busy: Any, bearer: str, question: dict[str, str]
) -> None:
    begun = ["unshare", "-rn"]
    assert shutil.which("unshare"), "`unshare` (util-linux) is needed to try it without a network"
    permitted = subprocess.run([*begun, "true"], capture_output=True, text=True)
    assert permitted.returncode == 0, f"a network namespace of one's own is needed: {permitted.stderr}"
    environment = {**os.environ, "YBZ_HOME": str(busy.home.root), "BEARER": bearer}
    environment["QUESTION"] = json.dumps(question)
    done = subprocess.run(
        [*begun, sys.executable, "-c", INSIDE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"ready": 200, "receipt": True}
