"""The SQL that counts: what DuckDB is asked about the staging table, and which rows it names.

Decides how each kind of rule is counted: all row rules in one scan, every rule about several rows in
one statement of its own. Conditions on a row are :mod:`contracts.conditions`'s. Statements select counts
and row numbers, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contracts.conditions import row_condition, sql_text
from contracts.model import Contract, Field, FieldType, Rule, RuleKind

# The staging table, and the number of a row in it: the order rows landed in.
TABLE: Final = "staging"
ROW: Final = "_row"
# Column of the staging table that holds a unit's canonical identifier, or the text as it is.
CANONICAL: Final = "_k_{}"
# Kinds judged over several rows; the others are conditions on one row, or are judged elsewhere.
OVER_ROWS: Final = (
    RuleKind.UNIQUE,
    RuleKind.REFERENCE,
    RuleKind.AGREEMENT,
    RuleKind.ORDER,
    RuleKind.PERIOD_COUNT,
)
# Kinds that read another dataset.
ELSEWHERE: Final = (RuleKind.REFERENCE, RuleKind.AGREEMENT)

_SQL_TYPES: Final = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.BOOLEAN: "BOOLEAN",
}
# Steps that are no word of an interval.
_STEPS: Final = {"quarter": "3 months"}


@dataclass(frozen=True, slots=True)
class RowCount:
    """How a row rule is counted within the scan of all of them.

    Attributes:
        meets: aggregate: rows its condition holds for; a row without the value meets it.
        judged: aggregate: rows it judges.
    """

    meets: str
    judged: str


@dataclass(frozen=True, slots=True)
class Statements:
    """What the staging table is asked for one dataset.

    Attributes:
        rows: rule id → how it is counted in the one scan.
        over_rows: rule id → a statement giving ``good, evaluated``.
        complete: aggregate: rows in which every required field has a value; None where none is required.
    """

    rows: Mapping[str, RowCount]
    over_rows: Mapping[str, str]
    complete: str | None = None

    def scan(self, only: Sequence[str] | None = None) -> str:
        """The one scan: the number of rows, complete rows, then two counts a rule.

        Args:
            only: rules to count; all without it.
        """
        chosen = self.rows.values() if only is None else [self.rows[name] for name in only]
        complete = self.complete if only is None and self.complete is not None else "count(*)"
        counts = [part for row in chosen for part in (row.meets, row.judged)]
        return f"SELECT {', '.join(('count(*)', complete, *counts))} FROM {TABLE}"


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
    rows: dict[str, RowCount] = {}
    over_rows: dict[str, str] = {}
    required: list[str] = []
    for rule in rules:
        if rule.kind in OVER_ROWS:
            if rule.kind not in ELSEWHERE or readable(contract, rule, references):
                over_rows[rule.id] = _COUNTS[rule.kind](_Asked(contract, rule, references, canonical))
            continue
        condition = row_condition(rule, contract)
        if condition is None:
            continue
        text = sql_text(condition)
        if rule.kind is RuleKind.REQUIRED:
            required.append(text)
        rows[rule.id] = RowCount(f"count_if({text})", _judged(rule))
    complete = f"count_if({' AND '.join(required)})" if required else None
    return Statements(rows, over_rows, complete)


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
            cases.append(f"WHEN NOT coalesce({sql_text(condition)}, false) THEN '{_literal(rule.id)}'")
    made = [f"CREATE OR REPLACE TEMP TABLE broken ({ROW} BIGINT, rule VARCHAR)"]
    if cases:
        made.append(
            f"INSERT INTO broken SELECT * FROM (SELECT {ROW}, CASE {' '.join(cases)} END AS rule "
            f"FROM {TABLE}) WHERE rule IS NOT NULL"
        )
    for rule in sorted(rules, key=lambda r: r.kind is RuleKind.UNIQUE):
        if rule.kind in _BROKEN:
            asked = _Asked(contract, rule, references, canonical)
            made.append(
                f"INSERT INTO broken SELECT {ROW}, '{_literal(rule.id)}' FROM ({_BROKEN[rule.kind](asked)}) "
                f"WHERE {ROW} NOT IN (SELECT {ROW} FROM broken)"
            )
    return made


def _judged(rule: Rule) -> str:
    """A rule judges the rows that have its values; only `required` judges them all."""
    if rule.kind is RuleKind.REQUIRED:
        return "count(*)"
    if len(rule.fields) == 1:
        return f"count({_name(rule.fields[0])})"
    return f"count_if({_present([_name(name) for name in rule.fields])})"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One rule over several rows, with what its statement is written from."""

    contract: Contract
    rule: Rule
    references: Mapping[str, Sequence[Path]]
    canonical: frozenset[str]

    def key(self, names: Sequence[str]) -> list[str]:
        """Columns that tell rows apart by these fields: units by canonical identifier."""
        return [_name(CANONICAL.format(n) if n in self.canonical else n) for n in names]

    def typed(self, name: str, column: str) -> str:
        """A column of the other dataset as the type of a field here; what does not fit is NULL."""
        return f"try_cast({column} AS {_sql_type(self.contract.field(name))})"

    @property
    def other(self) -> str:
        """The rows compared with."""
        dataset = self.rule.args["dataset"]
        if dataset == self.contract.name:
            return TABLE
        files = ", ".join(f"'{_literal(str(path))}'" for path in self.references[dataset])
        return f"read_parquet([{files}])"


def _unique(asked: _Asked) -> str:
    key = ", ".join(columns := asked.key(asked.rule.fields))
    return (
        f"SELECT coalesce(sum(n) FILTER (n = 1), 0), coalesce(sum(n), 0) FROM "
        f"(SELECT count(*) AS n FROM {TABLE} WHERE {_present(columns)} GROUP BY {key})"
    )


def _repeated(asked: _Asked) -> str:
    """Every row whose key an earlier remaining row has; a missing value repeats nothing."""
    columns = asked.key(asked.rule.fields)
    key = ", ".join(columns)
    # Few keys repeat: only their rows are put into order, the rest are passed in one grouping.
    repeated = f"SELECT {key} FROM {TABLE} WHERE {_present(columns)} GROUP BY {key} HAVING count(*) > 1"
    same = " AND ".join(f"t.{name} = r.{name}" for name in columns)
    each = ", ".join(f"t.{name}" for name in columns)
    return (
        f"SELECT t.{ROW} FROM {TABLE} t JOIN ({repeated}) r ON {same} "
        f"WHERE t.{ROW} NOT IN (SELECT {ROW} FROM broken) "
        f"QUALIFY row_number() OVER (PARTITION BY {each} ORDER BY t.{ROW}) > 1"
    )


def _reference(asked: _Asked) -> str:
    found, present = _found(asked)
    return f"SELECT count_if({found}), count(*) FROM {TABLE} WHERE {present}"


def _unknown(asked: _Asked) -> str:
    found, present = _found(asked)
    return f"SELECT {ROW} FROM {TABLE} WHERE {present} AND NOT {found}"


def _found(asked: _Asked) -> tuple[str, str]:
    """Whether a row's values stand in the other dataset, and whether it has them all."""
    here = asked.key(asked.rule.fields)
    theirs = [
        asked.typed(name, _name(other))
        for name, other in zip(asked.rule.fields, _names(asked.rule.args["fields"]), strict=True)
    ]
    if asked.rule.args["dataset"] == asked.contract.name:
        theirs = asked.key(_names(asked.rule.args["fields"]))
    found = f"({', '.join(here)}) IN (SELECT {', '.join(theirs)} FROM {asked.other} WHERE {_present(theirs)})"
    return f"({found})", _present(here)


def _agreement(asked: _Asked) -> str:
    return f"SELECT count_if(agrees), count(*) FROM ({_compared(asked)})"


def _differing(asked: _Asked) -> str:
    return f"SELECT {ROW} FROM ({_compared(asked)}) WHERE NOT agrees"


def _compared(asked: _Asked) -> str:
    """Rows the other dataset says something about; where it says several things, one has to agree."""
    on: Mapping[str, str] = asked.rule.args["on"]
    value = asked.rule.fields[0]
    here = asked.key(list(on))
    theirs = [asked.typed(name, _name(other)) for name, other in on.items()]
    said = asked.typed(value, _name(asked.rule.args["value"]))
    keys = ", ".join(f"{column} AS k{place}" for place, column in enumerate(theirs))
    same = " AND ".join(f"t.{column} = o.k{place}" for place, column in enumerate(here))
    groups = ", ".join(f"k{place}" for place in range(len(theirs)))
    return (
        f"SELECT t.{ROW}, list_contains(o.said, t.{_name(value)}) AS agrees FROM {TABLE} t JOIN "
        f"(SELECT {groups}, list(DISTINCT v) AS said FROM (SELECT {keys}, {said} AS v FROM {asked.other}) "
        f"WHERE v IS NOT NULL GROUP BY {groups}) o ON {same} WHERE t.{_name(value)} IS NOT NULL"
    )


def _order(asked: _Asked) -> str:
    return f"SELECT count_if(v >= former), count(former) FROM ({_followed(asked)})"


def _falling(asked: _Asked) -> str:
    return f"SELECT {ROW} FROM ({_followed(asked)}) WHERE v < former"


def _followed(asked: _Asked) -> str:
    """Each value beside the one before it: along the rule's other fields, else as rows landed."""
    value, *along = asked.rule.fields
    by = asked.key(_names(asked.rule.args.get("by") or ()))
    order = ", ".join([*(_name(name) for name in along), ROW])
    parts = f"PARTITION BY {', '.join(by)} " if by else ""
    read = [_name(value), *(_name(name) for name in along), *by]
    return (
        f"SELECT {ROW}, {_name(value)} AS v, lag({_name(value)}) OVER ({parts}ORDER BY {order}) AS former "
        f"FROM {TABLE} WHERE {_present(read)}"
    )


def _period_count(asked: _Asked) -> str:
    """Periods that hold as many rows as they should, those without a row between first and last too."""
    grain = str(asked.rule.args["grain"])
    step = _STEPS.get(grain, f"1 {grain}")
    start = f"date_trunc('{grain}', {_name(asked.rule.fields[0])})::TIMESTAMP"
    bounds = [
        f"n {sign} {int(asked.rule.args[word])}"
        for word, sign in (("minimum", ">="), ("maximum", "<="))
        if asked.rule.args.get(word) is not None
    ]
    return (
        f"WITH held AS (SELECT {start} AS p, count(*) AS n FROM {TABLE} GROUP BY ALL), "
        f"span AS (SELECT unnest(generate_series(min(p), max(p), INTERVAL '{step}')) AS p "
        f"FROM held WHERE p IS NOT NULL) "
        f"SELECT count_if({' AND '.join(bounds) or 'true'}), count(*) FROM "
        f"(SELECT coalesce(held.n, 0) AS n FROM span LEFT JOIN held USING (p))"
    )


def _sql_type(field: Field) -> str:
    return _SQL_TYPES.get(field.type) or f"DECIMAL(38, {field.scale})"


def _present(columns: Sequence[str]) -> str:
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def _names(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else [str(name) for name in given]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return text.replace("'", "''")


_COUNTS: Final = {
    RuleKind.UNIQUE: _unique,
    RuleKind.REFERENCE: _reference,
    RuleKind.AGREEMENT: _agreement,
    RuleKind.ORDER: _order,
    RuleKind.PERIOD_COUNT: _period_count,
}
_BROKEN: Final = {
    RuleKind.UNIQUE: _repeated,
    RuleKind.REFERENCE: _unknown,
    RuleKind.AGREEMENT: _differing,
    RuleKind.ORDER: _falling,
}
