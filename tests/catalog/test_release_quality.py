"""Quality of a release: rule outcomes to dimensions to a score."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.quality import RuleResult, dimensions, score, weights
from contracts.model import Action, Dimension


def result(dimension: Dimension, good: int, evaluated: int) -> RuleResult:
    return RuleResult("r", ("f",), dimension, Action.WARN, good, evaluated, good == evaluated)


def test_a_dimension_is_good_items_over_evaluated_items_of_all_its_rules() -> None:
    measured = dimensions([result(Dimension.ACCURACY, 8, 10), result(Dimension.ACCURACY, 1, 10)])

    assert measured["accuracy"] == {"a": 9, "b": 20, "x": 0.45}


def test_what_was_not_evaluated_is_not_assessed_and_never_full_marks() -> None:
    measured = dimensions([result(Dimension.TIMELINESS, 0, 0)])

    assert measured["timeliness"]["x"] is None
    assert score(measured, weights(date(2026, 9, 1))) is None


def test_the_score_weighs_the_assessed_dimensions_only() -> None:
    measured = dimensions([result(Dimension.ACCURACY, 1, 2), result(Dimension.COMPLETENESS, 1, 1)])

    assert score(measured, {"accuracy": 3.0, "completeness": 1.0, "timeliness": 9.0}) == pytest.approx(0.625)


def test_every_dimension_has_a_weight_in_the_rules() -> None:
    assert set(weights(date(2026, 9, 1))) == {d.value for d in Dimension}
