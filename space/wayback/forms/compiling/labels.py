"""What a label of a form says: its words, the unit it states, and whose value it asks for.

Decides spellings only (blanks within words, numbering, brackets). Which element a label is, is
:mod:`space.wayback.forms.compiling.binding`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from contracts.codes import to_half_width
from space.wayback.forms.compiling.words import Words

_NUMBER: Final = re.compile(
    r"^\s*(?:\d{1,2}(?:[\s.、．:]+|(?<=0\d))|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+[、.．])\s*"
)
_AMONG: Final = re.compile(r"^其中[:：]?")
_BRACKET: Final = re.compile(r"[（(【\[]([^（(【\[）)】\]]*)[)）】\]]")
_MARKS: Final = re.compile(r"[\s:：*＊★]+")
# A label longer than this is a sentence.
LONGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart.

    Attributes:
        text: its words as printed, without blanks within them.
        spellings: what it may be called, the likeliest first: without brackets, with what stands in them.
        unit: it states, e.g. ``万元``; empty where none.
        role: whose value, e.g. ``监护人``; empty for the subject's own.
        among: it counts part of what the label before it counts 其中.
    """

    text: str
    spellings: tuple[str, ...]
    unit: str = ""
    role: str = ""
    among: bool = False


def joined(text: str) -> str:
    """A text without the blanks that spread its words: ``姓    名`` is ``姓名``.

    >>> joined("与户主 关系：")
    '与户主关系'
    """
    return _MARKS.sub("", to_half_width(text))


def label(text: str, words: Words) -> Label:
    """Take a label apart.

    Args:
        text: as printed in the cell.
        words: of the day.
    """
    numberless = _NUMBER.sub("", text) or text
    plain = to_half_width(numberless)
    among = bool(_AMONG.match(joined_keeping(plain)))
    plain = _AMONG.sub("", plain.strip())
    insides = [joined(inside) for inside in _BRACKET.findall(plain)]
    unit = next((inside for inside in insides if inside in words.units), "")
    outside, whole = joined(_BRACKET.sub("", plain)), joined(re.sub(r"[（(【\[)）】\]]", "", plain))
    others = [inside for inside in insides if inside not in words.units and len(inside) > 1]
    spellings = tuple(dict.fromkeys(each for each in (outside, whole, *others) if each))
    text_said = joined(numberless)
    return Label(text_said, spellings or (text_said,), unit, _role(outside, words), among)


def joined_keeping(text: str) -> str:
    """A text without blanks, its marks kept."""
    return re.sub(r"\s+", "", text)


def without_role(spelling: str, words: Words) -> str:
    """A spelling without the words that say whose value it is, and without what may stand before a name.

    >>> # 申请人姓名 → 姓名, 监护人身份证号 → 身份证号
    """
    for role in (*words.roles["other"], *words.roles["subject"]):
        if spelling.startswith(role) and len(spelling) > len(role):
            return spelling[len(role) :].removeprefix("的")
    return spelling


def without_qualifier(spelling: str, words: Words) -> str:
    """A spelling without one word that may stand before a name: 现居住地址 → 居住地址."""
    for word in sorted(words.roles["before"], key=len, reverse=True):
        if spelling.startswith(word) and len(spelling) - len(word) >= 2:
            return spelling[len(word) :]
    return spelling


def _role(outside: str, words: Words) -> str:
    return next((role for role in words.roles["other"] if outside.startswith(role)), "")
