"""Files written lastingly: for their owner alone, whole or not at all, and no draft left behind."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import lasting


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """No file of this process may grow beyond this many bytes, as on a disk that is full."""
    monkeypatch.setattr(
        sys, "dont_write_bytecode", True
    )  # half of a module would be kept for every later run
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield 4096
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_replaces_the_former_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "one"
    lasting.write(path, b"first")
    lasting.write(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_what_is_for_everybody_says_so(tmp_path: Path) -> None:
    lasting.write(tmp_path / "public.pem", b"key", mode=0o644)
    assert (tmp_path / "public.pem").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("named", [False, True])
def test_where_the_disk_is_full_the_former_file_stands_and_no_draft_stays(
    tmp_path: Path, little_room: int, named: bool
) -> None:
    path = tmp_path / "one"
    lasting.write(path, b"former")
    with pytest.raises(OSError, match="File too large"):
        lasting.write(path, b"x" * (little_room + 1), draft=tmp_path / "one.part" if named else None)
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_stands_under_its_name(tmp_path: Path) -> None:
    draft = tmp_path / "one.part"
    draft.write_bytes(b"content")
    lasting.sync(draft)
    lasting.stand(draft, tmp_path / "one")
    assert [each.name for each in tmp_path.iterdir()] == ["one"]
