"""What names and titles say two tables are about: the same, different things, or nothing.

Decides on words with the kind of paper (名单, 台账, 导出), period, area and copy marks taken off.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from functools import lru_cache
from typing import Final

from catalog.intake.drafting.filenames import subject_of
from catalog.intake.drafting.words import vocabulary

# Alike texts share this part of the words of the shorter one.
ALIKE_WORDS: Final = 0.5

_LABELLED = re.compile(r"^[^：:]{1,8}[：:]")
_NUMBERS = re.compile(r"(?<![a-z])\d{5,}|[（(【\[].*?[)）】\]]")


class Said(Enum):
    """What names and titles say of two tables."""

    SAME = "same"
    NOTHING = "nothing"
    OTHER = "other"


@lru_cache(maxsize=16384)
def core(text: str) -> str:
    """What a name or title is about, or nothing where it tells only the kind of paper.

    >>> core("城东街道低保发放明细表2024年3月"), core("数据导出(3)"), core("Sheet1")
    ('低保', '', '')
    """
    if _LABELLED.match(text):
        return ""
    bare = _NUMBERS.sub(" ", subject_of(text)).lower()
    bare = vocabulary().form_pattern.sub(" ", bare)
    parts = re.findall(r"[a-z]{2,}|[\u4e00-\u9fff]+", bare)
    parts = [p for p in parts if len(p) > 1]
    return " ".join(parts) if sum(map(len, parts)) >= 2 else ""


def said(one: Collection[str], other: Collection[str]) -> Said:
    """What the cores of two tables' names and titles say together."""
    if not one or not other:
        return Said.NOTHING
    return Said.SAME if any(alike(a, b) for a in one for b in other) else Said.OTHER


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two cores speak of the same thing.

    >>> alike("最低生活保障", "最低生活保障对象"), alike("低保", "高龄津贴")
    (True, False)
    """
    if one == other or one in other or other in one:
        return True
    mine, theirs = _words(one), _words(other)
    shared = len(mine & theirs)
    return shared >= 2 and shared >= ALIKE_WORDS * min(len(mine), len(theirs))


@lru_cache(maxsize=16384)
def _words(text: str) -> frozenset[str]:
    """Latin words and pairs of Chinese characters."""
    found = set(re.findall(r"[a-z]+", text))
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        found |= {run[i : i + 2] for i in range(len(run) - 1)}
    return frozenset(found)
