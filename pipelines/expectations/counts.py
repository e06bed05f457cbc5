"""Our own expectations: each asks for counts alone, so that no value of a row ever leaves DuckDB.

Great Expectations' stock expectations would fetch examples of the values that break a rule, and several
of them do not run on DuckDB. Their outcome here is ``element_count``, ``missing_count`` and
``unexpected_count``. Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from catalog.quality import within
from pipelines.expectations.dataset_rule import DatasetRule
from pipelines.expectations.row_rule import Counts, RowRules

# What every expectation here asks Great Expectations to keep of a result.
_FORMAT: dict[str, Any] = {"result_format": "BASIC"}


class CountsOnly(BatchExpectation):
    """What our expectations share: the rule they stand for, and an outcome of counts.

    Attributes:
        dataset: key of the statements that are asked.
        rule: id in the contract.
        tolerance: share of the evaluated items that may break the rule.
    """

    metric: ClassVar[str]
    metric_keys: ClassVar[tuple[str, ...]] = ("dataset", "rule")
    success_keys: ClassVar[tuple[str, ...]] = ("dataset", "rule", "tolerance")
    args_keys: ClassVar[tuple[str, ...]] = ("dataset", "rule", "tolerance")

    dataset: str
    rule: str
    tolerance: float = 0.0

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None, **more: Any
    ) -> ValidationDependencies:
        """The one metric the outcome is read from."""
        metric = MetricConfiguration(
            metric_name=self.metric,
            metric_domain_kwargs={"batch_id": self.batch_id},
            metric_value_kwargs={key: getattr(self, key) for key in self.metric_keys},
        )
        return ValidationDependencies(metric_configurations={self.metric: metric}, result_format=_FORMAT)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        counted = self._counted(metrics[self.metric])
        if counted is None:
            return {"success": False, "result": {}}
        rows, good, evaluated = counted
        counts = {
            "element_count": rows,
            "missing_count": rows - evaluated,
            "unexpected_count": evaluated - good,
        }
        return {"success": within(good, evaluated, self.tolerance), "result": counts}

    def _counted(self, value: Any) -> tuple[int, int, int] | None:
        """Items, items that meet the rule, items evaluated; None where it could not be evaluated."""
        return None if value is None else (value[1], value[0], value[1])


class RuleHolds(CountsOnly):
    """Expect every row to meet a condition of the contract."""

    metric: ClassVar[str] = RowRules.metric_name
    metric_keys: ClassVar[tuple[str, ...]] = ("dataset",)

    def _counted(self, value: Counts) -> tuple[int, int, int] | None:
        counted = value.rules[self.rule]
        if counted is None:
            return None
        meets, judged = counted
        # A row without the value meets the condition, but was not judged.
        return value.rows, meets - (value.rows - judged), judged


class RowCountIsInBand(CountsOnly):
    """Expect the number of rows to be within bounds; one item."""

    metric: ClassVar[str] = RowRules.metric_name
    metric_keys: ClassVar[tuple[str, ...]] = ("dataset",)
    success_keys: ClassVar[tuple[str, ...]] = ("dataset", "rule", "minimum", "maximum")
    args_keys: ClassVar[tuple[str, ...]] = ("dataset", "rule", "minimum", "maximum")

    minimum: float | None = None
    maximum: float | None = None

    def _counted(self, value: Counts) -> tuple[int, int, int] | None:
        low = self.minimum is None or value.rows >= self.minimum
        high = self.maximum is None or value.rows <= self.maximum
        return 1, int(low and high), 1


class ValuesAreUnique(CountsOnly):
    """Expect no two rows to have the same values in some columns."""

    metric: ClassVar[str] = DatasetRule.metric_name


class ValuesAreKnownElsewhere(CountsOnly):
    """Expect the values of some columns to stand in another dataset."""

    metric: ClassVar[str] = DatasetRule.metric_name


class ValuesAgreeElsewhere(CountsOnly):
    """Expect another dataset to say the same of the same thing."""

    metric: ClassVar[str] = DatasetRule.metric_name


class ValuesKeepOrder(CountsOnly):
    """Expect a column not to fall along others."""

    metric: ClassVar[str] = DatasetRule.metric_name


class PeriodsHoldRows(CountsOnly):
    """Expect every period to hold as many rows as it should."""

    metric: ClassVar[str] = DatasetRule.metric_name
