"""The bureau in which registration is tested: made once, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.store import create_store, open_store
from tests.catalog.registration.bureau import Bureau
from tests.servers import give_own_store


@pytest.fixture(scope="session")
def first_bureau(tmp_path_factory: pytest.TempPathFactory, store_of_new_homes: None) -> Home:
    """An installation with two datasets and a registrar."""
    home = Home(tmp_path_factory.mktemp("registration") / "var")
    engine = create_store(home)
    made = Bureau(home, engine, home.root)
    made.enter("civil.people", "civil.homes")
    made.name_registrar()
    made.any_file("explanation")
    engine.dispose()
    return home


@pytest.fixture
def bureau(first_bureau: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """A copy of it, also named by ``YBZ_HOME``."""
    home = Home(tmp_path / "var")
    shutil.copytree(first_bureau.root, home.root)
    give_own_store(home)
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    engine = open_store(home)
    yield Bureau(home, engine, tmp_path)
    engine.dispose()
