"""The append-only evidence log 存证: append, sequence, checkpoint, prove, verify, export.

What other rooms call stands here: :func:`record` and :func:`integrate`, loaded on first use so that
the command line starts without the store.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.evidence.append import record
    from catalog.evidence.checkpoint import Checkpoint
    from catalog.evidence.sequence import integrate

__all__ = ["Checkpoint", "integrate", "record"]

_HOMES = {
    "record": "catalog.evidence.append",
    "Checkpoint": "catalog.evidence.checkpoint",
    "integrate": "catalog.evidence.sequence",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
