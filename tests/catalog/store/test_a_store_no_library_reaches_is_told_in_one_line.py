"""A store that no installed library reaches: the line says what to write and what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from catalog.errors import StoreDriverMissing
from catalog.home import Home
from catalog.store import create_store


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "postgresql+nothing", "oracle"])
def test_an_address_of_another_database_says_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("YBZ_DATABASE_URL", f"{scheme}://someone:secret@host/db")
    with pytest.raises(StoreDriverMissing, match=r"postgresql\+psycopg://") as refused:
        create_store(Home(tmp_path))
    assert "secret" not in str(refused.value)


def test_without_the_library_of_postgresql_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where the extra is not installed
    monkeypatch.setenv("YBZ_DATABASE_URL", "postgresql+psycopg://someone:secret@host/db")
    with pytest.raises(StoreDriverMissing, match="extra `postgres`"):
        create_store(Home(tmp_path))
