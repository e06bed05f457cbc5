"""What the load program's callers do; read by locust, which sends it.

Each class is one profile: the mixed one (of a hundred calls 60 searches, 20 datasets, 10 queries, 5
verifications, 5 inboxes), and one for each endpoint alone. Callers wait for nothing between calls.
"""

from __future__ import annotations

import json
import os
from itertools import count

from locust import FastHttpUser, constant

CALLED = json.loads(os.environ["YBZ_LOAD"])
DATASET = f"/v1/datasets/{CALLED['dataset']}"
PURPOSE = "governance.administration"
_NEXT = count()


def known(who: str) -> dict[str, str]:
    """The token of who calls."""
    return {"Authorization": f"Bearer {CALLED['tokens'][who]}"}


def find(user: FastHttpUser) -> None:
    """Search by a word."""
    user.client.get(f"/v1/search?q={CALLED['word']}", headers=known("department"), name="search")


def show(user: FastHttpUser) -> None:
    """Read a dataset whole."""
    user.client.get(DATASET, headers=known("department"), name="dataset")


def unchanged(user: FastHttpUser) -> None:
    """Ask whether the dataset one holds has changed."""
    headers = {**known("department"), "If-None-Match": user.tag}
    with user.client.get(DATASET, headers=headers, name="unchanged", catch_response=True) as response:
        if response.status_code == 304:
            response.success()
        else:
            response.failure(f"status {response.status_code}")


def ask(user: FastHttpUser) -> None:
    """One of eight questions: people ask for the same figures again."""
    sql = (
        f"SELECT industry_name, count(*) AS firms FROM {CALLED['dataset']} GROUP BY industry_name"
        f" LIMIT {10 + next(_NEXT) % 8}"
    )
    body = {"grant": CALLED["grant"], "purpose": PURPOSE, "sql": sql}
    user.client.post("/v1/queries", json=body, headers=known("department"), name="query")


def verify(user: FastHttpUser) -> None:
    """Have a batch of records verified."""
    body = {"grant": CALLED["verified"], "purpose": PURPOSE, "dataset": CALLED["dataset"]}
    body["records"] = CALLED["records"]
    user.client.post("/v1/verifications", json=body, headers=known("department"), name="verification")


def look(user: FastHttpUser) -> None:
    """Look into the inbox of a street."""
    user.client.get("/v1/inbox", headers=known("clerk"), name="inbox")


def bare(user: FastHttpUser) -> None:
    """The bare endpoint."""
    user.client.get("/dataset", name="bare")


def index(user: FastHttpUser) -> None:
    """The bare index query."""
    user.client.get(f"/index?q={CALLED['word']}", name="index")


class Mixed(FastHttpUser):
    """All that people do, in the shares in which they do it."""

    wait_time, tasks = constant(0), {find: 60, show: 20, ask: 10, verify: 5, look: 5}


class Search(FastHttpUser):
    """Search alone."""

    wait_time, tasks = constant(0), [find]


class Dataset(FastHttpUser):
    """A dataset by its code."""

    wait_time, tasks = constant(0), [show]


class Unchanged(FastHttpUser):
    """The same, held already."""

    wait_time, tasks = constant(0), [unchanged]

    def on_start(self) -> None:
        """Read it once."""
        self.tag = self.client.get(DATASET, headers=known("department")).headers["ETag"]


class Bare(FastHttpUser):
    """The bare endpoint alone."""

    wait_time, tasks = constant(0), [bare]


class Index(FastHttpUser):
    """The bare index query alone."""

    wait_time, tasks = constant(0), [index]
