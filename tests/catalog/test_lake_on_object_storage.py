"""Releases on a real S3-compatible server: written once, read by copies on this machine, never half."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from catalog import keys
from catalog.backup.errors import NotRestored
from catalog.backup.putting_back import Keys, put_back
from catalog.backup.taking import Source, take
from catalog.home import Home
from catalog.lake.copies import trim
from catalog.lake.storage import OPTIONS, URL, Storage, StorageTrouble, storage_of
from catalog.releases import delta, delta_versions
from catalog.releases.delta import VersionTaken
from catalog.releases.folders import read_ledger_table, vault_folder, write_ledger_table
from catalog.releases.publication import recover
from catalog.releases.remote import Remote
from tests.catalog.release_driver import builder, rows_of
from tests.catalog.test_release_kills import (
    BOTH_COMMITTED,
    STEPS,
    assert_settled,
    driver,
    expected,
    published,
    vouchers,
)
from tests.forged import turned
from tests.object_storage import Gateway, gateway

ROWS = pa.table({"id": [1, 2, 3], "名": ["a", "b", "c"]})


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


@pytest.fixture
def on_s3(server: Gateway, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Home:
    """An installation whose lake is on the server."""
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    return home


@pytest.mark.full
def test_a_version_is_written_read_added_to_merged_and_given_back(on_s3: Home) -> None:
    place = vault_folder(on_s3, "civil.people")
    assert isinstance(place, Remote)
    assert delta.head(place) is None
    delta.commit(place, ROWS, at=0, metadata={"ybz_intent": "int_0"})
    delta.append(place, pa.table({"id": [4], "名": ["d"]}), at=1, metadata={"ybz_intent": "int_1"})
    changed = pa.table({"id": [2], "名": ["B"]})
    delta.merge(place, changed, pa.array([1]), on="id", at=2, metadata={"ybz_intent": "int_2"})

    assert delta.head(place) == 2
    assert delta.committed(place, 1)["ybz_intent"] == "int_1"  # type: ignore[index]
    assert delta.committed(place, 3) is None
    assert delta.read(place, 0).equals(ROWS)
    assert sorted(delta.read(place, 2)["id"].to_pylist()) == [2, 3, 4]
    assert delta.row_count(place, 1) == 4 == delta.rows_held(place, 1)
    delta_versions.restore(place, 0)
    assert delta.read(place, 3)["id"].to_pylist() == [1, 2, 3]
    assert delta_versions.vacuum(place, [0, 3], hours=0, dry_run=False)
    assert delta.read(place, 0).equals(ROWS)


@pytest.mark.full
def test_data_files_are_fetched_once_private_and_read_only(on_s3: Home, server: Gateway) -> None:
    place = vault_folder(on_s3, "civil.people")
    delta.commit(place, ROWS, at=0, metadata={})
    (file,) = delta.files(place, 0)
    assert file.is_relative_to(on_s3.root / "staged")
    assert file.stat().st_mode & 0o777 == 0o400
    before = file.stat().st_ino
    assert delta.files(place, 0) == (file,)
    assert file.stat().st_ino == before
    for part in server.folder.rglob("*.parquet"):
        part.write_bytes(part.read_bytes()[:-1])
    assert delta.read(place, 0).equals(ROWS), "a copy that is here needs nothing"
    file.unlink()
    with pytest.raises(StorageTrouble):
        delta.files(place, 0)
    assert not file.exists()


@pytest.mark.full
def test_a_data_file_of_the_same_length_with_another_content_is_not_read(
    on_s3: Home, server: Gateway, tmp_path: Path
) -> None:
    place = vault_folder(on_s3, "civil.people")
    delta.commit(place, ROWS, at=0, metadata={})
    (file,) = delta.files(place, 0)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem.partition("-")[2]
    file.unlink()
    for part in (server.folder / tmp_path.name / "vault").rglob("*.parquet"):
        turned(part)
    with pytest.raises(StorageTrouble, match="not what was put there"):
        delta.files(place, 0)
    assert not list((on_s3.root / "staged").rglob("*.parquet"))


@pytest.mark.full
def test_digests_of_data_files_go_with_them_and_a_writer_that_died_leaves_them_to_the_first_reader(
    on_s3: Home, server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, noted = vault_folder(on_s3, "civil.people"), server.folder / tmp_path.name / "digests"

    def died(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(delta, "_note", died)
        with pytest.raises(KeyboardInterrupt):
            delta.commit(place, ROWS, at=0, metadata={})
    assert not list(noted.rglob("*.parquet"))
    (file,) = delta.files(place, 0)
    (note,) = (path for path in noted.rglob("*") if path.is_file())
    assert note.read_text() == hashlib.sha256(file.read_bytes()).hexdigest()

    delta.commit(place, ROWS.slice(0, 1), at=1, metadata={})
    assert delta_versions.vacuum(place, [1], hours=0, dry_run=False)
    assert not note.exists()
    assert len([path for path in noted.rglob("*") if path.is_file()]) == 1


@pytest.mark.full
def test_of_two_writers_of_one_version_exactly_one_has_it(on_s3: Home) -> None:
    place = vault_folder(on_s3, "civil.people")
    delta.commit(place, ROWS, at=0, metadata={})
    for at in range(1, 6):
        outcomes: list[str] = []
        ready = threading.Barrier(4)

        def write(
            who: int, version: int = at, told: list[str] = outcomes, go: threading.Barrier = ready
        ) -> None:
            go.wait()
            try:
                delta.append(
                    place, pa.table({"id": [who], "名": ["x"]}), at=version, metadata={"ybz_by": str(who)}
                )
                told.append("done")
            except VersionTaken:
                told.append("taken")

        writers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert sorted(outcomes) == ["done", "taken", "taken", "taken"]
        assert delta.head(place) == at
        assert delta.row_count(place, at) == 3 + at


@pytest.mark.full
def test_tables_of_the_ledger_are_there_too(on_s3: Home) -> None:
    assert write_ledger_table(on_s3, "datasets", ROWS) == 0
    assert write_ledger_table(on_s3, "datasets", ROWS.slice(0, 1)) == 1
    assert read_ledger_table(on_s3, "datasets", 0).equals(ROWS)
    assert not (on_s3.lake / "ledger").exists()


@pytest.mark.full
def test_a_server_that_is_gone_is_told_in_one_line_without_credentials(
    on_s3: Home, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv(URL, "s3://city/gone")
    with pytest.raises(StorageTrouble, match="gave no answer") as told:
        delta.head(vault_folder(on_s3, "civil.people"))
    assert server.secret not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.full
@pytest.mark.parametrize("step", ["after_intent", "after_vault", "after_protected", "in_store_transaction"])
def test_a_builder_killed_between_the_two_tables_leaves_one_release_or_the_other(
    on_s3: Home, engine: Engine, step: str
) -> None:
    many = STEPS[step]
    first = builder(on_s3, "merge").deliver(*rows_of("merge", 0, many))
    child = driver(on_s3, "merge", step, many)
    _, errors = child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL, errors
    assert published(engine).id == first.id
    assert vouchers(on_s3, first) == expected("merge", 1, many)

    recover(on_s3, engine, datetime.now(UTC))

    assert_settled(on_s3, engine)
    again = published(engine)
    assert (again.number == 2) == (step in BOTH_COMMITTED)
    assert vouchers(on_s3, again) == expected("merge", again.number, many)
    builder(on_s3, "merge").deliver(*rows_of("merge", again.number, many))
    assert_settled(on_s3, engine)
    assert not (on_s3.lake / "vault").exists()


def test_options_come_from_a_private_file_and_are_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert storage_of(tmp_path) is None
    options = tmp_path / "lake.yaml"
    options.write_text("AWS_SECRET_ACCESS_KEY: very-secret\n")
    options.chmod(0o644)
    monkeypatch.setenv(URL, "s3://city/lake/")
    monkeypatch.setenv(OPTIONS, str(options))
    with pytest.raises(StorageTrouble, match="chmod 600") as told:
        storage_of(tmp_path)
    assert "very-secret" not in str(told.value)
    options.chmod(0o600)
    found = storage_of(tmp_path)
    assert found is not None
    assert found.options["aws_secret_access_key"] == "very-secret"
    assert found.options["aws_conditional_put"] == "etag"
    assert "very-secret" not in repr(found)
    assert Remote(found, "vault/a/b", tmp_path).uri == "s3://city/lake/vault/a/b"
    for wrong in ("http://city", "s3://"):
        monkeypatch.setenv(URL, wrong)
        with pytest.raises(StorageTrouble, match="names no bucket"):
            storage_of(tmp_path)


def test_copies_used_longest_ago_make_room_and_those_in_use_stay(tmp_path: Path) -> None:
    old, older, fresh = (tmp_path / "ab" / f"{name}.parquet" for name in ("old", "older", "fresh"))
    old.parent.mkdir()
    for path in (old, older, fresh):
        path.write_bytes(b"x" * 100)
    now = fresh.stat().st_mtime
    os.utime(old, (now - 7200, now - 7200))
    os.utime(older, (now - 9000, now - 9000))
    trim(tmp_path, 100, 300)
    assert {path.name for path in old.parent.iterdir()} == {"old.parquet", "fresh.parquet"}
    trim(tmp_path, 100, 50)
    assert {path.name for path in old.parent.iterdir()} == {"fresh.parquet"}


def test_a_table_on_storage_is_named_like_one_on_disk(tmp_path: Path) -> None:
    place = Remote(Storage("s3://city/lake", {}), "vault/civil/people", tmp_path)
    assert place.label == "civil.people"


@pytest.mark.full
def test_a_backup_of_it_is_restored_to_another_prefix_or_to_a_folder(
    on_s3: Home, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    first = builder(on_s3, "merge").deliver(*rows_of("merge", 0, 200))
    second = builder(on_s3, "merge").deliver(*rows_of("merge", 1, 200))
    source = Source(on_s3, engine, keys.load(on_s3).signer)
    take(source, tmp_path / "backup", by="李敏", passphrase="a passphrase of length", now=now)
    given = Keys("a passphrase of length")
    with pytest.raises(NotRestored, match="is not empty"):
        put_back(Home(tmp_path / "again"), tmp_path / "backup", given)

    monkeypatch.setenv(URL, f"s3://city/{tmp_path.name}-restored")
    there = Home(tmp_path / "there")
    put_back(there, tmp_path / "backup", given)
    assert not (there.lake / "vault").exists()
    monkeypatch.delenv(URL)
    here = Home(tmp_path / "here")
    put_back(here, tmp_path / "backup", given)

    for release, deliveries in ((first, 1), (second, 2)):
        assert vouchers(here, release) == expected("merge", deliveries, 200)
    monkeypatch.setenv(URL, f"s3://city/{tmp_path.name}-restored")
    for release, deliveries in ((first, 1), (second, 2)):
        assert vouchers(there, release) == expected("merge", deliveries, 200)
