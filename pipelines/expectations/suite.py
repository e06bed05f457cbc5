"""A contract's rules as a Great Expectations suite.

Decides which expectation stands for which rule. Importing this module imports Great Expectations,
which takes seconds: only :mod:`pipelines.expectations.staging` does, when a suite runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import great_expectations as gx
from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
    ExpectTableRowCountToBeBetween,
)
from sqlalchemy import ColumnElement, and_, column, false, func
from sqlalchemy.sql.elements import quoted_name

from contracts.conditions import row_condition
from contracts.model import Contract, Rule, RuleKind
from pipelines.expectations.counts import ColumnIsUnique, ColumnsAreUnique, RuleHolds
from pipelines.expectations.row_rule import register

# Column of the staging table that holds a unit's canonical identifier, or the text as it is.
CANONICAL: Final = "_k_{}"
# An expectation that only counts the rows a rule over several fields can judge.
PRESENT: Final = "present"


def suite_of(contract: Contract, rules: Sequence[Rule]) -> tuple[Any, list[str]]:
    """The suite of a contract.

    Args:
        contract: of the dataset.
        rules: all its rules; freshness is judged elsewhere and has no expectation.

    Returns:
        The suite, whose expectations carry the rule's id in ``meta``, and the conditions it
        registered.
    """
    suite = gx.ExpectationSuite(name=contract.name)
    registered: list[str] = []
    for rule in rules:
        for expectation in _expectations(contract, rule, registered):
            suite.add_expectation(expectation)
    return suite, registered


def key_columns(contract: Contract, names: Sequence[str]) -> list[str]:
    """Staging columns that tell two rows apart by these fields: units by canonical identifier."""
    return [CANONICAL.format(n) if contract.field(n).unit is not None else n for n in names]


def _expectations(contract: Contract, rule: Rule, registered: list[str]) -> list[Any]:
    meta = {"rule": rule.id}
    if rule.kind is RuleKind.UNIQUE:
        columns = key_columns(contract, rule.fields)
        if len(columns) == 1:
            return [ColumnIsUnique(column=columns[0], meta=meta)]
        return [ColumnsAreUnique(column_list=columns, ignore_row_if="any_value_is_missing", meta=meta)]
    if rule.kind is RuleKind.ROW_COUNT:
        low, high = rule.args.get("minimum"), rule.args.get("maximum")
        return [ExpectTableRowCountToBeBetween(min_value=low, max_value=high, meta=meta)]
    condition = row_condition(rule, contract)
    if condition is None:
        return []
    found = [_row_rule(contract, rule, condition, meta, registered, "")]
    if len(rule.fields) > 1:
        present = and_(*(column(quoted_name(n, True)).is_not(None) for n in rule.fields))
        found.append(_row_rule(contract, rule, present, {**meta, PRESENT: True}, registered, f":{PRESENT}"))
    return found


def _row_rule(
    contract: Contract, rule: Rule, condition: Any, meta: dict[str, Any], registered: list[str], suffix: str
) -> Any:
    key = f"{contract.name}:{rule.id}{suffix}"
    register(key, decided(condition))
    registered.append(key)
    return RuleHolds(column=rule.fields[0], rule=key, meta=meta)


def decided(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """``condition`` as a plain yes or no: a row it cannot decide is not good."""
    return func.coalesce(condition, false())
