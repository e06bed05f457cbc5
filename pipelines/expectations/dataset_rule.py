"""Our own Great Expectations metric: the two counts of one rule over several rows of a dataset.

Uniqueness, references, agreement, order and rows per period take a statement each. Importing this
module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any

from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from pipelines.expectations.row_rule import asked, numbers


class DatasetRule(TableMetricProvider):
    """Items that meet a rule over several rows, and items evaluated."""

    metric_name = "ybz.dataset_rule"
    value_keys = ("dataset", "rule")

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> tuple[int, ...] | None:
        statements = asked(metric_value_kwargs["dataset"])
        return numbers(execution_engine, statements.over_rows[metric_value_kwargs["rule"]])
