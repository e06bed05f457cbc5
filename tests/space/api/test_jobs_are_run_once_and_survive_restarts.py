"""Long work over HTTP: asked for, looked at, fetched, cancelled; a process that dies loses nothing."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from catalog.bulk import writing as bulk_writing
from catalog.keys import load
from catalog.lake.kept import KeptOnDisk, kept_of
from catalog.lake.storage import StorageTrouble
from catalog.store import reading, writing
from catalog.store.tables.jobs import jobs as rows
from policies.access import Role
from policies.clocks import local_date
from policies.rulebook import rule
from space.errors import Refused
from space.identity.tokens import Caller
from space.jobs import jobs, running
from space.jobs.kinds import Kind, Outcome
from space.jobs.running import Runner
from space.jobs.work import Bench, Work, folder, keep_input, result_of
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau import Bureau


@pytest.fixture
def runner(busy: Bureau) -> Runner:
    """A process that takes jobs when the test says so."""
    from space.verification.verifier import Verifier

    held = load(busy.home)
    verifier = Verifier(busy.engine, busy.home, held, busy.pool, busy.clock)
    return Runner(Bench(busy.home, busy.engine, held.signer, busy.clock, verifier))


def asked(bureau: Bureau, kind: str, **wanted: Any) -> str:
    """A job of the authority that waits."""
    with writing(bureau.engine) as connection:
        who = Caller(AUTHORITY, Role.AUTHORITY)
        return jobs.ask(connection, who, kind, wanted, by="张磊", now=bureau.clock()).id


def state(bureau: Bureau, job: str) -> jobs.Job:
    """The job as it stands."""
    with reading(bureau.engine) as connection:
        return jobs.by_id(connection, job)


def test_an_export_is_asked_for_waited_for_and_fetched(door: Door, waiting: Any) -> None:
    answer = door.post("/v1/exports/dcat", {"by": "张磊"}, headers={"Idempotency-Key": "x1"})
    assert answer.status_code == 202
    job = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/jobs/{job}"
    assert (
        door.post("/v1/exports/dcat", {"by": "张磊"}, headers={"Idempotency-Key": "x1"}).json()["id"] == job
    )

    done = waiting(job)
    assert done["state"] == "done", done
    assert done["result"]["entries"] == 5
    packed = zipfile.ZipFile(io.BytesIO(door.get(f"/v1/jobs/{job}/result").content))
    assert packed.namelist() == ["catalogue-0001.jsonld"]
    assert (
        door.get(f"/v1/jobs/{job}", organisation="11990100MB0000002X", role=Role.STEWARD).status_code == 404
    )


def test_a_form_with_faulty_cells_is_told_cell_by_cell_and_enters_nothing(
    door: Door, waiting: Any, tmp_path: Any
) -> None:
    bulk_writing.template(tmp_path / "form.xlsx")
    content = base64.b64encode((tmp_path / "form.xlsx").read_bytes()).decode()
    wrong = base64.b64encode("信息资源名称,信息资源提供方\n,\n".encode()).decode()
    before = door.get("/v1/entries").json()
    for name, raw in (("form.xlsx", content), ("form.csv", wrong)):
        answer = door.post("/v1/bulk/imports", {"file": {"name": name, "content": raw}, "by": "张磊"})
        done = waiting(answer.json()["id"])
        assert done["state"] in ("done", "failed"), done
    assert door.get("/v1/entries").json() == before
    assert not (folder(door.bureau.home, answer.json()["id"]) / "input").exists()


def test_the_log_is_verified_as_a_job(door: Door, waiting: Any) -> None:
    job = door.post("/v1/evidence/verifications", {"by": "张磊"}).json()["id"]
    assert waiting(job)["result"]["ok"] is True


def test_a_job_whose_process_died_is_run_by_another(busy: Bureau, runner: Runner) -> None:
    job = asked(busy, "log-verification")
    with writing(busy.engine) as connection:
        assert jobs.take(connection, busy.clock()) is not None  # and dies
    assert not runner.turn()
    busy.clock.later(minutes=2)
    assert runner.turn()
    assert (state(busy, job).state, state(busy, job).attempts) == ("done", 2)


def test_work_that_may_not_be_done_twice_is_given_up_when_its_process_died(
    busy: Bureau, runner: Runner
) -> None:
    job = asked(busy, "edition", period="2026-08")
    with writing(busy.engine) as connection:
        jobs.take(connection, busy.clock())
    busy.clock.later(minutes=2)
    assert runner.turn()
    told = state(busy, job)
    assert told.state == "failed"
    assert told.problem is not None
    assert told.problem["code"] == "job.interrupted"


def test_work_for_a_day_no_rule_was_in_force_on_says_so(busy: Bureau, runner: Runner) -> None:
    job = asked(busy, "edition", period="1000-01")
    assert runner.turn()
    told = state(busy, job)
    assert told.state == "failed"
    assert told.problem is not None
    assert told.problem["code"] == "rule.none", told.problem


def test_a_storage_that_gives_no_answer_is_asked_again_and_its_address_is_not_told(
    busy: Bureau, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def run(work: Work) -> Outcome:
        tried.append(work.job.attempts)
        raise StorageTrouble("http://10.9.8.7:9000/secret-bucket gives no answer")

    monkeypatch.setattr(running, "KINDS", {"dcat-export": Kind(run), "edition": Kind(run, repeatable=False)})
    most = int(rule("jobs", "attempts", local_date(busy.clock())).value)
    job = asked(busy, "dcat-export")
    while runner.turn():
        assert not runner.turn(), "it waits a while"
        if (told := state(busy, job)).state == "waiting":
            assert told.problem is None
        busy.clock.later(minutes=1)
    once = asked(busy, "edition", period="2026-09")
    assert runner.turn()
    assert tried == [*range(1, most + 1), 1]
    for one in (job, once):
        told = state(busy, one)
        assert told.state == "failed"
        assert told.problem is not None
        assert told.problem["code"] == "storage.unreachable"
        assert "10.9.8.7" not in str(told.problem)
        assert "secret-bucket" not in str(told.problem)


def test_a_process_that_lost_its_job_leaves_the_file_of_whoever_took_it(
    busy: Bureau, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(busy, "dcat-export")

    def run(work: Work) -> Outcome:
        work.result.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        work.result.write_bytes(b"of the first")
        busy.clock.later(minutes=2)
        with writing(busy.engine) as connection:
            assert jobs.take(connection, busy.clock()) is not None
        kept_of(busy.home).write(result_of(job), b"of the second")
        return Outcome({}, "application/zip")

    uploads: list[str] = []
    monkeypatch.setattr(running, "KINDS", {"dcat-export": Kind(run)})
    monkeypatch.setattr(KeptOnDisk, "take", lambda _files, _path, name: uploads.append(name))
    assert runner.turn()
    assert uploads == []
    assert kept_of(busy.home).read(result_of(job)) == b"of the second"
    assert state(busy, job).state == "running"


def test_a_process_that_lost_its_job_ends_it_no_more(busy: Bureau) -> None:
    asked(busy, "log-verification")
    with writing(busy.engine) as connection:
        first = jobs.take(connection, busy.clock())
    busy.clock.later(minutes=2)
    with writing(busy.engine) as connection:
        second = jobs.take(connection, busy.clock())
    assert first is not None
    assert second is not None
    with writing(busy.engine) as connection:
        assert not jobs.beat(connection, first, busy.clock())
        assert not jobs.end(connection, first, jobs.DONE, busy.clock())
        assert jobs.end(connection, second, jobs.DONE, busy.clock())


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_at_its_next_step(
    busy: Bureau, runner: Runner
) -> None:
    job = asked(busy, "log-verification")
    with writing(busy.engine) as connection:
        assert jobs.cancel(connection, job, AUTHORITY, by="张磊", now=busy.clock()).state == "cancelled"
    assert not runner.turn()
    job = asked(busy, "log-verification")
    with writing(busy.engine) as connection:
        taken = jobs.take(connection, busy.clock())
        jobs.cancel(connection, job, AUTHORITY, by="张磊", now=busy.clock())
        assert taken is not None
        assert not jobs.beat(connection, taken, busy.clock())


def test_files_and_rows_are_gone_when_their_time_is_over(busy: Bureau, runner: Runner) -> None:
    job = asked(busy, "log-verification")
    keep_input(busy.home, job, b"x")
    runner.turn()
    assert not (folder(busy.home, job) / "input").exists()
    busy.clock.later(days=8)
    runner.sweep()
    with reading(busy.engine) as connection:
        assert connection.execute(select(rows.c.id).where(rows.c.id == job)).first() is None
    assert not folder(busy.home, job).exists()


def test_an_organisation_cannot_fill_the_queue(busy: Bureau) -> None:
    for _ in range(20):
        asked(busy, "log-verification")
    with pytest.raises(Refused, match=r"job\.many"):
        asked(busy, "log-verification")
