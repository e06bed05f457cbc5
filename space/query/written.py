"""SQL text of a checked tree, in the one dialect everything here speaks.

Decides nothing. One dialect object serves all, since making one costs more than most fragments take to write.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

DUCKDB: Final = Dialect.get_or_raise("duckdb")


def written(tree: exp.Expr) -> str:
    """The text of an expression; equal for equal trees.

    >>> written(exp.column("n", table="t").eq(1))
    't.n = 1'
    """
    return DUCKDB.generate(tree)


def statement(tree: exp.Expr) -> str:
    """The text of a whole SELECT, every identifier quoted."""
    return DUCKDB.generate(tree, identify=True, comments=False)
