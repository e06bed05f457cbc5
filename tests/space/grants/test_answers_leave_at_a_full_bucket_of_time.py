"""The time of an answer tells little of the rows: it leaves at the next full bucket."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.space.bureau import Bureau

BY_SEX = "SELECT sex, count(*) AS persons FROM civil.population GROUP BY sex"


def test_an_answer_leaves_at_a_full_bucket_of_time(busy: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    ticks = iter([10.0, 10.113])  # when the worker begins, and when it has its answer
    clock = SimpleNamespace(monotonic=lambda: next(ticks), sleep=slept.append)
    monkeypatch.setattr("space.query.gateway.time", clock)
    busy.ask(busy.held(busy.people), BY_SEX)
    assert slept == [pytest.approx(0.037)], "the next multiple of fifty milliseconds"
