"""Telephone numbers: mobile (a person's) and landline (an office's).

Eleven digits that begin with 13–19 are also what counters print: without a telling name nearly all
values must match, under several different prefixes.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.finding import Evidence

_NAME: Final = re.compile(
    r"电话|手机|联系方式|联系号码|热线|传真|phone|mobile|(^|_)tel(_|$)|lxdh|sjh|cell|contact_no", re.I
)
_MOBILE: Final = r"^(?:\+?86|0086)?[- ]?1[3-9]\d{9}$"
_LANDLINE: Final = r"^(?:\(?0(?:10|2\d|[3-9]\d{2})\)?-?)?[2-9]\d{6,7}(?:-\d{1,6})?$"
_AREA_LANDLINE: Final = r"^\(?0(?:10|2\d|[3-9]\d{2})\)?-?[2-9]\d{6,7}(?:-\d{1,6})?$"
# A counter keeps its first three digits; subscribers do not.
_LEAST_PREFIXES: Final = 5


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds telephone numbers, as ``mobile`` or ``landline``.

    Source: the numbering plan of the Ministry of Industry and Information Technology.
    """
    if column.longest < 7:
        return None
    named = column.named(_NAME)
    mobiles = column.matching(_MOBILE)
    mobile = len(mobiles) / column.sample if column.sample else 0.0
    landline = column.share_of(_LANDLINE if named else _AREA_LANDLINE)
    if column.enough(mobile, named=named, telling=False) and (named or _varied(mobiles)):
        return Evidence("mobile", column.sample, mobile, named, {"landline_share": round(landline, 3)})
    if column.enough(landline, named=named, telling=False):
        return Evidence("landline", column.sample, landline, named, {"mobile_share": round(mobile, 3)})
    return None


def _varied(mobiles: object) -> bool:
    last11 = pc.utf8_slice_codeunits(mobiles, -11, -8)
    return len(pc.unique(last11)) >= _LEAST_PREFIXES
