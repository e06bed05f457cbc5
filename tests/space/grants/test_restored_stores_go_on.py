"""A store restored from a backup answers nothing before its log goes on, and nothing spent comes back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from catalog.evidence import continuity, integrate
from catalog.evidence.publishing import publish
from catalog.evidence.restoring import NotResumable
from catalog.evidence.verify import verify_export, verify_store
from catalog.store import open_store, reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from catalog.store.tables.grants import privacy_years
from catalog.store.tables.queries import usages
from policies.decision import Deny
from policies.privacy_budget import yearly_limits
from space.granting.revocation import revoke
from space.resuming import Unrepeatable, resume
from tests.servers import PostgreSQL, forget_place, moved_to_server

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district"
BY_SEX = "SELECT sex, count(*) AS people FROM civil.population GROUP BY sex"


@pytest.fixture
def backup(request: pytest.FixtureRequest, busy: Any, tmp_path: Path) -> Callable[[], Callable[[], None]]:
    """Backs the store up; what it gives restores it."""
    on_server = getattr(request, "param", "sqlite") == "postgresql"
    if on_server:
        server: PostgreSQL = request.getfixturevalue("postgres")
        busy.engine = moved_to_server(busy.home, busy.engine, server)

    def back_up() -> Callable[[], None]:
        busy.engine.dispose()
        url = busy.home.database_url
        if on_server:
            kept = request.getfixturevalue("postgres").copy_of(url)
        else:
            path = tmp_path / f"backup-{len([*tmp_path.glob('*.db')])}.db"
            with sqlite3.connect(url.removeprefix("sqlite:///")) as old, sqlite3.connect(path) as new:
                old.backup(new)
            old.close()
            new.close()
            forget_place(path)
            kept = f"sqlite:///{path}"

        def restore() -> None:
            busy.engine.dispose()
            busy.home.keep_database_url(kept)
            busy.engine = open_store(busy.home)
            continuity.forget()

        return restore

    return back_up


def spent(bureau: Any, held: Any) -> tuple[int, int, int]:
    row = bureau.row(held)
    return row.calls_used, row.nrho_spent, row.charged_fen


def all_rows(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.mark.parametrize("backup", ["sqlite", "postgresql"], indirect=True)
def test_a_restored_store_answers_nothing_until_what_was_spent_is_counted_again(
    busy: Any, backup: Any
) -> None:
    people, trade, weather = (busy.held(each) for each in (busy.people, busy.trade, busy.weather))
    busy.ask(people, BY_DISTRICT)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore = backup()
    busy.ask(people, BY_DISTRICT)  # a stored answer: a call, and money
    busy.ask(people, BY_SEX)
    busy.ask(trade, BY_INDUSTRY)
    with writing(busy.engine) as connection:
        revoke(connection, weather.id, reason="任务结束", by="张磊", now=busy.clock())
    before = {held.id: spent(busy, held) for held in (people, trade)}
    entries, calls = all_rows(busy.engine, evidence_entries), all_rows(busy.engine, usages)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())

    restore()
    refused = busy.ask(people, BY_SEX)

    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "log.restored"
    assert spent(busy, people)[1] < before[people.id][1]
    with pytest.raises(continuity.LogBroken, match="it was restored"):
        integrate(busy.engine, busy.keys.signer, busy.clock())

    done = resume(busy.engine, busy.keys.signer, busy.home.root / "published", by="王伟", now=busy.clock())

    assert {held.id: spent(busy, held) for held in (people, trade)} == before
    assert busy.row(weather).state == "revoked"
    assert all_rows(busy.engine, usages) == calls + 1  # and the call refused meanwhile
    assert all_rows(busy.engine, evidence_entries) > entries
    assert done.recharged["grants_ended"] == 1
    with reading(busy.engine) as connection:
        assert verify_store(connection, busy.keys.signer.public_raw).first_bad is None
    again = busy.ask(people, BY_SEX)
    assert not isinstance(again, Deny)
    assert not again.repeated  # its answer was not in the backup: it is paid for once more
    assert spent(busy, people)[1] > before[people.id][1]


def test_a_call_whose_end_was_lost_with_the_store_stays_paid(busy: Any, backup: Any) -> None:
    from space.calls.budget import AnswerKey, reserve

    held = busy.held(busy.people)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore = backup()
    key = AnswerKey(held.id, held.terms_digest, "c" * 64, ("rel_0",), "dp")
    with writing(busy.engine) as connection:
        reserve(connection, key, nrho=1000, now=busy.clock())
    before = spent(busy, held)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore()

    done = resume(busy.engine, busy.keys.signer, busy.home.root / "published", by="王伟", now=busy.clock())

    assert done.recharged["lost"] == 1
    assert spent(busy, held) == before


def test_what_a_lost_grant_took_out_of_its_year_stays_taken(busy: Any, backup: Any) -> None:
    def year() -> int:
        with reading(busy.engine) as connection:
            return int(connection.execute(select(func.sum(privacy_years.c.nrho))).scalar_one())

    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore = backup()
    former = year()
    busy.granted(busy.other, busy.people)
    taken = year()
    assert taken > former
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore()
    assert year() == former

    done = resume(busy.engine, busy.keys.signer, busy.home.root / "published", by="王伟", now=busy.clock())

    assert year() == taken
    assert done.to_do["space:grant:sign"] == 1


@pytest.mark.embedded
def test_a_copy_that_is_too_short_or_of_another_log_does_not_resume(busy: Any, tmp_path: Path) -> None:
    from catalog.evidence.export import export

    signer, now = busy.keys.signer, busy.clock()
    publish(busy.engine, busy.home, signer, now)
    with reading(busy.engine) as connection:
        export(connection, signer, tmp_path / "short")
    with pytest.raises(NotResumable, match="nothing to resume"):
        resume(busy.engine, signer, tmp_path / "short", by="王伟", now=now)
    path = tmp_path / "backup.db"
    with sqlite3.connect(busy.home.root / "ybz.db") as old, sqlite3.connect(path) as new:
        old.backup(new)
    old.close()
    new.close()
    forget_place(path)
    busy.ask(busy.held(busy.trade), BY_INDUSTRY)
    publish(busy.engine, busy.home, signer, now)
    busy.engine.dispose()
    busy.home.keep_database_url(f"sqlite:///{path}")
    busy.engine = open_store(busy.home)

    for give_up in (False, True):  # what a copy has is not given up
        with pytest.raises(NotResumable, match="take the newest published copy"):
            resume(busy.engine, signer, tmp_path / "short", by="王伟", now=now, give_up=give_up)

    changed = busy.home.root / "published" / "entries.jsonl"
    changed.write_bytes(changed.read_bytes().replace(b"space:query:answer", b"space:query:refuse"))
    with pytest.raises(NotResumable, match="the copy does not hold: entry"):
        resume(busy.engine, signer, busy.home.root / "published", by="王伟", now=now)


def year_left(bureau: Any, kind: str) -> int:
    now = bureau.clock().date()
    with reading(bureau.engine) as connection:
        y = privacy_years.c
        spent = connection.execute(select(y.nrho).where(y.kind == kind, y.year == now.year)).scalar_one()
    return yearly_limits(kind, now)[0] - int(spent)


@pytest.mark.parametrize("backup", ["sqlite", "postgresql"], indirect=True)
def test_what_was_signed_and_published_nowhere_is_given_up_as_spent(busy: Any, backup: Any) -> None:
    people, trade = busy.held(busy.people), busy.held(busy.trade)
    signer, folder = busy.keys.signer, busy.home.root / "published"
    busy.ask(people, BY_DISTRICT)
    publish(busy.engine, busy.home, signer, busy.clock())
    held = integrate(busy.engine, signer, busy.clock()).size
    restore = backup()
    busy.ask(people, BY_SEX)
    busy.ask(trade, BY_INDUSTRY)
    signed = integrate(busy.engine, signer, busy.clock()).size  # and never published
    restore()
    assert year_left(busy, "person") > 0
    with pytest.raises(NotResumable, match=r"run `ybz evidence publish` there.*may have spent"):
        resume(busy.engine, signer, folder, by="王伟", now=busy.clock())

    done = resume(busy.engine, signer, folder, by="王伟", now=busy.clock(), give_up=True)

    assert (done.size, done.lost) == (held, signed - held)
    row = busy.row(people)
    assert row.nrho_spent == row.nrho_limit
    assert year_left(busy, "person") == 0
    assert busy.row(trade).calls_used == done.lost, "as many calls as there are lost entries"
    refused = busy.ask(trade, BY_INDUSTRY)
    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "stop.all"
    c = checkpoints.c
    with reading(busy.engine) as connection:
        sizes = connection.execute(select(c.size).where(c.size > held)).scalars().all()
        assert verify_store(connection, signer.public_raw).first_bad is None
    assert min(sizes) > signed, "no size is signed twice"
    publish(busy.engine, busy.home, signer, busy.clock())
    assert verify_export(folder, signer.public_raw).ok, "the same copy goes on"
    with pytest.raises(NotResumable, match="nothing to resume"):
        resume(busy.engine, signer, folder, by="王伟", now=busy.clock(), give_up=True)


def test_what_was_given_up_once_stays_spent_after_another_restore(busy: Any, backup: Any) -> None:
    people, signer = busy.held(busy.people), busy.keys.signer
    folder = busy.home.root / "published"
    publish(busy.engine, busy.home, signer, busy.clock())
    restore = backup()
    busy.ask(people, BY_SEX)
    integrate(busy.engine, signer, busy.clock())
    restore()
    again = backup()
    resume(busy.engine, signer, folder, by="王伟", now=busy.clock(), give_up=True)
    publish(busy.engine, busy.home, signer, busy.clock())
    again()
    assert busy.row(people).nrho_spent < busy.row(people).nrho_limit

    done = resume(busy.engine, signer, folder, by="王伟", now=busy.clock())

    assert (done.lost, done.to_do) == (0, {"evidence:log:resume": 1})
    assert busy.row(people).nrho_spent == busy.row(people).nrho_limit
    refused = busy.ask(people, BY_SEX)
    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "stop.all"


def test_a_backup_that_holds_more_than_the_copy_keeps_it(busy: Any, backup: Any) -> None:
    trade, signer = busy.held(busy.trade), busy.keys.signer
    publish(busy.engine, busy.home, signer, busy.clock())
    busy.ask(trade, BY_INDUSTRY)
    held = integrate(busy.engine, signer, busy.clock()).size
    restore = backup()
    busy.ask(trade, BY_INDUSTRY)
    signed = integrate(busy.engine, signer, busy.clock()).size
    restore()

    folder = busy.home.root / "published"
    done = resume(busy.engine, signer, folder, by="王伟", now=busy.clock(), give_up=True)

    assert (done.common, done.size, done.lost) == (held, held, signed - held)
    assert busy.row(trade).calls_used == 1 + done.lost
    publish(busy.engine, busy.home, signer, busy.clock())
    assert verify_export(folder, signer.public_raw).ok


def test_acts_that_took_away_and_cannot_be_repeated_wait_for_a_person(busy: Any, backup: Any) -> None:
    from catalog.evidence import record

    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore = backup()
    with writing(busy.engine) as connection:
        record(connection, event="space:walls:withdraw", subject="w", body={}, now=busy.clock())
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    restore()
    folder = busy.home.root / "published"

    with pytest.raises(Unrepeatable, match="space:walls:withdraw"):
        resume(busy.engine, busy.keys.signer, folder, by="王伟", now=busy.clock())
    from ybz import ybz

    done = CliRunner().invoke(ybz, ["evidence", "resume", str(folder), "--accept", "--by", "王伟", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["to_do"] == {"space:walls:withdraw": 1}
