"""Row filters of grants: which columns one reads.

Decides nothing else: what may stand in a filter is decided where grants are signed.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def columns_of(condition: str) -> frozenset[str]:
    """The columns a SQL condition reads, in small letters as field names are."""
    import sqlglot
    from sqlglot import expressions as exp

    tree = sqlglot.parse_one(condition, read="duckdb")
    return frozenset(column.name.lower() for column in tree.find_all(exp.Column))
