"""Rows handed in over HTTP: weighed first, and kept only where a release stands on them.

Where a test is not about the build itself, a child with a known outcome stands in for the one that builds.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.intake.landing.delivered import folder_of
from catalog.keys import load
from catalog.lake import files_of
from catalog.releases.published import latest
from catalog.store import reading, writing
from contracts.model import Source, SourceFormat
from pipelines.orchestration import asked
from policies.access import OrganisationKind, Role
from space.identity.organisations import Organisation, register
from space.identity.tokens import Caller
from space.jobs import delivering, jobs
from space.jobs.kept import Kept
from space.jobs.work import Bench, Work
from space.verification.verifier import Verifier
from tests.space.api.conftest import Door
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import AIR, ECO, POLICE

NAME = "eco.handed"
FORMER = b"station,pm25\nold,1\n"
ROWS = b"station,pm25\n" + b"".join(b"s%d,%d\n" % (n, n) for n in range(5))
OUTCOME = (
    '{"outcome": {"name": "eco.handed", "state": "%s", "lines_read": 6, "typed": 5, "quarantined": 0, '
    '"quality": 1.0, "grade": 1, "reason": "", "ms": {}, "read": []}}'
)
# A document every child of these tests writes before it waits to be killed.
WAITS = "import sys, time\nprint(sys.argv[1], flush=True)\ntime.sleep(600)\n"
ENDS = "import sys\nprint(sys.argv[1])\n"
SENDING_BREAKS = "import sys\nprint(sys.argv[1], flush=True)\nraise OSError('the disk')\n"


@pytest.fixture
def handing(door: Door) -> Door:
    """The interface over a lake of its own, with a published dataset whose rows are handed in."""
    lake = door.bureau.home.lake
    template = lake.resolve()
    lake.unlink()
    shutil.copytree(template, lake)
    with writing(door.bureau.engine) as connection:
        for party in (ECO, POLICE):
            made = Organisation(party.code, party.name, OrganisationKind.DEPARTMENT)
            register(connection, made, door.bureau.clock())
    publish(door, SourceFormat.CSV, "handed")
    return door


def publish(door: Door, of: SourceFormat, table: str) -> None:
    source = Source(name="s", path=f"air.{of.value}", format=of)
    contract = replace(AIR, id=f"eco-{table}", table=table, title=f"手交{table}", sources=(source,))
    acts = Acts(by="李四", reason="first entry", now=door.bureau.clock(), assessment="P")
    (entered,) = catalogue_all(door.bureau.engine, [(contract, None)], acts)
    assert entered.state == "published", entered.open_points


def hand_in(door: Door, raw: bytes, name: str = NAME, file: str = "air.csv", **who: Any) -> Any:
    """Hand a file in as the steward of its department, unless told."""
    sent = {"name": file, "content": base64.b64encode(raw).decode()}
    as_whom = {"role": Role.STEWARD, "organisation": ECO.code} | who
    return door.post(f"/v1/entries/{name}/deliveries", {"by": "李四", "file": sent}, **as_whom)


def child(monkeypatch: pytest.MonkeyPatch, code: str, says: str) -> Callable[[], bool]:
    """Let a process of that code, which is told what to say, stand in for the one that builds.

    Returns:
        Tells whether it has said it.
    """
    lines: list[Any] = []

    def popen(_: Any, **more: Any) -> Any:
        lines.append(more["stdout"])
        return subprocess.Popen([sys.executable, "-I", "-c", code, says], **more)

    monkeypatch.setattr(delivering, "_LOOK_S", 0.05)
    stand_in = SimpleNamespace(
        Popen=popen, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
    )
    monkeypatch.setattr(delivering, "subprocess", stand_in)
    return lambda: bool(lines) and os.fstat(lines[0].fileno()).st_size > 0


def lies(door: Door, name: str = NAME) -> Path:
    """Where the file of the dataset lies."""
    return door.bureau.home.lake / "delivered" / name / "air.csv"


def put(door: Door, content: bytes) -> None:
    """Have a former file lie there."""
    lies(door).parent.mkdir(parents=True)
    lies(door).write_bytes(content)


def ended(door: Door, waiting: Callable[..., dict[str, Any]], answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    return waiting(answer.json()["id"], role=Role.STEWARD, organisation=ECO.code)


def said(door: Door, event: str) -> list[dict[str, Any]]:
    """What the entries of the evidence of that kind say."""
    assert door.get("/v1/evidence/checkpoint", role=Role.AUDITOR).status_code == 200
    chosen = door.get("/v1/evidence", role=Role.AUDITOR, params={"kind": event}).json()["events"]
    return [
        door.get(f"/v1/evidence/{one['id']}/statement", role=Role.AUDIT_ADMIN).json()["says"]
        for one in chosen
    ]


def cancelled_while_it_runs(
    door: Door, waiting: Callable[..., dict[str, Any]], spoken: Callable[[], bool]
) -> dict[str, Any]:
    """Hand in, wait until the file lies there and its child has spoken, and ask the job to stop."""
    answer = hand_in(door, ROWS)
    assert answer.status_code == 202, answer.text
    who = {"role": Role.STEWARD, "organisation": ECO.code}
    path = f"/v1/jobs/{answer.json()['id']}"
    for _ in range(3_000):
        if door.get(path, **who).json()["progress"]["done"] == 1 and spoken():
            break
        time.sleep(0.02)
    assert lies(door).read_bytes() == ROWS
    assert door.post(f"{path}/cancellation", {"by": "李四"}, **who).status_code == 200
    return ended(door, waiting, answer)


def test_a_file_that_swells_is_refused_before_anything_is_kept(handing: Door) -> None:
    publish(handing, SourceFormat.PARQUET, "swelling")
    many = pa.table({"station": pa.array(["s"] * 1_500_000), "pm25": pa.array(["1"] * 1_500_000)})
    swollen = io.BytesIO()
    pq.write_table(many, swollen)
    answer = hand_in(handing, swollen.getvalue(), "eco.swelling", "air.parquet")
    assert answer.status_code == 422
    assert "cells" in answer.text
    listed = handing.get("/v1/jobs", role=Role.STEWARD, organisation=ECO.code).json()["jobs"]
    assert listed == []
    assert not lies(handing, "eco.swelling").parent.exists()


def test_a_file_larger_than_a_question_is_taken(handing: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, ENDS, OUTCOME % "released")
    assert hand_in(handing, b"station,pm25\n" + b"s,1\n" * 750_000).status_code == 202


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_the_former_file_lies_there_again_where_no_release_came_of_the_new_one(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    put(handing, FORMER)
    child(monkeypatch, ENDS, OUTCOME % state)
    told = ended(handing, waiting, hand_in(handing, ROWS))
    assert (told["state"], told["result"]["state"]) == ("done", state)
    assert lies(handing).read_bytes() == FORMER
    assert [one["sha256"] for one in said(handing, "dataset:rows:put_back")] == [sha256(ROWS).hexdigest()]


def test_a_first_file_without_an_outcome_leaves_no_file_and_no_empty_folder_to_read(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, ENDS, "no outcome at all: 张三")
    told = ended(handing, waiting, hand_in(handing, ROWS))
    assert told["state"] == "failed"
    assert "张三" not in str(told["problem"])
    assert not lies(handing).exists()
    assert folder_of(handing.bureau.home, NAME, None) == handing.bureau.home.contracts


def test_a_job_cancelled_before_its_release_puts_the_former_file_back(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(handing, FORMER)
    spoken = child(monkeypatch, WAITS, "building")
    assert cancelled_while_it_runs(handing, waiting, spoken)["state"] == "cancelled"
    assert lies(handing).read_bytes() == FORMER


def test_a_job_cancelled_after_its_release_tells_the_release_and_keeps_the_file(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(handing, FORMER)
    spoken = child(monkeypatch, WAITS, OUTCOME % "released")
    told = cancelled_while_it_runs(handing, waiting, spoken)
    assert (told["state"], told["result"]["state"]) == ("done", "released")
    assert "regular run" in told["result"]["not_sent_back"]
    assert lies(handing).read_bytes() == ROWS


def test_a_release_whose_sending_breaks_is_told_as_a_release(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, SENDING_BREAKS, OUTCOME % "released")
    told = ended(handing, waiting, hand_in(handing, ROWS))
    assert (told["state"], told["problem"], told["result"]["state"]) == ("done", None, "released")
    assert "regular run" in told["result"]["not_sent_back"]


def test_only_the_subscriptions_of_the_dataset_are_served_and_a_failure_quotes_nothing(
    handing: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []

    def breaks(_home: Home, _engine: Any, dataset: str, *_: Any) -> None:
        served.append(dataset)
        raise OSError("the row of 张三")

    engine = handing.bureau.engine
    with reading(engine) as connection:
        release = latest(connection, AIR.name)
    assert release is not None
    whole = asked.sent_back(handing.bureau.home, engine, release)
    assert whole == {"sent_back": 0, "not_sent_back": ""}
    monkeypatch.setattr(asked, "deliver", breaks)
    told = asked.sent_back(handing.bureau.home, engine, release)
    assert served == [AIR.name]
    assert told == {"sent_back": 0, "not_sent_back": "internal error: OSError"}


def test_the_evidence_says_who_handed_in_what(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, ENDS, OUTCOME % "released")
    told = ended(handing, waiting, hand_in(handing, ROWS))
    digest = sha256(ROWS).hexdigest()
    (entry,) = said(handing, "dataset:rows:hand_in")
    assert entry["dataset"] == NAME
    assert (entry["sha256"], entry["actor"], entry["organisation"]) == (digest, "李四", ECO.code)
    assert told["result"]["sha256"] == digest


@pytest.mark.parametrize(("digest", "same"), [(sha256(ROWS).hexdigest(), True), ("0" * 64, False)])
def test_what_the_build_read_is_compared_with_what_was_handed_in(
    handing: Door,
    waiting: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    digest: str,
    same: bool,
) -> None:
    outcome = (OUTCOME % "released").replace('"read": []', f'"read": ["{digest}"]')
    child(monkeypatch, ENDS, outcome)
    assert ended(handing, waiting, hand_in(handing, ROWS))["result"]["as_handed_in"] is same


@pytest.mark.parametrize(
    ("organisation", "role"),
    [
        (ECO.code, Role.READER),
        (ECO.code, Role.PROVIDER),
        (POLICE.code, Role.STEWARD),
    ],
)
def test_rows_are_handed_in_by_stewards_of_the_department_alone(
    handing: Door, organisation: str, role: Role
) -> None:
    answer = hand_in(handing, ROWS, organisation=organisation, role=role)
    assert answer.status_code in (403, 404)
    assert not lies(handing).exists()
    assert handing.get("/v1/jobs", role=Role.STEWARD, organisation=ECO.code).json()["jobs"] == []


def test_a_repeated_hand_in_is_the_same_job(
    handing: Door, waiting: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, ENDS, OUTCOME % "released")
    first, second = (hand_in(handing, ROWS, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    ended(handing, waiting, first)
    assert len(said(handing, "dataset:rows:hand_in")) == 1
    other = hand_in(handing, FORMER, headers={"Idempotency-Key": "k1"})
    assert other.status_code in (409, 422)


def test_a_job_begun_again_after_its_process_died_still_knows_the_former_file(
    busy: Bureau,
) -> None:
    busy.home.lake.unlink()
    lake = files_of(busy.home)
    lake.write("delivered/eco.handed/air.csv", FORMER)
    held = load(busy.home)
    verifier = Verifier(busy.engine, busy.home, held, busy.pool, busy.clock)
    bench = Bench(busy.home, busy.engine, held.signer, busy.clock, verifier)
    with writing(busy.engine) as connection:
        who = Caller(ECO.code, Role.STEWARD)
        jobs.ask(connection, who, "delivery", {"dataset": NAME}, by="李四", now=busy.clock())

    def attempt() -> Kept:
        with writing(busy.engine) as connection:
            job = jobs.take(connection, busy.clock())
        assert job is not None
        made = Kept(Work(bench, job, lambda: False), NAME, "air.csv", sha256(ROWS).hexdigest())
        made.remember()
        made.write(ROWS)
        return made

    died = attempt()
    busy.clock.later(days=1)
    again = attempt()
    died.put_back()  # it is another's by now
    assert lake.read("delivered/eco.handed/air.csv") == ROWS
    again.put_back()
    assert lake.read("delivered/eco.handed/air.csv") == FORMER


@pytest.mark.full
def test_a_build_takes_good_rows_and_leaves_bad_ones_aside(handing: Door) -> None:
    def built(raw: bytes) -> dict[str, Any]:
        path = f"/v1/jobs/{hand_in(handing, raw).json()['id']}"
        until = datetime.now(UTC).timestamp() + 120
        while datetime.now(UTC).timestamp() < until:
            found: dict[str, Any] = handing.get(path, role=Role.STEWARD, organisation=ECO.code).json()
            if found["state"] not in ("waiting", "running"):
                return found
            time.sleep(0.1)
        raise AssertionError("the build did not end")

    good = built(ROWS)
    assert (good["result"]["state"], good["result"]["typed"]) == ("released", 5)
    assert (good["result"]["as_handed_in"], good["result"]["not_sent_back"]) == (True, "")
    bad = built(b"other,columns\n1,2\n")
    assert bad["result"]["state"] in ("stopped", "failed")
    assert lies(handing).read_bytes() == ROWS
    assert built(ROWS)["result"]["state"] == "unchanged"
