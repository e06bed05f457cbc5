"""Callers of the load program, for locust: search 60, dataset 20, query 10, verification 5, inbox 5.

Half of the searches are of a few words that many ask, half of words that nobody asked before.

``python -m locust -f benchmarks/load_callers.py Mixed --headless …``, or ``Bare`` against the baseline. What
is asked of whom is in the file ``LOAD_CALLS`` names.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

from locust import constant, task
from locust.contrib.fasthttp import FastHttpUser

_TOLD = os.environ.get("LOAD_CALLS")
CALLS: dict[str, Any] = json.loads(Path(_TOLD).read_text(encoding="utf-8")) if _TOLD else {}
_numbers = itertools.count()
# More than are asked in any run; at their end it would say so.
_once = iter(CALLS.get("once", ()))


class Mixed(FastHttpUser):
    """Callers of every kind at once."""

    wait_time = constant(0)
    weight = 1

    @task(30)
    def search(self) -> None:
        """A person looks for what many look for."""
        words = CALLS["words"]
        asked = {"q": words[next(_numbers) % len(words)]}
        self.client.get("/v1/search", params=asked, headers=CALLS["operator"], name="search")

    @task(30)
    def search_once(self) -> None:
        """A person looks for what nobody looked for before."""
        asked = {"q": next(_once)}
        self.client.get("/v1/search", params=asked, headers=CALLS["operator"], name="search asked once")

    @task(20)
    def dataset(self) -> None:
        """A program reads an entry by its code."""
        self.client.get(f"/v1/datasets/{CALLS['dataset']}", headers=CALLS["operator"], name="dataset")

    @task(10)
    def query(self) -> None:
        """An operator asks; most ask what was asked before."""
        self.client.post("/v1/queries", json=CALLS["query"], headers=CALLS["operator"], name="query")

    @task(5)
    def verification(self) -> None:
        """A department has one record verified."""
        records = CALLS["records"]
        asked = {**CALLS["verification"], "records": [records[next(_numbers) % len(records)]]}
        self.client.post("/v1/verifications", json=asked, headers=CALLS["department"], name="verification")

    @task(5)
    def inbox(self) -> None:
        """A street looks into its inbox."""
        self.client.get("/v1/inbox", headers=CALLS["street"], name="inbox")


class Bare(FastHttpUser):
    """Callers of the baseline."""

    wait_time = constant(0)
    weight = 1

    @task
    def bare(self) -> None:
        """The constant."""
        self.client.get("/bare", name="bare")
