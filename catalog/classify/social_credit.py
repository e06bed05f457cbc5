"""Unified social credit codes 统一社会信用代码."""

from __future__ import annotations

import re
from typing import Final

from catalog.classify.column import Column, passing
from catalog.classify.finding import Evidence
from contracts.codes import USCC, uscc_check

_NAME: Final = re.compile(r"信用代码|社会信用|uscc|credit_?code|tyshxydm|xydm", re.I)


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds unified social credit codes.

    Source: GB 32100-2015.
    """
    if column.longest < 18:
        return None
    named = column.named(_NAME)
    formed = column.matching(USCC)
    share = len(formed) * passing(formed, _holds) / column.sample if column.sample else 0.0
    if not column.enough(share, named=named):
        return None
    formed_share = round(len(formed) / column.sample, 3)
    return Evidence("uscc", column.sample, share, named, {"formed_share": formed_share})


def _holds(text: str) -> bool:
    return uscc_check(text[:17]) == text[17]
