"""One flow over HTTP with `ybz serve` in a process of its own, as an operator's program would go it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from catalog.evidence import checkpoint
from catalog.keys import public_from_pem
from catalog.store import writing
from policies.access import Role
from space.calls.receipts import verify
from space.identity.tokens import issue

PROGRAM = (sys.executable, "-c", "from ybz import main; main()")


@pytest.fixture
def address(busy: Any) -> Iterator[str]:
    """Where the served installation listens."""
    command = [*PROGRAM, "serve", "--port", "0"]
    environment = {**os.environ, "YBZ_HOME": str(busy.home.root), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                break
        else:
            pytest.fail("".join(said))
        yield found.group(1)
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def bearer(busy: Any) -> dict[str, str]:
    """The operator's token, issued today."""
    with writing(busy.engine) as connection:
        issued = issue(
            connection, busy.operator["code"], role=Role.CLIENT, by="张磊", days=1, now=datetime.now(UTC)
        )
    return {"Authorization": f"Bearer {issued.secret}"}


def test_search_explain_ask_receipt_evidence_and_revocation(
    busy: Any, address: str, bearer: dict[str, str]
) -> None:
    held = busy.held(busy.people)
    question = {
        "grant": held.id,
        "purpose": held.terms.purpose,
        "sql": "SELECT district, count(*) AS persons FROM civil.population GROUP BY district",
    }
    with httpx.Client(base_url=address, headers=bearer, timeout=60) as http:
        assert http.get("/readyz").json()["status"] == "ready"
        found = http.get("/v1/search", params={"q": "人口"}).json()["datasets"]
        assert [one["name"] for one in found] == ["civil.population"]

        told = http.post("/v1/queries/explain", json=question).json()
        assert told["mode"] == "dp"
        keyed = {"Idempotency-Key": "first"}
        answer = http.post("/v1/queries", json=question, headers=keyed).json()
        assert answer["cost"]["rho"] == told["cost"]["rho"] == 0.01
        assert http.post("/v1/queries", json=question, headers=keyed).json() == answer

        newest = http.get("/v1/evidence/checkpoint").json()
        public = public_from_pem(newest["public_key"].encode())
        assert checkpoint.read(newest["checkpoint"], public) == (newest["size"], newest["root"])
        receipt = http.get(f"/v1/receipts/{answer['receipt']['id']}").json()
        assert verify(receipt["jws"], public)["price_fen"] == 500

        busy.clock.now = datetime.now(UTC)
        busy.revoke(held)
        refused = http.post("/v1/queries", json=question)
        assert (refused.status_code, refused.json()["code"]) == (403, "grant.revoked")
