"""Physical names for printed headings, safe in every engine.

Decides the name from a vocabulary of common words; a heading with words it lacks is written in
Pinyin throughout, never half of each. The heading itself stays with the field as its business name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from catalog.intake.drafting.romanised import romanised
from catalog.intake.drafting.words import vocabulary
from catalog.intake.tables.headings import JOINT
from contracts.model import SAFE_NAME

# Longest physical name, characters: the shortest limit among the engines (PostgreSQL).
LENGTH: Final = 63

_PARENS = re.compile(r"[（(【\[][^（）()【】\[\]]*[)）】\]]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CHUNK = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+")
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
    short = _without_frames(_without_common_path(headings))
    taken: set[str] = set()
    out = []
    for place, heading in enumerate(short, 1):
        out.append(_free(_name(heading, place), taken))
        taken.add(out[-1])
    return tuple(out)


def safe(text: str, fallback: str) -> str:
    """A safe name for a table, schema or source, or ``fallback`` where there is nothing to name it by."""
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
    english = translated(bare)
    name = "_".join(english if english is not None else _spelt(bare)) or f"c{place:02d}"
    return _made_safe(name, place)


def translated(text: str) -> list[str] | None:
    """The English parts of a heading, or None where the vocabulary lacks a word of it.

    >>> translated("企业名称"), translated("PM2.5"), translated("耄耋")
    (['enterprise_name'], ['pm2', '5'], None)
    """
    parts: list[str] = []
    for chunk in _CHUNK.findall(text):
        if not _HAN.match(chunk):
            parts += _latin(chunk)
            continue
        words, whole = _translated(chunk)
        if not whole:
            return None
        parts += words
    return [p for p in parts if p]


def _spelt(text: str) -> list[str]:
    """Parts of a heading in Latin letters, Chinese as it sounds."""
    parts: list[str] = []
    for chunk in _CHUNK.findall(text):
        parts += romanised(chunk) if _HAN.match(chunk) else _latin(chunk)
    return [p for p in parts if p]


def _latin(chunk: str) -> list[str]:
    return [p.lower() for p in _CAMEL.split(chunk)]


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
    name = _shortened(re.sub(r"_+", "_", name).strip("_"))
    if name and name[0].isdigit():
        name = f"c_{name}"[:LENGTH]
    if name in vocabulary().reserved:
        name += "_"
    return name if SAFE_NAME.match(name) else f"c{place:02d}"


def _shortened(name: str) -> str:
    """A name within the limit, cut between two words where that leaves most of it."""
    if len(name) <= LENGTH:
        return name
    cut = name[:LENGTH]
    whole = cut.rpartition("_")[0]
    return (whole if len(whole) > LENGTH // 2 else cut).rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        tail = f"_{number}"
        candidate = name[: LENGTH - len(tail)].rstrip("_") + tail
        number += 1
    return candidate


def _without_frames(headings: Sequence[str]) -> list[str]:
    """Headings without a group that says nothing (基本信息/姓名), where that leaves them distinct."""
    frames = tuple(f"{frame}{JOINT}" for frame in vocabulary().frames)
    short = [h.split(JOINT, 1)[1] if h.startswith(frames) else h for h in headings]
    return [s if short.count(s) == 1 else h for s, h in zip(short, headings, strict=True)]


def _without_common_path(headings: Sequence[str]) -> list[str]:
    """Dotted headings without the object most of them lie in, where that leaves them distinct."""
    tops = [h.split(".")[0] for h in headings if "." in h and not h.startswith("#")]
    common = max(set(tops), key=tops.count, default="") if tops else ""
    if tops.count(common) * 2 < len(headings):
        return list(headings)
    short = [h.removeprefix(f"{common}.") for h in headings]
    return [s if short.count(s) == 1 else h for s, h in zip(short, headings, strict=True)]
