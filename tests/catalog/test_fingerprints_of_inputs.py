"""What changed is found by content; what did not is found without reading it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from catalog.intake.landing import fingerprint as module
from catalog.intake.landing.fingerprint import FileDigests, file_digest, fingerprint, of_sources
from catalog.store import reading
from catalog.store.tables.inputs import file_digests
from contracts.model import Contract, Field, LoadKind, Party, Source, SourceFormat

LATER = datetime.now(UTC) + timedelta(hours=1)
SOURCES = (Source("days", SourceFormat.CSV, "day*.csv"),)
CONTRACT = Contract(
    id="days", title="日志", schema="road", table="days", department=Party("交通局"),
    sources=SOURCES, fields=(Field("code"),),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    made.joinpath("day1.csv").write_text("code\n1\n", encoding="utf-8")
    return made


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file whose content was read."""
    seen: list[Path] = []

    def noted(path: Path) -> str:
        seen.append(path)
        return file_digest(path)

    monkeypatch.setattr(module, "file_digest", noted)
    return seen


def of_load(folder: Path, load: LoadKind, *, loaded: tuple[str, ...] = ()) -> str:
    return of_sources("c" * 64, SOURCES, load, folder, loaded=loaded)


def test_a_remembered_file_is_not_read_again_by_this_build_or_the_next(
    engine: Engine, folder: Path, hashed: list[Path]
) -> None:
    first = FileDigests.load(engine, now=LATER)
    before = fingerprint(CONTRACT, folder, digests=first)
    first.keep(engine)

    again = FileDigests.load(engine, now=LATER)
    assert fingerprint(CONTRACT, folder, digests=again) == before
    assert hashed == [folder / "day1.csv"]
    again.keep(engine)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(file_digests)).scalar_one() == 1


def _rewritten(file: Path) -> None:
    """Other content of the same size, with the times of the former."""
    times = file.stat()
    file.write_text("code\n2\n", encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def _replaced(file: Path) -> None:
    new = file.with_suffix(".new")
    new.write_text("code\n3\n", encoding="utf-8")
    os.utime(new, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    new.replace(file)


@pytest.mark.parametrize("change", [_rewritten, _replaced])
def test_a_change_that_keeps_size_and_time_is_seen(
    engine: Engine, folder: Path, change: Callable[[Path], None]
) -> None:
    digests = FileDigests.load(engine, now=LATER)
    before = fingerprint(CONTRACT, folder, digests=digests)
    digests.keep(engine)

    change(folder / "day1.csv")

    after = fingerprint(CONTRACT, folder, digests=FileDigests.load(engine, now=LATER))
    assert after != before
    assert after == fingerprint(CONTRACT, folder)


def test_a_file_written_this_moment_is_not_remembered_because_it_may_change_within_its_time(
    engine: Engine, folder: Path, hashed: list[Path]
) -> None:
    for _ in range(2):
        digests = FileDigests.load(engine, now=datetime.now(UTC))
        fingerprint(CONTRACT, folder, digests=digests)
        digests.keep(engine)

    assert len(hashed) == 2


def test_a_touched_file_of_the_same_content_changes_nothing(folder: Path) -> None:
    before = fingerprint(CONTRACT, folder)

    os.utime(folder / "day1.csv", (0, 0))

    assert fingerprint(CONTRACT, folder) == before


def test_a_load_that_adds_asks_for_new_files_only(folder: Path) -> None:
    held = (file_digest(folder / "day1.csv"),)
    published = of_load(folder, LoadKind.APPEND)
    assert of_load(folder, LoadKind.APPEND, loaded=held) == published

    folder.joinpath("day1.csv").rename(folder / "day1_again.csv")
    assert of_load(folder, LoadKind.APPEND, loaded=held) == published, "another name, the same delivery"
    folder.joinpath("day2.csv").write_text("code\n2\n", encoding="utf-8")
    grown = of_load(folder, LoadKind.APPEND, loaded=held)
    assert grown != published
    folder.joinpath("day1_again.csv").unlink()
    assert of_load(folder, LoadKind.APPEND, loaded=held) == grown, "what is loaded may be cleared away"


def test_a_full_delivery_changes_with_the_name_of_a_file(folder: Path) -> None:
    before = of_load(folder, LoadKind.FULL)

    folder.joinpath("day1.csv").rename(folder / "day9.csv")

    assert of_load(folder, LoadKind.FULL) != before
