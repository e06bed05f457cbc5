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
from tests.space.engines.test_worker_is_walled_in import plain_plan

COUNT = plain_plan('SELECT count(*) AS n FROM "city.schools"')


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
