"""Keys that are spelt nearly as one that is known: what a person who mistyped one is told."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# How alike two names must be for one to be taken for a slip of the other.
_NEAR = 0.85


def nearest(key: str, known: Iterable[str]) -> str | None:
    """The known name ``key`` is a slip of: another spelling of its words, or a letter off."""
    folded = {_folded(name): name for name in known}
    if (same := folded.get(_folded(key))) is not None:
        return same
    near = get_close_matches(key, folded.values(), 1, _NEAR)
    return near[0] if near else None


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
