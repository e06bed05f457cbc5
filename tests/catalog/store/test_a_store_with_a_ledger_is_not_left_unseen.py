"""`ybz init` never hides a ledger behind a store without it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog import keys
from catalog.evidence import integrate, record
from catalog.home import Home
from catalog.store import open_store, writing
from tests.servers import PostgreSQL, moved_to_server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation, as `ybz init` makes it."""
    monkeypatch.delenv("YBZ_DATABASE_URL", raising=False)
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "var"))
    assert told("init").exit_code == 0
    return Home(tmp_path / "var")


def told(*words: str) -> Result:
    from ybz import ybz

    return CliRunner().invoke(ybz, list(words))


def has_something(home: Home) -> None:
    """One act in the ledger, under a signed checkpoint, and one that waits for its place."""
    engine, now = open_store(home), datetime.now(UTC)
    for subject, place in (("one", True), ("two", False)):
        with writing(engine) as connection:
            record(connection, event="store:backup:begin", subject=subject, body={"by": "李敏"}, now=now)
        if place:
            integrate(engine, keys.load(home).signer, now)


def test_init_does_not_put_an_empty_store_before_a_ledger(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_something(home)
    other = f"sqlite:///{tmp_path / 'other.db'}"

    refused = told("init", "--database", other)
    assert refused.exit_code == 1
    assert "ybz restore DIR --database URL" in str(refused.exception)
    assert not home.database_file.exists()

    monkeypatch.setenv("YBZ_DATABASE_URL", other)
    hidden = told("init")
    assert hidden.exit_code == 1
    assert "ybz restore DIR --database URL" in str(hidden.exception)
    against = told("init", "--database", f"sqlite:///{tmp_path / 'third.db'}")
    assert "YBZ_DATABASE_URL goes before --database" in str(against.exception)
    monkeypatch.delenv("YBZ_DATABASE_URL")
    assert told("init").exit_code == 0


def test_an_installation_without_a_ledger_may_still_choose_its_store(home: Home, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert told("init", "--database", other).exit_code == 0
    assert home.database_url == other


@pytest.mark.full
def test_a_copy_of_the_ledger_on_a_server_may_be_named(
    home: Home, tmp_path: Path, postgres: PostgreSQL
) -> None:
    has_something(home)
    moved_to_server(home, open_store(home), postgres)
    url = home.database_url
    home.database_file.unlink()
    assert told("init", "--database", url).exit_code == 0
    assert home.database_url == url
    home.database_file.unlink()
    has_something(home)
    behind = told("init", "--database", url)
    assert "is no copy of it" in str(behind.exception)
