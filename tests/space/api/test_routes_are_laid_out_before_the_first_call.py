"""No call waits until the framework has made the routes of rooms that stand before its own."""

from __future__ import annotations

from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from space.api.app import create_app
from space.api.server import lay_out
from tests.routes_once import _READING
from tests.space.bureau import Bureau

pytestmark = pytest.mark.full


def _made_by_calls(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many operations the framework takes apart while known and unknown addresses are asked for."""
    made: list[str] = []
    read = getattr(fastapi.routing, _READING)

    def noted(**asked: Any) -> Any:
        made.append(asked["path"])
        return read(**asked)

    with monkeypatch.context() as patch:
        patch.setattr(fastapi.routing, _READING, noted)
        client = TestClient(app)
        assert client.get("/v1/inbox").status_code == 401
        assert client.get("/v1/no-such-room").status_code == 404
    return len(made)


def test_once_they_are_laid_out_no_call_makes_any(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    other = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    lay_out(app)
    assert _made_by_calls(app, monkeypatch) == 0
    assert _made_by_calls(other, monkeypatch) > 100, "the framework still makes them late"
