"""One copy of a kept file on a machine for all who read it: held against its digest, gone with the file."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.lake.kept import kept_of
from catalog.lake.kept_copies import UNUSED_S, copied, drop_unused
from catalog.lake.storage import StorageTrouble

NAME = "workspace/grt_1/wst_1.parquet"
CONTENT = b"rows of an own table"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation that keeps one file."""
    home = Home(tmp_path / "var")
    home.create()
    kept_of(home).write(NAME, CONTENT)
    return home


def lying(home: Home) -> list[Path]:
    return sorted(path for path in (home.root / "workspace").rglob("*.part"))


def aged(path: Path) -> None:
    """As if nobody had read it for long."""
    at = path.stat().st_mtime - UNUSED_S - 60
    os.utime(path, (at, at))


def test_all_who_read_a_file_at_once_or_one_after_the_other_have_one_copy(home: Home) -> None:
    found: list[Path | None] = []
    together = threading.Barrier(6)

    def read() -> None:
        together.wait(60)
        with copied(home, NAME, SHA256) as path:
            found.append(path)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    with copied(home, NAME, SHA256) as later:
        assert later is not None
        assert later.read_bytes() == CONTENT
        assert later.stat().st_mode & 0o077 == 0
    assert found == [later] * 6
    assert lying(home) == [later]


def test_a_copy_in_use_stays_however_old_and_one_nobody_reads_goes_after_a_while(home: Home) -> None:
    with copied(home, NAME, SHA256) as path:
        assert path is not None
        aged(path)
        assert drop_unused(home, "workspace") == 0
        assert path.exists()
    assert drop_unused(home, "workspace") == 0, "read a moment ago"
    aged(path)
    assert drop_unused(home, "workspace") == 1
    assert lying(home) == []
    with copied(home, NAME, SHA256) as again:
        assert again not in (None, path), "a worker may read the file it was started with alone"


def test_what_a_dead_process_left_half_copied_goes_after_a_while_though_the_file_stays(home: Home) -> None:
    half = home.root / "workspace" / "grt_1" / "wst_1.0a1b2c3d.part.4e5f6071.part"
    half.write_bytes(b"ha")
    with copied(home, NAME, SHA256) as path:
        assert path is not None
        assert path.read_bytes() == CONTENT
    aged(half)
    assert drop_unused(home, "workspace") == 1
    assert lying(home) == [path]


def test_bytes_that_are_not_those_kept_are_given_to_nobody(home: Home) -> None:
    (home.root / NAME).write_bytes(b"rows of somebody else")
    with pytest.raises(StorageTrouble, match="not what was kept"), copied(home, NAME, SHA256):
        pass
    assert lying(home) == []
    kept_of(home).remove(NAME)
    with copied(home, NAME, SHA256) as path:
        assert path is None


def test_erasing_takes_every_copy_and_leaving_of_the_file_and_of_no_other(home: Home) -> None:
    folder = home.root / "workspace" / "grt_1"
    kept_of(home).write("workspace/grt_1/wst_10.parquet", b"another")
    with copied(home, NAME, SHA256):
        pass
    for name in ("wst_1.part", "wst_1.0a1b2c3d.part.4e5f6071.part", ".wst_1.0a1b2c3d.part"):
        (folder / name).write_bytes(b"left")
    assert kept_of(home).erase(NAME)
    assert [path.name for path in folder.iterdir()] == ["wst_10.parquet"]
    assert not kept_of(home).erase(NAME)
