"""Coordinates 经纬度: numbers under a telling name, or a longitude and latitude pair as text.

Numbers alone are not taken for coordinates: temperatures and ages lie in the same range.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.finding import Evidence

_NAME: Final = re.compile(
    r"经度|纬度|坐标|经纬|longitude|latitude|(^|_)(lng|lon|lat|gps|coord\w*|jd|wd)(_|$)", re.I
)
_LONGITUDE: Final = r"(?:7[3-9]|[89]\d|1[0-3]\d)\.\d{2,}"
_LATITUDE: Final = r"(?:[3-9]|[1-4]\d|5[0-4])\.\d{2,}"
_PAIR: Final = rf"^[\[(]?(?:{_LONGITUDE}\s*[,，; ]\s*{_LATITUDE}|{_LATITUDE}\s*[,，; ]\s*{_LONGITUDE})[\])]?$"
_EDGE: Final = 180.0


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds coordinates."""
    named = column.named(_NAME)
    pairs = column.share_of(_PAIR) if column.is_text else 0.0
    single = _on_the_globe(column) if named else 0.0
    share = max(pairs, single)
    if not column.enough(share, named=named):
        return None
    return Evidence("coordinates", column.sample, share, named, {"pair_share": round(pairs, 3)})


def _on_the_globe(column: Column) -> float:
    numbers = column.matching(r"^-?\d{1,3}\.\d{2,}$")
    if not len(numbers):
        return 0.0
    inside = pc.less_equal(pc.abs(numbers.cast(pa.float64())), _EDGE)
    return float(pc.sum(inside).as_py() / column.sample)
