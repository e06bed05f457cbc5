"""Where the columns of a composed SELECT come from.

Decides how its text is read and its columns are qualified; :mod:`catalog.lineage.walk` follows them. Knows
nothing of contracts or the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from catalog.errors import CatalogError
from catalog.lineage.walk import Origin, Origins, Unfollowed, Walk, check

__all__ = ["DIALECT", "LineageError", "Origin", "Origins", "inputs_of", "origins"]

DIALECT: Final = "duckdb"


class LineageError(CatalogError):
    """Composed SQL whose lineage cannot be read."""


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
        LineageError: a column does not exist or is ambiguous, or is named in a way that cannot be followed.
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
    try:
        check(tree)
        return Walk(root, columns).of(root)
    except Unfollowed as found:
        raise LineageError(f"the SQL of {target} cannot be followed: {found}") from None


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


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
