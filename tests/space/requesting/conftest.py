"""Fixtures of the bureau; see :mod:`tests.space.bureau`."""

from __future__ import annotations

from tests.space.bureau import bureau, founded, pool

__all__ = ["bureau", "founded", "pool"]
