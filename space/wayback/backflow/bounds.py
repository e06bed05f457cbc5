"""Bounds of what people write beside a delivery: the length of a text, the form of a reference, a count.

Decides nothing about who may write; the lengths are rules of the day (``policies/rules/backflow.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from policies.decision import Reason
from policies.showing import showing

_REFERENCE: Final = re.compile(r"[0-9a-f]{32}")


def too_long(on: date, **texts: str) -> Iterator[Reason]:
    """Why a text is not taken: it is longer than the rules allow.

    Args:
        on: whose rules.
        texts: ``task``, ``text``, ``reason`` or ``to`` → what was written.
    """
    longest = showing(on).longest
    for name, written in texts.items():
        if len(written) > longest[name]:
            yield Reason(
                "backflow.text.long",
                "the text is longer than the rules allow",
                where=name,
                allowed=f"at most {longest[name]} characters",
            )


def no_reference(row: str) -> Iterator[Reason]:
    """Why something does not stand for a row: it is no reference as a delivery shows it.

    Args:
        row: what was named; it is not repeated.
    """
    if not _REFERENCE.fullmatch(row):
        yield Reason(
            "backflow.row.reference",
            "it is no reference of a row",
            where="row",
            allowed="32 digits and letters a to f, as the delivery shows them in _row",
        )


def miscounted(on: date, *counts: int) -> Iterator[Reason]:
    """Why counts are not taken: one is negative, or more than a delivery has.

    Args:
        on: whose rules.
        counts: of rows.
    """
    most = showing(on).most_rows
    if any(count < 0 for count in counts) or sum(counts) > most:
        yield Reason(
            "backflow.count.range",
            "a count is negative, or more than one delivery has rows",
            where="counts",
            allowed=f"0 to {most} rows together",
        )
