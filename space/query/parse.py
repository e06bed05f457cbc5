"""From text to one SELECT tree: the first gate, before any name is looked at.

Decides size, characters and that there is exactly one SELECT (or UNION of them). Does not look at the
grant.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from space.query.grammar.written import DUCKDB
from space.query.reasons import Refused

# sqlglot warns with the caller's text, which may hold a person's value and must not reach a log.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

# Far above what an analyst writes, far below what a parser or a person can still follow.
MAX_BYTES: Final = 16_384
MAX_NODES: Final = 4_000
MAX_DEPTH: Final = 150

# Characters that are read differently by different parsers, or not seen by a person: control, format
# (zero-width, direction), surrogate, private and unassigned ones, line and paragraph separators.
_REJECTED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAYOUT: Final = frozenset("\n\r\t")

Nodes = Sequence[exp.Expr]


def parse(sql: str) -> exp.Query:
    """The tree of ``sql``.

    Raises:
        Refused: it is not one readable SELECT.
    """
    _check_text(sql)
    try:
        statements = DUCKDB.parse(sql)
    # Malformed text makes the parser fail in more ways than it declares; all of them mean the same.
    except Exception:
        raise Refused("query.syntax") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.Union):
        raise Refused("query.statement")
    tree = statements[0]
    for node in check_shape(tree):
        # Neither is part of the query: not of its identity, not of what the engine reads.
        node.comments = node._meta = None
    return tree


def _check_text(sql: str) -> None:
    if not sql.strip() or len(sql.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Refused("query.text")
    if not sql.isprintable() and any(
        c not in _LAYOUT and unicodedata.category(c) in _REJECTED for c in set(sql)
    ):
        raise Refused("query.text")


def every(tree: exp.Expr) -> list[exp.Expr]:
    """Every node of a tree, level by level: walked once for all who look at it."""
    found = [tree]
    for node in found:  # grows while it is read
        for value in node.args.values():
            if type(value) is list:
                found += [item for item in value if isinstance(item, exp.Expr)]
            elif isinstance(value, exp.Expr):
                found.append(value)
    return found


def check_shape(tree: exp.Expr) -> list[exp.Expr]:
    """Bound the tree without recursion, so that later steps may recurse over it.

    Returns:
        Every node, level by level.
    """
    nodes, level, depth = list[exp.Expr](), [tree], 0
    while level:
        nodes, depth = nodes + level, depth + 1
        if len(nodes) > MAX_NODES or depth > MAX_DEPTH:
            raise Refused("query.text")
        level = [child for node in level for child in node.iter_expressions()]
    return nodes
