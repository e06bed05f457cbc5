"""A contract's rules as a Great Expectations suite, against a hand-written query and stock GX on pandas."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import Figure, milliseconds
from benchmarks.quality_rows import CONTRACT, REGIONS, regions, rows
from catalog.duck import connect
from contracts.conditions import row_condition, rules_of, sql_text
from contracts.model import Action, Rule, RuleKind
from pipelines.expectations.staging import Staging

ROWS: Final = 5_000_000
# Stock Great Expectations on pandas is given fewer: it is compared by the row.
FEWER: Final = 1_000_000
SMALL: Final = 1_000
# What a usual small dataset asks for.
USUAL: Final = (
    "q_serial_required",
    "q_id_card_required",
    "q_id_card_check_digit",
    "q_name_required",
    "q_name_length",
    "q_kind_allowed",
    "q_region_pattern",
    "q_amount_range",
    "dates",
    "one",
)
# Rules stock Great Expectations can express without code of our own.
STOCK: Final = (
    RuleKind.REQUIRED,
    RuleKind.ALLOWED,
    RuleKind.RANGE,
    RuleKind.LENGTH,
    RuleKind.PATTERN,
    RuleKind.COMPARE,
    RuleKind.UNIQUE,
)


def run() -> Iterator[Figure]:
    """Three figures: many rows, by the row against pandas, and what a small dataset costs."""
    rules = [rule for rule in rules_of(CONTRACT) if rule.id != "q_credit_code_check_digit_inner"]
    with tempfile.TemporaryDirectory() as folder, Staging() as staging:
        known = Path(folder) / "regions.parquet"
        pq.write_table(regions(), known)
        typed = rows(ROWS)
        yield _against_hand(staging, rules, typed, known)
        yield _against_pandas(staging, [r for r in rules if r.kind in STOCK], typed.slice(0, FEWER))
        yield _small(staging, [r for r in rules if r.id in USUAL], typed.slice(0, SMALL))


def _against_hand(staging: Staging, rules: list[Rule], typed: pa.Table, known: Path) -> Figure:
    raw = connect()
    raw.register("register", typed)
    query = _by_hand(rules, known)
    ours, hand = alternately(
        lambda: staging.check(CONTRACT, rules, typed, references={REGIONS: [known]}),
        lambda: raw.execute(query).fetchall(),
    )
    raw.close()
    name = f"quality: {len(rules)} rules over {ROWS:,} rows"
    return Figure(name, ours, hand, "ms", "≤ 1.2×", "one hand-written DuckDB query, same rows and rules")


def alternately(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The better of two durations each, in ms, taken in turns: another load meets both alike."""
    taken: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for _ in range(2):
        for work, times in taken.items():
            start = time.perf_counter()
            work()
            times.append((time.perf_counter() - start) * 1000)
    return min(taken[ours]), min(taken[theirs])


def _by_hand(rules: list[Rule], known: Path) -> str:
    """What an engineer would write once for this register: good and evaluated items of every rule."""
    parts = []
    for rule in rules:
        condition = row_condition(rule, CONTRACT)
        if condition is not None:
            judged = " AND ".join(f"{name} IS NOT NULL" for name in rule.fields)
            parts += [f"count_if({sql_text(condition)})", f"count_if({judged})"]
    month = "SELECT count(*) AS n FROM register GROUP BY date_trunc('month', opened)"
    return f"""SELECT count(*), {", ".join(parts)},
        (SELECT count_if(n = 1) FROM (SELECT count(*) AS n FROM register GROUP BY serial)),
        (SELECT count(*) FROM register SEMI JOIN read_parquet('{known}') k ON region = k.code),
        (SELECT count_if(n >= 1) FROM ({month}))
        FROM register"""


def _against_pandas(staging: Staging, rules: list[Rule], typed: pa.Table) -> Figure:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    suite = gx.ExpectationSuite(name="stock")
    for rule in rules:
        suite.add_expectation(_stock(rule))
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("register")
    frame = typed.select(sorted({name for rule in rules for name in rule.fields})).to_pandas()
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # Stock GX is asked for counts, not for rows: neither are we, so that nothing is quarantined.
    counts = {"result_format": "BASIC", "partial_unexpected_count": 0}
    counted = [replace(rule, action=Action.WARN) for rule in rules]
    ours, theirs = alternately(
        lambda: staging.check(CONTRACT, counted, typed),
        lambda: batch.validate(suite, result_format=counts),
    )
    name = f"quality: {len(rules)} stock rules over {FEWER:,} rows"
    return Figure(name, ours, theirs, "ms", "≤ 0.1×", "stock Great Expectations on pandas, counts only")


def _stock(rule: Rule) -> Any:
    from great_expectations import expectations as stock

    name, low, high = rule.fields[0], rule.args.get("minimum"), rule.args.get("maximum")
    made: dict[RuleKind, Callable[[], Any]] = {
        RuleKind.REQUIRED: lambda: stock.ExpectColumnValuesToNotBeNull(column=name),
        RuleKind.UNIQUE: lambda: stock.ExpectColumnValuesToBeUnique(column=name),
        RuleKind.ALLOWED: lambda: stock.ExpectColumnValuesToBeInSet(
            column=name, value_set=list(rule.args["values"])
        ),
        RuleKind.PATTERN: lambda: stock.ExpectColumnValuesToMatchRegex(column=name, regex=rule.args["regex"]),
        RuleKind.LENGTH: lambda: stock.ExpectColumnValueLengthsToBeBetween(
            column=name, min_value=low, max_value=high
        ),
        RuleKind.RANGE: lambda: stock.ExpectColumnValuesToBeBetween(
            column=name, min_value=_bound(low), max_value=_bound(high)
        ),
        RuleKind.COMPARE: lambda: stock.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=rule.fields[1], column_B=name, or_equal=True, ignore_row_if="either_value_is_missing"
        ),
    }
    return made[rule.kind]()


def _bound(value: Any) -> Any:
    from datetime import date

    return date.fromisoformat(value) if isinstance(value, str) else value


def _small(staging: Staging, rules: list[Rule], typed: pa.Table) -> Figure:
    raw = connect()
    raw.register("register", typed)
    conditions = (c for rule in rules if (c := row_condition(rule, CONTRACT)) is not None)
    query = f"SELECT {', '.join(f'count_if({sql_text(c)})' for c in conditions)} FROM register"
    ours = milliseconds(lambda: staging.check(CONTRACT, rules, typed), 21)
    hand = milliseconds(lambda: raw.execute(query).fetchall(), 21)
    raw.close()
    name = f"quality: {len(rules)} rules over {SMALL:,} rows, one dataset of a wave"
    return Figure(name, ours, hand, "ms", "≤ 60 ms", "the hand-written DuckDB query")
