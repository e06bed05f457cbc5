"""Expectations that fetch counts alone: no value of a row ever leaves DuckDB.

Great Expectations would also fetch examples of the values that break a rule; these expectations ask
for the three counts a rule's outcome is made of. Importing this module imports Great Expectations.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.core.expect_column_values_to_be_unique import (
    ExpectColumnValuesToBeUnique,
)
from great_expectations.expectations.core.expect_compound_columns_to_be_unique import (
    ExpectCompoundColumnsToBeUnique,
)
from great_expectations.expectations.expectation import ColumnMapExpectation

from pipelines.expectations.row_rule import RowRule


class CountsOnly:
    """What :class:`RuleHolds` and the uniqueness expectations share: their outcome is counts."""

    map_metric: ClassVar[Any]

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: Any = None, **more: Any
    ) -> Any:
        """The metrics a yes or no needs, all of them counts; the outcome then keeps these counts."""
        needed = super().get_validation_dependencies(  # type: ignore[misc]
            execution_engine=execution_engine,
            runtime_configuration={"result_format": {"result_format": "BOOLEAN_ONLY"}},
            **more,
        )
        needed.result_format = {**needed.result_format, "result_format": "BASIC"}
        return needed

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        rows = metrics["table.row_count"]
        bad = metrics[f"{self.map_metric}.unexpected_count"] or 0
        judged = metrics.get(f"{self.map_metric}.filtered_row_count")
        missing = metrics.get("column_values.nonnull.unexpected_count") if judged is None else rows - judged
        counts = {"element_count": rows, "missing_count": missing or 0, "unexpected_count": bad}
        return {"success": bad == 0, "result": counts}


class RuleHolds(CountsOnly, ColumnMapExpectation):
    """Expect every row to meet a rule of the contract; ``rule`` names the registered condition."""

    map_metric = RowRule.condition_metric_name
    success_keys = ("rule", "mostly")
    rule: str


class ColumnIsUnique(CountsOnly, ExpectColumnValuesToBeUnique):
    """Expect the values of a column to be unique."""


class ColumnsAreUnique(CountsOnly, ExpectCompoundColumnsToBeUnique):
    """Expect the values of some columns together to be unique."""
