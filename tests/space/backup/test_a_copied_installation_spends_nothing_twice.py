"""A folder copied with `cp -r`: it serves nobody, and what it is stated to be decides what it may spend."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog import keys
from catalog.backup.placing import Stated, state
from catalog.errors import StoreElsewhere
from catalog.evidence import continuity
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys import heads
from catalog.store import open_store
from policies.decision import Deny
from space.resuming import resume
from tests.e2e.process import PROGRAM, served
from tests.space.backup.test_a_restored_installation_gives_nothing_back import BY_DISTRICT, BY_SEX, spent
from tests.space.bureau import Bureau

pytestmark = pytest.mark.embedded


@pytest.fixture
def copy(busy: Any, tmp_path: Path) -> Iterator[Any]:
    """A copy of the installation, made after it spent once."""
    busy.ask(busy.held(busy.people), BY_DISTRICT)
    folder = tmp_path / "copy"
    subprocess.run(["cp", "-r", str(busy.home.root), str(folder)], check=True)
    home = Home(folder)
    yield Bureau(home, open_store(home), keys.load(home), busy.pool, busy.clock)
    open_store(home).dispose()


def test_a_copy_answers_nothing_and_what_it_held_stays_unspent(busy: Any, copy: Any) -> None:
    held = copy.held(copy.people)
    before = spent(copy, held)
    with pytest.raises(StoreElsewhere):
        copy.ask(held, BY_SEX)
    assert spent(copy, held) == before
    assert not isinstance(busy.ask(busy.held(busy.people), BY_SEX), Deny)


@pytest.mark.parametrize("stated", [Stated.LOST, Stated.REHEARSAL])
def test_a_copy_that_goes_on_takes_again_what_the_original_spent_since(
    busy: Any, copy: Any, stated: Stated, tmp_path: Path
) -> None:
    busy.ask(busy.held(busy.people), BY_SEX)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    was = spent(busy, busy.held(busy.people))
    published = busy.home.root.rename(tmp_path / "gone") / heads.PUBLISHED

    state(copy.engine, copy.home, stated, by="王伟", reason="换机", now=copy.clock())
    refused = copy.ask(copy.held(copy.people), BY_SEX)
    assert refused.reasons[0].code == "log.restored"
    resume(copy.engine, copy.keys.signer, published, by="王伟", now=copy.clock())

    assert spent(copy, copy.held(copy.people)) == was
    continuity.forget()
    assert not isinstance(copy.ask(copy.held(copy.people), BY_DISTRICT), Deny)


@pytest.mark.full
def test_a_copy_of_a_running_service_is_not_served_beside_it(busy: Any, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    with served(busy.home) as server:
        subprocess.run(["cp", "-r", str(busy.home.root), str(folder)], check=True)
        command = [*PROGRAM, "--home", str(folder), "serve", "--port", "0"]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert [line for line in second.stderr.splitlines() if not line.startswith("{")] == [
            f"ybz: {StoreElsewhere(folder / 'ybz.db', busy.home.root / 'ybz.db')}"
        ]
        assert httpx.get(f"{server.address}/healthz").status_code == 200
