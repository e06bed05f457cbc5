"""The SQL that counts: what DuckDB is asked about the staging table, and which rows it names.

Decides that one scan counts all row rules, and that a rule about several rows has a statement of its own
(:mod:`pipelines.expectations.over_rows`). Conditions on a row are :mod:`contracts.conditions`'s.
Statements select counts and row numbers, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.conditions import row_condition, sql_text
from contracts.model import Contract, Rule, RuleKind
from pipelines.expectations.over_rows import (
    BROKEN,
    COUNTS,
    ELSEWHERE,
    ROW,
    TABLE,
    Asked,
    literal,
    present,
    quoted,
)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """How a row rule is counted within the scan of all of them.

    Attributes:
        condition: what holds for a good row; a row without the value meets it.
        judged: aggregate: rows it judges.
        required: whether it asks for presence, so that a complete row meets it.
    """

    condition: str
    judged: str
    required: bool


@dataclass(frozen=True, slots=True)
class Statements:
    """What the staging table is asked for one dataset.

    Attributes:
        rows: rule id → how it is counted in the one scan.
        over_rows: rule id → a statement giving ``good, evaluated``.
    """

    rows: Mapping[str, RowCheck]
    over_rows: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether complete rows are counted: something is required."""
        return any(check.required for check in self.rows.values())

    def scan(self, only: Sequence[str] | None = None) -> str:
        """The one scan: the number of rows, complete rows, then two counts a rule.

        Every condition is evaluated once, in a projection; what is counted are its flags.

        Args:
            only: rules to count; all without it.
        """
        chosen = [self.rows[name] for name in (self.rows if only is None else only)]
        flags = "".join(f", {check.condition} AS _c{place}" for place, check in enumerate(chosen))
        required = [f"_c{place}" for place, check in enumerate(chosen) if check.required]
        complete = f"count_if({' AND '.join(required)})" if required else "count(*)"
        counts = [f"count_if(_c{place}), {check.judged}" for place, check in enumerate(chosen)]
        return f"SELECT {', '.join(('count(*)', complete, *counts))} FROM (SELECT *{flags} FROM {TABLE})"


def statements_of(
    contract: Contract,
    rules: Sequence[Rule],
    references: Mapping[str, Sequence[Path]],
    canonical: frozenset[str] = frozenset(),
) -> Statements:
    """What to ask for a contract's rules.

    Args:
        contract: of the dataset.
        rules: all of them; a rule whose other dataset is not in ``references`` is left out.
        references: dataset → Parquet files of its published vault.
        canonical: unit fields whose identifiers stand in a column of their own.
    """
    rows: dict[str, RowCheck] = {}
    over_rows: dict[str, str] = {}
    for rule in rules:
        if rule.kind in COUNTS:
            if rule.kind not in ELSEWHERE or readable(contract, rule, references):
                over_rows[rule.id] = COUNTS[rule.kind](Asked(contract, rule, references, canonical))
            continue
        condition = row_condition(rule, contract)
        if condition is None:
            continue
        required = rule.kind is RuleKind.REQUIRED
        rows[rule.id] = RowCheck(sql_text(condition), _judged(rule), required)
    return Statements(rows, over_rows)


def readable(contract: Contract, rule: Rule, references: Mapping[str, Sequence[Path]]) -> bool:
    """Whether the rows a rule compares with can be read: its own dataset's, or published ones."""
    other = rule.args["dataset"]
    return bool(other == contract.name or references.get(other))


def broken_rows(
    contract: Contract,
    rules: Sequence[Rule],
    references: Mapping[str, Sequence[Path]],
    canonical: frozenset[str] = frozenset(),
) -> list[str]:
    """Statements that fill the table ``broken`` with rows and the first rule each breaks.

    Row rules come first, then rules over several rows in their order, uniqueness last: of rows with
    one key, the first of those still left stays.
    """
    cases = []
    for rule in rules:
        condition = row_condition(rule, contract)
        if condition is not None:
            cases.append(f"WHEN NOT coalesce({sql_text(condition)}, false) THEN '{literal(rule.id)}'")
    made = [f"CREATE OR REPLACE TEMP TABLE broken ({ROW} BIGINT, rule VARCHAR)"]
    if cases:
        made.append(
            f"INSERT INTO broken SELECT * FROM (SELECT {ROW}, CASE {' '.join(cases)} END AS rule "
            f"FROM {TABLE}) WHERE rule IS NOT NULL"
        )
    for rule in sorted(rules, key=lambda r: r.kind is RuleKind.UNIQUE):
        if rule.kind in BROKEN:
            asked = Asked(contract, rule, references, canonical)
            made.append(
                f"INSERT INTO broken SELECT {ROW}, '{literal(rule.id)}' FROM ({BROKEN[rule.kind](asked)}) "
                f"WHERE {ROW} NOT IN (SELECT {ROW} FROM broken)"
            )
    return made


def _judged(rule: Rule) -> str:
    """A rule judges the rows that have its values; only `required` judges them all."""
    if rule.kind is RuleKind.REQUIRED:
        return "count(*)"
    if len(rule.fields) == 1:
        return f"count({quoted(rule.fields[0])})"
    return f"count_if({present([quoted(name) for name in rule.fields])})"
