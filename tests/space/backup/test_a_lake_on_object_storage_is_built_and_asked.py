"""A lake on a real S3-compatible server: built by command, moved there by a restore, asked by a grant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.home import Home
from catalog.releases.published import all_latest, read_vault
from catalog.store import open_store, reading
from policies.decision import Deny
from space.resuming import resume
from tests.object_storage import Gateway, gateway
from tests.space.backup.test_a_restored_installation_gives_nothing_back import (
    BY_DISTRICT,
    backed_up,
    outside,
    restored,
)

__all__ = ["outside"]
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def server() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


def test_a_grant_answers_over_copies_and_the_worker_needs_no_network(
    busy: Any, outside: Path, tmp_path: Path, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(busy, tmp_path / "backup")
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    restored(busy, tmp_path / "backup")
    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)

    answer = busy.ask(busy.held(busy.people), BY_DISTRICT)

    assert not isinstance(answer, Deny)
    assert not (busy.home.lake / "protected").exists()
    copies = list((busy.home.root / "staged").rglob("*.parquet"))
    assert copies
    assert all(path.stat().st_mode & 0o777 == 0o400 for path in copies)


def test_a_folder_becomes_a_release_there_and_again_after_a_change(
    tmp_path: Path, server: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ybz import ybz

    home, folder = Home(tmp_path / "var"), tmp_path / "in"
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    for name, value in server.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    folder.mkdir()
    file = folder / "schools.csv"
    file.write_text("code,name,classes\nA1,一中,12\nA2,二中,18\n", encoding="utf-8")
    run = CliRunner()
    for words in (["init"], ["draft", str(folder), "--department", "云州市教育局"], ["catalog"], ["build"]):
        done = run.invoke(ybz, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
    file.write_text("code,name,classes\nA1,一中,12\nA2,二中,18\nA3,三中,6\n", encoding="utf-8")
    assert run.invoke(ybz, ["build"]).exit_code == 0

    with reading(open_store(home)) as connection:
        (release,) = all_latest(connection)
    assert release.number == 2
    assert read_vault(home, release).num_rows == 3
    assert not (home.lake / "vault").exists()
