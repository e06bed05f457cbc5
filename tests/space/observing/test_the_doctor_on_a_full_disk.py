"""On a disk that takes nothing more the doctor still says its list: it looks, and needs no room."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

import space.doctor
from catalog.errors import StoreFull
from catalog.evidence import record
from catalog.home import Home
from catalog.store import writing
from space.doctor import CHECKS
from ybz import ybz

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
# The checks that read the store or the disk; the others start workers or ask the machine.
_QUICK = ("store", "keys", "disk", "releases", "evidence", "log", "accounts", "tokens")

pytestmark = pytest.mark.embedded


@contextmanager
def nothing_more_is_taken() -> Iterator[None]:
    """No file of this process grows beyond its first bytes: what SQLite needs beside a store is larger."""
    before, kept = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = (
        True  # of a module that is first used here, half would be kept for every later run
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = kept


@pytest.fixture
def full(home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation nobody runs; the doctor asks the quick checks alone."""
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    engine.dispose()
    asked = tuple(check for check in CHECKS if check[0] in _QUICK)
    monkeypatch.setattr(space.doctor, "CHECKS", asked)
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    return home


def said(*words: str) -> list[str]:
    """What a command says, line by line."""
    with nothing_more_is_taken():
        done = CliRunner().invoke(ybz, words)
    assert done.exit_code == 1
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output.splitlines()


def test_the_doctor_says_its_whole_list_where_nothing_can_be_written(full: Home) -> None:
    lines = [line for line in said("doctor") if not line.startswith("      ")]
    assert [line.split()[1].rstrip(":") for line in lines] == list(_QUICK)
    assert lines[0].startswith("LACK  store: its disk takes nothing")
    assert "ok    evidence: 1 entries wait for their place (`ybz evidence root`)" in lines


def test_a_store_with_changes_that_wait_is_not_told_without_them(full: Home) -> None:
    Path(f"{full.root}/ybz.db-wal").write_bytes(b"changes")
    lines = said("doctor")
    assert "LACK  evidence: cannot be looked at: the disk of the store takes or gives nothing" in " ".join(
        lines
    )


def test_an_act_of_the_doctor_is_refused_where_nobody_can_be_judged(full: Home) -> None:
    with pytest.raises(StoreFull):
        said("doctor", "withdraw", "wov_1")
