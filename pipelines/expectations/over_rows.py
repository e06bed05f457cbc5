"""Rules over several rows as SQL: uniqueness, references, agreement, order, rows per period.

Decides, for each kind, which items are evaluated and which are good, and which rows break it. Every
statement takes one pass over the staging table, and one over the other dataset where it reads one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contracts.model import Contract, Field, FieldType, Rule, RuleKind

# The staging table, and the number of a row in it: the order rows landed in.
TABLE: Final = "staging"
ROW: Final = "_row"
# Column of the staging table that holds a unit's canonical identifier, or the text as it is.
CANONICAL: Final = "_k_{}"
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
class Asked:
    """One rule over several rows, with what its statement is written from.

    Attributes:
        contract: of the dataset.
        rule: of a kind in :data:`COUNTS`.
        references: dataset → Parquet files of its published vault.
        canonical: unit fields whose identifiers stand in a column of their own.
    """

    contract: Contract
    rule: Rule
    references: Mapping[str, Sequence[Path]]
    canonical: frozenset[str]

    def key(self, names: Sequence[str]) -> list[str]:
        """Columns that tell rows apart by these fields: units by canonical identifier."""
        return [quoted(CANONICAL.format(n) if n in self.canonical else n) for n in names]

    def typed(self, name: str, column: str) -> str:
        """A column of the other dataset as the type of a field here; what does not fit is NULL."""
        return f"try_cast({column} AS {_sql_type(self.contract.field(name))})"

    @property
    def other(self) -> str:
        """The rows compared with."""
        dataset = self.rule.args["dataset"]
        if dataset == self.contract.name:
            return TABLE
        files = ", ".join(f"'{literal(str(path))}'" for path in self.references[dataset])
        return f"read_parquet([{files}])"


def _unique(asked: Asked) -> str:
    key = ", ".join(columns := asked.key(asked.rule.fields))
    return (
        f"SELECT coalesce(sum(n) FILTER (n = 1), 0), coalesce(sum(n), 0) FROM "
        f"(SELECT count(*) AS n FROM {TABLE} WHERE {present(columns)} GROUP BY {key})"
    )


def _repeated(asked: Asked) -> str:
    """Every row whose key an earlier remaining row has; a missing value repeats nothing."""
    columns = asked.key(asked.rule.fields)
    key = ", ".join(columns)
    # Few keys repeat: only their rows are put into order, the rest are passed in one grouping.
    repeated = f"SELECT {key} FROM {TABLE} WHERE {present(columns)} GROUP BY {key} HAVING count(*) > 1"
    same = " AND ".join(f"t.{name} = r.{name}" for name in columns)
    each = ", ".join(f"t.{name}" for name in columns)
    return (
        f"SELECT t.{ROW} FROM {TABLE} t JOIN ({repeated}) r ON {same} "
        f"WHERE t.{ROW} NOT IN (SELECT {ROW} FROM broken) "
        f"QUALIFY row_number() OVER (PARTITION BY {each} ORDER BY t.{ROW}) > 1"
    )


def _reference(asked: Asked) -> str:
    found, present = _found(asked)
    return f"SELECT count_if({found}), count(*) FROM {TABLE} WHERE {present}"


def _unknown(asked: Asked) -> str:
    found, present = _found(asked)
    return f"SELECT {ROW} FROM {TABLE} WHERE {present} AND NOT {found}"


def _found(asked: Asked) -> tuple[str, str]:
    """Whether a row's values stand in the other dataset, and whether it has them all."""
    here = asked.key(asked.rule.fields)
    theirs = [
        asked.typed(name, quoted(other))
        for name, other in zip(asked.rule.fields, _names(asked.rule.args["fields"]), strict=True)
    ]
    if asked.rule.args["dataset"] == asked.contract.name:
        theirs = asked.key(_names(asked.rule.args["fields"]))
    found = f"({', '.join(here)}) IN (SELECT {', '.join(theirs)} FROM {asked.other} WHERE {present(theirs)})"
    return f"({found})", present(here)


def _agreement(asked: Asked) -> str:
    return f"SELECT count_if(agrees), count(*) FROM ({_compared(asked)})"


def _differing(asked: Asked) -> str:
    return f"SELECT {ROW} FROM ({_compared(asked)}) WHERE NOT agrees"


def _compared(asked: Asked) -> str:
    """Rows the other dataset says something about; where it says several things, one has to agree."""
    on: Mapping[str, str] = asked.rule.args["on"]
    value = asked.rule.fields[0]
    here = asked.key(list(on))
    theirs = [asked.typed(name, quoted(other)) for name, other in on.items()]
    said = asked.typed(value, quoted(asked.rule.args["value"]))
    keys = ", ".join(f"{column} AS k{place}" for place, column in enumerate(theirs))
    same = " AND ".join(f"t.{column} = o.k{place}" for place, column in enumerate(here))
    groups = ", ".join(f"k{place}" for place in range(len(theirs)))
    return (
        f"SELECT t.{ROW}, list_contains(o.said, t.{quoted(value)}) AS agrees FROM {TABLE} t JOIN "
        f"(SELECT {groups}, list(DISTINCT v) AS said FROM (SELECT {keys}, {said} AS v FROM {asked.other}) "
        f"WHERE v IS NOT NULL GROUP BY {groups}) o ON {same} WHERE t.{quoted(value)} IS NOT NULL"
    )


def _order(asked: Asked) -> str:
    return f"SELECT count_if(v >= former), count(former) FROM ({_followed(asked)})"


def _falling(asked: Asked) -> str:
    return f"SELECT {ROW} FROM ({_followed(asked)}) WHERE v < former"


def _followed(asked: Asked) -> str:
    """Each value beside the one before it: along the rule's other fields, else as rows landed."""
    value, *along = asked.rule.fields
    by = asked.key(_names(asked.rule.args.get("by") or ()))
    order = ", ".join([*(quoted(name) for name in along), ROW])
    parts = f"PARTITION BY {', '.join(by)} " if by else ""
    read = [quoted(value), *(quoted(name) for name in along), *by]
    return (
        f"SELECT {ROW}, {quoted(value)} AS v, lag({quoted(value)}) OVER ({parts}ORDER BY {order}) AS former "
        f"FROM {TABLE} WHERE {present(read)}"
    )


def _period_count(asked: Asked) -> str:
    """Periods that hold as many rows as they should, those without a row between first and last too."""
    grain = str(asked.rule.args["grain"])
    step = _STEPS.get(grain, f"1 {grain}")
    start = f"date_trunc('{grain}', {quoted(asked.rule.fields[0])})::TIMESTAMP"
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


def present(columns: Sequence[str]) -> str:
    """Condition that a row has all of these columns."""
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def _names(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else [str(name) for name in given]


def quoted(name: str) -> str:
    """A name as DuckDB reads it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The inside of a text literal."""
    return text.replace("'", "''")


# Kind → statement giving items that meet the rule, and items evaluated.
COUNTS: Final = {
    RuleKind.UNIQUE: _unique,
    RuleKind.REFERENCE: _reference,
    RuleKind.AGREEMENT: _agreement,
    RuleKind.ORDER: _order,
    RuleKind.PERIOD_COUNT: _period_count,
}
# Kind → statement giving the rows that break the rule; kinds that name no rows are left out.
BROKEN: Final = {
    RuleKind.UNIQUE: _repeated,
    RuleKind.REFERENCE: _unknown,
    RuleKind.AGREEMENT: _differing,
    RuleKind.ORDER: _falling,
}
