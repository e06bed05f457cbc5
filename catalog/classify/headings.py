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
from catalog.classify.lexicon import Found, abbreviated, behind, chinese, latin, romanised
from catalog.classify.roots import rooted

# Numbers of data elements of health, WS 363: DE02.01.039.00.
_ELEMENT: Final = re.compile(r"de\d\d[._]\d\d[._]\d{3}[._]\d\d")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR: Final = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
# Remarks in brackets, and decorations that say nothing: numbering, 必填.
_BRACKETS: Final = re.compile(r"[(（\[【<《](.*?)[)）\]】>》]")
_DECORATION: Final = re.compile(
    r"(?:[*#:：、，。\s\d_①-⑩¥￥]|必填|选填|一|二|三|信息|值|字段|内容|文本|脱敏|原始|加密|明文)+$"
)
_LETTERS: Final = re.compile(r"(?<![0-9a-z])[a-z][0-9a-z]+$")
_LEADING: Final = re.compile(r"^[*#\s\d.、_①-⑩]+")
# English words and initials of fewer letters than these count only at the end.
_LONG: Final = 3
# Initials of so many letters are looked for at the end of a word without vowels.
_INITIALS: Final = 3
# Two letters that end many headings, and whose values must tell the kind: names, degrees.
_PAIRS: Final = frozenset({"xm", "jd", "wd"})
# English words of so many letters are looked for at the end of a word: vbirth, rdpassport.
_GLUED: Final = 5
# Parts of a heading shorter than this are no headings.
_PART: Final = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading says.

    Attributes:
        kinds: kind → strength, 0–1.
        other: it means something that is none of the kinds.
        words: the normalised heading.
        roots: kinds of which the heading holds a root only; values or the table must agree.
    """

    kinds: Mapping[str, float] = field(default_factory=dict)
    other: bool = False
    words: str = ""
    roots: frozenset[str] = frozenset()

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
    roots = frozenset(kind for each in read for kind in each.roots)
    return Meaning(MappingProxyType(strengths), other, " ".join(each.words for each in read), roots)


@lru_cache(maxsize=4096)
def _read(heading: str) -> Meaning:
    text = unicodedata.normalize("NFKC", heading).strip()
    plain = _LEADING.sub("", _DECORATION.sub("", _BRACKETS.sub("", text))) or text
    # Codes of standards end in digits (AAC003); a number behind another heading counts columns.
    element = _ELEMENT.match(text.lower())
    code = latin().get(_SEPARATOR.sub("", element[0] if element else text.lower()))
    found = dict(code) if code else _reading(plain)
    remarks = [remark for remark in _BRACKETS.findall(text) if len(remark) >= _PART]
    if remarks and not code and max(_known(found).values(), default=0.0) < scoring().initials:
        found = _with_remarks(text, found, remarks)
    words = _joined(plain)
    other = NONE in found and found[NONE] >= max(found.values()) and words not in _generic()
    whole = _joined(text)
    told = {kind: s for kind, s in _known(found).items() if not _unlike(kinds()[kind], whole, plain)}
    if "mobile" in told and re.search(kinds()["landline"].text("also"), words):
        told.setdefault("landline", told["mobile"])
    known = code or max(told.values(), default=0.0) >= scoring().initials or _named_none(words)
    roots = {} if known else rooted(words)
    roots = {kind: s for kind, s in roots.items() if not _unlike(kinds()[kind], whole, plain)}
    if roots:
        told, other = {**told, **{kind: max(s, told.get(kind, 0.0)) for kind, s in roots.items()}}, False
    return Meaning(MappingProxyType(told), other, whole, frozenset(roots))


def _named_none(words: str) -> bool:
    """Whether a heading is, whole, a known name of something that is none of the kinds."""
    plain = words.replace("_", "")
    return any(set(known.get(plain, {})) == {NONE} for known in (chinese(), latin()))


def normalised(text: str) -> str:
    """A heading or a title as words are looked for in it: half width, lower case, parts joined by ``_``."""
    return _joined(unicodedata.normalize("NFKC", text).strip())


def _joined(text: str) -> str:
    return _SEPARATOR.sub("_", _CAMEL.sub("_", text).lower()).strip("_")


def _known(found: Found) -> dict[str, float]:
    return {kind: strength for kind, strength in found.items() if kind != NONE}


def _unlike(kind: Kind, words: str, plain: str) -> bool:
    return plain not in kind.every_word and any(word in words for word in kind.unlike)


def _with_remarks(text: str, found: Found, remarks: list[str]) -> dict[str, float]:
    """What a heading says whose remark in brackets tells more than the rest: 通行证(回乡)."""
    whole = chinese().get(re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", text.lower()))
    if whole:
        return dict(whole)
    told = dict(found)
    for remark in remarks:
        for kind, strength in _known(_reading(remark)).items():
            told[kind] = max(told.get(kind, 0.0), strength * scoring().initials)
    return told


def _reading(plain: str) -> dict[str, float]:
    """Kinds of a heading without its brackets; of one that joins two, those of both."""
    words = _joined(plain)
    if not _HAN.search(words):
        return _latin(words)
    lowered = plain.lower()
    joined = words.replace("_", "")
    if joined.startswith(("是否", "有无")):
        flagged = {k: s for k, s in _known(_chinese(joined)).items() if kinds()[k].rest.get("flags")}
        return flagged or {NONE: 1.0}
    if joined in chinese():
        return dict(chinese()[joined])
    parts = [_SEPARATOR.sub("", part) for part in behind().joins.split(lowered)]
    if len(parts) == 1 or any(len(part) < _PART and not _HAN.search(part) for part in parts):
        return _chinese(joined)
    if min(map(len, parts)) < _PART and not any(sign in lowered for sign in "/、&+|"):
        return _chinese(joined)
    told: dict[str, float] = {}
    for part in parts:
        for kind, strength in (_chinese(part) if _HAN.search(part) else _latin(part)).items():
            told[kind] = max(told.get(kind, 0.0), strength)
    return _known(told) or told


def _chinese(joined: str) -> dict[str, float]:
    """Kinds of the known word that ends last; weaker where words follow it that may change its meaning."""
    joined = behind().units.sub("", joined) or joined
    if letters := _LETTERS.search(joined):
        if abbreviated := latin().get(letters[0]):
            return dict(abbreviated)
        if (stem := joined[: letters.start()]) in chinese():
            return dict(chinese()[stem])
    best, end = _last(joined)
    whole = end == len(joined)
    if whole and set(best) != {NONE}:
        return dict(best)
    if joined not in chinese() or set(chinese()[joined]) != {NONE}:
        for tail, numbers in ((behind().anything, False), (behind().numbers, True)):
            stem = tail.sub("", joined)
            if not stem or len(stem) == len(joined):
                continue
            kept = _known(_chinese(stem))
            if numbers:
                kept = {kind: s for kind, s in kept.items() if kind in behind().numbered}
            if max(kept.values(), default=0.0) >= scoring().initials:
                return kept
    stem = behind().codes.sub("", joined)
    if stem and len(stem) < len(joined):
        coded = _coded(_chinese(stem))
        if coded:
            return coded
    if whole:
        return dict(best)
    return {kind: strength * scoring().contained for kind, strength in best.items()}


def _last(joined: str) -> tuple[Found, int]:
    """What the known word says that ends last, the longest of them, and where it ends."""
    known = chinese()
    for end in range(len(joined), 0, -1):
        for first in range(end):
            found = known.get(joined[first:end])
            if found:
                return found, end
    return {}, 0


def _coded(found: Found) -> dict[str, float]:
    """Of the kinds of a heading's stem those that keep their meaning before 代码, 名称 or 情况."""
    kept = {kind: s for kind, s in _known(found).items() if kinds()[kind].rest.get("coded")}
    return {kind: s * scoring().initials for kind, s in kept.items() if s >= scoring().initials}


@cache
def _generic() -> frozenset[str]:
    return frozenset(word.lower() for word in kinds()[NONE].listed("generic"))


def _latin(words: str) -> dict[str, float]:
    """Kinds of the English words or initials that end last, or of what stands before code or name."""
    tokens = [token.strip("0123456789") or token for token in words.split("_") if token]
    while len(tokens) > 1 and (tokens[-1] in behind().latin[0] or tokens[-1].isdigit()):
        if "".join(tokens) in latin() or "".join(tokens[-2:]) in latin():
            break
        tokens.pop()
    found, first, end = _last_tokens(tokens)
    if set(found) == {NONE} and first and tokens[end - 1] in behind().latin[1] | behind().latin[2]:
        stem = _latin("_".join(tokens[:first]))
        last = tokens[end - 1]
        numbers = {k: s for k, s in _known(stem).items() if k in behind().numbered}
        if last in behind().latin[1] and numbers and max(numbers.values()) >= scoring().initials:
            return numbers
        if last in behind().latin[2] and (coded := _coded(stem)):
            return coded
    return _weakened(dict(found), tokens[end:])


def _weakened(found: dict[str, float], rest: list[str]) -> dict[str, float]:
    """What is left of the kinds of a word behind which other tokens stand."""
    if not rest or not found:
        return found
    if all(token in behind().latin[2] for token in rest):
        return {k: s * scoring().initials for k, s in found.items() if k == NONE or k in _coded(found)} or {
            k: s * scoring().contained for k, s in found.items()
        }
    short = len(rest) == 1 and len(rest[0]) <= _LONG + 1
    part = scoring().hint if short else scoring().contained
    return {kind: strength * part for kind, strength in found.items()}


def _last_tokens(tokens: list[str]) -> tuple[Found, int, int]:
    """The known words, pinyin or initials that end last: what they say, from where and to where."""
    for end in range(len(tokens), 0, -1):
        last = end == len(tokens)
        for known in (latin(), romanised()):
            for first in range(end):
                word = "".join(tokens[first:end])
                if (last or len(word) >= _LONG) and (found := known.get(word)):
                    return found, first, end
        found = abbreviated().get(tokens[end - 1], {})
        if not found and (last or len(tokens[end - 1]) > _LONG):
            found = _suffix(tokens[end - 1])
        if found:
            return found, end - 1, end
    return {}, 0, 0


def _suffix(token: str) -> Found:
    """Kinds of the longest known initials or pinyin a word ends in (``jsrsfzh``, ``yezhudianhua``)."""
    least = _INITIALS if not re.search(r"[aeiou]", token) else _INITIALS + 2
    for first in range(1, len(token) - 1):
        word = token[first:]
        if len(word) < least and word not in _PAIRS:
            break
        found = latin().get(word) if least == _INITIALS else romanised().get(word)
        if not found and len(word) >= _GLUED:
            found = {k: s for k, s in latin().get(word, {}).items() if k != NONE}
        if found and len(word) == _INITIALS:
            # Three letters end many words: values must tell the kind by themselves.
            found = {k: s for k, s in found.items() if k != NONE and kinds()[k].alone >= scoring().least}
        if found:
            return {kind: strength * scoring().initials for kind, strength in found.items()}
    return {}
