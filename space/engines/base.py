"""What statements over protected files are asked of: a DuckDB connection, or the second engine.

Decides only the form of the question; what comes back is exact and stays in the worker.
"""

from __future__ import annotations

from typing import Any, Protocol

import pyarrow as pa


class Given(Protocol):
    """What a statement gave."""

    def to_arrow_table(self) -> pa.Table:
        """As a table."""

    def fetchall(self) -> list[Any]:
        """As rows."""


class Base(Protocol):
    """Opens the protected files of a plan."""

    def sql(self, query: str, /) -> Given:
        """What a SELECT gives."""

    def execute(self, query: str, /) -> Any:
        """What a statement gives, if it gives something."""

    def register(self, view_name: str, python_object: object, /) -> Any:
        """Have a table of keys under a name, for the statements of this plan."""
