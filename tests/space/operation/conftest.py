"""The bureau with an agreement over firms and air: as a draft, and in force with an adopted scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from catalog.home import Home
from catalog.keys import load
from catalog.store import writing
from space.engines.workers.pool import Pool
from space.operation import agreeing, scenarios
from tests.space.agreed import NUMBER, paper, scenario_paper
from tests.space.bureau import Bureau, _copy, _lent, bureau, founded, pool
from tests.space.bureau_contracts import AIR, FIRMS

__all__ = ["bureau", "founded", "pool"]

TITLE, PURPOSE = "产业结构研究", "industry.research"
ITEMS: Final = {FIRMS.name: ("industry", "capital"), AIR.name: ("pm25",)}


def act(bureau: Any, function: Any, *words: Any, **more: Any) -> Any:
    """Take a step now."""
    with writing(bureau.engine) as connection:
        return function(connection, *words, now=bureau.clock(), **more)


def _draft(made: Any) -> None:
    listed = [FIRMS.name, {"dataset": AIR.name, "revision": 1}]
    act(made, agreeing.draft, paper(made.operator, listed, on=made.clock()), by="王敏")


@pytest.fixture(scope="session")
def agreeing_home(founded: Path, tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Path:
    """An installation in which both parties have signed and the scenario is adopted, made once."""
    home = Home(tmp_path_factory.mktemp("agreeing") / "var")
    engine = _copy(founded, home)
    made = Bureau(home, engine, load(home), pool)
    _draft(made)
    act(made, agreeing.offer, NUMBER, by="王敏")
    act(made, agreeing.sign, made.keys.signer, NUMBER, by="李强")
    proposed = act(made, scenarios.propose, scenario_paper(NUMBER, TITLE, PURPOSE, ITEMS), by="李强")
    act(made, scenarios.adopt, proposed.id, by="王敏")
    engine.dispose()
    return home.root


@pytest.fixture
def drafted(bureau: Any) -> Any:
    """A bureau with a draft over firms and air."""
    _draft(bureau)
    return bureau


@pytest.fixture
def standing(
    agreeing_home: Path, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A bureau of one's own in which the agreement is in force and the scenario adopted."""
    yield from _lent(agreeing_home, pool, tmp_path, monkeypatch)
