"""The staging table: typed rows in DuckDB, checked by Great Expectations before anything is published.

Decides what each rule's outcome is and which rows a quarantining rule takes out. Nothing of a row's
values leaves this module: outcomes are counts, and rows are named by their number.
"""

from __future__ import annotations

import os
import secrets
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog import units
from catalog.quality import RuleResult
from contracts.conditions import row_condition, sql_text
from contracts.model import Action, Contract, Rule, RuleKind
from pipelines.errors import CheckFailed

# Number of a row in the staging table; the order rows landed in.
ROW: Final = "_row"
TABLE: Final = "staging"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules say of a dataset's typed rows.

    Attributes:
        results: one per rule that was run.
        broken: row number → the first quarantining rule it breaks; columns ``_row``, ``rule``.
    """

    results: tuple[RuleResult, ...]
    broken: pa.Table


class Staging:
    """A DuckDB in memory, and Great Expectations over it, for the datasets of one wave.

    Use it as a context manager, in one thread.
    """

    def __enter__(self) -> Staging:
        gx = _great_expectations()
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._context: Any = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # A named database in memory is shared by the connections of this process; Great Expectations
        # opens one of its own. It lives as long as one of them is open: ours.
        name = f":memory:ybz_{secrets.token_hex(6)}"
        self._source: Any = self._context.data_sources.add_sql(
            "staging", connection_string=f"duckdb:///{name}"
        )
        self._connection: Any = self._source.get_engine().connect()
        self._duckdb: Any = self._connection.connection.driver_connection
        self._asset: Any = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._source.get_execution_engine().engine.dispose()
        self._source.get_engine().dispose()

    def check(self, contract: Contract, rules: Sequence[Rule], typed: pa.Table) -> Checked:
        """Run the rules of a contract over its typed rows.

        Args:
            contract: of the dataset.
            rules: what to check; freshness is left out, the clock is not asked here.
            typed: all rows that could be cast.

        Raises:
            CheckFailed: a rule could not be evaluated.
        """
        runnable = [rule for rule in rules if rule.kind is not RuleKind.FRESHNESS]
        self._load(contract, runnable, typed)
        results = self._results(contract, runnable)
        return Checked(results, self._broken(contract, runnable, results))

    def _load(self, contract: Contract, rules: Sequence[Rule], typed: pa.Table) -> None:
        staged = typed.append_column(ROW, pa.array(np.arange(typed.num_rows)))
        unique = {name for rule in rules if rule.kind is RuleKind.UNIQUE for name in rule.fields}
        from pipelines.expectations.suite import CANONICAL

        for field in contract.unit_fields:
            if field.name in unique and field.unit is not None:
                ids = units.canonical(field.unit.kind, typed[field.name])
                told_apart = pc.coalesce(ids, typed[field.name].cast(pa.string()))
                staged = staged.append_column(CANONICAL.format(field.name), told_apart)
        self._duckdb.register("typed_rows", staged)
        self._duckdb.execute(f"CREATE OR REPLACE TABLE {TABLE} AS SELECT * FROM typed_rows")
        self._duckdb.unregister("typed_rows")

    def _results(self, contract: Contract, rules: Sequence[Rule]) -> tuple[RuleResult, ...]:
        from pipelines.expectations.row_rule import forget
        from pipelines.expectations.suite import PRESENT, suite_of

        suite, registered = suite_of(contract, rules)
        if not suite.expectations:
            return ()
        if self._asset is not None:
            self._source.delete_asset(self._asset.name)
        self._asset = self._source.add_table_asset(contract.name, table_name=TABLE)
        batch = self._asset.add_batch_definition_whole_table("all").get_batch()
        try:
            outcome = batch.validate(suite, result_format="BASIC")
        finally:
            forget(registered)
        measured: dict[str, Mapping[str, Any]] = {}
        present: dict[str, Mapping[str, Any]] = {}
        for result in outcome.results:
            meta = result.expectation_config.meta
            if not result.result:
                raise CheckFailed(f"{contract.name}: rule {meta['rule']} could not be evaluated")
            (present if meta.get(PRESENT) else measured)[meta["rule"]] = result.result
        return tuple(
            _result(rule, measured[rule.id], present.get(rule.id)) for rule in rules if rule.id in measured
        )

    def _broken(self, contract: Contract, rules: Sequence[Rule], results: Sequence[RuleResult]) -> pa.Table:
        """Rows the quarantining rules take out: row rules first, then all but the first of each key."""
        failed = {result.rule for result in results if not result.passed}
        chosen = [r for r in rules if r.id in failed and r.action is Action.QUARANTINE]
        self._duckdb.execute(f"CREATE OR REPLACE TEMP TABLE broken ({ROW} BIGINT, rule VARCHAR)")
        cases = []
        for rule in chosen:
            condition = row_condition(rule, contract)
            if condition is not None:
                cases.append(f"WHEN NOT coalesce({sql_text(condition)}, false) THEN '{_quoted(rule.id)}'")
        if cases:
            self._duckdb.execute(
                f"INSERT INTO broken SELECT * FROM (SELECT {ROW}, CASE {' '.join(cases)} END AS rule "
                f"FROM {TABLE}) WHERE rule IS NOT NULL"
            )
        for rule in chosen:
            if rule.kind is RuleKind.UNIQUE:
                self._duckdb.execute(_repeated(contract, rule))
        found: pa.Table = self._duckdb.sql(f"SELECT * FROM broken ORDER BY {ROW}").to_arrow_table()
        return found


def load_in_background() -> threading.Thread:
    """Start importing Great Expectations, which takes seconds, beside the landing of files."""
    thread = threading.Thread(target=_great_expectations, name="load-great-expectations", daemon=True)
    thread.start()
    return thread


def rejected(typed: pa.Table, broken: pa.Table, rules: Sequence[Rule]) -> pa.Table:
    """Broken rows as the quarantine table holds them: file, line, field and rule."""
    fields = {rule.id: ",".join(rule.fields) for rule in rules}
    rows = typed.select(["_file", "_line"]).take(broken[ROW])
    names = broken["rule"].to_pylist()
    return pa.table(
        {
            "_file": rows["_file"],
            "_line": rows["_line"],
            "field": pa.array([fields[name] for name in names], pa.string()),
            "reason": pa.array(names, pa.string()),
        }
    )


def remaining(typed: pa.Table, broken: pa.Table) -> pa.Table:
    """The rows that no quarantining rule took out, in the order they landed."""
    if broken.num_rows == 0:
        return typed
    gone = np.zeros(typed.num_rows, dtype=bool)
    gone[broken[ROW].to_numpy()] = True
    return typed.filter(pa.array(~gone))


def _result(rule: Rule, measured: Mapping[str, Any], present: Mapping[str, Any] | None) -> RuleResult:
    if rule.kind is RuleKind.ROW_COUNT:
        rows = measured["observed_value"]
        low, high = rule.args.get("minimum"), rule.args.get("maximum")
        good = int((low is None or rows >= low) and (high is None or rows <= high))
        return RuleResult(rule.id, rule.fields, rule.dimension, rule.action, good, 1, good == 1)
    rows, bad = measured["element_count"], measured["unexpected_count"]
    # A rule judges the rows that have the value; only `required` judges them all.
    missing = 0 if rule.kind is RuleKind.REQUIRED else measured.get("missing_count") or 0
    if present is not None:
        missing = present["unexpected_count"]
    evaluated = rows - missing
    return RuleResult(rule.id, rule.fields, rule.dimension, rule.action, evaluated - bad, evaluated, bad == 0)


def _repeated(contract: Contract, rule: Rule) -> str:
    """Adds every row whose key an earlier remaining row has; a missing value repeats nothing."""
    from pipelines.expectations.suite import key_columns

    columns = [f'"{name}"' for name in key_columns(contract, rule.fields)]
    key = ", ".join(columns)
    present = " AND ".join(f"{name} IS NOT NULL" for name in columns)
    # Few keys repeat: only their rows are put into order, the rest are passed in one grouping.
    repeated = f"SELECT {key} FROM {TABLE} WHERE {present} GROUP BY {key} HAVING count(*) > 1"
    same = " AND ".join(f"t.{name} = r.{name}" for name in columns)
    each = ", ".join(f"t.{name}" for name in columns)
    return (
        f"INSERT INTO broken SELECT t.{ROW}, '{_quoted(rule.id)}' FROM {TABLE} t "
        f"JOIN ({repeated}) r ON {same} WHERE t.{ROW} NOT IN (SELECT {ROW} FROM broken) "
        f"QUALIFY row_number() OVER (PARTITION BY {each} ORDER BY t.{ROW}) > 1"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _great_expectations() -> Any:
    """Great Expectations, with analytics off and results buffered, imported on first use."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    from pipelines.expectations.cursor import buffer_results

    buffer_results()
    # A parser it brings along still imports the old names of the `re` package's parts.
    warnings.filterwarnings("ignore", message="module 'sre_", category=DeprecationWarning)
    import great_expectations as gx

    import pipelines.expectations.suite  # noqa: F401  (our expectations register on import)

    return gx
