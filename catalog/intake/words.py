"""The vocabulary of headings: which Chinese words have which English name, and what names engines reserve.

Data in ``words.yaml``; this module only loads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of headings and file names.

    Attributes:
        english: Chinese word → English name part.
        longest: length of the longest Chinese word.
        reserved: names some engine keeps for itself.
        subject_pattern: matches words of file names that name no place.
    """

    english: Mapping[str, str]
    longest: int
    reserved: frozenset[str]
    subject_pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    document: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("words.yaml"))
    english = {str(k): str(v) for group in document["words"].values() for k, v in group.items()}
    subjects = sorted(map(str, document["subjects"]), key=len, reverse=True)
    return Vocabulary(
        english=english,
        longest=max(map(len, english)),
        reserved=frozenset(document["reserved"]),
        subject_pattern=re.compile("|".join(map(re.escape, subjects))),
    )
