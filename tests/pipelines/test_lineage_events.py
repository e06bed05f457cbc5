"""OpenLineage: what a build tells others, in the published form, and never at the build's expense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pipelines.build import build
from pipelines.orchestration.openlineage import LineageUrlWrong, emitter
from tests.conftest import REAL_DATA
from tests.pipelines.conftest import person

Found = Callable[..., Any]
AS_OF = date(2026, 9, 24)
STANDARD = REAL_DATA.parent / "standards" / "openlineage"


@pytest.fixture
def told(found_town: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events of a town's first build."""
    town, file = found_town(), tmp_path / "events.jsonl"
    monkeypatch.setenv("YBZ_LINEAGE_URL", str(file))
    build(town.home, None, AS_OF)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def of_job(told: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in told if event["job"]["name"] == name]


def test_every_build_begins_and_ends_once(told: list[dict[str, Any]]) -> None:
    ends = {
        name: [event["eventType"] for event in of_job(told, name)]
        for name in ("civil.people", "school.notes", "road.lamps", "topic.by_ward", "civil.people.checks")
    }

    assert ends == {
        "civil.people": ["START", "COMPLETE"],
        "school.notes": ["START", "FAIL"],
        "road.lamps": ["START", "FAIL"],
        "topic.by_ward": ["START", "COMPLETE"],
        "civil.people.checks": ["START", "COMPLETE"],
    }
    for name in ends:
        assert len({event["run"]["runId"] for event in of_job(told, name)}) == 1
    assert len({event["run"]["facets"]["parent"]["run"]["runId"] for event in told}) == 1
    failed = of_job(told, "road.lamps")[-1]["run"]["facets"]["errorMessage"]["message"]
    assert failed.startswith("failed: lamps.csv")


def test_columns_are_followed_from_the_file_and_from_dataset_to_dataset(told: list[dict[str, Any]]) -> None:
    (landed,) = of_job(told, "civil.people")[-1]["outputs"]
    (composed,) = of_job(told, "topic.by_ward")[-1]["outputs"]

    source = landed["facets"]["columnLineage"]["fields"]["ward"]["inputFields"]
    assert [(f["namespace"], f["name"], f["field"]) for f in source] == [("file", "people.csv", "ward")]
    ward = composed["facets"]["columnLineage"]["fields"]["ward"]["inputFields"]
    assert [(f["namespace"], f["name"], f["field"]) for f in ward] == [("yibenzhang", "civil.people", "ward")]
    assert [f["name"] for f in landed["facets"]["schema"]["fields"]] == ["id_card", "ward", "income", "seen"]


def test_no_value_is_told_and_no_small_or_exact_count_of_persons(told: list[dict[str, Any]]) -> None:
    assert "9901011950" not in json.dumps(told)
    (few,) = of_job(told, "topic.by_ward")[-1]["outputs"]  # a handful of rows about persons
    assert few["outputFacets"]["outputStatistics"].get("rowCount") is None


def test_a_rule_broken_by_one_person_is_not_told_and_one_broken_by_many_is(
    found_town: Found, contracts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, file = found_town(replace(contracts["civil.people"], quarantine_limit=1.0)), tmp_path / "events"
    monkeypatch.setenv("YBZ_LINEAGE_URL", str(file))
    outcomes = []
    for faulty in (1, 40):
        lines = [f"{person(n)},A,{1001 if n < faulty else 5},2026-08-01" for n in range(100)]
        town.write("people.csv", ["id_card,ward,income,seen", *lines])
        build(town.home, None, AS_OF)
        events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        (checked,) = of_job(events, "civil.people.checks")[-1]["inputs"]
        told = checked["inputFacets"]["dataQualityAssertions"]["assertions"]
        outcomes.append({each["name"]: each["success"] for each in told})
    fresh = {"q_seen_freshness": True}  # of the dataset as a whole
    assert outcomes == [fresh, fresh | {"q_income_range": False}]


def test_a_build_with_units_that_stops_does_not_say_how_many_rows_stopped_it(
    found_town: Found, contracts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, file = found_town(replace(contracts["civil.people"], quarantine_limit=0.0)), tmp_path / "events"
    monkeypatch.setenv("YBZ_LINEAGE_URL", str(file))
    (stopped,) = build(town.home, None, AS_OF)
    assert "rows are quarantined" in stopped.reason
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    failed = of_job(events, "civil.people")[-1]["run"]["facets"]["errorMessage"]["message"]
    assert failed == "stopped: its owner sees why: ybz show civil.people"


def test_every_event_fits_the_published_schemas(told: list[dict[str, Any]]) -> None:
    if not STANDARD.is_dir():
        pytest.skip("the published OpenLineage schemas are not beside this checkout")
    files = [STANDARD / "OpenLineage.json", *sorted((STANDARD / "facets").glob("*.json"))]
    schemas = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    registry: Any = Registry().with_resources(
        [(schema["$id"], Resource.from_contents(schema)) for schema in schemas]
    )
    of_facet = {name: schema["$id"] for schema in schemas for name in schema.get("properties", {})}
    core = Draft202012Validator(
        {"$ref": f"{schemas[0]['$id']}#/$defs/RunEvent"},
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    seen: set[str] = set()
    for event in told:
        core.validate(event)
        for name, facet in _facets(event):
            Draft202012Validator({"$ref": of_facet[name]}, registry=registry).validate({name: facet})
            seen.add(name)
    assert seen == {
        "parent", "errorMessage", "schema", "columnLineage", "outputStatistics", "dataQualityAssertions",
    }  # fmt: skip


def _facets(event: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from event["run"]["facets"].items()
    for dataset in (*event["inputs"], *event["outputs"]):
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from dataset.get(kind, {}).items()


def test_a_receiver_over_http_gets_every_event(
    found_town: Found, contracts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, got = found_town(contracts["civil.people"]), []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("YBZ_LINEAGE_URL", f"http://127.0.0.1:{server.server_port}")
        build(town.home, None, AS_OF)
        server.shutdown()

    assert {path for path, _ in got} == {"/api/v1/lineage"}
    assert [event["eventType"] for _, event in got] == ["START", "COMPLETE", "START", "COMPLETE"]


def test_a_receiver_that_is_away_costs_the_build_nothing_but_a_line_in_the_log(
    found_town: Found,
    contracts: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])
    monkeypatch.setenv("YBZ_LINEAGE_URL", "http://127.0.0.1:9")

    states = {outcome.state for outcome in build(town.home, None, AS_OF)}

    assert states == {"released"}
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name == "pipelines.orchestration.openlineage"
    ]
    assert said == [
        "lineage events are not sent for the rest of this run: ConnectionError",
        "8 lineage events were lost — check YBZ_LINEAGE_URL",
    ]


def test_an_address_of_another_kind_is_refused_before_anything_is_built() -> None:
    with (
        pytest.raises(LineageUrlWrong, match="begins with kafka"),
        emitter(run="r", clock=lambda: None, url="kafka://host"),  # type: ignore[arg-type, return-value]
    ):
        pass
