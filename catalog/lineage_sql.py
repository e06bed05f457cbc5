"""Where the columns of a SELECT come from: a walk over its scopes, each scope once.

Decides the origins of output columns and of the rows; knows nothing of contracts or the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from catalog.errors import CatalogError

DIALECT: Final = "duckdb"
# Weakest first: a column that is both summed and filtered by is shown as summed.
_RANK: Final = (
    "ROWS",
    "SORT",
    "GROUP_BY",
    "JOIN",
    "FILTER",
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
)
_CLAUSES: Final = (
    ("where", "FILTER"),
    ("having", "FILTER"),
    ("qualify", "FILTER"),
    ("group", "GROUP_BY"),
    ("order", "SORT"),
)


class LineageError(CatalogError):
    """Composed SQL whose lineage cannot be read."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A source column and how it is used.

    Attributes:
        dataset: ``schema.table``.
        field: its column.
        subtype: see :class:`catalog.lineage.Edge`.
    """

    dataset: str
    field: str
    subtype: str

    @property
    def rank(self) -> int:
        """Place in the order of subtypes, the weakest first."""
        return _RANK.index(self.subtype)


@dataclass(slots=True)
class Origins:
    """Origins of a SELECT: by output column, and of its rows."""

    fields: dict[str, frozenset[Origin]] = field(default_factory=dict)
    rows: frozenset[Origin] = frozenset()


def inputs_of(sql: str) -> tuple[str, ...]:
    """Names of the datasets a SELECT reads, sorted.

    Raises:
        LineageError: it is not one SELECT, or names a table without its schema.
    """
    return _inputs_of(sql)


def origins(sql: str, columns: Mapping[str, tuple[str, ...]], target: str) -> Origins:
    """Origins of every output column of a SELECT.

    Args:
        sql: one SELECT in the DuckDB dialect.
        columns: dataset name → its columns.
        target: what errors call the dataset.

    Raises:
        LineageError: a column does not exist or is ambiguous.
    """
    schema: dict[str, Any] = {}
    for name, fields in columns.items():
        schema_name, _, table = name.partition(".")
        schema.setdefault(schema_name, {})[table] = dict.fromkeys(fields, "VARCHAR")
    try:
        tree = qualify(_parse(sql).copy(), schema=schema, dialect=DIALECT, quote_identifiers=False)
        root = build_scope(tree)
    except SqlglotError as error:
        raise LineageError(f"the SQL of {target} cannot be resolved: {_first_line(error)}") from error
    if root is None:
        raise LineageError(f"the SQL of {target} is not a SELECT")
    return _Walk(root).of(root)


@lru_cache(maxsize=1024)
def _parse(sql: str) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(sql, read=DIALECT) if s is not None]
    except SqlglotError as error:
        raise LineageError(f"composed SQL cannot be parsed: {_first_line(error)}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise LineageError("composed SQL is exactly one SELECT")
    return statements[0]


@lru_cache(maxsize=1024)
def _inputs_of(sql: str) -> tuple[str, ...]:
    tree = _parse(sql)
    common = {cte.alias for cte in tree.find_all(exp.CTE)}
    names = set()
    for table in tree.find_all(exp.Table):
        if not table.db and table.name in common:
            continue
        if not table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            raise LineageError("composed SQL names every dataset as schema.table")
        names.add(f"{table.db}.{table.name}")
    return tuple(sorted(names))


class _Walk:
    """Resolves scopes from the outside in, each one once."""

    def __init__(self, root: Scope) -> None:
        self._scopes = {id(scope.expression): scope for scope in root.traverse()}
        self._done: dict[int, Origins] = {}

    def of(self, scope: Scope) -> Origins:
        key = id(scope.expression)
        if key not in self._done:
            self._done[key] = Origins()  # what a recursive expression sees of itself
            self._done[key] = self._union(scope) if scope.set_operation_scopes else self._select(scope)
        return self._done[key]

    def _union(self, scope: Scope) -> Origins:
        parts = [self.of(part) for part in scope.set_operation_scopes]
        names = list(parts[0].fields)
        columns = [list(part.fields.values()) for part in parts]
        return Origins(
            {
                name: frozenset().union(*(c[place] for c in columns if place < len(c)))
                for place, name in enumerate(names)
            },
            frozenset().union(*(part.rows for part in parts)),
        )

    def _select(self, scope: Scope) -> Origins:
        if not isinstance(scope.expression, exp.Select):  # UNNEST and the like: all that goes in
            inside = self._within(scope, scope.expression, "TRANSFORMATION")
            return Origins(dict.fromkeys(scope.expression.alias_column_names, inside), inside)
        found = Origins()
        for place, projection in enumerate(scope.expression.selects):
            value = projection.unalias()
            name = projection.alias_or_name
            # Columns of a UNION's later parts may have no name, or the same one twice.
            name = name if name not in found.fields else f"{name}#{place}"
            found.fields[name] = self._within(scope, value, _subtype(value))
        found.rows = self._row_origins(scope)
        return found

    def _row_origins(self, scope: Scope) -> frozenset[Origin]:
        rows: set[Origin] = set()
        for clause, subtype in _CLAUSES:
            node = scope.expression.args.get(clause)
            if node is not None:
                rows |= self._within(scope, node, subtype)
        for join in scope.expression.args.get("joins") or ():
            if join.args.get("on") is not None:
                rows |= self._within(scope, join.args["on"], "JOIN")
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                rows |= self.of(source).rows
        return frozenset(rows)

    def _within(self, scope: Scope, node: exp.Expr, subtype: str) -> frozenset[Origin]:
        """Origins of every column under ``node``, nested SELECTs included."""
        found: set[Origin] = set()
        for part in _parts(node):
            if isinstance(part, exp.Column):
                found |= self._column(scope, part, subtype)
            else:
                nested = self._scopes.get(id(part))
                if nested is not None:
                    inner = self.of(nested)
                    for each in (*inner.fields.values(), inner.rows):
                        found |= {_combined(origin, subtype) for origin in each}
        return frozenset(found)

    def _column(self, scope: Scope, column: exp.Column, subtype: str) -> set[Origin]:
        owner = scope
        while column.table not in owner.sources and owner.parent is not None:
            owner = owner.parent  # a correlated column belongs to a SELECT around this one
        source: Any = owner.sources.get(column.table)
        if isinstance(source, exp.Table):
            return {Origin(f"{source.db}.{source.name}", column.name, subtype)}
        if isinstance(source, Scope):
            inner = self.of(source).fields.get(column.name, frozenset())
            return {_combined(origin, subtype) for origin in inner}
        return set()


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Columns under ``node`` and the SELECTs nested in it, without looking into these."""
    for part in node.walk(prune=lambda n: isinstance(n, exp.Select | exp.SetOperation)):
        if isinstance(part, exp.Column | exp.Select | exp.SetOperation):
            yield part


def _subtype(value: exp.Expr) -> str:
    if isinstance(value, exp.Column):
        return "IDENTITY"
    return "AGGREGATION" if value.find(exp.AggFunc) is not None else "TRANSFORMATION"


def _combined(origin: Origin, outer: str) -> Origin:
    """What an inner use becomes by an outer one: indirect stays indirect, else the stronger word."""
    direct = _RANK.index("IDENTITY")
    if _RANK.index(outer) < direct:
        return replace(origin, subtype=outer)
    return (
        origin
        if origin.rank < direct or origin.rank >= _RANK.index(outer)
        else replace(origin, subtype=outer)
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
