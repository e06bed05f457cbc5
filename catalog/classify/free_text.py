"""Identity and telephone numbers hidden in texts, such as the number a caller leaves in a ticket.

A hidden number stands between other characters; a column that *is* numbers is the other detectors'
matter. Rare ones count: many more rows are searched than the sample has.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow.compute as pc

from catalog.classify.column import Column, spread
from catalog.classify.finding import Evidence
from contracts.codes import resident_id

_SHAPE: Final = r"(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})"
# Something stands before it, or something after it: a value that is nothing but the number is not a text.
_HIDDEN: Final = rf"[^0-9A-Za-z]{_SHAPE}(?:$|[^0-9A-Za-z])|^{_SHAPE}[^0-9A-Za-z]"
_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])", re.ASCII)
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)
# Shorter texts have no room for a number and other words.
_SHORTEST: Final = 13


def detect(column: Column) -> Evidence | None:
    """Evidence that the column's texts hide identity or telephone numbers."""
    if not column.is_text or column.longest < _SHORTEST:
        return None
    texts = spread(column.whole, column.limits.text_rows)
    holding = texts.filter(pc.match_substring_regex(pc.utf8_trim_whitespace(texts), _HIDDEN)).to_pylist()
    candidates = [number for text in holding for number in _IDENTITY.findall(text)]
    valid = sum(1 for number in candidates if resident_id(number) is not None)
    mobiles = sum(len(_MOBILE.findall(text)) for text in holding)
    least = max(column.limits.least_hidden, column.limits.hidden_valid_share * len(candidates))
    if valid < least and mobiles < column.limits.least_hidden:
        return None
    searched = len(texts) - texts.null_count
    return Evidence(
        "free_text",
        searched,
        len(holding) / searched,
        False,
        {"identity_numbers": valid, "identity_candidates": len(candidates), "mobile_numbers": mobiles},
    )
