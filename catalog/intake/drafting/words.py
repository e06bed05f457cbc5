"""The vocabulary of headings: which Chinese words have which English name, and what names engines reserve.

Data in ``words.yaml``; this module only loads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

FILE: Final = Path(__file__).with_name("words.yaml")
_WORD: Final = re.compile(r"^    ([\u4e00-\u9fff]+): ([a-z][a-z0-9_]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of headings and file names.

    Attributes:
        english: Chinese word → English name part.
        longest: length of the longest Chinese word.
        reserved: names some engine keeps for itself.
        subject_pattern: matches words of file names that name no place.
        form_pattern: matches words of names and titles that tell the kind of paper, not its subject.
        common: physical names of headings that tell no table from another.
        endings: ending of a heading → the one it stands for.
        beginnings: beginnings of headings that add nothing.
        frames: group headings that say nothing about the columns under them.
    """

    english: Mapping[str, str]
    longest: int
    reserved: frozenset[str]
    subject_pattern: re.Pattern[str]
    form_pattern: re.Pattern[str]
    common: frozenset[str]
    endings: Mapping[str, str]
    beginnings: tuple[str, ...]
    frames: frozenset[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    text = FILE.read_text(encoding="utf-8")
    start, end = text.index("\nwords:\n"), text.index("\nsubjects:\n")
    english = english_words(text[start:end])
    document: dict[str, Any] = YAML(typ="safe").load(text[:start] + text[end:])
    return Vocabulary(
        english=english,
        longest=max(map(len, english)),
        reserved=frozenset(document["reserved"]),
        subject_pattern=_any_of(document["subjects"]),
        form_pattern=_any_of(document["forms"]),
        common=frozenset(document["common"]),
        endings={str(e): str(group[0]) for group in document["endings"] for e in group},
        beginnings=tuple(map(str, document["beginnings"])),
        frames=frozenset(map(str, document["frames"])),
    )


def english_words(text: str) -> dict[str, str]:
    """Chinese word → English name part, of the lines ``    word: part`` of a text.

    The words are most of the file, and the YAML parser takes a quarter of a second for them.
    """
    return dict(_WORD.findall(text))


def _any_of(words: Sequence[object]) -> re.Pattern[str]:
    longest_first = sorted(map(str, words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
