"""Base statements as Spark SQL: read, checked against lists, written anew.

Decides which statements the carrier sends on: one SELECT over the tables of the plan and the keys that came
with it, made of listed forms. The engines' statements are DuckDB's; what Spark means by the same words is
said in :mod:`space.engines.spark.functions`. Not decided here: what may be asked (the gateway did).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sqlglot
from sqlglot import exp

from space.engines.spark import shape
from space.engines.spark.forms import HANDLED
from space.engines.spark.functions import OURS, Untranslatable
from space.engines.spark.kinds import KIND, Kind, Kinds

# Forms that mean the same in both, with everything in them.
_SAME: Final = frozenset(
    {
        exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit,
        exp.Offset, exp.Subquery, exp.Alias, exp.TableAlias, exp.Identifier, exp.Column, exp.Table,
        exp.Literal, exp.Null, exp.Boolean, exp.Star, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ,
        exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ,
        exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Greatest,
        exp.Least, exp.Abs, exp.Max, exp.Min, exp.Count, exp.Distinct, exp.Exists, exp.BitwiseAnd,
        exp.BitwiseOrAgg, exp.Concat, exp.DPipe, exp.Left, exp.Right, exp.Length, exp.Repeat, exp.Pow,
        exp.Ln, exp.Sqrt, exp.Exp, exp.DataType, exp.DataTypeParam, exp.Var,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it is sent.

    Attributes:
        sql: Spark SQL.
        columns: of the answer, in order.
        moments: columns that are made of hidden ones: their name, the operation.
    """

    sql: str
    columns: tuple[str, ...]
    moments: tuple[tuple[str, str], ...] = ()


def forms(sql: str) -> tuple[str, ...]:
    """The forms of a base statement that the second engine has not; whatever the types of its columns."""
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return ("such statement",)
    known = {*_SAME, *HANDLED, *shape.MOMENTS, exp.Filter, exp.Bracket}
    return tuple(sorted({type(node).key for node in tree.walk() if type(node) not in known}))


def translated(sql: str, tables: Mapping[str, str], stored: Mapping[str, Kind]) -> Statement:
    """A base statement for Spark.

    Args:
        sql: one SELECT in DuckDB's dialect.
        tables: what each table it may read is called on the other side.
        stored: kind of every stored column, by name.

    Raises:
        Untranslatable: it is anything else, or holds a form Spark has not.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise Untranslatable("such statement") from None
    if not isinstance(tree, exp.Select) or not tree.expressions:
        raise Untranslatable("statement but SELECT")
    columns = tuple(item.alias_or_name for item in tree.expressions)
    _name_tables(tree, tables)
    shape.drop_filters(tree)
    shape.rank(tree)
    moments = shape.add_moments(tree, Kinds.of(tree, stored))
    kinds = Kinds.of(tree, stored)
    kinds.note(tree)
    for node in reversed(list(tree.walk(bfs=True))):
        made = _one(node, kinds)
        if made is not node:
            node.replace(made)
    return Statement(tree.sql(dialect="spark", identify=True, comments=False), columns, moments)


def _name_tables(tree: exp.Expr, tables: Mapping[str, str]) -> None:
    for table in tree.find_all(exp.Table):
        name = table.name
        if table.args.get("db") or table.args.get("catalog") or name not in tables:
            raise Untranslatable("table of that name")
        if not isinstance(table.this, exp.Identifier) or set(table.args) - {"this", "alias"} - _empty(table):
            raise Untranslatable("such table")
        table.set("this", exp.to_identifier(tables[name], quoted=True))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))


def _empty(node: exp.Expr) -> set[str]:
    return {name for name, value in node.args.items() if not value}


def _one(node: exp.Expr, kinds: Kinds) -> exp.Expr:
    if node.meta.get(OURS) or type(node) in _SAME:
        return node
    handler = HANDLED.get(type(node))
    if handler is None:
        raise Untranslatable(type(node).key)
    made = handler(node, kinds)
    made.meta[KIND] = kinds.kind(node)
    return made
