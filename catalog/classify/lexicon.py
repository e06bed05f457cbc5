"""The words of headings, from the rule files, in the forms headings are looked up in.

Gives dictionaries: Chinese words, English words and initials, full pinyin and initials derived from Chinese,
and what may stand behind a word without changing its meaning. Decides nothing of a heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from catalog.classify.kinds import NONE, Kind, kinds, listing, scoring, vocabulary
from catalog.classify.pinyin import syllables

Found = Mapping[str, float]
# Shortest word whose initials are taken, of the kinds' own words and of the further ones.
_INITIALS_FROM: Final = 3
_FURTHER_INITIALS_FROM: Final = 4
# Full pinyin of further words is taken from so many letters on, and is sure from so many: shorter ones are
# English words too.
_FULL_FROM, _SURE_FROM = 6, 8
# Kinds whose heading may decide alone, and abbreviations too short for that.
_OPEN: Final = frozenset({"medical", "criminal_record", "religion"})
_SHORT: Final = 2
# Letters from which the beginning of an English word, and one without its vowels, abbreviate it.
_PREFIX_FROM, _BARE_FROM = 4, 4


@dataclass(frozen=True, slots=True)
class Behind:
    """What may stand behind a word of a heading.

    Attributes:
        anything: behind the words of every kind.
        numbers: behind those of kinds that are numbers.
        codes: behind those of kinds whose codes, names and descriptions say the same.
        units: units and systems at the end of a heading.
        joins: what parts two headings in one.
        numbered: the kinds that are numbers.
        latin: the same behind English words and initials: of every kind, numbers, codes.
    """

    anything: re.Pattern[str]
    numbers: re.Pattern[str]
    codes: re.Pattern[str]
    units: re.Pattern[str]
    joins: re.Pattern[str]
    numbered: frozenset[str]
    latin: tuple[frozenset[str], frozenset[str], frozenset[str]]


@cache
def behind() -> Behind:
    """What may stand behind a word; see the row ``qualifiers`` of ``headings.yaml``."""
    row = vocabulary("qualifiers", "headings")
    tails = [re.compile(f"{row[name]}$") for name in ("behind", "behind_numbers", "behind_codes")]
    latin = [
        frozenset(listing(row[name]))
        for name in ("latin_behind", "latin_behind_numbers", "latin_behind_codes")
    ]
    return Behind(
        tails[0],
        tails[1],
        tails[2],
        re.compile(row["units"]),
        re.compile(row["joins"]),
        frozenset(row["numbers"]),
        (latin[0], latin[1], latin[2]),
    )


@cache
def chinese() -> Mapping[str, Found]:
    """Chinese word → kind → strength."""
    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        for strength, words in ((1.0, kind.every_word), (scoring().hint, kind.hints)):
            for word in words:
                if not word.isascii():
                    made.setdefault(_plain(word), {}).setdefault(kind.name, strength)
    return made


@cache
def latin() -> Mapping[str, Found]:
    """English word or initials, joined → kind → strength."""
    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        words = (*kind.latin, *(word for word in kind.every_word if word.isascii()))
        for word in map(_plain, words):
            # Two letters mean many things: where the heading may decide alone, values must agree.
            short = kind.name in _OPEN and len(word) <= _SHORT
            made.setdefault(word, {})[kind.name] = scoring().hint if short else 1.0
        for word in kind.hints:
            if word.isascii():
                made.setdefault(_plain(word), {}).setdefault(kind.name, scoring().hint)
    return made


@cache
def romanised() -> Mapping[str, Found]:
    """Full pinyin and initials of every Chinese word → kind → strength."""
    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        for word in kind.every_word:
            _romanise(made, kind, syllables(_plain(word)), further=word not in kind.words)
        for word in kind.initials:
            short = "".join(syllable[0] for syllable in syllables(_plain(word)))
            made.setdefault(short, {})[kind.name] = scoring().initials
    return made


def _romanise(made: dict[str, dict[str, float]], kind: Kind, syllables: list[str], *, further: bool) -> None:
    full = "".join(syllables)
    if not further:
        made.setdefault(full, {})[kind.name] = 1.0
    elif len(full) >= _FULL_FROM:
        sure = len(full) >= _SURE_FROM
        made.setdefault(full, {}).setdefault(kind.name, scoring().initials if sure else scoring().hint)
    if further and kind.name == NONE:
        return
    if len(syllables) >= (_FURTHER_INITIALS_FROM if further else _INITIALS_FROM):
        initials = "".join(syllable[0] for syllable in syllables)
        strength = scoring().hint if further else scoring().initials
        made.setdefault(initials, {}).setdefault(kind.name, strength)


def _plain(word: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", word.lower())


@cache
def abbreviated() -> Mapping[str, Found]:
    """Truncations of English words, and their forms without vowels → kind → strength.

    An abbreviation of words of several kinds, or of one that is none of the kinds, means nothing.
    """
    made: dict[str, set[str]] = {}
    for kind in kinds().values():
        for word in kind.stems:
            for short in _abbreviations(word):
                made.setdefault(short, set()).add(kind.name)
    return {
        short: {name: scoring().initials}
        for short, names in made.items()
        if len(names) == 1
        for name in names - {NONE}
    }


def _abbreviations(word: str) -> set[str]:
    """The word's beginnings of four letters or more, and what is left of it without vowels.

    >>> sorted(_abbreviations("income"))
    ['incm', 'inco', 'incom', 'income']
    """
    bare = word[0] + re.sub(r"[aeiou]", "", word[1:])
    bare = re.sub(r"(.)\1+", r"\1", bare)
    found = {word[:end] for end in range(_PREFIX_FROM, len(word) + 1)}
    found |= {bare[:end] for end in range(_BARE_FROM, len(bare) + 1)}
    return found
