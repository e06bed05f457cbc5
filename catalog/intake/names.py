"""Physical names for printed headings, safe in every engine.

Decides the name from a vocabulary of common words; a heading with unknown words keeps its place
(``c05``), never a transliteration nobody can read. The heading itself stays with the field as its
business name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from catalog.intake.words import vocabulary
from contracts.model import SAFE_NAME

# Longest physical name, characters: the shortest limit among the engines (PostgreSQL).
LENGTH: Final = 63

_PARENS = re.compile(r"[（(【\[][^（）()【】\[\]]*[)）】\]]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_YEAR = re.compile(r"^((?:19|20)\d\d)年?$")
_YEAR_MONTH = re.compile(r"^((?:19|20)\d\d)[年./-](\d{1,2})月?$")
_MONTH = re.compile(r"^(\d{1,2})月(?:份)?$")
_MONTH_DAY = re.compile(r"^(\d{1,2})月(\d{1,2})日$")
_QUARTER = re.compile(r"^(?:((?:19|20)\d\d)年?)?第?([一二三四1-4])季度$")


def physical(headings: Sequence[str]) -> tuple[str, ...]:
    """One safe, unique name per heading.

    Args:
        headings: as printed.

    Returns:
        Names that :data:`contracts.model.SAFE_NAME` accepts, in the same order.

    >>> physical(["序号", "学校名称", "PM2.5", "2024年", "cityCode", "#6", "序号"])
    ('seq', 'school_name', 'pm2_5', 'y2024', 'city_code', 'c06', 'seq_2')
    """
    short = _without_common_path(headings)
    taken: set[str] = set()
    out = []
    for place, heading in enumerate(short, 1):
        out.append(_free(_name(heading, place), taken))
        taken.add(out[-1])
    return tuple(out)


def safe(text: str, fallback: str) -> str:
    """A safe name for a table, schema or source, or ``fallback`` where the words are unknown."""
    name = _name(text, 0)
    return fallback if re.fullmatch(r"c\d+", name) else name


def snake(heading: str) -> str:
    """A heading in lower case, words of Latin script parted by underscores.

    >>> snake("cityCode"), snake("Unique Key"), snake("properties.stationcode")
    ('city_code', 'unique_key', 'properties_stationcode')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", heading)
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "_", parted.lower()).strip("_")


def _name(heading: str, place: int) -> str:
    text = heading.replace("#", " ").strip()
    periods = _period(text)
    if periods:
        return periods
    if heading.startswith("#"):
        return f"c{place:02d}"
    bare = _PARENS.sub("", text) or text
    parts = []
    known = True
    for chunk in re.findall(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+", bare):
        if _HAN.match(chunk):
            words, whole = _translated(chunk)
            parts += words
            known = known and whole
        else:
            parts += [p.lower() for p in _CAMEL.split(chunk)]
    name = "_".join(p for p in parts if p)
    if not name or not known:
        name = f"c{place:02d}" + (f"_{parts[-1]}" if parts and known is False and _ends_known(bare) else "")
    return _made_safe(name, place)


def _translated(run: str) -> tuple[list[str], bool]:
    """English parts of a run of Chinese by longest match, and whether all of it was known."""
    words, english, longest = [], vocabulary().english, vocabulary().longest
    whole, i = True, 0
    while i < len(run):
        for size in range(min(longest, len(run) - i), 0, -1):
            found = english.get(run[i : i + size])
            if found:
                words.append(found)
                i += size
                break
        else:
            whole = False
            i += 1
    return words, whole


def _ends_known(text: str) -> bool:
    """Whether a heading ends in a known word of two characters or more (…日期, …金额)."""
    runs = re.findall(r"[\u4e00-\u9fff]+", text)
    if not runs:
        return False
    return any(runs[-1][-n:] in vocabulary().english for n in (2, 3, 4))


def _period(text: str) -> str | None:
    if m := _YEAR.match(text):
        return f"y{m[1]}"
    if m := _YEAR_MONTH.match(text):
        return f"m{m[1]}_{int(m[2]):02d}"
    if m := _MONTH.match(text):
        return f"m{int(m[1]):02d}"
    if m := _MONTH_DAY.match(text):
        return f"d{int(m[1]):02d}_{int(m[2]):02d}"
    if m := _QUARTER.match(text):
        number = "一二三四".find(m[2]) + 1 or int(m[2])
        return f"q{m[1]}_{number}" if m[1] else f"q{number}"
    return None


def _made_safe(name: str, place: int) -> str:
    name = re.sub(r"_+", "_", name).strip("_")[:LENGTH].rstrip("_")
    if name and name[0].isdigit():
        name = f"c_{name}"[:LENGTH]
    if name in vocabulary().reserved:
        name += "_"
    return name if SAFE_NAME.match(name) else f"c{place:02d}"


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        tail = f"_{number}"
        candidate = name[: LENGTH - len(tail)].rstrip("_") + tail
        number += 1
    return candidate


def _without_common_path(headings: Sequence[str]) -> list[str]:
    """Dotted headings without the object most of them lie in, where that leaves them distinct."""
    tops = [h.split(".")[0] for h in headings if "." in h and not h.startswith("#")]
    common = max(set(tops), key=tops.count, default="") if tops else ""
    if tops.count(common) * 2 < len(headings):
        return list(headings)
    short = [h.removeprefix(f"{common}.") for h in headings]
    return [s if short.count(s) == 1 else h for s, h in zip(short, headings, strict=True)]
