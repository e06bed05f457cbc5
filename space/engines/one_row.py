"""A stored SELECT over a handful of rows: whether it would hand them out.

Decides nothing: the SELECT is one a checked plan or a supply was run with, and what it leaves of rows in
memory says whether it let them out. Reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from catalog.duck import connect


def given(sql: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """What a SELECT leaves of some rows.

    Args:
        sql: as it was run, over views of these names.
        tables: dataset → rows.
    """
    with connect() as connection:
        for setting in ("SET GLOBAL TimeZone = 'Asia/Shanghai'", "SET enable_external_access = false"):
            connection.execute(setting)
        for name, rows in tables.items():
            connection.register(name, rows)
        connection.execute("SET lock_configuration = true")
        return connection.sql(sql).to_arrow_table()


def left(sql: str, tables: Mapping[str, pa.Table]) -> int:
    """How many rows a SELECT leaves; the arguments are those of :func:`given`."""
    return int(given(sql, tables).num_rows)
