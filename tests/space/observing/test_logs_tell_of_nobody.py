"""Logs are JSON lines with templates and classes: no value, no caller's text, no message of an exception."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from catalog.home import Home
from contracts.codes import resident_check
from space.api.app import create_app
from space.observing import logs
from tests.space.serving import serving
from tests.watched_logs import identity_numbers, watched

PLANTED = "44010619900101123" + resident_check("44010619900101123")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is written while logs are configured as a server's are, and goes nowhere else meanwhile."""
    root, names = logging.getLogger(), ("uvicorn", "uvicorn.error")
    before = (root.handlers[:], root.level, {name: logging.getLogger(name).handlers[:] for name in names})
    access = logging.getLogger("uvicorn.access").disabled
    stream = io.StringIO()
    logs.configure("info", stream)
    yield stream
    root.handlers[:], level = before[0], before[1]
    root.setLevel(level)
    for name in names:
        logging.getLogger(name).handlers[:] = before[2][name]
    logging.getLogger("uvicorn.access").disabled = access


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_fields(written: io.StringIO) -> None:
    logs.of("space.somewhere").info("kept", route="/v1/datasets/{name}", status=200)
    logging.getLogger("space.elsewhere").warning("upkeep: %s failed", "grants")
    first, second = lines(written)
    assert (first["event"], first["route"], first["level"]) == ("kept", "/v1/datasets/{name}", "info")
    assert (second["event"], second["logger"]) == ("upkeep: grants failed", "space.elsewhere")
    assert {"at", "logger"} <= set(first)


def test_what_another_library_says_is_written_without_its_values(written: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("cannot parse %s", "a value")
    logging.getLogger("somebody.else").warning("cannot parse a value")
    first, second = lines(written)
    assert first["event"].startswith("cannot parse %s at test_logs_tell_of_nobody:")
    assert second["event"].startswith("(said without a pattern) at test_logs_tell_of_nobody:")


def test_an_exception_is_written_by_its_kind_and_places(written: io.StringIO) -> None:
    try:
        int("a value")
    except ValueError:
        logging.getLogger("space.somewhere").exception("failed")
        logs.of("space.somewhere").error("failed", exc_info=True)
    for line in lines(written):
        assert line["error"] == "ValueError"
        assert line["places"][-1].endswith("test_an_exception_is_written_by_its_kind_and_places")
        assert "a value" not in json.dumps(line)


def test_the_watch_of_the_tests_finds_an_identity_number_in_a_record_and_in_an_exception() -> None:
    quiet = logging.getLogger("somebody.quiet")
    quiet.propagate, quiet.handlers[:] = False, []
    with watched() as watch:
        root_handler = logging.getLogger().handlers[-1]
        quiet.addHandler(root_handler)
        quiet.warning("nobody %s", "110101")
        assert watch.leaks == []
        quiet.warning("holder %s", PLANTED)
        quiet.warning("failed", exc_info=ValueError(PLANTED))
        found = list(watch.leaks)
    assert len(found) == 2
    assert PLANTED not in "".join(found)


def test_digits_that_are_no_identity_number_are_left_alone() -> None:
    wrong = PLANTED[:-1] + ("0" if PLANTED[-1] != "0" else "1")
    assert identity_numbers(f"{wrong} {PLANTED}1 1{PLANTED} 440106199013011234") == []
    assert identity_numbers(f"id={PLANTED};") == ["44…"]


def test_a_server_logs_templates_whatever_it_is_sent(
    home: Home, engine: Engine, written: io.StringIO
) -> None:
    app = create_app(home)
    _add_a_door_that_fails(app)
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        sent = {"X-Request-Id": PLANTED, "Authorization": f"Bearer {PLANTED}"}
        client.get(f"/v1/search?q={PLANTED}", headers=sent)
        client.get(f"/v1/datasets/{PLANTED}", headers=sent)
        client.get(f"/nothing/{PLANTED}", headers=sent)
        client.post("/v1/queries", json={"grant": PLANTED, "sql": PLANTED}, headers=sent)
        client.request("PLANTED", "/healthz")
        answered = client.get(f"/failing/{PLANTED}", headers=sent)
    assert answered.status_code == 500
    assert identity_numbers(written.getvalue()) == []
    told = [line for line in lines(written) if line["event"] == "request"]
    routes = {(line["method"], line["route"], line["status"]) for line in told}
    assert ("GET", "/v1/search", 401) in routes
    assert ("GET", "other", 404) in routes
    assert ("GET", "/failing/{value}", 500) in routes
    assert all(line["took"].startswith(("<", ">=")) for line in told)
    assert len({line["request"] for line in told}) == len(told)
    failed = next(line for line in lines(written) if line["event"] == "failed")
    assert (failed["error"], failed["route"]) == ("ValueError", "/failing/{value}")


def test_the_answer_names_the_request_as_the_log_does(
    home: Home, engine: Engine, written: io.StringIO
) -> None:
    with serving(create_app(home)) as address:
        named = httpx.get(f"{address}/healthz", headers={"X-Request-Id": "mine"}).headers["x-request-id"]
    assert named != "mine"
    assert any(line.get("request") == named for line in lines(written))


def _add_a_door_that_fails(app: FastAPI) -> None:
    @app.get("/failing/{value}")
    def failing(value: str) -> None:
        raise ValueError(value)
