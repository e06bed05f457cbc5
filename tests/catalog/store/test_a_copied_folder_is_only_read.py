"""A folder that was copied with its embedded store is read, and not written until a person states why."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from catalog.backup.errors import NotPlaced
from catalog.backup.placing import PLACED, Stated, state
from catalog.errors import StoreElsewhere
from catalog.evidence import continuity, integrate, record
from catalog.evidence.continuity import LogBroken
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys import heads, load
from catalog.settings.reading import rehearsing
from catalog.store import create_store, open_store, reading, settle, standing, writing
from catalog.store.standing import Place
from catalog.store.tables.evidence import evidence_entries
from space.observing.custody import store_stands_where_it_was
from space.observing.finding import Case
from tests.servers import PostgreSQL

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.embedded


@pytest.fixture
def signed(home: Home, engine: Engine) -> Engine:
    """A store of an installation that has signed a log of one entry."""
    act(engine, "first")
    assert integrate(engine, load(home).signer, NOW) is not None
    return engine


@pytest.fixture
def copy(home: Home, signed: Engine, tmp_path: Path) -> Iterator[Home]:
    """A copy of its folder, made while the installation may run."""
    folder = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(home.root), str(folder)], check=True)
    yield Home(folder)
    open_store(Home(folder)).dispose()


def act(engine: Engine, subject: str) -> None:
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject=subject, body={}, now=NOW)


def acts(engine: Engine) -> list[str]:
    e = evidence_entries.c
    with reading(engine) as connection:
        return sorted(connection.execute(select(e.subject).where(e.event == "space:test:act")).scalars())


def stated(home: Home, what: Stated) -> Place:
    return state(open_store(home), home, what, by="李敏", reason="换了机器", now=NOW)


def test_a_copy_is_read_and_not_written_while_the_original_goes_on(copy: Home, signed: Engine) -> None:
    engine = open_store(copy)
    for _ in range(2):  # not only the first time
        with pytest.raises(
            StoreElsewhere, match=r"is not the file it was written in last.*nothing was"
        ) as told:
            act(engine, "second")
        assert "\n" not in str(told.value)

    assert acts(engine) == ["first"]
    act(signed, "second")
    assert acts(signed) == ["first", "second"]


def test_a_folder_that_was_renamed_is_written_on(home: Home, signed: Engine, tmp_path: Path) -> None:
    signed.dispose()
    renamed = Home(home.root.rename(tmp_path / "renamed"))
    engine = open_store(renamed)
    act(engine, "second")
    with reading(engine) as connection:
        noted = standing.noted(connection)
    engine.dispose()
    assert noted is not None
    assert noted.path == str(renamed.root / "ybz.db")


def test_a_folder_only_initialised_is_not_copied_either(home: Home, tmp_path: Path) -> None:
    from catalog.cli import init

    assert CliRunner().invoke(init).exit_code == 0
    open_store(home).dispose()
    copied = Home(Path(shutil.copytree(home.root, tmp_path / "copy")))
    with pytest.raises(StoreElsewhere):
        settle(open_store(copied))


def test_a_file_is_known_by_number_and_birth_as_far_as_both_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    here, born = standing.at(tmp_path / "a"), Place("7@1", "x")
    assert here == standing.at(tmp_path / "b")
    assert [born.is_at(Place(file, "y")) for file in ("7@1", "7", "7@2", "8@1")] == [True, True, False, False]


def test_moved_is_only_what_stands_nowhere_else_and_then_the_log_goes_on(
    home: Home, copy: Home, signed: Engine
) -> None:
    with pytest.raises(NotPlaced, match="still stands at"):
        stated(copy, Stated.MOVED)
    signed.dispose()
    shutil.rmtree(home.root)

    assert stated(copy, Stated.MOVED).path == str(home.root / "ybz.db")

    engine = open_store(copy)
    act(engine, "second")
    newest = integrate(engine, load(copy).signer, NOW)
    assert newest is not None
    assert newest.size == 3  # what was stated has its entry
    with reading(engine) as connection:
        assert connection.execute(
            select(evidence_entries.c.position).where(evidence_entries.c.event == PLACED)
        ).scalar_one()
    with pytest.raises(NotPlaced, match="there is nothing to state"):
        stated(copy, Stated.MOVED)


def test_a_copy_the_original_went_on_after_was_not_moved_and_goes_on_like_a_restore(
    home: Home, signed: Engine, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    heads.publish_to(home, outside)
    copied = Home(Path(shutil.copytree(home.root, tmp_path / "copy")))
    act(signed, "second")
    publish(signed, home, load(home).signer, NOW)
    signed.dispose()
    shutil.rmtree(home.root)
    with pytest.raises(NotPlaced, match="signed more than this copy holds"):
        stated(copied, Stated.MOVED)

    stated(copied, Stated.LOST)

    engine = open_store(copied)
    with pytest.raises(LogBroken, match="ybz evidence resume"):
        integrate(engine, load(copied).signer, NOW)
    with reading(engine) as connection:
        assert continuity.suspension(connection) is not None
    engine.dispose()


def test_a_copy_to_rehearse_is_what_a_restore_to_rehearse_is(copy: Home, signed: Engine) -> None:
    stated(copy, Stated.REHEARSAL)

    engine = open_store(copy)
    assert rehearsing(copy.root)
    with pytest.raises(LogBroken, match="ybz evidence resume"):
        integrate(engine, load(copy).signer, NOW)
    act(signed, "second")
    assert acts(signed) == ["first", "second"]


def test_the_doctor_and_the_command_say_where_the_store_stands(
    home: Home, copy: Home, signed: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.evidence.cli import evidence

    assert store_stands_where_it_was(Case(home, signed, NOW)).level == "ok"
    found = store_stands_where_it_was(Case(copy, open_store(copy), NOW))
    assert (found.level, str(home.root) in found.found) == ("lack", True)

    monkeypatch.setenv("YBZ_HOME", str(copy.root))
    looked = CliRunner().invoke(evidence, ["place", "--json"])
    assert json.loads(looked.output)["written_last_at"] == str(home.root / "ybz.db")
    assert CliRunner().invoke(evidence, ["place", "--rehearsal"]).exit_code == 2  # nobody said why
    done = CliRunner().invoke(evidence, ["place", "--rehearsal", "--reason", "试用", "--by", "李敏"])
    assert "it sends nothing" in done.output
    assert "where it was written last" in CliRunner().invoke(evidence, ["place"]).output


def test_a_store_on_a_server_is_one_ledger_whatever_folders_name_it(
    home: Home, postgres: PostgreSQL, tmp_path: Path
) -> None:
    home.keep_database_url(postgres.new_store())
    engine = create_store(home)
    act(engine, "first")
    copied = Home(Path(shutil.copytree(home.root, tmp_path / "copy")))

    other = open_store(copied)
    act(other, "second")

    assert acts(engine) == acts(other) == ["first", "second"]
    with pytest.raises(NotPlaced, match="whatever folder names it writes one ledger"):
        stated(copied, Stated.MOVED)
    engine.dispose()
