"""Fixtures every test may use: a fresh installation and its store."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import create_store, open_store
from policies import rulebook
from tests.compiled_once import compiled_once
from tests.revisions_once import revisions_once
from tests.routes_once import routes_once
from tests.servers import PostgreSQL, postgresql
from tests.stores import STORE
from tests.warm_workers import warm_workers
from tests.watched_logs import no_identity_number_in_a_log, pytest_runtest_makereport
from ybz import drop_binding_noise

__all__ = ["no_identity_number_in_a_log", "pytest_runtest_makereport"]

# So that the last lines a person reads are the result of the tests.
atexit.register(drop_binding_noise)

# Where files are kept in memory, and the bytes that must be free in it: a whole run writes some eight GiB.
MEMORY, _ROOM = Path("/dev/shm"), 12 * 1024**3

# The same examples in every run, on a machine as busy as it likes.
settings.register_profile(
    "house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

REAL_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory, where there is room: a run waits for the disk else.

    Every write is still written and synchronised; what a killed process leaves behind is the same.
    """
    if hasattr(config, "workerinput") or config.option.basetemp is not None:
        return
    if not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, _available()) < _ROOM:
        return
    for left in MEMORY.glob("ybz-tests-*"):  # by runs that were killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"ybz-tests-{os.getpid()}-", dir=MEMORY))
    config.option.basetemp = folder / "run"
    config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))


def _available() -> int:
    """Bytes of memory a process may still take."""
    told = Path("/proc/meminfo").read_text(encoding="ascii")
    return 1024 * int(told.split("MemAvailable:")[1].split()[0])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones; leave out what is about the embedded store's own file on another store."""
    # Stories and tests of the whole house: where two processes share the tests, short ones end them together.
    long = (Path(__file__).parent, Path(__file__).parent / "flow")
    items.sort(key=lambda item: item.path.parent not in long)
    if STORE == "sqlite":
        return
    for item in items:
        if item.get_closest_marker("embedded"):
            item.add_marker(pytest.mark.skip(reason="is about the file of the embedded store"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def no_rules_of_another_installation() -> Iterator[None]:
    """Finding an installation lays its rules over the shipped ones; the next test begins without them."""
    rulebook.lay_over(None)
    yield
    rulebook.lay_over(None)


@pytest.fixture(scope="session", autouse=True)
def made_ready_once() -> Iterator[None]:
    """Workers are forked from one that has its libraries; statements, routes and revisions are read once."""
    with warm_workers(), compiled_once(), routes_once(), revisions_once():
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this run, kept where its few databases wait for no disk."""
    in_memory = STORE == "sqlite" and tmp_path_factory.getbasetemp().is_relative_to(MEMORY)
    with postgresql(MEMORY if in_memory else None) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def store_of_new_homes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every new installation gets a store of its own: a file, or a database of the server.

    It is said where an installation says it, so that commands started by a test find the same store.
    """
    if STORE != "postgresql":
        yield
        return
    server: PostgreSQL = request.getfixturevalue("postgres")
    create = Home.create

    def create_with_database(home: Home) -> None:
        if not home.database_file.exists():
            home.keep_database_url(server.new_store())
        create(home)

    Home.create = create_with_database
    yield
    Home.create = create


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty installation folder, also named by ``YBZ_HOME``."""
    root = tmp_path / "var"
    monkeypatch.setenv("YBZ_HOME", str(root))
    fresh = Home(root)
    fresh.create()
    return fresh


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an embedded store with every table and no row, made once a run: making it costs most."""
    fresh = Home(tmp_path_factory.mktemp("empty") / "var")
    create_store(fresh).dispose()
    return fresh.root / "ybz.db"


@pytest.fixture
def engine(home: Home, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The store of :func:`home`, closed after the test."""
    if STORE == "sqlite":
        shutil.copyfile(request.getfixturevalue("empty_store"), home.root / "ybz.db")
        made = open_store(home)
    else:
        made = create_store(home)
    yield made
    made.dispose()


@pytest.fixture
def real_data() -> Path:
    """The folder of real open-data files beside the checkout."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real open-data files are not beside this checkout")
    return REAL_DATA
