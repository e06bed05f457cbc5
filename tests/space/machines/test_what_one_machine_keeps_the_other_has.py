"""Answers, supplies, own tables and files of jobs lie where every machine of an installation sees them."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from catalog.keys import ring_of
from catalog.lake.kept import KeptInBucket, kept_of
from catalog.lake.storage import Storage, StorageTrouble
from catalog.registration import files
from catalog.store import reading, writing
from catalog.store.tables.queries import reservations
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny
from space.api.app import create_app
from space.calls import abandoned, answers, jws, keeping
from space.calls.receipts import verify as opened
from space.granting.erasing import DELETION_TYPE
from space.identity.tokens import Caller, issue
from space.jobs import jobs
from space.jobs.running import Runner
from space.jobs.work import Bench, keep_input
from space.replaying import replay
from space.supply import ending as supplies
from space.supply.transfers import Span, Transfer
from space.verification.verifier import Verifier
from space.workspace import ending, tables
from tests.forged import turned
from tests.space.bureau import Bureau
from tests.space.machines.conftest import Machines
from tests.space.supply.conftest import Counter
from tests.space.workspace.test_own_tables_of_operators import JOINED, bring, customers

pytestmark = pytest.mark.full
BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district"
BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


def answered(bureau: Bureau, held: Any, sql: str) -> Any:
    given = bureau.ask(held, sql)
    assert not isinstance(given, Deny), given
    return given


def runner(bureau: Bureau) -> Runner:
    """A process on that machine that takes jobs when the test says so."""
    verifier = Verifier(bureau.engine, bureau.home, bureau.keys, bureau.pool, bureau.clock)
    return Runner(Bench(bureau.home, bureau.engine, bureau.keys.signer, bureau.clock, verifier))


@pytest.mark.parametrize("machines", ["sqlite", "postgresql"], indirect=True)
def test_an_answer_of_one_machine_is_given_and_replayed_by_the_other_and_costs_no_budget_again(
    machines: Machines,
) -> None:
    first, second = machines.first, machines.second
    given = answered(first, first.held(first.people), BY_DISTRICT)
    again = answered(second, second.held(second.people), BY_DISTRICT)
    assert (given.repeated, again.repeated, again.rho) == (False, True, 0.0)
    assert again.table.equals(given.table)
    exact = answered(first, first.held(first.trade), BY_INDUSTRY)
    with reading(second.engine) as connection:
        states = opened(exact.receipt, ring_of(connection, second.keys.signer))
    assert replay(second.engine, second.home, states).answer == "same"
    assert len(machines.kept()) == 4, "two answers and their plans"
    assert machines.lying() == []


def test_answers_whose_time_is_over_are_dropped_by_either_machine(machines: Machines) -> None:
    first, second = machines.first, machines.second
    held = first.held(first.people)
    answered(first, held, BY_DISTRICT)
    first.revoke(held)
    assert keeping.drop_old(second.engine, second.home, second.clock()).answers == ()
    later = second.clock() + timedelta(days=40 * 365)
    assert len(keeping.drop_old(second.engine, second.home, later).answers) == 1
    assert machines.kept() == []


def test_an_answer_changed_or_lost_on_the_storage_is_not_handed_out(machines: Machines) -> None:
    first, second = machines.first, machines.second
    held = first.held(first.people)
    answered(first, held, BY_DISTRICT)
    (name,) = [each for each in machines.kept() if each.startswith("answers/")]
    path = machines.bucket / "kept" / name
    turned(path)
    with pytest.raises(answers.AnswerDamaged, match="changed"):
        second.ask(second.held(second.people), BY_DISTRICT)
    path.unlink()
    with pytest.raises(answers.AnswerDamaged, match="gone"):
        second.ask(second.held(second.people), BY_DISTRICT)


def test_storage_that_does_not_answer_is_told_as_such_and_a_stored_answer_is_not_charged(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = machines.second
    held = second.held(second.people)
    answered(machines.first, held, BY_DISTRICT)
    before = second.row(held).calls_used
    with writing(second.engine) as connection:
        token = issue(connection, held.grantee, role=Role.ANALYST, by="张磊", days=10, now=second.clock())
    body = {"grant": held.id, "purpose": held.terms.purpose, "sql": BY_DISTRICT}

    def silent(*_: Any) -> None:
        raise StorageTrouble("the object storage s3://where-it-is gave no answer")

    monkeypatch.setattr(KeptInBucket, "read", silent)
    with TestClient(create_app(second.home, clock=second.clock, pool=second.pool)) as http:
        told = http.post("/v1/queries", json=body, headers={"Authorization": f"Bearer {token.secret}"})
    assert (told.status_code, told.json()["code"]) == (503, "answer.unreachable")
    assert "s3://" not in told.text
    assert second.row(held).calls_used == before


def test_an_answer_that_cannot_be_kept_is_lost_at_once_and_whoever_asks_again_is_answered(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.first
    held = first.held(first.trade)
    whole = KeptInBucket.write

    def silent(files: Any, name: str, content: bytes) -> None:
        if name.startswith("answers/"):
            raise StorageTrouble("no answer")
        whole(files, name, content)

    with monkeypatch.context() as until:
        until.setattr(KeptInBucket, "write", silent)
        with pytest.raises(StorageTrouble):
            first.ask(held, BY_INDUSTRY)
    with reading(first.engine) as connection:
        states = connection.execute(select(reservations.c.state)).scalars().all()
    assert states == ["lost"]
    assert answered(machines.second, held, BY_INDUSTRY).repeated is False


def test_a_supply_made_on_one_machine_is_fetched_in_parts_from_the_other_and_erased_by_it(
    machines: Machines,
) -> None:
    counter, second = Counter(machines.first), machines.second
    held = counter.granted()
    made = counter.supply(held, "parquet")
    assert machines.kept() == [f"supplies/{held.id}/{made.id}.parquet"]
    assert machines.lying() == []
    address = counter.link(made)
    with TestClient(create_app(second.home, clock=second.clock, pool=second.pool)) as http:
        head = http.get(address, headers={"Range": "bytes=0-99"})
        rest = http.get(address, headers={"Range": "bytes=100-"})
        assert (head.status_code, rest.status_code) == (206, 206)
        assert hashlib.sha256(head.content + rest.content).hexdigest() == made.sha256
        machines.first.revoke(held)
        assert http.get(address).json()["code"] == "supply.link"
    supplies.sweep(second.engine, second.home, second.keys.signer, second.clock())
    assert machines.kept() == []


def test_what_a_process_that_died_put_there_is_removed_and_what_is_held_stays(machines: Machines) -> None:
    counter, second = Counter(machines.first), machines.second
    held = counter.granted()
    made = counter.supply(held)
    stray = machines.bucket / "kept" / "supplies" / held.id / "sup_dead.csv"
    stray.write_bytes(b"x")
    here = second.home.root / "supplies" / held.id / "sup_dead.part"
    here.parent.mkdir(parents=True)
    here.write_bytes(b"half")
    supplies.sweep(second.engine, second.home, second.keys.signer, second.clock())
    assert machines.kept() == [f"supplies/{held.id}/{made.id}.csv"]
    assert not here.exists()


ITEMS = {"civil.population": ("id_card", "sex", "district", "income")}


def test_an_own_table_brought_to_one_machine_is_joined_on_the_other_by_one_copy_that_goes_with_it(
    machines: Machines,
) -> None:
    first, second = machines.first, machines.second
    held = first.granted(first.operator, ITEMS)
    told = bring(first, held, customers())
    assert answered(second, held, JOINED).table.num_rows > 0
    copies = machines.lying()
    waiting = second.pool.processes()
    assert answered(second, held, f"{JOINED} HAVING count(*) > 1").table.num_rows > 0
    assert (len(copies), machines.lying()) == (1, copies)
    assert set(waiting) <= set(second.pool.processes()), "the same place: no worker is pushed out"
    with writing(first.engine) as connection:
        tables.delete(connection, held.id, "customers", first.clock())
    done = ending.sweep(first.engine, first.home, first.keys.signer, first.clock())
    assert done == (told.id,)
    assert [each for each in machines.kept() if each.startswith("workspace/")] == []
    with reading(first.engine) as connection:
        (row,) = tables.tables(connection, held.id, ended=True)
    states = jws.verify(row.deletion, first.keys.signer.public_raw, DELETION_TYPE)
    assert states["erased_from"] == ["storage", "machine"]
    assert machines.lying() == copies, "of another machine nothing is stated"
    ending.sweep(second.engine, second.home, second.keys.signer, second.clock())
    assert machines.lying() == []


def test_a_sweep_leaves_the_copy_that_is_being_brought_for_a_query(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines.first, machines.second
    held = first.granted(first.operator, ITEMS)
    bring(first, held, customers())
    whole, swept = Storage.download, []

    def swept_meanwhile(storage: Storage, inside: str, path: Path) -> str | None:
        told = whole(storage, inside, path)
        if "workspace" in inside:
            swept.append(ending.sweep(second.engine, second.home, second.keys.signer, second.clock()))
        return told

    monkeypatch.setattr(Storage, "download", swept_meanwhile)
    assert answered(second, held, JOINED).table.num_rows > 0
    assert swept == [()]


def test_an_own_table_changed_on_the_storage_answers_nothing(machines: Machines) -> None:
    first, second = machines.first, machines.second
    held = first.granted(first.operator, ITEMS)
    bring(first, held, customers())
    (name,) = [each for each in machines.kept() if each.startswith("workspace/")]
    path = machines.bucket / "kept" / name
    path.write_bytes(path.read_bytes() + b"?")
    with pytest.raises(StorageTrouble, match="not what was kept"):
        second.ask(held, JOINED)
    assert machines.lying() == []


def test_no_part_of_a_supply_changed_on_the_storage_leaves_and_never_all_of_it(machines: Machines) -> None:
    counter, second = Counter(machines.first), machines.second
    made = counter.supply(counter.granted())
    (name,) = machines.kept()
    path = machines.bucket / "kept" / name
    raw = path.read_bytes()
    turned(path)
    for part in (Span(0, 9), Span(0, len(raw) - 1)):
        transfer = Transfer(second.engine, second.clock, made, kept_of(second.home), part, None)
        transfer.begin()
        with pytest.raises(StorageTrouble, match="not what was kept"):
            list(transfer.chunks())
        transfer.end()
        assert transfer.sent < part.size
    path.write_bytes(raw)
    transfer = Transfer(second.engine, second.clock, made, kept_of(second.home), Span(0, 9), None)
    transfer.begin()
    assert b"".join(transfer.chunks()) == raw[:10]
    transfer.end()


def test_answers_of_lost_calls_are_looked_for_by_listing_and_removed(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines.first, machines.second
    given = answered(first, first.held(first.trade), BY_INDUSTRY)
    lost = []
    with monkeypatch.context() as until:

        def silent(*_: Any) -> None:
            raise StorageTrouble("no answer")

        until.setattr(KeptInBucket, "write", silent)
        for sql in (f"{BY_INDUSTRY} HAVING count(*) > 1", f"{BY_INDUSTRY} HAVING count(*) > 2"):
            with pytest.raises(StorageTrouble):
                first.ask(first.held(first.trade), sql)
    with reading(first.engine) as connection:
        r = reservations.c
        lost = connection.execute(select(r.id).where(r.state == "lost")).scalars().all()
    assert (given.repeated, len(lost)) == (False, 2)
    kept = machines.kept()
    (machines.bucket / "kept" / "answers" / f"{lost[0]}.arrow").write_bytes(b"nobody was given it")
    asked: list[str] = []
    whole = Storage.stored

    def counted(storage: Storage, inside: str) -> Any:
        asked.append(inside)
        return whole(storage, inside)

    monkeypatch.setattr(Storage, "stored", counted)
    assert abandoned.sweep(second.engine, second.home, second.clock()).files == 1
    assert machines.kept() == kept
    asked.clear()
    assert abandoned.sweep(second.engine, second.home, second.clock()).files == 0
    assert asked == []


def test_a_job_asked_of_one_machine_is_done_by_the_other_and_its_file_fetched_from_the_first(
    machines: Machines,
) -> None:
    first, second = machines.first, machines.second
    with writing(first.engine) as connection:
        who = Caller(first.department["code"], Role.AUTHORITY)
        wanted = {"name": "form.csv", "submit": False, "dry_run": True, "reason": "r"}
        job = jobs.ask(connection, who, "bulk-import", wanted, by="张磊", now=first.clock()).id
        token = issue(
            connection, first.department["code"], role=Role.AUTHORITY, by="张磊", days=9, now=first.clock()
        )
    keep_input(first.home, job, "信息资源名称,信息资源提供方,信息项名称\n空气,,\n".encode())
    assert runner(second).turn()
    with reading(first.engine) as connection:
        ended = jobs.by_id(connection, job)
    assert (ended.state, ended.result_type is not None) == ("done", True), ended.problem
    assert machines.kept() == [f"jobs/{job}/result"]
    assert machines.lying() == []
    with TestClient(create_app(first.home, clock=first.clock, pool=first.pool)) as http:
        headers = {"Authorization": f"Bearer {token.secret}"}
        fetched = http.get(f"/v1/jobs/{job}/result", headers=headers)
    assert fetched.status_code == 200, fetched.text
    assert fetched.content.startswith(b"PK")


def test_a_file_of_a_job_without_a_row_goes_after_two_looks(machines: Machines) -> None:
    second = runner(machines.second)
    keep_input(machines.first.home, "job_nobodys", b"x")
    second.sweep()
    assert machines.kept() == ["jobs/job_nobodys/input"]
    second.sweep()
    assert machines.kept() == []


def test_an_attachment_handed_in_on_one_machine_is_intact_on_the_other(
    machines: Machines, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 an attachment")
    for _ in range(2):
        kept = files.keep(machines.first.home, "proof", paper, local_date(machines.first.clock()))
    assert machines.kept() == [f"registration/{kept.digest}"]
    assert machines.lying() == []
    assert files.is_intact(machines.second.home, kept.digest)
    (machines.bucket / "kept" / "registration" / kept.digest).write_bytes(b"another")
    assert not files.is_intact(machines.second.home, kept.digest)


def test_what_an_earlier_version_left_on_a_machine_is_still_handed_out_there(machines: Machines) -> None:
    first = machines.first
    held = first.held(first.people)
    given = answered(first, held, BY_DISTRICT)
    for name in machines.kept():
        place = first.home.root / name
        place.parent.mkdir(exist_ok=True)
        shutil.move(machines.bucket / "kept" / name, place)
    assert answered(first, held, BY_DISTRICT).table.equals(given.table)
    assert len(answers.all_kept(first.home)) == 1


def test_a_backup_holds_what_is_kept_there_and_a_restore_into_folders_gives_it_back(
    machines: Machines, tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from space.resuming import resume
    from tests.space.backup.test_a_restored_installation_gives_nothing_back import backed_up, restored

    first = machines.first
    given = answered(first, first.held(first.people), BY_DISTRICT)
    backed_up(first, tmp_path / "second-backup")
    monkeypatch.delenv("YBZ_LAKE_URL")
    restored(first, tmp_path / "second-backup")
    resume(first.engine, first.keys.signer, outside, by="王伟", now=first.clock(), nothing_since=True)
    again = answered(first, first.held(first.people), BY_DISTRICT)
    assert (again.repeated, again.table.equals(given.table)) == (True, True)
    assert json.loads(next((first.home.root / "plans").glob("*.json")).read_bytes())
