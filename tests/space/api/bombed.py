"""A process with little memory to whose doors every file of a folder is sent; it tells what each answered."""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store, writing
from policies.access import Role
from space.api.app import create_app
from space.engines.workers.pool import Pool
from space.identity.tokens import issue
from space.jobs.running import Runner
from space.jobs.work import Bench
from space.verification.verifier import Verifier

AUTHORITY: Final = "shuju"
# Above what the process has before the first file comes.
MORE_BYTES: Final = 1 << 30
BY: Final = {"by": "张磊"}


def doors(file: dict[str, str]) -> list[tuple[str, Role, dict[str, Any]]]:
    """The doors that open a workbook before they look at anything else: where, as whom, and what is sent."""
    return [
        ("/v1/inventory/imports", Role.AUTHORITY, {"file": file, **BY}),
        ("/v1/drafts/workbook", Role.AUTHORITY, file),
        ("/v1/drafts", Role.AUTHORITY, {"files": [file]}),
        ("/v1/places/lists", Role.AUTHORITY, {"kind": "divisions", "source": "x", "file": file, **BY}),
        ("/v1/rectifications/returns", Role.STEWARD, {"file": file, **BY}),
        ("/v1/grassroots/workbooks", Role.CLERK, {"file": file, **BY}),
        ("/v1/forms/workbooks", Role.CLERK, {"file": file, **BY}),
        ("/v1/bulk/imports", Role.AUTHORITY, {"file": file, **BY}),
    ]  # fmt: skip


def main(folder: Path) -> None:
    """Send every file to every door."""
    home = Home(Path(os.environ["YBZ_HOME"]))
    engine, held = open_store(home), load(home)

    def now() -> datetime:
        return datetime.now(UTC)

    tokens: dict[Role, str] = {}
    for role in (Role.AUTHORITY, Role.STEWARD, Role.CLERK):
        with writing(engine) as connection:
            tokens[role] = issue(connection, AUTHORITY, role=role, by="张磊", days=10, now=now()).secret
    pool = Pool()
    client = TestClient(create_app(home, clock=now, pool=pool), raise_server_exceptions=False)
    runner = Runner(Bench(home, engine, held.signer, now, Verifier(engine, home, held, pool, now)))
    with open("/proc/self/statm", encoding="ascii") as file:
        most = int(file.read().split()[0]) * resource.getpagesize() + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in sorted(folder.iterdir()):
        sent = {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
        for where, role, body in doors(sent):
            known = {"Authorization": f"Bearer {tokens[role]}"}
            answer = client.post(where, json=body, headers=known)
            status, told = answer.status_code, answer.json()
            if status == 202:  # long work: what came of it
                runner.turn()
                told = client.get(answer.headers["location"], headers=known).json()
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
            print(json.dumps([path.name, where, status, told, grown]), flush=True)
    pool.abandon()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
