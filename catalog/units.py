"""Canonical identifiers of units and their pseudonyms, for whole columns.

Decides that each distinct spelling is looked at once in a run: a city's datasets name the same people.
What is canonical is :mod:`contracts.codes`'s decision.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

from contracts.codes import canonical_id

# Spellings remembered, about 200 bytes each. They are identifiers: :func:`forget` when a run ends.
_REMEMBERED: Final = 400_000

_canonical = lru_cache(maxsize=_REMEMBERED)(canonical_id)


def canonical(kind: str, values: pa.ChunkedArray) -> pa.Array:
    """The canonical identifier of every row; NULL where it is missing or invalid."""
    distinct, rows = distinct_ids(kind, values)
    return pa.array(distinct, pa.string()).take(rows)


def distinct_ids(kind: str, values: pa.ChunkedArray) -> tuple[list[str | None], pa.Array]:
    """Canonical identifier of each distinct spelling, and which of them each row has."""
    encoded: Any = values.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return [_canonical(kind, text) for text in encoded.dictionary.to_pylist()], encoded.indices


@lru_cache(maxsize=_REMEMBERED)
def pseudonym(kind: str, canonical_text: str | None, key: bytes) -> int | None:
    """63 bits of HMAC-SHA-256(key, kind ‖ 0 ‖ canonical id); None for None.

    The same for one unit in every dataset, so that datasets can be joined without its identifier.
    """
    if canonical_text is None:
        return None
    digest = hmac.digest(key, kind.encode() + b"\0" + canonical_text.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> 1


def forget() -> None:
    """Drop every remembered identifier and pseudonym."""
    _canonical.cache_clear()
    pseudonym.cache_clear()
