"""The allow-lists: which forms of SQL exist here at all. What is not listed is refused.

Decides on node types of the sqlglot tree only; what may stand where is decided by ``rules/`` and
``grammar/``.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

# Aggregates over rows of protected tables.
COUNTS: Final = (exp.Count, exp.CountIf)
SUMS: Final = (exp.Sum, exp.Avg)
# Answered in threshold mode only.
# Of two measures at once, the first of them the dependent one.
PAIRED: Final = (exp.Corr, exp.CovarPop, exp.CovarSamp, exp.RegrSlope, exp.RegrIntercept, exp.RegrR2)
MOMENTS: Final = (exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop, *PAIRED)
# Over released values any of these; over rows only as a bound on a coarse public grid.
EXTREMES: Final = (exp.Min, exp.Max)
# Over rows through the counts of declared bins.
QUANTILES: Final = (exp.Median, exp.PercentileCont, exp.PercentileDisc, exp.Quantile)
AGGREGATES: Final = (*COUNTS, *SUMS, *MOMENTS, *EXTREMES, *QUANTILES)

# Several levels of grouping at once, and which of them a row is of.
LEVELS: Final = (exp.Rollup, exp.Cube, exp.GroupingSets)
GROUPINGS: Final = (exp.Grouping, exp.GroupingId)

# Functions of dates, and the finest part each shows.
DATE_PARTS: Final[dict[type[exp.Expr], str]] = {
    exp.Year: "year",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Week: "day",
    exp.WeekOfYear: "day",
    exp.Day: "day",
    exp.DayOfMonth: "day",
    exp.DayOfWeek: "day",
    exp.DayOfWeekIso: "day",
    exp.DayOfYear: "day",
    exp.Hour: "hour",
}
# Coarse to fine; a week needs the day.
GRAINS: Final = ("year", "quarter", "month", "day", "hour", "minute", "second")
TRUNCATIONS: Final = {
    "YEAR": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "WEEK": "day",
    "DAY": "day",
    "HOUR": "hour",
}
# Bare words, which reach the engine as they are written: date parts, and ORDER BY ALL. A quoted name or a
# string can stand where a date part should and would carry any text.
WORDS: Final = frozenset(
    {
        *TRUNCATIONS,
        "MINUTE",
        "SECOND",
        "DOW",
        "ISODOW",
        "DOY",
        "ISOYEAR",
        "WEEKDAY",
        "DECADE",
        "CENTURY",
        "ALL",
    }
)
# strftime directives and the grain each needs.
DIRECTIVES: Final = {
    "Y": "year",
    "y": "year",
    "m": "month",
    "d": "day",
    "j": "day",
    "u": "day",
    "w": "day",
    "W": "day",
    "V": "day",
    "G": "day",
    "H": "hour",
}

# Functions of released values and constants: deterministic, without files, settings or long output.
SCALARS: Final = (
    *DATE_PARTS,
    exp.Abs,
    exp.Ceil,
    exp.Coalesce,
    exp.Concat,
    exp.DateDiff,
    exp.DateTrunc,
    exp.Exp,
    exp.Extract,
    exp.Floor,
    exp.Greatest,
    exp.If,
    exp.Least,
    exp.Left,
    exp.Length,
    exp.Ln,
    exp.Log,
    exp.Lower,
    exp.Nullif,
    exp.Round,
    exp.Sign,
    exp.Sqrt,
    exp.Substring,
    exp.TimeToStr,
    exp.TimestampTrunc,
    exp.Upper,
)
WINDOWS: Final = (
    exp.RowNumber,
    exp.Rank,
    exp.DenseRank,
    exp.PercentRank,
    exp.CumeDist,
    exp.Ntile,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
)
OPERATORS: Final = (
    exp.Add,
    exp.And,
    exp.Between,
    exp.Case,
    exp.Cast,
    exp.Div,
    exp.DPipe,
    exp.EQ,
    exp.GT,
    exp.GTE,
    exp.In,
    exp.IntDiv,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Mod,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Or,
    exp.Paren,
    exp.Sub,
    exp.TryCast,
    exp.WithinGroup,
)
CLAUSES: Final = (
    exp.Alias,
    exp.Boolean,
    exp.CTE,
    exp.Column,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Filter,
    exp.From,
    exp.Group,
    exp.Having,
    exp.Identifier,
    exp.Join,
    exp.Limit,
    exp.Literal,
    exp.Null,
    exp.Offset,
    exp.Order,
    exp.Ordered,
    exp.Qualify,
    exp.Select,
    exp.Star,
    exp.Subquery,
    exp.Table,
    exp.TableAlias,
    exp.Tuple,
    exp.Union,
    exp.Var,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
    exp.With,
)
_HOLDERS: Final = (exp.From, exp.Join, exp.CTE, exp.Union, exp.Except, exp.Intersect)
FUNCTIONS: Final = frozenset({*AGGREGATES, *GROUPINGS, *SCALARS, *WINDOWS})
NODES: Final = frozenset({*FUNCTIONS, *LEVELS, *OPERATORS, *CLAUSES})


def is_histogram(node: exp.Expr) -> bool:
    """Whether the node is ``histogram(x)``, which the parser knows as a function of no type of its own."""
    return isinstance(node, exp.Anonymous) and node.name.lower() == "histogram" and len(node.expressions) == 1


def is_listed(node: exp.Expr) -> bool:
    """Whether a form of this type exists here."""
    return type(node) in NODES or is_histogram(node)


def is_source(query: exp.Query) -> bool:
    """Whether a query stands where it is read whole: by itself, in FROM, WITH or a set operation."""
    above = query.parent
    while isinstance(above, exp.Subquery):
        above = above.parent
    return above is None or isinstance(above, _HOLDERS)


def is_aggregate(node: exp.Expr) -> bool:
    """Whether the node is an aggregate over rows: not the function of a window, not GROUPING()."""
    if isinstance(node, exp.Filter | exp.WithinGroup):
        return not isinstance(node.parent, exp.Window)
    if isinstance(node, GROUPINGS) or not (isinstance(node, exp.AggFunc) or is_histogram(node)):
        return False
    above = node.parent
    if isinstance(above, exp.Filter | exp.WithinGroup):
        above = above.parent
    return not (isinstance(above, exp.Window) and above.this in (node, node.parent))


CAST_TYPES: Final = frozenset(
    {
        exp.DType.BIGINT,
        exp.DType.BOOLEAN,
        exp.DType.DATE,
        exp.DType.DECIMAL,
        exp.DType.DOUBLE,
        exp.DType.FLOAT,
        exp.DType.INT,
        exp.DType.SMALLINT,
        exp.DType.TEXT,
        exp.DType.TIMESTAMP,
        exp.DType.TIMESTAMPNTZ,
        exp.DType.VARCHAR,
    }
)

# Clauses that live in plain arguments of a node and so need a list of their own.
ARGUMENTS: Final[dict[type[exp.Expr], frozenset[str]]] = {
    exp.Select: frozenset(
        [
            "with_",
            "expressions",
            "from_",
            "joins",
            "where",
            "group",
            "having",
            "qualify",
            "order",
            "limit",
            "offset",
            "distinct",
        ]
    ),
    exp.Join: frozenset(["this", "on", "using", "side", "kind"]),
    exp.Table: frozenset(["this", "db", "alias"]),
    exp.Subquery: frozenset(["this", "alias", "with_"]),
    exp.Union: frozenset(["this", "expression", "distinct", "order", "limit", "offset", "with_"]),
    exp.With: frozenset(["expressions", "recursive"]),
    exp.CTE: frozenset(["this", "alias"]),
    exp.TableAlias: frozenset(["this"]),
    exp.Limit: frozenset(["expression"]),
    exp.Offset: frozenset(["expression"]),
    exp.In: frozenset(["this", "expressions"]),
    exp.Window: frozenset(["this", "partition_by", "order", "spec", "over"]),
    exp.Column: frozenset(["this", "table"]),
    exp.Star: frozenset(),
    exp.Tuple: frozenset(["expressions"]),
    **{level: frozenset(["expressions"]) for level in LEVELS},
    exp.Group: frozenset(["expressions", "all"]),
    exp.Cast: frozenset(["this", "to"]),
    exp.TryCast: frozenset(["this", "to", "safe"]),
    exp.DateDiff: frozenset(["this", "expression", "unit", "date_part_boundary"]),
    **{part: frozenset(["this"]) for part in DATE_PARTS},
}
