"""Our own Great Expectations metric: the counts of every row rule of a dataset, from one scan.

The statement comes from :mod:`pipelines.expectations.statements`. Every expectation on rows names this
one metric with the same key, so Great Expectations computes it once. Importing this module imports
Great Expectations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from sqlalchemy.exc import DBAPIError

from pipelines.expectations.statements import Statements

# Statements of the suites now running, by dataset: an expectation carries text only.
_asked: dict[str, Statements] = {}
# Complete rows the scans counted on the way, by dataset.
_complete: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Counts:
    """What one scan counted.

    Attributes:
        rows: of the dataset.
        rules: rule id → (rows that meet it, rows it judges); None where it could not be evaluated.
    """

    rows: int
    rules: Mapping[str, tuple[int, int] | None]


def ask(dataset: str, statements: Statements) -> None:
    """Say what the suite of ``dataset`` asks."""
    _asked[dataset] = statements


def asked(dataset: str) -> Statements:
    """What the suite of ``dataset`` asks."""
    return _asked[dataset]


def forget(dataset: str) -> int | None:
    """Drop the statements of a suite that has run; gives the complete rows its scan counted, if any."""
    _asked.pop(dataset, None)
    return _complete.pop(dataset, None)


def numbers(engine: SqlAlchemyExecutionEngine, statement: str) -> tuple[int, ...] | None:
    """The one row of numbers a statement gives; None where it fails, for its text may quote a value."""
    with engine.get_connection() as connection:
        try:
            row = connection.exec_driver_sql(statement).fetchone()
        except DBAPIError:
            return None
    return None if row is None else tuple(int(number or 0) for number in row)


class RowRules(TableMetricProvider):
    """Counts of all row rules of a dataset."""

    metric_name = "ybz.row_rules"
    value_keys = ("dataset",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Counts:
        statements = asked(metric_value_kwargs["dataset"])
        found = numbers(execution_engine, statements.scan())
        if found is None:
            # One rule cannot be evaluated and takes the scan with it: find out which.
            return _one_by_one(execution_engine, statements)
        size, complete, *counts = found
        if statements.complete:
            _complete[metric_value_kwargs["dataset"]] = complete
        pairs = zip(counts[::2], counts[1::2], strict=True)
        return Counts(size, dict(zip(statements.rows, pairs, strict=True)))


def _one_by_one(engine: SqlAlchemyExecutionEngine, statements: Statements) -> Counts:
    size = numbers(engine, statements.scan(only=())) or (0, 0)
    counts: dict[str, tuple[int, int] | None] = {}
    for rule in statements.rows:
        found = numbers(engine, statements.scan(only=(rule,)))
        counts[rule] = None if found is None else (found[2], found[3])
    return Counts(size[0], counts)
