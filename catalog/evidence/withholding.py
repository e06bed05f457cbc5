"""Numbers of people in the free words of an entry: what of them is told.

Decides by form, not by check digit, as a number somebody mistyped names them as well: numbers of identity
cards with a day of birth in them, and mobile numbers; their middle is hidden. Names are told. The log
itself is not changed, nor what it is proved with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from policies.masking import Mask

_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# Written in one or in groups; within a code or a digest, which letters and digits make up, there is none.
_NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    rf"[1-9]\d{{5}}[ -]?(?:1[89]|20)\d{{2}}{_DAY}[ -]?\d{{3}}[\dXx]"
    rf"|[1-9]\d{{5}}[ -]?\d{{2}}{_DAY}[ -]?\d{{3}}"
    r"|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r")(?![0-9A-Za-z])",
    re.ASCII,
)
# Digits of full width are read as the others.
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
_MASK: Final = Mask(2, 2)


def masked(said: Any) -> Any:
    """What an entry says, plain JSON, with the middle of such numbers hidden.

    >>> masked({"reason": "为张三330102199001011234补登"})
    {'reason': '为张三33**************34补登'}
    """
    if isinstance(said, str):
        return _text(said)
    if isinstance(said, Mapping):
        return {_text(name): masked(value) for name, value in said.items()}
    return [masked(each) for each in said] if isinstance(said, list) else said


def _text(text: str) -> str:
    for found in _NUMBER.finditer(text.translate(_WIDE)):
        start, end = found.span()
        text = text[:start] + _MASK.apply(text[start:end]) + text[end:]
    return text
