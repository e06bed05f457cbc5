"""Chinese in Latin letters, word by word, for physical names no vocabulary translates.

Decides where one word ends and the next begins: at the words of the vocabulary, and in pairs of
characters between them, which most Chinese words are. The same text always gives the same letters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from catalog.intake.drafting.words import vocabulary

# Characters of a usual Chinese word.
_WORD: Final = 2


@lru_cache(maxsize=4096)
def romanised(run: str) -> tuple[str, ...]:
    """The words of a run of Chinese in Pinyin without tones.

    >>> romanised("人口基本信息"), romanised("重庆市")
    (('renkou', 'jiben', 'xinxi'), ('chongqing', 'shi'))
    """
    from pypinyin import lazy_pinyin  # half a second to load: only where a word is unknown

    letters = lazy_pinyin(run, errors="ignore")
    if len(letters) != len(run):  # a rare character has no sound: each by itself
        letters = ["".join(lazy_pinyin(character, errors="ignore")) for character in run]
    words, place = [], 0
    for size in _sizes(run):
        words.append("".join(letters[place : place + size]).replace("ü", "v"))
        place += size
    return tuple(w for w in words if w)


def _sizes(run: str) -> list[int]:
    """Lengths of the words a run is cut into."""
    known, longest = vocabulary().english, vocabulary().longest
    sizes: list[int] = []
    place = loose = 0
    while place < len(run):
        found = next(
            (n for n in range(min(longest, len(run) - place), 1, -1) if run[place : place + n] in known), 0
        )
        if found:
            sizes += [*_pairs(loose), found]
            loose, place = 0, place + found
        else:
            loose, place = loose + 1, place + 1
    return sizes + _pairs(loose)


def _pairs(loose: int) -> list[int]:
    return [_WORD] * (loose // _WORD) + [1] * (loose % _WORD)
