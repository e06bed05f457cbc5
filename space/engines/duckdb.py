"""DuckDB as the engine of a worker: hardened connections, and a plan run on them.

Decides the settings and their order. In-process settings are a second line; the walls of the process
(:mod:`space.engines.workers.walls`) are the first. Exact figures do not leave :func:`execute`.

Source: measured order of hardening, DuckDB 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from catalog.duck import SILENT
from space.engines.base import Base
from space.engines.private import noise
from space.engines.projection import projected
from space.engines.threshold import release as threshold
from space.engines.under import cleared
from space.query.plan import Plan

# Memory an engine may use; the process has a larger limit of its own.
MEMORY: Final = "2GB"
THREADS: Final = 2

# Of the whole database, so that they hold for every connection to it.
_SETTINGS: Final = (
    "SET temp_directory = ''",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET allow_extension_repositories = 'forbidden'",
    "SET GLOBAL python_enable_replacements = false",
    "SET GLOBAL TimeZone = 'Asia/Shanghai'",
    "SET parquet_metadata_cache = true",
)


class Engine:
    """The databases of one set of files, kept from one plan to the next.

    Every plan has connections of its own: what it makes or registers belongs to them and ends with them. The
    databases hold nothing but a view of every dataset.
    """

    def __init__(self, files: Mapping[str, Sequence[Path]], seconds: float) -> None:
        """Open the databases.

        Args:
            files: protected files of every dataset a plan may read.
            seconds: after which the engine stops a statement.
        """
        self._files = files
        self._base, self._empty = connect(seconds, files), connect(seconds, {})

    def execute(self, plan: Plan) -> pa.Table:
        """The answer of a plan: released cells and what follows on them, at most ``max_rows`` of them."""
        with self._base.cursor() as base, self._empty.cursor() as empty:
            return answer(base, empty, plan, self._files)

    def close(self) -> None:
        """Let go of the databases."""
        self._base.close()
        self._empty.close()


def execute(plan: Plan, files: Mapping[str, Sequence[Path]], *, seconds: float = 30.0) -> pa.Table:
    """The answer of one plan in databases of its own.

    Args:
        plan: checked.
        files: protected files of every dataset of the plan.
        seconds: after which the engine stops a statement.
    """
    engine = Engine(files, seconds)
    try:
        return engine.execute(plan)
    finally:
        engine.close()


def answer(
    base: Base,
    empty: duckdb.DuckDBPyConnection,
    plan: Plan,
    files: Mapping[str, Sequence[Path]],
) -> pa.Table:
    """The answer of a plan.

    Args:
        base: opens the protected files.
        empty: opens nothing; what follows on released cells runs in it.
        plan: checked.
        files: whose footers may be read; none where they are elsewhere.
    """
    released = _released(base, empty, plan, files)
    table = projected(plan.post_sql, released)
    if table is None:
        for name, each in released.items():
            empty.register(name, each)
        limited = f"SELECT * FROM ({plan.post_sql}) AS answer LIMIT {plan.limits.max_rows}"
        table = empty.sql(limited).to_arrow_table()
    answered = cleared(table.slice(0, plan.limits.max_rows))
    return answered.replace_schema_metadata(noise.moved(released.values()) or None)


def _released(
    base: Base,
    empty: duckdb.DuckDBPyConnection,
    plan: Plan,
    files: Mapping[str, Sequence[Path]],
) -> dict[str, pa.Table]:
    """Released tables by block; from here on nothing exact exists."""
    tables: dict[str, pa.Table] = {}
    for block in plan.blocks:
        if block.kind == "plain":
            tables[block.name] = base.sql(block.plain_sql).to_arrow_table()
    if any(block.kind == "threshold" for block in plan.blocks):
        tables |= threshold.release(base, plan, files)
    if any(block.kind == "dp" for block in plan.blocks):
        tables |= noise.release(base, empty, plan, files)
    return tables


def connect(seconds: float, files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    """A connection that can read exactly these files, each dataset as a view of its name."""
    connection = duckdb.connect(":memory:")
    connection.execute(SILENT)
    paths = [str(path) for chosen in files.values() for path in chosen]
    if paths:
        connection.execute(f"SET allowed_paths = {_listed(paths)}")
    for setting in _SETTINGS:
        connection.execute(setting)
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"SET GLOBAL max_execution_time = {int(seconds * 1000)}")
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
