"""What a column is like, in the words a learned model counts: heading's parts, shape of values, its table.

Decides which parts and shapes are told apart; what they say of the column is
:mod:`catalog.classify.presumption`'s. Values are looked at for their shape only: lengths, shares of digits
and characters, how many differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.classify.headings import Meaning
from catalog.classify.kinds import NONE
from catalog.classify.pinyin import syllables
from catalog.classify.topics import OF_PERSONS

# Traits of the other columns: more of them never make a column less likely to be sensitive.
RISING: Final = ("beside:", "persons", "children")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_HAN_SIGN: Final = re.compile(r"[\u4e00-\u9fff]")
_LETTER: Final = re.compile(r"[A-Za-z]")
_DIGIT: Final = re.compile(r"\d")
_DATE: Final = re.compile(r"^(?:19|20)\d\d[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?(?:[ T].*)?$")
NUMBER: Final = re.compile(r"^-?\d+(?:\.\d+)?$")
_FLAGS: Final = frozenset({"是", "否", "有", "无", "Y", "N", "0", "1", "T", "F"})
# What is told apart: mean lengths, shares of characters and of different values, counts, strengths.
_LENGTHS: Final = (1.01, 2.5, 4.5, 8, 12, 18.5, 30)
_SHARES: Final = (0.0, 0.3, 0.9)
_DIGITS: Final = (0.0, 0.3, 0.7, 0.99)
_DIFFERENT: Final = (0.1, 0.3, 0.6, 0.95)
_COUNTS: Final = (1, 2, 5, 12)
_STRENGTHS: Final = (0.5, 0.7, 0.9)
_SENSITIVE_BESIDE: Final = (1, 2, 3, 5, 9)
# So large a part of the values has the shape of the column.
_MOST: Final = 0.7
_ROUND: Final = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """A column as the rules saw it.

    Attributes:
        meaning: of its headings.
        texts: few of its values.
        kind: what the rules say it is; ``none`` where nothing.
        score: of that, 0–1.
        sensitive: whether they say that it is sensitive.
    """

    meaning: Meaning
    texts: Sequence[str]
    kind: str = NONE
    score: float = 0.0
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a column.

    Attributes:
        sensitive: kinds of the other columns that the rules call sensitive.
        topics: of the table.
        persons, children: what its rows are.
    """

    sensitive: tuple[str, ...]
    topics: frozenset[str]
    persons: bool
    children: bool

    @property
    def of_persons(self) -> bool:
        """Whether the rows are persons, or their topic is and something sensitive stands beside it."""
        return self.persons or bool(self.topics & OF_PERSONS and self.sensitive)


def of(column: Looked, around: Around) -> frozenset[str]:
    """Every trait of a column.

    Args:
        column: as the rules saw it.
        around: its table.
    """
    shape = of_values(tuple(column.texts))
    return of_heading(column.meaning.words) | shape | _found(column) | _beside(column, around, shape)


@lru_cache(maxsize=4096)
def of_heading(words: str) -> frozenset[str]:
    """Parts of a heading: characters with their neighbours, English words, initials.

    A Chinese heading has the initials of its pinyin as well, so that 诊断名称 and ``zdmc`` have parts in
    common.

    Args:
        words: the normalised heading, parts joined by ``_``, several headings by a space.
    """
    found: set[str] = set()
    for part in words.split():
        han = "".join(_HAN.findall(part))
        if han:
            found |= {f"h:{sign}" for sign in han} | _grams(f"^{han}$", (2, 3), "h:")
            found |= _grams("^" + "".join(each[0] for each in syllables(han)) + "$", (3, 4), "l:")
        tokens = [each.strip("0123456789") or each for each in _HAN.sub("_", part).split("_") if each]
        for token in tokens:
            found.add(f"t:{token}")
            found |= _grams(f"^{token}$", (3, 4), "l:")
        if tokens and not han:
            found |= {f"first:{tokens[0]}", f"last:{tokens[-1]}"}
    return frozenset(found)


def of_values(texts: Sequence[str]) -> frozenset[str]:
    """The shape of values: how long, of what characters, how many differ.

    Args:
        texts: few of them, without blanks.
    """
    if not texts:
        return frozenset({"v:empty"})
    number, whole = len(texts), "".join(texts)
    signs, different = len(whole) or 1, len(set(texts))
    han = len(_HAN_SIGN.findall(whole)) / signs
    letters, digits = len(_LETTER.findall(whole)) / signs, len(_DIGIT.findall(whole)) / signs
    lengths = {len(text) for text in texts}
    found = {
        f"v:length{_place(signs / number, _LENGTHS)}", f"v:han{_place(han, _SHARES)}",
        f"v:letters{_place(letters, _SHARES)}", f"v:digits{_place(digits, _DIGITS)}",
        f"v:different{_place(different / number, _DIFFERENT)}", f"v:count{_place(different, _COUNTS)}",
    }  # fmt: skip
    found |= {"v:fixed"} if len(lengths) == 1 else set()
    found |= {"v:masked"} if "*" in whole else set()
    few = "few" if different <= _COUNTS[-1] and different < number / 2 else ""
    found.add(f"v:={_type(texts, han, letters + digits)}{few}")
    return frozenset(found)


def _type(texts: Sequence[str], han: float, codes: float) -> str:
    most = _MOST * len(texts)
    if sum(text in _FLAGS for text in texts) > most:
        return "flag"
    if sum(bool(_DATE.match(text)) for text in texts) > most:
        return "date"
    if sum(bool(NUMBER.match(text)) for text in texts) > most:
        return "number"
    return "words" if han > 0.5 else "code" if codes > 0.8 else "mixed"


def _found(column: Looked) -> set[str]:
    """What the rules say of the column alone."""
    meaning = column.meaning
    found = {f"found:{column.kind}", f"found:{column.kind}:{int(column.score * _ROUND)}"}
    found |= {f"means:{kind}:{_place(strength, _STRENGTHS)}" for kind, strength in meaning.kinds.items()}
    found |= {f"root:{kind}" for kind in meaning.roots}
    return found | {f"heading:{_said(meaning)}"}


def _said(meaning: Meaning) -> str:
    return "other" if meaning.other else "known" if meaning.kinds else "silent"


def _beside(column: Looked, around: Around, shape: frozenset[str]) -> set[str]:
    """What the table adds, by itself and with the script of the heading and the type of the values."""
    script = "han" if _HAN_SIGN.search(column.meaning.words) else "latin"
    said, kind_of = _said(column.meaning), next((trait for trait in shape if trait.startswith("v:=")), "v:=")
    many = [f"beside:{n}" for n in _SENSITIVE_BESIDE if len(around.sensitive) >= n]
    found = {f"script:{script}", f"{script}&{said}&{kind_of}", *many}
    found |= {f"{each}&{more}" for each in many for more in (kind_of, f"{script}&{said}")}
    found |= {f"beside:{kind}" for kind in around.sensitive}
    topics = {f"topic:{name}" for name in around.topics}
    found |= topics | {f"{each}&{more}" for each in topics for more in (kind_of, f"{script}&{said}")}
    return found | ({"persons"} if around.persons else set()) | ({"children"} if around.children else set())


def _grams(text: str, lengths: Iterable[int], mark: str) -> set[str]:
    return {mark + text[at : at + n] for n in lengths for at in range(len(text) - n + 1)}


def _place(value: float, bounds: Sequence[float]) -> int:
    return sum(value > each for each in bounds)
