"""What an installation keeps at rest is its owner's alone, whatever the owner's umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from catalog.home import Home
from catalog.store import create_store, open_store, writing
from catalog.store.tables.identity import organisations

NOON = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """An umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def loose(path: Path) -> bool:
    """Whether others than the owner may do anything with it."""
    return bool(path.stat().st_mode & 0o077)


@pytest.mark.embedded
def test_the_store_and_what_stands_beside_it_are_the_owners_alone(home: Home) -> None:
    engine = create_store(home)
    with writing(engine) as connection:
        connection.execute(insert(organisations).values(code="c", name="n", kind="department",
                                                        registered_at=NOON))  # fmt: skip
        beside = [path for path in home.root.iterdir() if path.name.startswith("ybz.db")]
        assert len(beside) > 1
        assert [path.name for path in beside if loose(path)] == []


def test_the_lake_and_the_keys_are_the_owners_alone(home: Home) -> None:
    create_store(home)

    assert not loose(home.lake)
    assert not loose(home.keys)


@pytest.mark.embedded
def test_an_installation_others_could_read_is_closed_when_it_is_made_again(home: Home) -> None:
    create_store(home).dispose()
    home.lake.chmod(0o755)
    (home.root / "ybz.db").chmod(0o644)

    create_store(home)
    open_store(home)

    assert not loose(home.lake)
    assert not loose(home.root / "ybz.db")
