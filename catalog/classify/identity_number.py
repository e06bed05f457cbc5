"""Resident identity numbers 居民身份证号, 18 digits with check character or 15 digits of old.

Fifteen digits have no check character: they count only where the column's name says so.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow.compute as pc

from catalog.classify.column import Column, passing
from catalog.classify.finding import Evidence
from contracts.codes import RESIDENT_15, RESIDENT_18, resident_check

_NAME: Final = re.compile(r"身份证|身份号|公民身份|证件号|id_?card|idcard|id_?no\b|sfz|gmsfhm|identity", re.I)


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds identity numbers.

    Source: GB 11643-1999.
    """
    if column.longest < 15:
        return None
    named = column.named(_NAME)
    upper = pc.utf8_upper(column.texts)
    formed = upper.filter(pc.match_substring_regex(upper, RESIDENT_18))
    valid = len(formed) * passing(formed, _holds)
    old = len(column.matching(RESIDENT_15)) if named else 0
    share = (valid + old) / column.sample if column.sample else 0.0
    if not column.enough(share, named=named):
        return None
    formed_share = round((len(formed) + old) / column.sample, 3)
    return Evidence(
        "resident_id", column.sample, share, named, {"formed_share": formed_share, "fifteen_digits": old}
    )


def _holds(text: str) -> bool:
    return resident_check(text[:17]) == text[17]
