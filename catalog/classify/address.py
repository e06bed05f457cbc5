"""Postal addresses 地址: division words in their order, down to a street or village and a number."""

from __future__ import annotations

import re
from typing import Final

from catalog.classify.column import Column
from catalog.classify.finding import Evidence

_NAME: Final = re.compile(r"地址|住址|住所|坐落|位置|居住地|address|(^|_)addr|dizhi|residence|(^|_)dz$", re.I)
# Down to the door: what an address has and the name of a division or an office lacks.
_FULL: Final = r"(?:镇|乡|街道|路|街|大道|巷|弄|胡同|村|社区|小区).{0,25}\d+(?:号|栋|幢|楼|单元|室|组|弄)"
_PLACE: Final = r"(?:省|市|区|县|旗|镇|乡|街道).{0,25}(?:路|街|大道|巷|村|社区|小区|号|组)"


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds postal addresses."""
    if not column.is_text or column.longest < 6:
        return None
    named = column.named(_NAME)
    full = column.share_of(_FULL)
    place = column.share_of(_PLACE)
    share = max(full, place) if named else full
    if not column.enough(share, named=named):
        return None
    return Evidence("address", column.sample, share, named, {"with_number_share": round(full, 3)})
