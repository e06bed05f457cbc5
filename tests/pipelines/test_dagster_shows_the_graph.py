"""What Dagster shows of the ledger: assets, checks, schedules, the sensor, and a real `dagster dev`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

from catalog.outlines import all_outlines
from catalog.quality import assessable
from catalog.store import reading
from contracts.model import Area, Contract, Party, UpdateCycle
from pipelines.build import build
from pipelines.definitions import definitions
from pipelines.orchestration import datasets, sensors
from pipelines.orchestration.resources import Installation
from policies.rulebook import rule
from space.wayback.backflow import inbox
from space.wayback.backflow.bodies import Body, register
from space.wayback.backflow.subscriptions import Wanted, subscribe

Found = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
PEOPLE = dg.AssetKey(["civil", "people"])


def of(town: Any) -> dg.Definitions:
    return definitions(Installation(town.home, town.engine))


def run(town: Any, *keys: dg.AssetKey, as_of: str = "2026-09-24", op: str = "wave_1") -> Any:
    job = of(town).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        return job.execute_in_process(
            instance=instance,
            asset_selection=list(keys),
            raise_on_error=False,
            run_config={"ops": {op: {"config": {"as_of": as_of}}}} if op == "wave_1" else None,
        )


def test_every_dataset_is_one_asset_in_its_group_with_what_it_is_made_from(found_town: Found) -> None:
    graph = of(found_town()).resolve_asset_graph()

    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert keys == {
        "civil/people", "school/notes", "road/lamps", "theme/rich", "topic/by_ward", "ledger/edition",
    }  # fmt: skip
    theme = graph.get(dg.AssetKey(["theme", "rich"]))
    assert theme.group_name == "theme"
    assert theme.parent_keys == {PEOPLE}
    assert [c.name for c in theme.metadata["dagster/column_schema"].columns] == ["id_card", "income"]
    assert theme.owners == ["team:11990100MA0009KN7Y"]


def test_a_department_without_a_code_owns_by_the_sound_of_its_name(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    nameless = replace(contracts["civil.people"], department=Party("云州市公安局"))

    assert of(found_town(nameless)).resolve_asset_graph().get(PEOPLE).owners == ["team:yunzhoushigonganju"]


def test_the_age_of_a_release_is_judged_by_the_dated_rule_of_its_cycle(found_town: Found) -> None:
    town = found_town()
    made = datasets.specs(all_outlines(town.engine), NOW.date())

    policy = made["civil.people"].freshness_policy
    assert isinstance(policy, TimeWindowFreshnessPolicy)
    assert policy.fail_window.to_timedelta() == timedelta(
        days=rule("freshness", "max_age_days", NOW.date()).value["monthly"]
    )
    assert made["school.notes"].freshness_policy is None  # an irregular dataset is never late


def test_a_dataset_has_a_check_for_its_gate_and_for_each_dimension_its_rules_speak_about(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    graph = of(found_town()).resolve_asset_graph()

    names = {key.name for key in graph.asset_check_keys if key.asset_key == PEOPLE}
    assert names == {"release_gate", *(each.value for each in assessable(contracts["civil.people"]))}
    assert {"completeness", "accuracy", "timeliness"} <= names


def test_a_run_materialises_what_is_released_and_fails_the_gate_of_what_is_stopped(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    town = found_town(contracts["civil.people"], contracts["school.notes"], contracts["topic.by_ward"])

    ran = run(town, PEOPLE, dg.AssetKey(["school", "notes"]), dg.AssetKey(["topic", "by_ward"]))

    assert ran.success
    made = {e.asset_key.to_user_string(): e.materialization for e in ran.get_asset_materialization_events()}
    assert set(made) == {"civil/people", "topic/by_ward"}
    figures = {name: value.value for name, value in made["civil/people"].metadata.items()}
    assert (figures["dagster/row_count"], figures["quarantined"], figures["grade"]) == (41, 4, 4)
    lineage = made["topic/by_ward"].metadata["dagster/column_lineage"].column_lineage
    assert [d.column_name for d in lineage.deps_by_column["ward"]] == ["ward"]
    landed = made["civil/people"].metadata["dagster/column_lineage"].column_lineage
    assert [(d.asset_key.path[0], d.column_name) for d in landed.deps_by_column["ward"]] == [
        ("source", "ward")
    ]
    gates = {
        e.asset_check_key.asset_key.to_user_string(): e.passed
        for e in ran.get_asset_check_evaluations()
        if e.check_name == "release_gate"
    }
    assert gates == {"civil/people": True, "school/notes": False, "topic/by_ward": True}


def test_a_failed_dataset_fails_the_run_after_the_others_were_built(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    town = found_town(contracts["civil.people"], contracts["road.lamps"])

    ran = run(town, dg.AssetKey(["road", "lamps"]), PEOPLE)

    assert not ran.success
    assert [e.asset_key for e in ran.get_asset_materialization_events()] == [PEOPLE]


def test_a_run_sends_back_what_moved_to_the_street_that_subscribed(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    town = found_town(replace(contracts["civil.people"], area=Area("ward")))
    lines = [line.replace(",A,", ",990101001,").replace(",B,", ",990101002,") for line in town.lines()]
    town.write("people.csv", lines)
    street = Body(code="11990101MB0000001P", name="清波街道办事处", area="990101001")
    register(town.engine, street, NOW)
    wanted = Wanted(street.code, "civil.people", ("id_card", "ward"), "条例第二十四条")
    subscribe(town.engine, wanted, by="王敏", now=NOW)

    assert run(town, PEOPLE).success

    with reading(town.engine) as connection:
        (sent,) = inbox.listing(connection, street.code)
    assert (sent.counts.added, sent.counts.changed, sent.counts.removed) == (31, 0, 0)


def test_an_edition_is_closed_by_a_run(found_town: Found, contracts: dict[str, Contract]) -> None:
    town = found_town(contracts["civil.people"])
    build(town.home, None, date(2026, 9, 24))

    ran = run(town, dg.AssetKey(["ledger", "edition"]), op="edition")

    assert ran.success
    (event,) = ran.get_asset_materialization_events()
    assert event.materialization.metadata["number"].value == 1


def test_more_datasets_than_a_wave_holds_are_built_by_more_steps(
    found_town: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found_town()
    monkeypatch.setattr(datasets, "WAVE_SIZE", 2)
    made = datasets.waves(all_outlines(town.engine), NOW.date())

    # What is made from each other stays together: a step that waits for another is skipped with it.
    assert [sorted(key.to_user_string() for key in wave.keys) for wave in made] == [
        ["civil/people", "theme/rich", "topic/by_ward"],
        ["road/lamps", "school/notes"],
    ]
    steps = {node.name for node in of(town).resolve_implicit_global_asset_job_def().graph.nodes}
    assert steps == {"wave_1", "wave_2", "ledger__edition"}


def test_each_update_cycle_some_dataset_has_is_scheduled(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    daily = replace(contracts["topic.by_ward"], update_cycle=UpdateCycle.DAILY)
    made = of(found_town(contracts["civil.people"], daily))

    schedules = {s.name: (s.cron_schedule, s.execution_timezone) for s in made.schedules or ()}
    assert schedules == {
        "build_daily_schedule": ("0 3 * * *", "Asia/Shanghai"),
        "build_monthly_schedule": ("0 3 1 * *", "Asia/Shanghai"),
        "probe_links_daily": ("30 5 * * *", "Asia/Shanghai"),
        "begin_day_daily": ("20 0 * * *", "Asia/Shanghai"),
    }


def test_the_sensor_asks_for_what_changed_and_for_nothing_else(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])
    made = of(town)
    sensor = next(s for s in made.sensors or () if s.name == "new_files")
    build(town.home, None, date(2026, 9, 24))

    def tick() -> Any:
        installation = dg.ResourceDefinition.hardcoded_resource(Installation(town.home, town.engine))
        with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
            context = dg.build_sensor_context(
                instance=instance, resources={"installation": installation}, definitions=made
            )
            return sensor.evaluate_tick(context)

    quiet = tick()
    assert (quiet.run_requests, quiet.skip_message) == ([], "no file changed since the last releases")
    town.write("people.csv", town.lines()[:41])
    (asked,) = tick().run_requests
    assert {key.to_user_string() for key in asked.asset_selection} == {"civil/people", "topic/by_ward"}
    assert asked.run_key == tick().run_requests[0].run_key


def test_a_cycle_is_looked_at_and_only_what_changed_is_asked_for(
    found_town: Found, contracts: dict[str, Contract]
) -> None:
    town = found_town(
        contracts["civil.people"], replace(contracts["topic.by_ward"], update_cycle=UpdateCycle.DAILY)
    )
    made = of(town)
    monthly = next(s for s in made.schedules or () if s.name == "build_monthly_schedule")

    def tick() -> Any:
        with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
            context = dg.build_schedule_context(
                instance=instance,
                scheduled_execution_time=NOW,
                resources={"installation": Installation(town.home, town.engine)},
                repository_def=made.get_repository_def(),
            )
            return monthly.evaluate_tick(context)

    (asked,) = tick().run_requests
    assert {key.to_user_string() for key in asked.asset_selection} == {"civil/people"}
    build(town.home, ["civil.people"], date(2026, 9, 24))
    assert tick().skip_message == "no monthly dataset changed since its last release"


def test_a_registration_after_loading_is_named_and_the_page_is_asked_to_load_again(
    found_town: Found, contracts: dict[str, Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found_town(contracts["civil.people"])
    made = of(town)
    sensor = next(s for s in made.sensors or () if s.name == "new_registrations")

    def tick() -> str:
        with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
            context = dg.build_sensor_context(
                instance=instance,
                resources={"installation": Installation(town.home, town.engine)},
                definitions=made,
            )
            return str(sensor.evaluate_tick(context).skip_message)

    assert tick() == "the ledger is as it was loaded"
    town.catalogue(contracts["road.lamps"])
    told = tick()
    assert told.startswith("1 new in the ledger: road.lamps — reload the code location")
    assert "YBZ_DAGSTER_URL" in told


def test_the_page_that_loads_again_is_asked_by_name() -> None:
    asked: list[Any] = []

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            answer = {"data": {"reloadRepositoryLocation": {"__typename": "WorkspaceLocationEntry"}}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Page) as page:
        Thread(target=page.serve_forever, daemon=True).start()
        told = sensors._reload(f"http://127.0.0.1:{page.server_port}/", "ledger")
        page.shutdown()

    assert told == "the code location was loaded again"
    assert [(path, body["variables"]) for path, body in asked] == [("/graphql", {"name": "ledger"})]
    closed = sensors._reload(f"http://127.0.0.1:{page.server_port}/", "ledger")
    assert closed.endswith("reload it there")


@pytest.fixture
def webserver(found_town: Found, tmp_path: Path) -> Iterator[str]:
    """`dagster dev` over the town's ledger, on a free port."""
    town = found_town()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    instance = tmp_path / "dagster"
    instance.mkdir()
    instance.joinpath("dagster.yaml").write_text((ROOT / "dagster_home" / "dagster.yaml").read_text())
    program = Path(sys.executable).with_name("dagster")
    workspace = str(ROOT / "dagster_home" / "workspace.yaml")
    environment = {
        **os.environ,
        "YBZ_HOME": str(town.home.root),
        "DAGSTER_HOME": str(instance),
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
    }
    log = tmp_path / "dagster.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(program), "dev", "-w", workspace, "-p", str(port), "-h", "127.0.0.1"],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _when_up(f"http://127.0.0.1:{port}", server, log)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:  # its daemon may wait for a process already gone
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _when_up(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=5):
                return url
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.mark.full
def test_dagster_dev_shows_every_dataset_with_its_checks(webserver: str) -> None:
    query = "{ assetNodes { assetKey { path } groupName dependencyKeys { path } } }"
    request = urllib.request.Request(
        f"{webserver}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        nodes = json.load(answer)["data"]["assetNodes"]

    shown = {"/".join(node["assetKey"]["path"]): node for node in nodes}
    assert set(shown) == {
        "civil/people", "school/notes", "road/lamps", "theme/rich", "topic/by_ward", "ledger/edition",
    }  # fmt: skip
    assert shown["theme/rich"]["dependencyKeys"] == [{"path": ["civil", "people"]}]
    assert shown["civil/people"]["groupName"] == "civil"
