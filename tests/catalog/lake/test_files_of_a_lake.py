"""Files of a lake beside its tables do the same in a folder and on a real S3-compatible server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.lake import Files, forget_drafts
from catalog.lake.in_bucket import InBucket
from catalog.lake.on_disk import OnDisk
from catalog.lake.storage import Storage, StorageTrouble, storage_of
from tests.object_storage import Gateway, gateway

NAME = "landing/forms/F-1/2026-09/frm_1.jsonl"


class Died(BaseException):
    """The process ended here: nothing of ours runs after it."""


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


@pytest.fixture
def bucket(server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InBucket:
    """Files on the server, below a prefix of their own."""
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    storage = storage_of(tmp_path)
    assert storage is not None
    return InBucket(storage, tmp_path / "staged", tmp_path / "lake")


@pytest.fixture(params=["folder", pytest.param("object storage", marks=pytest.mark.full)])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """An empty lake."""
    if request.param == "folder":
        (tmp_path / "lake").mkdir()
        return OnDisk(tmp_path / "lake")
    made: InBucket = request.getfixturevalue("bucket")
    return made


def test_a_file_stands_whole_under_its_name_and_is_replaced_and_removed(files: Files, tmp_path: Path) -> None:
    assert (files.there(NAME), files.read(NAME), files.local(NAME)) == (False, None, None)
    assert not files.copy(NAME, tmp_path / "copy")
    for content in (b"one\n", b"", b"two, longer\n"):
        files.write(NAME, content)
        local = files.local(NAME)
        assert files.there(NAME)
        assert local is not None
        assert files.read(NAME) == local.read_bytes() == content
        assert local.stat().st_mode & 0o077 == 0
        assert files.copy(NAME, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == content
    files.remove(NAME)
    files.remove(NAME)
    assert (files.there(NAME), files.read(NAME), list(files.names(""))) == (False, None, [])


def test_names_are_told_in_order_and_by_where_they_are(files: Files) -> None:
    names = ["backflow/a/x.parquet", "corrections/c/att.sealed", "landing/b.csv", "landing/名/c.csv"]
    for name in reversed(names):
        files.write(name, name.encode())
    assert list(files.names("")) == names
    assert list(files.names("landing")) == names[2:]
    assert list(files.names("nowhere")) == []


def test_no_reader_sees_a_draft_before_it_stands(files: Files) -> None:
    files.write(NAME, b"before")
    draft = files.draft(NAME, b"after")
    assert (files.read(NAME), list(files.names(""))) == (b"before", [NAME])
    assert [each.name for each in files.drafts("landing/forms")] == [NAME]
    assert [each.held for each in files.drafts(NAME)] == [draft.held]
    for _ in range(2):
        files.stand(draft)
        assert files.read(NAME) == b"after"
    files.drop(draft)
    assert (files.read(NAME), list(files.drafts(""))) == (b"after", [])


def test_a_draft_that_is_dropped_takes_no_other_with_it(files: Files) -> None:
    mine, other = files.draft(NAME, b"the same"), files.draft(NAME, b"the same")
    files.drop(other)
    files.stand(mine)
    assert files.read(NAME) == b"the same"
    assert list(files.drafts("")) == []


def test_a_draft_that_is_gone_cannot_stand(files: Files) -> None:
    draft = files.draft(NAME, b"x")
    files.drop(draft)
    with pytest.raises((StorageTrouble, FileNotFoundError)):
        files.stand(draft)
    assert not files.there(NAME)


def test_a_large_file_is_taken_from_where_it_was_written(files: Files) -> None:
    written = files.desk("landing/s/t") / ".raw-1.tmp"
    written.write_bytes(b"y" * (9 << 20))
    files.take(written, "landing/s/t/abc.parquet")
    assert not written.exists()
    local = files.local("landing/s/t/abc.parquet")
    assert local is not None
    assert local.stat().st_size == 9 << 20
    assert list(files.drafts("")) == []


def test_tables_given_up_are_forgotten_and_answers_never(files: Files) -> None:
    table, answers = "landing/s/t/abc.parquet", NAME
    files.draft(table, b"t")
    files.draft(answers, b"a")
    now = datetime.now(UTC)
    assert forget_drafts(files, "landing", now) == 0
    assert forget_drafts(files, "landing", now + timedelta(days=2)) == 1
    assert [draft.name for draft in files.drafts("landing")] == [answers]


def test_a_draft_of_an_earlier_version_stands_too(tmp_path: Path) -> None:
    place = tmp_path / Path(NAME)
    place.parent.mkdir(parents=True)
    place.with_name(f".{place.name}.part").write_bytes(b"old")
    files = OnDisk(tmp_path)
    (draft,) = files.drafts(NAME)
    files.stand(draft)
    assert files.read(NAME) == b"old"


@pytest.mark.full
def test_what_was_changed_on_the_storage_is_not_read(
    bucket: InBucket, server: Gateway, tmp_path: Path
) -> None:
    bucket.write(NAME, b"a delivery of 3 rows")
    (there,) = (server.folder / tmp_path.name / "content" / NAME).iterdir()
    there.write_bytes(b"a delivery of 4 rows")
    for read in (bucket.read, bucket.local, lambda name: bucket.copy(name, tmp_path / "copy")):
        with pytest.raises(StorageTrouble, match="not what was put there"):
            read(NAME)
    there.unlink()
    for read in (bucket.read, bucket.local):
        with pytest.raises(StorageTrouble, match="missing or not what"):
            read(NAME)
    assert not (tmp_path / "copy").exists()


@pytest.mark.full
@pytest.mark.parametrize("puts", range(6))
def test_a_process_that_dies_between_two_puts_leaves_the_file_before_or_after(
    bucket: InBucket, monkeypatch: pytest.MonkeyPatch, puts: int
) -> None:
    bucket.write(NAME, b"before")
    left = [puts]

    def dying(really: Any) -> Any:
        def call(*given: Any) -> Any:
            if not left[0]:
                raise Died
            left[0] -= 1
            return really(*given)

        return call

    with monkeypatch.context() as until:
        until.setattr(Storage, "write", dying(Storage.write))
        until.setattr(Storage, "remove", dying(Storage.remove))
        try:
            bucket.write(NAME, b"after")
        except Died:
            assert puts < 5
    # Draft, content, note, the former content, the draft's own mark.
    assert bucket.read(NAME) == (b"before" if puts < 3 else b"after")
    for draft in list(bucket.drafts("")):
        bucket.drop(draft) if puts < 3 else bucket.stand(draft)
    assert bucket.read(NAME) == (b"before" if puts < 3 else b"after")
    assert len(list(bucket.storage.objects(""))) == 2, "one content and its note, and nothing besides"


@pytest.mark.full
def test_what_stands_is_brought_to_the_folder_anew_only_where_it_changed(
    bucket: InBucket, tmp_path: Path
) -> None:
    mine = tmp_path / "lake" / "landing" / "own.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("never brought, never removed")
    bucket.write("landing/g/a.csv", b"a")
    bucket.write("landing/g/b.csv", b"b")
    bucket.draft("landing/g/c.csv", b"not yet")
    bucket.bring("landing")
    folder = tmp_path / "lake" / "landing" / "g"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.csv": b"a", "b.csv": b"b"}
    first = {path.name: path.stat().st_ino for path in folder.iterdir()}

    bucket.write("landing/g/b.csv", b"B")
    bucket.draft("landing/g/a.csv", b"not yet")
    bucket.bring("landing")
    assert (folder / "b.csv").read_bytes() == b"B"
    assert (folder / "a.csv").stat().st_ino == first["a.csv"]

    bucket.remove("landing/g/a.csv")
    bucket.bring("landing")
    assert [path.name for path in folder.iterdir()] == ["b.csv"]
    assert mine.exists()
