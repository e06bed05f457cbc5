"""Callers who come together: a warm worker for each, none of them kept for an owner that was ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from space.engines.workers.pool import Answer, Pool
from space.engines.workers.process import Worker
from space.errors import EngineError
from tests.space.engines.test_worker_is_walled_in import plain_plan

COUNT = plain_plan('SELECT count(*) AS n FROM "city.schools"')
ENDLESS = plain_plan(
    'SELECT count(*) AS n FROM "city.schools" a, "city.schools" b, "city.schools" c, "city.schools" d'
    " WHERE a.pupils * b.pupils + c.pupils * d.pupils = 7"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    path = tmp_path_factory.mktemp("lake") / "schools.parquet"
    pq.write_table(pa.table({"pupils": list(range(2_000))}), path)
    return {"city.schools": (path,)}


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be")


def test_callers_of_one_grant_who_come_together_find_warm_workers(files: Any) -> None:
    with Pool(kept=3, spare=False) as pool, ThreadPoolExecutor(2) as callers:

        def both() -> list[Answer]:
            together = threading.Barrier(2)

            def one(_: int) -> Answer:
                together.wait()
                return pool.run(COUNT, files, owner="grant")

            return list(callers.map(one, range(2)))

        # The first who asks may be done before the second is there: both run once two processes stand.
        _until(lambda: len(both()) == 2 and len(pool.processes()) == 2)
        first = set(pool.processes())
        for _ in range(3):
            assert [each.rows() for each in both()] == [[{"n": 2_000}]] * 2
        assert set(pool.processes()) == first, "nobody's process was replaced"


def test_a_worker_whose_owner_was_ended_while_it_ran_is_not_kept(
    files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Pool(spare=False) as pool:
        give_back = Pool._give_back

        def ended_meanwhile(self: Pool, *rest: Any, sound: bool) -> None:
            self.end("grant")  # the answer is there, and the worker not yet among those that wait
            give_back(self, *rest, sound=sound)

        monkeypatch.setattr(Pool, "_give_back", ended_meanwhile)
        pool.run(COUNT, files, owner="grant")
        assert pool.processes() == ()
        monkeypatch.undo()
        pool.run(COUNT, files, owner="grant")
        assert len(pool.processes()) == 1, "a later call of it has a worker that is kept"


def test_no_more_are_kept_than_agreed_and_the_one_used_last_stays(files: Any) -> None:
    with Pool(kept=2, spare=False) as pool:
        for owner in ("a", "b", "c"):
            pool.run(COUNT, files, owner=owner)
        assert [place[0] for place, _worker in pool._idle] == ["b", "c"]
        pool.run(COUNT, files, owner="b")
        assert [place[0] for place, _worker in pool._idle] == ["c", "b"]


def test_no_more_run_for_one_owner_than_agreed_and_the_others_wait_for_them(
    files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, started = Pool._new, list[Worker]()

    def counted(self: Pool) -> Worker:
        started.append(new(self))
        return started[-1]

    monkeypatch.setattr(Pool, "_new", counted)
    with Pool(together=2, spare=False) as pool, ThreadPoolExecutor(6) as callers:
        pool.close()  # the one that waits for whoever comes first
        started.clear()
        answers = callers.map(lambda _: pool.run(COUNT, files, owner="grant"), range(6))
        assert [each.rows() for each in answers] == [[{"n": 2_000}]] * 6
        assert len(started) <= 2


def test_another_owner_waits_for_nobody(files: Any) -> None:
    with Pool(together=1, spare=False) as pool, ThreadPoolExecutor(1) as callers:
        busy = callers.submit(pool.run, ENDLESS, files, owner="grant")
        _until(lambda: pool.count()[1] == 1)
        assert pool.run(COUNT, files, owner="another").rows() == [{"n": 2_000}]
        assert pool.end("grant") == 1
        with pytest.raises(EngineError):
            busy.result(20)


@pytest.mark.parametrize("ending", ["end", "abandon"])
def test_who_waits_for_a_worker_is_told_when_the_calls_are_ended(files: Any, ending: str) -> None:
    with Pool(together=1, spare=False) as pool, ThreadPoolExecutor(2) as callers:
        asked = [callers.submit(pool.run, ENDLESS, files, owner="grant") for _ in range(2)]
        _until(lambda: pool.count()[1] == 1 and len(getattr(pool._lock, "_waiters", ())) == 1)
        assert (pool.end("grant") if ending == "end" else pool.abandon()) == 1
        for one in asked:
            with pytest.raises(EngineError):
                one.result(20)
        assert pool.count() == (0, 0)


def test_who_waits_longer_than_a_query_may_take_is_told(files: Any) -> None:
    with Pool(seconds=3, together=1, spare=False) as pool, ThreadPoolExecutor(2) as callers:
        asked = [callers.submit(pool.run, ENDLESS, files, owner="grant") for _ in range(2)]
        for one in asked:
            with pytest.raises(EngineError):
                one.result(60)
        assert pool.count() == (0, 0)
