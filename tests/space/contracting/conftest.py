"""Fixtures of contracts; see :mod:`tests.space.contracting.parties`."""

from __future__ import annotations

from tests.space.bureau import bureau, busy, founded, granting, pool
from tests.space.contracting.parties import parties
from tests.space.contracting.steps import on_both

__all__ = ["bureau", "busy", "founded", "granting", "on_both", "parties", "pool"]
