"""What a heading says of a column: in Chinese, pinyin, initials or English.

Chinese and English compounds end in what they are about (联系人电话 is a telephone, 电话归属地 a place): of
all known words in a heading the one that ends last decides, and of those the longest. Decides nothing of
the values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from catalog.classify.kinds import NONE, Kind, kinds, scoring

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR: Final = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
# Remarks in brackets, and decorations that say nothing: numbering, 必填.
_BRACKETS: Final = re.compile(r"[(（\[【<《].*?[)）\]】>》]")
_DECORATION: Final = re.compile(
    r"(?:[*#:：、，。\s\d_]|必填|选填|一|二|三|信息|值|字段|内容|文本|脱敏|原始|加密|明文)+$"
)
# What may stand behind the word for a value that has a list of codes: code, name, description.
_TAIL: Final = re.compile(
    r"(?:代码|编码|编号|码|名称|名|描述|说明|情况|状况|类型|类别|种类|分类|等级|级别|程度|详情|结果|记录|标识|标志)+$"
)
_LATIN_TAILS: Final = re.compile(
    r"codes?|cd|desc|description|name|nm|type|kind|class|level|grade|te?xt|dm|mc|bm|ms|value"
)
# Behind an English heading these say how the values are written, not what they are.
_LATIN_DECORATION: Final = re.compile(
    r"mask(?:ed)?|hidden|desen|desensitized|tm|enc|encrypted|plain|raw|old|new|bak|str|val|cn|zh"
)
_LEADING: Final = re.compile(r"^[*#\s\d.、_]+")
# Shortest word whose initials are taken.
_INITIALS_FROM: Final = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading says.

    Attributes:
        kinds: kind → strength, 0–1.
        other: it means something that is none of the kinds.
        words: the normalised heading.
    """

    kinds: Mapping[str, float] = field(default_factory=dict)
    other: bool = False
    words: str = ""

    def strength(self, kind: str) -> float:
        """How clearly the heading means ``kind``, 0–1."""
        return self.kinds.get(kind, 0.0)

    @property
    def decided(self) -> bool:
        """Whether the heading clearly means one thing or another."""
        return self.other or max(self.kinds.values(), default=0.0) >= scoring().initials


def meaning(headings: Iterable[str]) -> Meaning:
    """What the headings of one column say together; the first that says something leads.

    >>> meaning(["联系人电话"]).strength("mobile")
    1.0
    >>> meaning(["电话归属地"]).other
    True
    """
    read = [_read(heading) for heading in headings if heading]
    strengths: dict[str, float] = {}
    for each in read:
        for kind, strength in each.kinds.items():
            strengths[kind] = max(strengths.get(kind, 0.0), strength)
    other = any(each.other for each in read) and not any(s >= scoring().hint for s in strengths.values())
    return Meaning(MappingProxyType(strengths), other, " ".join(each.words for each in read))


@lru_cache(maxsize=4096)
def _read(heading: str) -> Meaning:
    text = unicodedata.normalize("NFKC", heading).strip()
    plain = _LEADING.sub("", _DECORATION.sub("", _BRACKETS.sub("", text))) or text
    words = _SEPARATOR.sub("_", _CAMEL.sub("_", plain).lower()).strip("_")
    # Codes of standards end in digits (AAC003); a number behind another heading counts columns.
    code = _latin_words().get(_SEPARATOR.sub("", text.lower()))
    found = dict(code) if code else _chinese(words) if _HAN.search(words) else _latin(words)
    other = NONE in found and found[NONE] >= max(found.values()) and words not in _generic()
    whole = _SEPARATOR.sub("_", _CAMEL.sub("_", text).lower()).strip("_")
    told = {kind: s for kind, s in found.items() if kind != NONE and not _unlike(kinds()[kind], whole, plain)}
    return Meaning(MappingProxyType(told), other, whole)


def _unlike(kind: Kind, words: str, plain: str) -> bool:
    return plain not in kind.words and any(word in words for word in kind.unlike)


def _chinese(words: str) -> dict[str, float]:
    """Kinds of the known word that ends last; weaker where unknown words follow it."""
    joined = words.replace("_", "")
    best: dict[str, float] = {}
    rank = (-1, 0)
    for word, meanings in _dictionary().items():
        place = joined.rfind(word)
        if place < 0 or (place + len(word), len(word)) < rank:
            continue
        end = place + len(word)
        rank = (end, len(word))
        part = 1.0 if end == len(joined) else scoring().contained
        best = {kind: strength * part for kind, strength in meanings.items()}
    if joined.startswith(("是否", "有无")):
        flagged = {kind: s for kind, s in best.items() if kind in kinds() and kinds()[kind].rest.get("flags")}
        return flagged or {NONE: 1.0}
    stem = _TAIL.sub("", joined)
    vague = set(best) == {NONE} or max(best.values(), default=0.0) <= scoring().contained
    if vague and 0 < len(stem) < len(joined):
        return _coded(_chinese(stem)) or best
    return best


def _coded(found: Mapping[str, float]) -> dict[str, float]:
    """Of the kinds of a heading's stem those that keep their meaning before 代码, 名称 or 情况."""
    kept = {kind: s for kind, s in found.items() if kind in kinds() and kinds()[kind].rest.get("coded")}
    return {kind: strength * scoring().initials for kind, strength in kept.items() if strength >= 1.0}


@cache
def _generic() -> frozenset[str]:
    return frozenset(word.lower() for word in kinds()[NONE].listed("generic"))


def _latin(words: str) -> dict[str, float]:
    """Kinds of the English words or initials a heading ends in, or of what stands before code or name."""
    tokens = [token.strip("0123456789") or token for token in words.split("_") if token]
    while len(tokens) > 1 and _LATIN_DECORATION.fullmatch(tokens[-1]):
        tokens.pop()
    found = _ending(tokens)
    if len(tokens) > 1 and _LATIN_TAILS.fullmatch(tokens[-1]) and not set(found) - {NONE}:
        return _coded(_ending(tokens[:-1])) or found
    return found


def _ending(tokens: list[str]) -> dict[str, float]:
    known = _latin_words()
    for first in range(len(tokens)):
        found = known.get("".join(tokens[first:]))
        if found:
            return dict(found)
    for first in range(len(tokens)):
        derived = _romanised().get("".join(tokens[first:]))
        if derived:
            return dict(derived)
    contained = [found for token in tokens[:-1] if len(token) > 2 and (found := known.get(token))]
    if contained:
        return {kind: strength * scoring().contained for kind, strength in contained[-1].items()}
    return _suffix(tokens[-1]) if tokens else {}


def _suffix(token: str) -> dict[str, float]:
    """Kinds of the longest known initials that a word without vowels ends in (``jsrsfzh``)."""
    if re.search(r"[aeiou]", token):
        return {}
    for first in range(1, len(token) - 1):
        found = _latin_words().get(token[first:])
        if found and (len(token) - first >= _INITIALS_FROM or token[first:] == "xm"):
            return {kind: strength * scoring().initials for kind, strength in found.items()}
    return {}


@cache
def _dictionary() -> Mapping[str, Mapping[str, float]]:
    """Chinese word → kind → strength."""
    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        for strength, words in ((1.0, kind.words), (scoring().hint, kind.hints)):
            for word in words:
                made.setdefault(word.lower(), {}).setdefault(kind.name, strength)
    return made


@cache
def _latin_words() -> Mapping[str, Mapping[str, float]]:
    """English word or initials, joined → kind → strength."""
    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        for word in kind.latin:
            made.setdefault(word.replace("_", "").lower(), {})[kind.name] = 1.0
        for strength, words in ((1.0, kind.words), (scoring().hint, kind.hints)):
            for word in words:
                if word.isascii():
                    made.setdefault(word.lower(), {}).setdefault(kind.name, strength)
    return made


@cache
def _romanised() -> Mapping[str, Mapping[str, float]]:
    """Full pinyin and initials of every Chinese word → kind → strength."""
    from pypinyin import lazy_pinyin  # half a second to load: only for headings without a Chinese character

    made: dict[str, dict[str, float]] = {}
    for kind in kinds().values():
        for word in kind.words:
            syllables = lazy_pinyin(word)
            made.setdefault("".join(syllables), {})[kind.name] = 1.0
            if len(syllables) >= _INITIALS_FROM:
                initials = "".join(syllable[0] for syllable in syllables)
                made.setdefault(initials, {}).setdefault(kind.name, scoring().initials)
    return made
