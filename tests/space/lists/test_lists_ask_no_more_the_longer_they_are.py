"""A list over HTTP asks the store as many statements for thirty rows as for three."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.identity.tokens import issue
from tests.statements import counted, lengthen

TIMES = 9
ROLES = (Role.CLIENT, Role.PROVIDER, Role.AUTHORITY, Role.AUDITOR)


pytestmark = pytest.mark.full


@pytest.fixture
def client(busy: Any) -> TestClient:
    """The application over the bureau, in this process; its chores, which ask for themselves, do not run."""
    return TestClient(create_app(busy.home, clock=busy.clock, pool=busy.pool))


def bearers(busy: Any) -> list[dict[str, str]]:
    """Tokens of whoever may read a list: the asker, the provider, the authority, the auditor."""
    found = []
    for role in ROLES:
        with writing(busy.engine) as connection:
            issued = issue(
                connection, busy.department["code"], role=role, by="张磊", days=10, now=busy.clock()
            )
        found.append({"Authorization": f"Bearer {issued.secret}"})
    return found


def lists(client: TestClient) -> list[str]:
    """Every path that is read without naming anything."""
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    return sorted(p for p, way in paths.items() if "get" in way and p.startswith("/v1") and "{" not in p)


def length(body: Any) -> int:
    """Items of a list, wherever it stands in the answer."""
    if isinstance(body, list):
        return len(body)
    if isinstance(body, dict):
        return max((len(each) for each in body.values() if isinstance(each, list)), default=0)
    return 0


def read_all(
    busy: Any, client: TestClient, tokens: list[dict[str, str]]
) -> dict[tuple[str, int], tuple[int, list[str]]]:
    found = {}
    for path in lists(client):
        for number, bearer in enumerate(tokens):
            client.get(path, headers=bearer)  # what is read once a process is read now
            with counted(busy.engine) as asked:
                answer = client.get(path, headers=bearer)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("application/json"):
                found[path, number] = (length(answer.json()), list(asked))
            assert answer.status_code < 500, (path, answer.text)
    return found


def test_every_list_of_v1(busy: Any, client: TestClient) -> None:
    busy.ask(busy.held(busy.trade), "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry")
    busy.file(busy.other, busy.people)
    tokens = bearers(busy)
    lengthen(busy.engine, 2)
    short = read_all(busy, client, tokens)
    lengthen(busy.engine, TIMES)
    long = read_all(busy, client, tokens)

    grown = {key for key in short if key in long and long[key][0] > short[key][0]}
    assert len({path for path, _ in grown}) >= 5, "the lists did not grow"
    more = {
        key: (len(short[key][1]), len(long[key][1]))
        for key in grown
        if len(long[key][1]) > len(short[key][1])
    }
    assert not more, "\n".join(
        f"{path} asks {now} statements for {long[path, n][0]} rows and {then} for {short[path, n][0]}"
        for (path, n), (then, now) in sorted(more.items())
    )
