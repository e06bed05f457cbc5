"""The staging table: typed rows in DuckDB, checked by Great Expectations before anything is published.

Decides what each rule's outcome is and which rows a quarantining rule takes out. Nothing of a row's
values leaves this module: outcomes are counts, and rows are named by their number.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import SILENT
from catalog.quality import RuleResult
from catalog.releases import units
from contracts.model import Action, Contract, Rule, RuleKind
from pipelines.errors import CheckFailed
from pipelines.expectations.measured import not_assessed
from pipelines.expectations.over_rows import CANONICAL, COUNTS, ELSEWHERE, ROW, TABLE
from pipelines.expectations.statements import broken_rows, readable, statements_of

__all__ = ["ROW", "TABLE", "Checked", "Staging", "load_in_background", "rejected", "remaining"]

_BROKEN: Final = pa.schema([(ROW, pa.int64()), ("rule", pa.string())])
# An identifier that may be written in more ways than one; what the cast leaves never is.
_NOT_CANONICAL: Final = r"[^0-9A-Z]|^\d{15}$"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules say of a dataset's typed rows.

    Attributes:
        results: one per rule; a rule that could not be assessed says why in its note.
        broken: row number → the first quarantining rule it breaks; columns ``_row``, ``rule``.
        complete: rows in which every required field has a value; None where none is required.
    """

    results: tuple[RuleResult, ...]
    broken: pa.Table
    complete: int | None = None


class Staging:
    """A DuckDB in memory, and Great Expectations over it, for the datasets of one wave.

    Use it as a context manager, in one thread.
    """

    def __enter__(self) -> Staging:
        gx = _great_expectations()
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
        from sqlalchemy import create_engine
        from sqlalchemy.pool import StaticPool

        self._context: Any = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # One connection for all: rows that are registered with it are seen by no other.
        self._database: Any = create_engine("duckdb:///:memory:", poolclass=StaticPool, hide_parameters=True)
        self._connection: Any = self._database.connect()
        driver: Any = self._connection.connection.driver_connection
        self._duckdb: Any = driver
        driver.execute(SILENT)
        self._engine: Any = SqlAlchemyExecutionEngine(engine=self._database)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._engine.close()
        self._database.dispose()

    def check(
        self,
        contract: Contract,
        rules: Sequence[Rule],
        typed: pa.Table,
        *,
        references: Mapping[str, Sequence[Path]] | None = None,
        former_rows: int | None = None,
    ) -> Checked:
        """Run the rules of a contract over its typed rows.

        Args:
            contract: of the dataset.
            rules: what to check; freshness is left out, the clock is not asked here.
            typed: all rows that could be cast.
            references: other dataset → Parquet files of its published vault. A rule that reads a
                dataset which is not here is not assessed, and says so.
            former_rows: rows of the former release, for bands relative to it.

        Raises:
            CheckFailed: a rule could not be evaluated.
        """
        found = references or {}
        runnable = [rule for rule in rules if rule.kind is not RuleKind.FRESHNESS]
        canonical = self._load(contract, runnable, typed)
        try:
            results, complete = self._results(contract, runnable, found, canonical, former_rows)
            broken = self._broken(contract, runnable, found, canonical, results)
        finally:
            self._duckdb.unregister(TABLE)
        return Checked(results, broken, complete)

    def _load(self, contract: Contract, rules: Sequence[Rule], typed: pa.Table) -> frozenset[str]:
        """Show the rows to DuckDB without copying them; the unit fields that got a canonical column."""
        staged = typed.append_column(ROW, pa.array(np.arange(typed.num_rows)))
        compared = {name for rule in rules if rule.kind in COUNTS for name in _compared(rule)}
        canonical = set()
        for field in contract.unit_fields:
            if field.name not in compared or field.unit is None:
                continue
            text = typed[field.name].cast(pa.string())
            if not pc.any(pc.match_substring_regex(text, _NOT_CANONICAL)).as_py():
                continue
            ids = units.canonical(field.unit.kind, text)
            staged = staged.append_column(CANONICAL.format(field.name), pc.coalesce(ids, text))
            canonical.add(field.name)
        self._duckdb.register(TABLE, staged)
        return frozenset(canonical)

    def _results(
        self,
        contract: Contract,
        rules: Sequence[Rule],
        references: Mapping[str, Sequence[Path]],
        canonical: frozenset[str],
        former_rows: int | None,
    ) -> tuple[tuple[RuleResult, ...], int | None]:
        from pipelines.expectations.row_rule import ask, forget
        from pipelines.expectations.suite import suite_of

        statements = statements_of(contract, rules, references, canonical)
        suite = suite_of(contract, rules, statements, former_rows)
        ask(contract.name, statements)
        try:
            outcome = self._validated(suite) if suite.expectations else ()
        finally:
            complete = forget(contract.name)
        counted: dict[str, Mapping[str, Any]] = {}
        for result in outcome:
            rule = result.expectation_config.meta["rule"]
            if not result.result:
                raise CheckFailed(f"{contract.name}: rule {rule} could not be evaluated")
            counted[rule] = {"passed": bool(result.success), **result.result}
        made = (_result(rule, counted.get(rule.id), contract, references) for rule in rules)
        return tuple(r for r in made if r is not None), complete

    def _validated(self, suite: Any) -> Sequence[Any]:
        """Outcomes of a suite over the staging table.

        The batch is made here instead of by a data source, an asset and a batch definition: those
        would be written to Great Expectations' stores once more for every dataset.
        """
        from great_expectations.core.batch import Batch
        from great_expectations.core.id_dict import IDDict
        from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
        from great_expectations.validator.validator import Validator

        data: Any = SqlAlchemyBatchData(self._engine, table_name=TABLE, create_temp_table=False)
        named: Any = IDDict(dataset=suite.name)
        batch = Batch(data=data, batch_definition=named)
        validator = Validator(execution_engine=self._engine, data_context=self._context, batches=[batch])
        outcomes: Sequence[Any] = validator.graph_validate(
            configurations=suite.expectation_configurations,
            runtime_configuration={"result_format": "BASIC", "catch_exceptions": True},
        )
        return outcomes

    def _broken(
        self,
        contract: Contract,
        rules: Sequence[Rule],
        references: Mapping[str, Sequence[Path]],
        canonical: frozenset[str],
        results: Sequence[RuleResult],
    ) -> pa.Table:
        """Rows the quarantining rules take out; a rule that tolerates some takes them out all the same."""
        broken = {result.rule for result in results if result.good < result.evaluated}
        chosen = [r for r in rules if r.id in broken and r.action is Action.QUARANTINE]
        if not chosen:
            return _BROKEN.empty_table()
        for statement in broken_rows(contract, chosen, references, canonical):
            self._duckdb.execute(statement)
        found: pa.Table = self._duckdb.sql(f"SELECT * FROM broken ORDER BY {ROW}").to_arrow_table()
        self._duckdb.execute("DROP TABLE broken")
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


def _compared(rule: Rule) -> set[str]:
    """Fields of this dataset by which a rule over several rows tells them apart."""
    by = rule.args.get("by") or ()
    return {*rule.fields, *rule.args.get("on", ()), *([by] if isinstance(by, str) else by)}


def _result(
    rule: Rule,
    counted: Mapping[str, Any] | None,
    contract: Contract,
    references: Mapping[str, Sequence[Path]],
) -> RuleResult | None:
    """The outcome of a rule, assessed or not; None for a rule that counts nothing of its own."""
    if counted is None and rule.kind in ELSEWHERE and not readable(contract, rule, references):
        return not_assessed(rule, f"{rule.args['dataset']} has no release yet")
    if counted is None:
        no_band = rule.kind is RuleKind.ROW_COUNT
        return not_assessed(rule, "no former release to compare with") if no_band else None
    evaluated = counted["element_count"] - counted["missing_count"]
    good = evaluated - counted["unexpected_count"]
    return replace(not_assessed(rule, ""), good=good, evaluated=evaluated, passed=counted["passed"])


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
