"""Files kept beside a lake do the same in folders of the installation and on a real S3-compatible server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.lake.kept import KEPT, KeptFiles, KeptInBucket, kept_of, shared
from catalog.lake.storage import StorageTrouble
from space.jobs.work import leave
from tests.object_storage import Gateway, gateway

NAME = "supplies/grt_1/sup_1.csv"


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


@pytest.fixture(params=["folder", pytest.param("object storage", marks=pytest.mark.full)])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptFiles:
    """What an installation keeps, nothing yet."""
    if request.param != "folder":
        server: Gateway = request.getfixturevalue("server")
        for name, value in server.environment(tmp_path.name).items():
            monkeypatch.setenv(name, value)
    home = Home(tmp_path / "var")
    home.create()
    assert shared(home) == (request.param != "folder")
    return kept_of(home)


def test_a_file_is_there_whole_and_is_removed_once(files: KeptFiles, tmp_path: Path) -> None:
    assert (files.size_bytes(NAME), files.read(NAME), list(files.names("supplies"))) == (None, None, [])
    assert not files.copy(NAME, tmp_path / "out" / "copy")
    files.write(NAME, b"one,two\n")
    assert (files.size_bytes(NAME), files.read(NAME)) == (8, b"one,two\n")
    assert files.copy(NAME, tmp_path / "out" / "copy")
    assert (tmp_path / "out" / "copy").read_bytes() == b"one,two\n"
    assert (tmp_path / "out" / "copy").stat().st_mode & 0o077 == 0
    assert list(files.names("supplies")) == [NAME]
    assert list(files.names("answers")) == []
    assert (files.remove(NAME), files.remove(NAME)) == (True, False)
    assert files.read(NAME) is None


def test_a_large_file_is_taken_and_given_back_in_parts(files: KeptFiles, tmp_path: Path) -> None:
    content = bytes(range(256)) * (36 << 10)
    written = tmp_path / "var" / "supplies" / "grt_1" / "sup_1.part"
    written.parent.mkdir(parents=True)
    written.write_bytes(content)
    files.take(written, NAME)
    assert not written.exists()
    assert b"".join(files.part(NAME, 0, len(content))) == content
    assert b"".join(files.part(NAME, 5 << 20, 100_000)) == content[5 << 20 : (5 << 20) + 100_000]
    assert list(files.part(NAME, 7, 0)) == []


def test_what_is_half_written_has_no_name_and_goes_with_the_file(files: KeptFiles, tmp_path: Path) -> None:
    half = tmp_path / "var" / "supplies" / "grt_1" / "sup_1.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"ha")
    assert list(files.names("supplies")) == []
    assert files.remove(NAME)
    assert not half.exists()


def test_a_part_of_a_file_that_is_gone_is_an_error(files: KeptFiles) -> None:
    with pytest.raises((StorageTrouble, FileNotFoundError)):
        list(files.part(NAME, 0, 10))


@pytest.mark.full
def test_a_file_that_was_cut_off_on_the_storage_is_not_handed_out_as_whole(
    server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    files = kept_of(Home(tmp_path / "var"))
    assert isinstance(files, KeptInBucket)
    files.write(NAME, b"x" * 100)
    (server.folder / tmp_path.name / KEPT / NAME).write_bytes(b"x" * 50)
    with pytest.raises(StorageTrouble, match="shorter than it was"):
        list(files.part(NAME, 0, 100))


@pytest.mark.full
def test_what_lies_half_written_on_a_machine_is_never_given_out_for_what_was_put(
    server: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    files = kept_of(Home(tmp_path / "var"))
    result, former = "jobs/job_1/result", "jobs/job_2/result"
    files.write(result, b"the whole result")
    for name in (result, former):
        (tmp_path / "var" / name).parent.mkdir(parents=True)
        (tmp_path / "var" / name).write_bytes(b"half")
    assert b"".join(files.part(result, 0, 16)) == b"the whole result"
    assert b"".join(files.part(former, 0, 4)) == b"half", "left by an earlier version, and all there is"
    for job in ("job_1", "job_2"):
        leave(Home(tmp_path / "var"), job)
    assert not (tmp_path / "var" / result).exists()
    assert (tmp_path / "var" / former).exists()
