"""The bureau whose lists are read; see :mod:`tests.space.bureau`."""

from __future__ import annotations

from tests.space.bureau import busy, founded, granting, pool

__all__ = ["busy", "founded", "granting", "pool"]
