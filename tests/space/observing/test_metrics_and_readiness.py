"""Metrics count without naming anybody; readiness says which part is not ready, with 503."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from catalog.evidence import record
from catalog.home import Home
from catalog.store import writing
from policies import rulebook
from space.api.app import create_app
from space.engines.workers.pool import Pool
from space.observing.readiness import Readiness
from space.observing.traces import NotInstalled
from tests.space.serving import serving

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def client(home: Home, engine: Engine) -> Iterator[httpx.Client]:
    with serving(create_app(home)) as address, httpx.Client(base_url=address, timeout=60) as made:
        yield made


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool() as made:
        yield made


def ruled(home: Home, name: str, value: float) -> None:
    """A rule of the service as this installation states it."""
    home.rules.mkdir(exist_ok=True)
    row = f"{{name: {name}, value: {value}, source: test, valid_from: 2026-01-01, confidence: test}}"
    (home.rules / "service.yaml").write_text(f"rules:\n  - {row}\n", encoding="utf-8")
    rulebook.lay_over(home.rules)


def test_requests_are_counted_by_template_and_problems_by_code(client: httpx.Client) -> None:
    client.get("/v1/search?q=x")
    client.get("/v1/datasets/somebody.secret")
    client.get("/nothing/there")
    text = client.get("/metrics").text
    assert 'ybz_requests_total{method="GET",route="/v1/search",status="401"} 1.0' in text
    assert 'ybz_requests_total{method="GET",route="other",status="404"} 1.0' in text
    assert 'ybz_refusals_total{code="unauthenticated"} 2.0' in text
    assert 'ybz_request_seconds_count{method="GET",route="/v1/search"} 1.0' in text
    for queue in (
        "ybz_evidence_waiting",
        "ybz_calls_open",
        "ybz_jobs",
        "ybz_webhook_messages",
        "ybz_notices",
    ):
        assert f"\n{queue}" in text
    assert "ybz_store_up 1.0" in text
    assert "somebody.secret" not in text


def test_metrics_name_no_organisation_grant_or_dataset(client: httpx.Client) -> None:
    import re

    labels = set(re.findall(r"(\w+)=\"", client.get("/metrics").text))
    assert labels <= {"method", "route", "status", "code", "le", "state", "kind"}


def test_metrics_are_for_this_machine_or_the_bearer_of_the_token(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers=passed_on).status_code == 404
    assert client.get("/metrics", headers={"Via": "1.1 proxy"}).status_code == 404
    monkeypatch.setenv("YBZ_METRICS_TOKEN", "a-long-token")
    wrong = {**passed_on, "Authorization": "Bearer another"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {**passed_on, "Authorization": "Bearer a-long-token"}
    assert client.get("/metrics", headers=right).status_code == 200


def test_a_store_that_is_away_is_a_figure(home: Home, engine: Engine) -> None:
    with serving(create_app(home)) as address:
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER TABLE evidence_entries RENAME TO elsewhere")
        text = httpx.get(f"{address}/metrics", timeout=60).text
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO evidence_entries")
    assert "ybz_store_up 0.0" in text


def test_a_sound_process_is_ready(client: httpx.Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"store": True, "evidence": True, "disk": True, "worker": True}


def test_without_room_it_is_not_ready(home: Home, engine: Engine) -> None:
    ruled(home, "disk_least", 101)
    with serving(create_app(home)) as address:
        answer = httpx.get(f"{address}/readyz", timeout=60)
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert [name for name, holds in answer.json()["checks"].items() if not holds] == ["disk"]


def test_a_store_of_another_shape_is_not_ready(home: Home, engine: Engine, pool: Pool) -> None:
    readiness = Readiness(engine, home, pool, lambda: NOW)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert readiness.look()["store"] is False


def test_acts_nobody_gives_a_place_in_the_log_make_it_unready(home: Home, engine: Engine, pool: Pool) -> None:
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    assert Readiness(engine, home, pool, lambda: NOW).look()["evidence"] is True
    later = NOW + timedelta(minutes=10)
    assert Readiness(engine, home, pool, lambda: later).look()["evidence"] is False


def test_without_a_worker_it_is_not_ready_and_one_is_started(home: Home, engine: Engine) -> None:
    ruled(home, "readiness_kept", -1)
    own = Pool()
    readiness = Readiness(engine, home, own, lambda: NOW)
    assert readiness.look()["worker"] is False
    assert readiness.look()["worker"] is True
    own.close()


def test_a_finding_is_kept_for_a_moment(home: Home, engine: Engine, pool: Pool) -> None:
    ruled(home, "readiness_kept", 600)
    readiness = Readiness(engine, home, pool, lambda: NOW)
    first = readiness.look()
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert readiness.look() is first


def test_traces_that_are_asked_for_without_their_libraries_are_refused_in_one_line(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)  # as where the extra is not installed
    monkeypatch.setenv("YBZ_TRACES_URL", "http://127.0.0.1:4318/v1/traces")
    with pytest.raises(NotInstalled, match="extra `telemetry`"):
        create_app(home)


def test_the_doctor_says_how_sound_an_installation_is_and_where_settings_come_from(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import json

    from click.testing import CliRunner

    from space.cli.upkeep.doctor import doctor

    monkeypatch.setenv("YBZ_MAIL_PASSWORD", "geheim")
    said = CliRunner().invoke(doctor, ["--json"], standalone_mode=False, catch_exceptions=False)
    told = json.loads(said.stdout)
    assert set(told) == {"ok", "findings", "walls", "overrides", "settings", "crypto", "self_check"}
    assert {"name", "ok", "level", "found", "todo"} == set(told["findings"][0])
    shown = {one["name"]: one for one in told["settings"]}
    assert (shown["YBZ_MAIL_PASSWORD"]["value"], shown["YBZ_MAIL_PASSWORD"]["origin"]) == (
        "(set)",
        "environment",
    )
    assert shown["YBZ_PORT"] == {
        "name": "YBZ_PORT",
        "value": "8700",
        "origin": "default",
        "says": shown["YBZ_PORT"]["says"],
    }
    assert "geheim" not in said.output
    asked = {row["page"] for row in told["self_check"]}
    assert asked == {"GB/T 22239", "GB/T 39786"}
    assert told["crypto"]["here"]["signing_algorithm"] == "Ed25519"
