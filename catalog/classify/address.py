"""Postal addresses 地址: divisions in their order, down to a street or village and a number.

Names of provinces and prefectures are known (``detectors.yaml``), lower divisions by their endings. A name
of a division alone is no address, and what ends like a firm is a firm.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, scoring, vocabulary
from catalog.classify.support import Support

_NUMBER: Final = r"[\d一二三四五六七八九十百]+"
# Down to the door: what an address has and the name of a division or an office lacks.
_FULL: Final = (
    r"(?:镇|乡|街道|路|街|大道|巷|弄|胡同|村|社区|小区|花园|苑|新村|里|大厦|广场|园区|屯|庄)"
    rf".{{0,25}}?{_NUMBER}\s*-?[\dA-Za-z]*(?:号|栋|幢|楼|单元|室|组|弄|座|层|户|队)"
)
_DASHED: Final = (
    r"(?:路|街|大道|巷|弄|村|小区|花园|苑)\d+(?:-\d+){1,3}$"
    # Building, staircase and door behind any name: 怡景湾3-1-2085, 铁路宿舍27幢4单元2102室.
    r"|^\p{Han}{2,12}\d{1,3}(?:-\d{1,2})?-\d{3,4}$"
    r"|^\p{Han}{2,20}\d{1,4}(?:号楼|幢|栋|座|#)(?:\d{1,2}(?:单元|门|梯))?\d{3,4}(?:室|房|户)?$"
)
_PLACE: Final = (
    r"(?:省|市|区|县|旗|镇|乡|街道|州).{0,25}?"
    r"(?:路|街|大道|巷|村|社区|小区|号|组|街道|镇|乡|苑|花园|园|大厦|广场)"
)
# Where two streets meet, or what lies beside one: 青年弄与育才街交叉口, 花园街以南.
_CROSSING: Final = (
    r"(?:路|街|道|巷|弄|线|国道|高速).{0,12}(?:路口|交叉口|交汇处|交界处|口$|以[东南西北]|[东南西北]侧|附近|旁$|对面|段$|\d+米)"
    r"|(?:村|镇|乡|社区).{0,12}(?:路口|附近|旁$|对面|[东南西北]侧)"
)
_DOOR: Final = r"^\d{1,3}(?:-|#|栋|幢|号楼)\d{1,2}(?:-|单元)\d{2,4}室?$"
_MASKED: Final = r"(?:省|市|区|县|镇|乡|街道|路|街|村).{0,12}[*＊]{2,}"
_ENGLISH: Final = (
    r"(?i:^(?:no\.?|room|rm\.?|flat|unit|building|\d+).{0,60}"
    r"\b(?:road|rd\.?|street|st\.?|avenue|ave\.?|district|lane)\b)"
)


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for postal addresses."""
    if not column.is_text or column.longest < 6:
        return None
    firms = rf"(?:{vocabulary('organisations')['endings']})$"
    full = column.matching(rf"{_FULL}|{_DASHED}", raw=True)
    firm_like = (pc.sum(pc.match_substring_regex(full, firms)).as_py() or 0) if len(full) else 0
    whole = (len(full) - firm_like) / column.sample
    place = column.share_of(rf"{_PLACE}|{_MASKED}|{_ENGLISH}|{_known()}")
    details = {"with_number_share": round(whole, 3), "division_share": round(place, 3)}
    if column.meaning.strength(kind.name) >= scoring().contained:
        crossing = column.share_of(rf"{_CROSSING}|{_PLACE}|{_FULL}|{_DOOR}")
        return Support(max(whole, place, crossing, len(full) / column.sample), details)
    usual = sorted(map(len, column.probe_texts))[len(column.probe_texts) // 2]
    divided = column.share_of(rf"{_known()}|{_PLACE}")
    if usual > 60 or not whole or (divided < column.limits.share_with_name and usual > 30):
        return None
    return Support(whole, details)


@cache
def _known() -> str:
    """A value that begins with a province or a prefecture and goes on to a smaller place."""
    divisions = vocabulary("divisions")
    provinces = "|".join(divisions["provinces"])
    status = "省|市|自治区|壮族自治区|回族自治区|维吾尔自治区"
    return rf"^(?:中国)?(?:{provinces})(?:{status})?\p{{Han}}{{1,12}}(?:市|区|县|旗|州).{{2,}}"
