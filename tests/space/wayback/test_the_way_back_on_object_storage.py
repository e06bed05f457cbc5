"""What flows back, is filled in and is corrected lies on a real S3-compatible server, and no shared folder.

Two machines have store, keys and contracts in common, and each a lake folder of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from catalog.backup.putting_back import Keys as GivenKeys
from catalog.backup.putting_back import put_back
from catalog.backup.taking import Source, take
from catalog.home import Home
from catalog.lake import files_of
from catalog.lake.storage import URL, StorageTrouble
from catalog.releases.published import all_latest, read_vault
from catalog.store import open_store, reading, writing
from catalog.store.tables.forms import submissions
from space.wayback.backflow import attributed
from space.wayback.backflow.inbox import FileChanged, count, deliveries_of, listing, read_rows
from space.wayback.corrections.attachments import attach, unsealed
from space.wayback.forms import handing_in, submitting
from space.wayback.forms.admission import admit
from space.wayback.forms.filling import submit
from tests.forged import turned
from tests.object_storage import Gateway, gateway
from tests.servers import forget_place
from tests.space.wayback.conftest import EAST, FAR, HERE, Town, found_town
from tests.space.wayback.test_corrections_go_up_and_come_back import PNG, opened
from tests.space.wayback.test_forms_are_confirmed_as_shown_and_once import FORM, sheet

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


@pytest.fixture
def town(
    server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Home, engine: Engine
) -> Town:
    """The town with its lake on the server: two residents of the street, one elsewhere, one allowance."""
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    made = found_town(home, engine)
    made.publish(made.population, made.residents(EAST, HERE, FAR))
    paid = {
        "id_card": made.person(1),
        "level": "一档",
        "area_code": EAST,
        "month": "2026-09",
        "amount": "120",
    }
    made.publish(made.allowance, [paid])
    return made


def other_machine(town: Town) -> Home:
    """The installation as another machine sees it: store, keys and contracts, and nothing of its lake."""
    town.engine.dispose()
    away = town.home.root.with_name("first-machine")
    town.home.root.rename(away)
    shutil.copytree(away, town.home.root, ignore=shutil.ignore_patterns("lake", "staged"))
    forget_place(town.home.root / "ybz.db")
    town.home.create()
    return town.home


def beside(home: Home) -> list[str]:
    """What lies in the folder of the lake itself."""
    return [path.name for path in home.lake.rglob("*") if path.is_file()]


def test_a_delivery_is_read_on_another_machine_and_only_as_it_was_sent(
    town: Town, server: Gateway, tmp_path: Path
) -> None:
    subscription = town.subscribe("street")
    town.deliver()
    town.publish(town.population, town.residents(EAST, EAST, FAR))
    town.deliver()
    assert town.deliver().sent == ()
    assert beside(town.home) == []

    there = other_machine(town)
    engine = open_store(there)
    with reading(engine) as connection:
        first, second = deliveries_of(connection, subscription.id)
        figures, rows = attributed.attribution(there, connection, "civil.population")
    assert count(read_rows(there, first)) == first.counts
    assert read_rows(there, second)["_change"].to_pylist() == ["added"]
    assert (figures.rows, figures.attributed, rows.num_rows) == (3, 3, 3)
    assert list(files_of(there).drafts("")) == []

    (sent,) = (server.folder / tmp_path.name / "content" / second.path).iterdir()
    turned(sent)
    with pytest.raises((StorageTrouble, FileChanged)):
        read_rows(there, second)
    engine.dispose()


def test_a_round_that_dies_before_its_last_file_is_done_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.backflow import sending

    town.subscribe("street")
    town.subscribe("village")
    with monkeypatch.context() as dying:
        stood: list[Any] = []

        def die(files: Any, part: Any) -> None:
            if stood:
                raise KeyboardInterrupt
            stood.append(part)
            files.stand(part)

        dying.setattr(sending, "put", die)
        with pytest.raises(KeyboardInterrupt):
            town.deliver()
    with reading(town.engine) as connection:
        assert listing(connection) == ()

    assert len(town.deliver().sent) == 2

    with reading(town.engine) as connection:
        for made in listing(connection):
            assert count(read_rows(town.home, made)) == made.counts


def test_answers_become_a_dataset_on_the_machine_that_builds(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit(town.engine, FORM, by="王敏", now=town.now)
    with monkeypatch.context() as dying:
        dying.setattr(handing_in, "land", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):  # between the commit and the landing
            submit(town.home, town.engine, sheet(town), by="王五", now=town.later())
    assert list(files_of(town.home).names("landing/forms")) == []
    assert submitting.settle(town.home, town.engine, datetime.now(UTC)) == 2
    handing_in.register_result(town.home, town.engine, "ELDER-02", by="王五", now=town.later())
    with reading(town.engine) as connection:
        (row,) = connection.execute(select(submissions)).all()
    assert sorted(files_of(town.home).names("landing/forms")) == sorted([row.path, row.rows_path])
    assert beside(town.home) == []

    there = other_machine(town)
    build = (sys.executable, "-c", "from ybz import main; main()", "build", "forms.f_elder_02")
    done = subprocess.run(build, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    engine = open_store(there)
    with reading(engine) as connection:
        release = {each.dataset: each for each in all_latest(connection)}["forms.f_elder_02"]
    assert read_vault(there, release)["subject_id"].to_pylist() == [town.person(1)]
    engine.dispose()


def test_evidence_and_everything_else_goes_through_a_backup_into_a_folder_and_back(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.subscribe("street")
    town.deliver()
    case = opened(town)
    with writing(town.engine) as connection:
        said = {"title": "户口簿照片", "organisation": "street", "by": "王五"}
        given = attach(town.home, connection, case.id, PNG, now=town.later(), **said)
    admit(town.engine, FORM, by="王敏", now=town.now)
    submit(town.home, town.engine, sheet(town), by="王五", now=town.later())
    names = list(files_of(town.home).names(""))
    assert {name.partition("/")[0] for name in names} == {"backflow", "corrections", "landing"}

    now, phrase = datetime.now(UTC), "a passphrase of length"
    backup = tmp_path / "backup"
    take(Source(town.home, town.engine, town.keys.signer), backup, by="李敏", passphrase=phrase, now=now)
    assert not (backup / "home" / "staged").exists()
    for place, url in (("here", ""), ("there", f"s3://city/{tmp_path.name}-again")):
        monkeypatch.setenv(URL, url)
        again = Home(tmp_path / place)
        put_back(again, backup, GivenKeys(phrase))
        assert list(files_of(again).names("")) == names or place == "here"
        assert (beside(again) == []) is bool(url)
        restored = replace(town, home=again, engine=open_store(again))
        with reading(restored.engine) as connection:
            (made,) = listing(connection)
            assert count(read_rows(again, made)) == made.counts
            rows = {each.dataset: read_vault(again, each).num_rows for each in all_latest(connection)}
        assert rows == {"civil.population": 3, "welfare.allowance": 1}
        restored.engine.dispose()
    monkeypatch.setenv(URL, f"s3://city/{tmp_path.name}")
    whom = {"organisation": case.department_code, "by": "赵六", "now": town.later()}
    assert unsealed(town.home, town.engine, given.id, **whom) == PNG
