"""Our own Great Expectations metric: how many rows break one rule of a contract.

The condition comes from :mod:`contracts.conditions`, so that checks and quarantine judge alike.
Great Expectations folds every such metric of a suite into one aggregate query, so one scan answers
all row rules. Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any

from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from sqlalchemy import ColumnElement

# Conditions of the suites now running, by `dataset:rule`: an expectation carries text only.
_conditions: dict[str, ColumnElement[bool]] = {}


def register(key: str, condition: ColumnElement[bool]) -> None:
    """Say what the expectation named ``key`` checks."""
    _conditions[key] = condition


def forget(keys: list[str]) -> None:
    """Drop conditions whose suite has run."""
    for key in keys:
        _conditions.pop(key, None)


class RowRule(ColumnMapMetricProvider):
    """Rows whose registered condition is not true."""

    condition_metric_name = "ybz.row_rule"
    condition_value_keys = ("rule",)
    # A missing value is judged by the condition itself: `required` refuses it, other rules pass it.
    filter_column_isnull = False

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, rule: str, **_: Any) -> ColumnElement[bool]:  # noqa: N805
        return _conditions[rule]
