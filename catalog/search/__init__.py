"""Search over published entries: character bigrams, exact without a dictionary, alike on every database.

What other rooms call stands here, loaded on first use so that the command line starts without the store.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.search.bitmaps import FACETS
    from catalog.search.finding import Found, Hit, IndexMissing, UnknownFacet, find, search
    from catalog.search.text import tokens
    from catalog.search.words import TABLE, SearchUnavailable
    from catalog.search.writing import index, index_all, rebuild, remove

__all__ = [
    "FACETS",
    "TABLE",
    "Found",
    "Hit",
    "IndexMissing",
    "SearchUnavailable",
    "UnknownFacet",
    "find",
    "index",
    "index_all",
    "rebuild",
    "remove",
    "search",
    "tokens",
]

_HOMES = {
    "FACETS": "bitmaps",
    "Found": "finding",
    "Hit": "finding",
    "IndexMissing": "finding",
    "UnknownFacet": "finding",
    "find": "finding",
    "search": "finding",
    "tokens": "text",
    "TABLE": "words",
    "SearchUnavailable": "words",
    "index": "writing",
    "index_all": "writing",
    "rebuild": "writing",
    "remove": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"catalog.search.{_HOMES[name]}"), name)
