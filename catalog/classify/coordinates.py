"""Coordinates 经纬度与平面坐标: degrees, degrees and minutes, pairs, points as text, metres of a projection.

Numbers alone are not taken for coordinates: temperatures and ages lie in the same range; two neighbouring
columns, one like a longitude and one like a latitude of the same small area, are. WGS 84 and CGCS2000
differ by centimetres and GCJ-02 by some hundred metres: values alone never tell which of the three it is,
only a heading does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, scoring
from catalog.classify.support import Support

_LONGITUDE: Final = r"(?:7[3-9]|[89]\d|1[0-3]\d)\.\d{2,}"
_LATITUDE: Final = r"(?:[3-9]|[1-4]\d|5[0-4])\.\d{2,}"
# North, east and so on before a number.
_SIDE: Final = r"[NSEW北南东西]{1,2}"
_PAIR: Final = (
    rf"^[\[(（]?(?:{_LONGITUDE}\s*[,，;；/|_ ]\s*{_LATITUDE}"
    rf"|{_LATITUDE}\s*[,，;；/|_ ]\s*{_LONGITUDE})[\])）]?$"
    rf"|^(?:{_LONGITUDE}\s*[, ]\s*{_LATITUDE}|{_LATITUDE}\s*[, ]\s*{_LONGITUDE})"
    r"(?:\s*[;；|/ ]\s*\d+\.\d+\s*[, ]\s*\d+\.\d+)+[;；]?$"
    rf"|^{_SIDE}\s*(?:{_LATITUDE}|{_LONGITUDE})\s*[,，;； /]*\s*{_SIDE}\s*(?:{_LATITUDE}|{_LONGITUDE})$"
    rf"|^(?:{_LATITUDE}[NS]\s*[,; ]?\s*{_LONGITUDE}[EW]|{_LONGITUDE}[EW]\s*[,; ]?\s*{_LATITUDE}[NS])$"
    rf"|(?i:^(?:SRID=\d+;)?(?:POINT|LINESTRING|POLYGON)\s*Z?\s*\(|\"coordinates\"\s*:)"
)
_DEGREES: Final = r"^[EWNS东西南北]?[经纬]?\s*\d{1,3}\s*[°度]\s*\d{1,2}(?:\.\d+)?\s*[′'’分]?"
_SYSTEMS: Final = ("gcj", "火星", "高德", "wgs", "gps", "cgcs", "2000", "bd09", "百度")
# Gauss-Krüger: northings of China, and eastings with 500 km added, with or without the zone before them.
_NORTHING: Final = (1_900_000.0, 6_000_000.0)
_EASTINGS: Final = ((150_000.0, 850_000.0), (13_150_000.0, 23_850_000.0), (25_150_000.0, 45_850_000.0))
# Degrees of China in millionths, as devices write them.
_MILLIONTHS: Final = r"^(?:(?:7[3-9]|[89]\d|1[0-2]\d|13[0-5])\d{6}|(?:1[89]|[2-4]\d|5[0-3])\d{6})$"
_EDGE: Final = 180.0
# A city is no wider than this, in degrees; its columns have at least so many decimals.
_WIDEST: Final = 6.0
_DECIMALS: Final = r"^\d{1,3}\.\d{4,}$"


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for coordinates."""
    if not column.sample:
        return None
    named = column.meaning.strength(kind.name)
    pairs = column.share_of(_PAIR) if column.is_text and column.longest >= 9 else 0.0
    degrees = column.share_of(_DEGREES) if column.is_text else 0.0
    single = _on_the_globe(column) if named >= scoring().initials else 0.0
    metres = _projected(column) if named >= scoring().contained else 0.0
    share = max(pairs, degrees, single, metres)
    if not share:
        return None
    details: dict[str, float | int | bool] = {
        "pair_share": round(pairs, 3),
        "projected_share": round(metres, 3),
        "system_stated": any(word in column.meaning.words for word in _SYSTEMS),
    }
    return Support(share, details)


def paired(columns: Sequence[Column]) -> frozenset[str]:
    """Columns of decimals that are longitudes and latitudes of one place, by their values alone."""
    east = [column.name for column in columns if _narrow(column, 73.0, 136.0)]
    north = [column.name for column in columns if _narrow(column, 3.0, 54.0)]
    return frozenset({*east, *north}) if east and north else frozenset()


def _narrow(column: Column, low: float, high: float) -> bool:
    """Whether all values are finely measured, between two bounds and of one small area."""
    if column.sample < column.limits.least_sample:
        return False
    fine = column.matching(_DECIMALS, raw=True)
    if len(fine) < 0.9 * column.sample:
        return False
    ends = pc.quantile(fine.cast(pa.float64()), [0.02, 0.98]).to_pylist()
    return bool(low <= ends[0] and ends[1] <= high and 0 < ends[1] - ends[0] <= _WIDEST)


def _on_the_globe(column: Column) -> float:
    numbers = column.matching(r"^-?\d{1,3}\.\d{2,}$", raw=True)
    if not len(numbers):
        return column.share_of(_MILLIONTHS)
    inside = pc.less_equal(pc.abs(numbers.cast(pa.float64())), _EDGE)
    return float(pc.sum(inside).as_py() / column.sample)


def _projected(column: Column) -> float:
    numbers = column.matching(r"^\d{6,8}(?:\.\d+)?$", raw=True)
    if not len(numbers):
        return 0.0
    metres = numbers.cast(pa.float64())
    inside = pc.and_(pc.greater(metres, _NORTHING[0]), pc.less(metres, _NORTHING[1]))
    for low, high in _EASTINGS:
        inside = pc.or_(inside, pc.and_(pc.greater(metres, low), pc.less(metres, high)))
    return float(pc.sum(inside).as_py() / column.sample)
