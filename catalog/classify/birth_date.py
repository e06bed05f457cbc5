"""Dates of birth 出生日期: a date whose column says so, or that agrees with identity numbers row by row."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.finding import Evidence

_NAME: Final = re.compile(r"出生|生日|birth|(^|_)dob(_|$)|csrq|csny", re.I)
_DATE: Final = r"^(?:18[89]|19\d|20\d)\d(?:[^0-9]|(?:0[1-9]|1[0-2])(?:[0-3]\d)?$|$)"


def detect(column: Column, numbers: pa.Array | None) -> Evidence | None:
    """Evidence that the column holds dates of birth.

    Args:
        column: to look at.
        numbers: identity numbers of the same rows, null where there is none; None for a table without.
    """
    named = column.named(_NAME)
    agreement = _agreement(column, numbers)
    share = column.share_of(_DATE) if named else agreement
    if not (column.enough(share, named=named) or column.enough(agreement, named=False)):
        return None
    return Evidence("date_of_birth", column.sample, share, named, {"identity_agreement": round(agreement, 3)})


def _agreement(column: Column, numbers: pa.Array | None) -> float:
    """Part of the rows with both values whose date is the one inside the identity number."""
    if numbers is None or not column.sample:
        return 0.0
    if pa.types.is_temporal(column.aligned.type) and not pa.types.is_time(column.aligned.type):
        days = pc.strftime(column.aligned.cast(pa.timestamp("s")), format="%Y%m%d")
    elif column.is_text:
        days = pc.replace_substring_regex(column.aligned_texts, r"\D", "")
    else:
        return 0.0
    born = pc.utf8_slice_codeunits(numbers, 6, 14)
    same = pc.equal(pc.utf8_slice_codeunits(days, 0, 8), born).drop_null()
    return float(pc.sum(same).as_py() / len(same)) if len(same) else 0.0
