"""The gate: what stops a release and what only lowers its score."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from catalog.quality import RuleResult
from contracts.model import Action, Contract, Dimension, Field, FieldType, Party
from pipelines.building.gate import judge, sentence
from pipelines.expectations.measured import measured
from policies.decision import Deny, Permit

CONTRACT = Contract("c", "t", "s", "t", Party("d"), (Field("a"), Field("n", type=FieldType.INTEGER)))


def result(action: Action, good: int, tolerance: float = 0.0) -> RuleResult:
    passed = 10 - good <= tolerance * 10
    return RuleResult("r", ("a",), Dimension.ACCURACY, action, good, 10, passed, "range", tolerance=tolerance)


@pytest.mark.parametrize(
    ("outcome", "stops"),
    [
        (result(Action.STOP, 10), False),
        (result(Action.STOP, 9), True),
        (result(Action.STOP, 9, tolerance=0.1), False),
        (result(Action.STOP, 8, tolerance=0.1), True),
        (result(Action.WARN, 0), False),
        (result(Action.QUARANTINE, 0), False),
    ],
)
def test_error_rules_stop_a_release_beyond_what_they_tolerate_and_others_never(
    outcome: RuleResult, stops: bool
) -> None:
    decision = judge(CONTRACT, [outcome], [], landed=10, quarantined=0, quality=0.5)

    assert isinstance(decision, Deny if stops else Permit)


@pytest.mark.parametrize(("quality", "stops"), [(0.9, False), (0.8999, True), (None, True)])
def test_a_score_below_the_contracts_minimum_stops_a_release(quality: float | None, stops: bool) -> None:
    asked = replace(CONTRACT, minimum_quality=0.9)

    decision = judge(asked, [], [], landed=10, quarantined=0, quality=quality)

    assert isinstance(decision, Deny if stops else Permit)
    if isinstance(decision, Deny):
        assert "90.00%" in sentence(decision)
        assert "minimumQuality" in sentence(decision)


@pytest.mark.parametrize(("quarantined", "stops"), [(20, False), (21, True)])
def test_more_quarantined_rows_than_the_contract_allows_stop_a_release(quarantined: int, stops: bool) -> None:
    decision = judge(CONTRACT, [], [], landed=100, quarantined=quarantined)

    assert isinstance(decision, Deny if stops else Permit)


def test_cells_that_do_not_cast_are_counted_over_all_rows_that_landed() -> None:
    typed = pa.table({"a": ["x", None], "n": pa.array([1, None], pa.int64())})
    cells = {"a": (1, 1), "n": (1, 3)}

    found = {r.rule: r for r in measured(CONTRACT, typed, cells, 1, [{"landed": 5, "missing": ["n"]}])}

    assert (found["type:n"].good, found["type:n"].evaluated, found["type:n"].passed) == (1, 3, False)
    assert (found["record:complete"].good, found["record:complete"].evaluated) == (1, 2)
    assert (found["columns:delivered"].good, found["columns:delivered"].evaluated) == (1, 2)
    assert set(found) == {"type:n", "record:complete", "columns:delivered"}


def test_what_has_no_items_is_not_measured() -> None:
    typed = pa.table({"a": pa.array([], pa.string()), "n": pa.array([], pa.int64())})

    assert measured(CONTRACT, typed, {}, 0, [{"landed": 0, "missing": []}]) == ()
