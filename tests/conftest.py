"""Fixtures every test may use: a fresh installation and its store."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import create_store
from ybz import drop_binding_noise

# So that the last lines a person reads are the result of the tests.
atexit.register(drop_binding_noise)

REAL_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty installation folder, also named by ``YBZ_HOME``."""
    root = tmp_path / "var"
    monkeypatch.setenv("YBZ_HOME", str(root))
    fresh = Home(root)
    fresh.create()
    return fresh


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    """The store of :func:`home`, closed after the test."""
    made = create_store(home)
    yield made
    made.dispose()


@pytest.fixture
def real_data() -> Path:
    """The folder of real open-data files beside the checkout."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real open-data files are not beside this checkout")
    return REAL_DATA
