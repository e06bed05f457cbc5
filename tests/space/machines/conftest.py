"""Two machines of one installation: a store, keys and contracts in common, a lake on object storage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalog.home import Home
from catalog.lake.kept import TOPS
from catalog.store import open_store
from space.resuming import resume
from tests.object_storage import Gateway, gateway
from tests.space.backup.test_a_restored_installation_gives_nothing_back import backed_up, outside, restored
from tests.space.bureau import Bureau, bureau, busy, founded, granting, pool
from tests.stores import STORE

__all__ = ["bureau", "busy", "founded", "granting", "outside", "pool"]


@dataclass
class Machines:
    """Two machines, and where their objects are.

    Attributes:
        first, second: the installation as each sees it.
        bucket: a folder with one file for each object.
    """

    first: Bureau
    second: Bureau
    bucket: Path

    def kept(self) -> list[str]:
        """Objects of what is kept beside the lake."""
        place = self.bucket / "kept"
        return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())

    def lying(self) -> list[str]:
        """Files of the same in the folders of both."""
        roots = (self.first.home.root, self.second.home.root)
        found = (path for root in roots for top in TOPS for path in (root / top).rglob("*"))
        return [path.name for path in found if path.is_file()]


@pytest.fixture(scope="session")
def storage() -> Iterator[Gateway]:
    """A server of these tests."""
    with gateway() as running:
        yield running


def other_machine(first: Bureau, root: Path) -> Bureau:
    """The installation on another machine: what is not shared is not there."""
    alone = ("lake", "staged", *TOPS, "ybz.db*")
    shutil.copytree(first.home.root, root, ignore=shutil.ignore_patterns(*alone))
    if (first.home.root / "ybz.db").exists():
        (root / "ybz.db").symlink_to(first.home.root / "ybz.db")
    home = Home(root)
    home.create()
    return Bureau(home, open_store(home), first.keys, first.pool, first.clock)


@pytest.fixture
def machines(
    request: pytest.FixtureRequest, tmp_path: Path, storage: Gateway, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machines]:
    """Both, with the bureau's datasets on the storage; asked for "postgresql", with the store on a server."""
    on_server = getattr(request, "param", STORE) == "postgresql"
    database = request.getfixturevalue("postgres").new_database() if on_server else None
    first: Any = request.getfixturevalue("busy")
    log: Path = request.getfixturevalue("outside")
    backed_up(first, tmp_path / "backup")
    for name, value in storage.environment(tmp_path.name).items():
        monkeypatch.setenv(name, value)
    restored(first, tmp_path / "backup", database=database)
    resume(first.engine, first.keys.signer, log, by="王伟", now=first.clock(), nothing_since=True)
    second = other_machine(first, tmp_path / "second")
    yield Machines(first, second, storage.folder / tmp_path.name)
    second.engine.dispose()
