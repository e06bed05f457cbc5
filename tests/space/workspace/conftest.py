"""Fixtures of the bureau; see :mod:`tests.space.bureau`."""

from __future__ import annotations

from tests.space.bureau import bureau, busy, founded, granting, pool

__all__ = ["bureau", "busy", "founded", "granting", "pool"]
