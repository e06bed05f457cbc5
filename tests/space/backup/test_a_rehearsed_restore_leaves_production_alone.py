"""A restore beside a running installation: what is published outside stays the running one's."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from catalog import keys
from catalog.backup.putting_back import Keys, put_back
from catalog.evidence import continuity, record
from catalog.evidence.publishing import publish
from catalog.evidence.restoring import NotResumable
from catalog.home import Home
from catalog.keys import following, heads
from catalog.keys.signers import KeyTrouble
from catalog.settings import reading as settings
from catalog.store import open_store, reading, writing
from catalog.store.tables.restorations import restorations
from policies.decision import Deny
from space.resuming import resume
from tests.servers import PostgreSQL, forget_place
from tests.space.backup.test_a_restored_installation_gives_nothing_back import (
    BY_DISTRICT,
    BY_SEX,
    PASSPHRASE,
    backed_up,
    restored,
)


@pytest.fixture
def outside(busy: Any, tmp_path: Path) -> Path:
    """A folder outside, named in the settings file: a backup carries that."""
    folder = tmp_path / "outside"
    folder.mkdir()
    said = f"publish_to: {folder}\nmail_host: mail.city.example\nmail_from: ledger@city.example\n"
    (busy.home.root / "settings.yaml").write_text(said, encoding="utf-8")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def a_backup_and_a_copy(busy: Any, outside: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A backup, some work after it, and a copy of what was published."""
    busy.ask(busy.held(busy.people), BY_DISTRICT)
    backed_up(busy, tmp_path / "backup")
    busy.ask(busy.held(busy.people), BY_SEX)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    return tmp_path / "backup", Path(shutil.copytree(outside, tmp_path / "copy"))


def beside(busy: Any, backup: Path, *, rehearsal: bool) -> tuple[Home, Any, Any]:
    home = Home(busy.home.root.parent / "rehearsed")
    put_back(home, backup, Keys(PASSPHRASE), rehearsal=rehearsal)
    return home, open_store(home), keys.load(home).signer


def goes_on(busy: Any) -> bool:
    continuity.forget()
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    return not isinstance(busy.ask(busy.held(busy.people), BY_DISTRICT), Deny)


def test_a_rehearsal_resumes_and_publishes_without_a_byte_outside(
    busy: Any, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, copied = a_backup_and_a_copy(busy, outside, tmp_path)
    before = files_of(outside)
    home, engine, signer = beside(busy, backup, rehearsal=True)
    monkeypatch.setenv("YBZ_PUBLISH_TO", str(outside))

    resume(engine, signer, copied, by="王伟", now=busy.clock())
    done = publish(engine, home, signer, busy.clock())

    assert done is not None
    assert done.folders == (home.root / heads.PUBLISHED,)
    assert files_of(outside) == before
    assert settings.outward(home.root) == ()
    assert settings.value("YBZ_MAIL_HOST", home.root) == ""
    with pytest.raises(KeyTrouble, match="is a rehearsal"):
        heads.publish_to(home, outside)
    monkeypatch.delenv("YBZ_PUBLISH_TO")
    assert goes_on(busy)


def test_a_restore_that_would_publish_over_a_running_one_does_not_resume_with_a_copy(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backup, copied = a_backup_and_a_copy(busy, outside, tmp_path)
    before = files_of(outside)
    _home, engine, signer = beside(busy, backup, rehearsal=False)

    with pytest.raises(NotResumable, match="--rehearsal"):
        resume(engine, signer, copied, by="王伟", now=busy.clock())

    assert files_of(outside) == before
    assert goes_on(busy)


def test_a_restored_one_told_only_later_where_to_publish_is_refused_until_it_takes_over(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backup, copied = a_backup_and_a_copy(busy, outside, tmp_path)
    home, engine, signer = beside(busy, backup, rehearsal=False)
    (home.root / "settings.yaml").unlink()
    resume(engine, signer, copied, by="王伟", now=busy.clock())
    before = files_of(outside)
    heads.publish_to(home, outside)

    with pytest.raises(KeyTrouble, match="--take-over"):
        publish(engine, home, signer, busy.clock() + timedelta(minutes=1))
    assert files_of(outside) == before
    assert goes_on(busy)

    other = tmp_path / "nobodys"
    other.mkdir()
    heads.publish_to(home, other)
    assert publish(engine, home, signer, busy.clock()) is not None
    assert publish(engine, home, signer, busy.clock()) is not None, "and it stays its own"


def test_the_one_that_takes_the_place_of_a_lost_one_goes_on_in_its_folder(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backup, _copied = a_backup_and_a_copy(busy, outside, tmp_path)
    restored(busy, backup)
    assert not following.is_ours(busy.home, outside)
    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())
    assert goes_on(busy)
    assert following.is_ours(busy.home, outside)


def test_an_installation_restored_and_resumed_once_resumes_again(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backup, _copied = a_backup_and_a_copy(busy, outside, tmp_path)
    restored(busy, backup)
    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())
    assert goes_on(busy)
    # Somebody else with the same key and log went on in the folder.
    twin = Home(tmp_path / "twin")
    busy.engine.dispose()
    shutil.copytree(busy.home.root, twin.root)
    forget_place(twin.root / "ybz.db")  # as if a whole disk had been copied, which nobody notices
    engine, signer = open_store(twin), keys.load(twin).signer
    with writing(engine) as connection:
        record(
            connection, event="store:backup:begin", subject="bkp_other", body={"by": "他人"}, now=busy.clock()
        )
    publish(engine, twin, signer, busy.clock())
    engine.dispose()
    busy.engine = open_store(busy.home)
    continuity.forget()
    assert isinstance(busy.ask(busy.held(busy.people), BY_SEX), Deny)

    done = resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())

    assert done.size > done.common
    assert goes_on(busy)
    with reading(busy.engine) as connection:
        assert connection.execute(select(func.count()).select_from(restorations)).scalar_one() == 1


def told(*words: str) -> Result:
    from ybz import ybz

    return CliRunner().invoke(ybz, list(words))


@pytest.mark.full
def test_by_command_a_restore_says_where_it_reaches_out_and_a_rehearsal_that_it_does_not(
    busy: Any, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, _copied = a_backup_and_a_copy(busy, outside, tmp_path)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "new"))
    live = told("restore", str(backup), "--passphrase-file", str(passphrase))
    assert live.exit_code == 0, live.output
    assert "mail_host" in live.stdout
    assert "publish_to" in live.stdout
    assert "--rehearsal" in live.stdout
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "rehearsed"))
    tried = told("restore", str(backup), "--passphrase-file", str(passphrase), "--rehearsal")
    assert tried.exit_code == 0, tried.output
    assert "publishes nowhere outside" in tried.stdout


@pytest.mark.full
def test_a_restore_goes_to_the_database_the_environment_names(
    busy: Any, outside: Path, tmp_path: Path, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, _copied = a_backup_and_a_copy(busy, outside, tmp_path)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    url = postgres.new_database()
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("YBZ_DATABASE_URL", url)
    words = ("restore", str(backup), "--passphrase-file", str(passphrase))

    other = told(*words, "--database", postgres.new_database())
    assert "goes before --database" in str(other.exception)
    back = told(*words)
    assert back.exit_code == 0, back.exception
    assert not (tmp_path / "new" / "ybz.db").exists()
    again = told("evidence", "resume", str(outside), "--json")
    assert again.exit_code == 0, again.exception
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "newer"))
    full = told(*words, "--rehearsal", "--database", url)
    assert "the database is not empty" in str(full.exception)
