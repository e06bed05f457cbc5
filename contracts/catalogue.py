"""What the catalogue entry of a dataset says: who provides it, how it is shared, what it belongs to.

Decides which values those are. Codes the ledger gives are :mod:`catalog.numbering`'s; which of the
thirteen core items stands where is data (:mod:`contracts.core_items`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.errors import ContractError
from contracts.vocabulary import FormatCategory, ShareMethod, ShareType

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Party:
    """A department, authority, operator or grass-roots body.

    Attributes:
        name: as on its seal.
        code: unified social credit code (GB 32100).
        office: the unit inside it that answers for the data 内部部门.
    """

    name: str
    code: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Sharing:
    """How other departments may have the dataset 共享属性.

    Attributes:
        type: 共享类型.
        condition: 共享条件, where the type is conditional.
        basis: the law or policy cited (needed unless unconditional).
        methods: ways it is handed over 共享方式, in order of preference.
        reason: why it is shared under conditions only.
        scope: who may have it 共享范围.
        use: what they may use it for 用途.
    """

    type: ShareType = ShareType.CONDITIONAL
    condition: str = ""
    basis: str = ""
    methods: tuple[ShareMethod, ...] = ()
    reason: str = ""
    scope: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class ResourceFormat:
    """信息资源格式: category and, within it, the type as people write it (``xlsx``, ``KingbaseES``)."""

    category: FormatCategory
    type: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Core items 核心元数据 that nothing else in a contract says.

    Attributes:
        code: 信息资源代码 another catalogue has given the resource; the ledger's own is given there.
        format: 信息资源格式, where the layouts do not say it.
        published: 发布日期 in the catalogue the code is of, ``YYYY-MM-DD``.
        related: 关联资源代码, codes of resources it belongs with.
    """

    code: str = ""
    format: ResourceFormat | None = None
    published: str = ""
    related: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.published and not is_day(self.published):
            raise ContractError("is no day", remedy="write it as YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Join:
    """A join a query may make: ``field`` of this dataset equals ``other`` of ``dataset``."""

    field: str
    dataset: str
    other: str


@dataclass(frozen=True, slots=True)
class Area:
    """How a row is attributed to an area 属地: a column that holds a region code."""

    field: str
    meaning: str = "residence"  # residence, registration or workplace


def is_day(text: str) -> bool:
    """Whether a text is a day, ``YYYY-MM-DD``."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None
