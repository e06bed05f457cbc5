"""A worker killed at every step of its work: the call is lost, paid once, free of charge, and had again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.identity.tokens import Caller
from space.query.answered import Answered
from space.verification.prepare import Asked
from space.verification.verifier import Verified, Verifier
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import identity
from tests.space.grants import dying_worker
from tests.space.grants.books import closed

BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"
BY_INDUSTRY = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry"
BY_SEX = "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex"
LISTED = "SELECT id_card, sex FROM civil.population ORDER BY income LIMIT 3"
NAMED = {"civil.population": ("id_card", "sex", "district", "income")}
# In the order in which a worker comes to them; from the last on the answer is whole.
STEPS = (
    "starting",
    "loading",
    "request read",
    "hardened",
    "files opened",
    "statement running",
    "base statement done",
    "thresholding",
    "answer ready",
    "head half written",
    "head written",
    "body half written",
    "all but a byte written",
)
WHOLE = "answer written"
# Killed there whenever tests run; elsewhere with the long tests.
OFTEN = ("statement running", "thresholding", "body half written")
# What the workers that read vault files share with those of queries.
VAULT = ("starting", "hardened", "files opened", "statement running", "answer ready", "body half written")


def often(step: str) -> Any:
    """A step, marked where it is not among those of every run."""
    return pytest.param(step, marks=() if step in OFTEN else pytest.mark.full)


class Watched(subprocess.Popen[bytes]):
    """A process that tells whether it was over by itself before anybody ended it."""

    survived = False

    def kill(self) -> None:
        """End it, after it had the time to end by itself."""
        try:
            self.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.survived = True
        super().kill()


@pytest.fixture
def dying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Workers that die at a step, one after the other."""
    started: list[Watched] = []

    def start(*words: Any, **named: Any) -> Watched:
        started.append(Watched(*words, **named))
        return started[-1]

    @contextmanager
    def at(step: str) -> Iterator[Pool]:
        interpreter = tmp_path / "interpreter"
        given = f"runpy.run_path({dying_worker.__file__!r}, {{'STEP': {step!r}}}, '__main__')"
        interpreter.write_text(f"#!{sys.executable} -I\nimport runpy\n{given}\n", encoding="utf-8")
        interpreter.chmod(0o700)
        pool = Pool(spare=False)
        with monkeypatch.context() as patch:
            patch.setattr("space.engines.workers.process.sys", SimpleNamespace(executable=str(interpreter)))
            patch.setattr("space.engines.workers.process.Popen", start)
            try:
                yield pool
            finally:
                pool.close()
        assert started, "no worker was asked"
        assert {worker.returncode for worker in started} == {-signal.SIGKILL}
        assert not any(worker.survived for worker in started), f"{step}: it did not come to that"

    return at


def with_workers(bureau: Bureau, pool: Pool) -> Bureau:
    return Bureau(bureau.home, bureau.engine, bureau.keys, pool, bureau.clock)


@pytest.mark.parametrize("step", [often(step) for step in STEPS])
def test_a_worker_of_noisy_figures_is_killed(busy: Bureau, dying: Any, step: str) -> None:
    held = busy.held(busy.people)
    with dying(step) as pool, pytest.raises(EngineError):
        with_workers(busy, pool).ask(held, BY_DISTRICT)
    assert closed(busy).outcomes() == {"lost": 1}
    assert (busy.row(held).nrho_spent, busy.row(held).charged_fen) == (10_000_000, 0)

    assert isinstance(busy.ask(held, BY_DISTRICT), Answered)
    assert closed(busy).outcomes() == {"lost": 1, "answered": 1}
    assert (busy.row(held).nrho_spent, busy.row(held).charged_fen) == (20_000_000, 500)


@pytest.mark.full
@pytest.mark.parametrize("step", ["statement running", "thresholding", "body half written"])
def test_a_worker_of_figures_under_thresholds_is_killed(busy: Bureau, dying: Any, step: str) -> None:
    held = busy.held(busy.trade)
    with dying(step) as pool, pytest.raises(EngineError):
        with_workers(busy, pool).ask(held, BY_INDUSTRY)
    assert closed(busy).outcomes() == {"lost": 1}
    assert isinstance(busy.ask(held, BY_INDUSTRY), Answered)
    assert closed(busy).outcomes() == {"lost": 1, "answered": 1}


@pytest.mark.full
@pytest.mark.parametrize("step", VAULT)
def test_a_worker_that_reads_vault_rows_is_killed(bureau: Bureau, dying: Any, step: str) -> None:
    bureau.permitted(bureau.department, NAMED)
    bureau.permitted(bureau.operator, NAMED)
    lists = bureau.sign(bureau.department, NAMED, analyses=["list"])
    verifies = bureau.sign(bureau.operator, NAMED, analyses=["verify"], price_fen_per_call=7)
    records = [{"id_card": identity(n), "sex": "男"} for n in range(3)]
    asked = Asked(verifies.id, verifies.terms.purpose, "civil.population", records)

    def verify(pool: Pool) -> Any:
        made = Verifier(bureau.engine, bureau.home, bureau.keys, pool, bureau.clock)
        return made.verify(Caller(verifies.grantee), asked)

    with dying(step) as pool:
        with pytest.raises(EngineError):
            verify(pool)
        with pytest.raises(EngineError):
            with_workers(bureau, pool).ask(lists, LISTED)
    assert closed(bureau).outcomes() == {"lost": 2}
    assert (bureau.row(verifies).calls_used, bureau.row(verifies).charged_fen) == (3, 0)
    assert bureau.row(lists).calls_used == 1

    assert isinstance(verify(bureau.pool), Verified)
    assert isinstance(bureau.ask(lists, LISTED), Answered)
    assert closed(bureau).outcomes() == {"lost": 2, "answered": 2}
    assert (bureau.row(verifies).calls_used, bureau.row(verifies).charged_fen) == (6, 21)
    assert bureau.row(lists).calls_used == 2


@pytest.mark.full
def test_an_answer_that_is_whole_counts_though_its_worker_died_after_it(busy: Bureau, dying: Any) -> None:
    held = busy.held(busy.people)
    with dying(WHOLE) as pool:
        there = with_workers(busy, pool)
        assert isinstance(there.ask(held, BY_DISTRICT), Answered)
        assert isinstance(
            there.ask(held, "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex"), Answered
        )
    assert closed(busy).outcomes() == {"answered": 2}


@pytest.mark.full
def test_a_killed_worker_takes_neither_the_gateway_nor_its_neighbours_down(busy: Bureau, dying: Any) -> None:
    people, trade = busy.held(busy.people), busy.held(busy.trade)
    with dying("body half written") as pool:
        there = with_workers(busy, pool)
        for _ in range(3):
            with pytest.raises(EngineError):
                there.ask(people, BY_DISTRICT)
        assert pool.processes() == (), "no dead worker is kept"
    assert isinstance(busy.ask(trade, BY_INDUSTRY), Answered)
    assert closed(busy).outcomes() == {"lost": 3, "answered": 1}
