"""Fixtures of the till; see :mod:`tests.space.money.till`. Each test of ``stores`` runs on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.keys import load
from catalog.store import create_store, open_store
from tests.servers import PostgreSQL, give_own_store
from tests.space.money.till import Till
from tests.stores import STORE, each_store


@pytest.fixture(scope="session")
def opened_till(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with organisations and keys, made once."""
    home = Home(tmp_path_factory.mktemp("till") / "var")
    engine = create_store(home)
    Till.opened(home, engine)
    engine.dispose()
    return home.root


@pytest.fixture
def till(opened_till: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """A till of one's own."""
    home = Home(tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    if STORE == "sqlite":
        shutil.copytree(opened_till, home.root)
        give_own_store(home)
        engine = open_store(home)
        made = Till(home, engine, load(home))
    else:
        home.create()
        engine = create_store(home)
        made = Till.opened(home, engine)
    yield made
    engine.dispose()


@pytest.fixture(params=each_store())
def either(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """A till on one database or the other."""
    yield from _on(request, tmp_path, monkeypatch)


@pytest.fixture(params=each_store(pytest.mark.full))
def often(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """The same for what takes long: on the server with the long tests only."""
    yield from _on(request, tmp_path, monkeypatch)


def _on(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    if request.param == "sqlite":
        yield request.getfixturevalue("till")
        return
    home = Home(folder / "server")
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    server: PostgreSQL = request.getfixturevalue("postgres")
    home.create()
    home.keep_database_url(server.new_store())
    engine = create_store(home)
    yield Till.opened(home, engine)
    engine.dispose()
