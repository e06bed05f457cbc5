"""SQL text of a checked tree, in the one dialect everything here speaks.

Decides nothing. One dialect object serves all, since making one costs more than most fragments take to write.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

DUCKDB: Final = Dialect.get_or_raise("duckdb")
_PARTS: Final = ("table", "this")


def written(tree: exp.Expr) -> str:
    """The text of an expression; equal for equal trees.

    >>> written(exp.column("n", table="t").eq(1))
    't.n = 1'
    """
    return _column(tree) or DUCKDB.generate(tree)


def _column(tree: exp.Expr) -> str:
    """A column of a table, both quoted: what most fragments are; empty for anything else."""
    if type(tree) is not exp.Column or any(value for part, value in tree.args.items() if part not in _PARTS):
        return ""
    names = [tree.args.get(part) for part in _PARTS]
    if not all(isinstance(n, exp.Identifier) and n.args.get("quoted") and '"' not in n.name for n in names):
        return ""
    return ".".join(f'"{name.name}"' for name in names if name is not None)


def statement(tree: exp.Expr) -> str:
    """The text of a whole SELECT, every identifier quoted."""
    return DUCKDB.generate(tree, identify=True, comments=False)
