"""DuckDB as the engine of a worker: hardened connections, and a plan run on them.

Decides the settings and their order. In-process settings are a second line; the walls of the process
(:mod:`space.engines.walls`) are the first. Exact figures do not leave :func:`execute`.

Source: measured order of hardening, DuckDB 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from catalog.duck import SILENT
from space.engines import noise, threshold
from space.query.plan import Plan

# Memory an engine may use; the process has a larger limit of its own.
MEMORY: Final = "2GB"
THREADS: Final = 2

_SETTINGS: Final = (
    SILENT,
    "SET temp_directory = ''",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET allow_extension_repositories = 'forbidden'",
    "SET python_enable_replacements = false",
    "SET TimeZone = 'Asia/Shanghai'",
)


def execute(plan: Plan, files: Mapping[str, Sequence[Path]], *, seconds: float = 30.0) -> pa.Table:
    """The answer of a plan: released cells and what follows on them, at most ``max_rows`` of them.

    Args:
        plan: checked.
        files: protected files of every dataset of the plan.
        seconds: after which the engine stops a statement.
    """
    base = connect(seconds, files)
    empty = connect(seconds, {})
    try:
        for name, table in _released(base, empty, plan).items():
            empty.register(name, table)
        return empty.sql(
            f"SELECT * FROM ({plan.post_sql}) AS answer LIMIT {plan.limits.max_rows}"
        ).to_arrow_table()
    finally:
        base.close()
        empty.close()


def _released(
    base: duckdb.DuckDBPyConnection, empty: duckdb.DuckDBPyConnection, plan: Plan
) -> dict[str, pa.Table]:
    """Released tables by block; from here on nothing exact exists."""
    tables: dict[str, pa.Table] = {}
    for block in plan.blocks:
        if block.kind == "plain":
            tables[block.name] = base.sql(block.plain_sql).to_arrow_table()
    if any(block.kind == "threshold" for block in plan.blocks):
        tables |= threshold.release(base, plan)
    if any(block.kind == "dp" for block in plan.blocks):
        tables |= noise.release(base, empty, plan)
    return tables


def connect(seconds: float, files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    """A connection that can read exactly these files, each dataset as a view of its name."""
    connection = duckdb.connect(":memory:")
    paths = [str(path) for chosen in files.values() for path in chosen]
    if paths:
        connection.execute(f"SET allowed_paths = {_listed(paths)}")
    for setting in _SETTINGS:
        connection.execute(setting)
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"SET max_execution_time = {int(seconds * 1000)}")
    connection.execute("SET enable_external_access = false")
    for name, chosen in files.items():
        listed = _listed([str(path) for path in chosen])
        connection.execute(f'CREATE VIEW "{_quoted(name)}" AS SELECT * FROM read_parquet({listed})')
    connection.execute("SET lock_configuration = true")
    return connection


def _listed(texts: Sequence[str]) -> str:
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"


def _quoted(name: str) -> str:
    return name.replace('"', '""')
