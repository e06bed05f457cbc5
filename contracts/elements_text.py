"""An entry of the element library read from its own plain layout, without a YAML parser.

The library's files are YAML, but the parser takes most of a second for them, and a draft needs them
all. Decides which lines have one reading only: ``key: value`` with a bare or simply quoted value, and
one text block under ``codes: |``. Any other line is not read here; :mod:`contracts.elements` then gives
the entry to the YAML parser, so that a file may use all of YAML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

_PAIR: Final = re.compile(r"    ([a-z_]+): (\S(?:.*\S)?)")
_CODES: Final = "    codes: |"
_INDENT: Final = "      "
# First characters and contents that mean something else than themselves in YAML.
_QUOTED: Final = re.compile(r'"([^"\\]*)"')
_BARE: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:(?!: | #).)*(?<!:)")
# Bare words that YAML 1.1 or 1.2 reads as something else than a text.
_WORDS: Final = re.compile(
    r"(?i:true|false|yes|no|on|off|y|n|null|~|\.inf|\.nan)|[+.\d][\d_.,:+\-xoA-Fa-fTZ ]*"
)
_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")


def plain_entry(text: str) -> dict[str, Any] | None:
    """The keys and values of an entry, or None where a line needs the YAML parser.

    Args:
        text: the lines of an entry after its code, each indented by four blanks.

    >>> plain_entry('    name: 姓名\\n    max_length: 50\\n')
    {'name': '姓名', 'max_length': 50}
    >>> plain_entry('    synonyms: [姓名, 名字]\\n') is None
    True
    """
    found: dict[str, Any] = {}
    lines = text.rstrip("\n").split("\n")
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if line == _CODES:
            start = at
            while at < len(lines) and lines[at].startswith(_INDENT) and lines[at][len(_INDENT)] > " ":
                at += 1
            key, value = "codes", "".join(f"{row[len(_INDENT) :]}\n" for row in lines[start:at])
        else:
            pair = _PAIR.fullmatch(line)
            if pair is None:
                return None
            key, value = pair[1], _KINDS.get(pair[1], _text)(pair[2])
        if value is None or value == "" or key in found:
            return None
        found[key] = value
    return found


def _text(given: str) -> str | None:
    quoted = _QUOTED.fullmatch(given)
    if quoted is not None:
        return quoted[1]
    return given if _BARE.fullmatch(given) and not _WORDS.fullmatch(given) else None


def _bound(given: str) -> int | float | str | None:
    if _WHOLE.fullmatch(given):
        return int(given)
    if _NUMBER.fullmatch(given):
        return float(given)
    quoted = _QUOTED.fullmatch(given)  # a day is a text
    return quoted[1] if quoted else None


def _truth(given: str) -> bool | None:
    return {"true": True, "false": False}.get(given)


_KINDS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType(
    dict.fromkeys(("min_length", "max_length", "minimum", "maximum", "grade", "confidence"), _bound)
    | {"personal": _truth, "sensitive": _truth}
)
