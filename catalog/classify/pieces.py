"""What a column is made of, in the pieces of learned weights: heading, values, what rules say of it.

Decides which pieces are told apart and how strong each is, 0 to 1; what they say of the column is
:mod:`catalog.classify.learned`'s. Nothing of the other columns is among them, so a
further column changes none. Values are looked at for lengths, signs, ranges and words that come back.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from catalog.classify import traits
from catalog.classify.column import Column
from catalog.classify.kinds import NONE
from catalog.classify.scorer import Scored

# Marks of pieces of the heading; training leaves them out of a copy of every column, so that values count.
OF_HEADING: Final = ("h:", "l:", "t:", "first:", "last:")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BLANK: Final = re.compile(r"[^\w\u4e00-\u9fff!-~·]")
# So large a part of the values has a form, begins alike, holds a word, are numbers or years.
_FORMED, _BEGUN, _WORDED, _MOST = 0.2, 0.3, 0.04, 0.7
_LONGEST_FORM, _LOOKED_AT, _SHORT = 24, 40, 3
_YEARS_APART, _SPANS, _MOST_SPANS = 5, 8, 8
_OLDEST: Final = 120
_YEARS: Final = (1900, 2100)
_NARROWEST, _WIDEST = -3, 5


def of(column: Column, known: Mapping[str, Scored], found: str) -> dict[str, float]:
    """Every piece of a column.

    Args:
        column: with values.
        known: kind → what heading and values say for it by rules.
        found: the kind the rules take by them; ``none`` where nothing.
    """
    heading = dict.fromkeys(traits.of_heading(column.meaning.words), 1.0)
    return {**heading, **of_values(column.probe_texts), **_of_rules(column, known, found)}


def of_values(texts: Sequence[str]) -> dict[str, float]:
    """Pieces of few values: shapes, forms, beginnings, ranges, words.

    Args:
        texts: without blanks.
    """
    number = len(texts)
    found = dict.fromkeys(traits.of_values(tuple(texts)), 1.0)
    for mark, form in (("x:", _exact), ("z:", _loose)):
        for each, part in _parts(map(form, texts), number, _FORMED).items():
            if len(each) <= _LONGEST_FORM:
                found[_plain(mark + each)] = round(math.sqrt(part), 3)
    found |= {_plain(f"p:{each}"): part for each, part in _parts(_beginnings(texts), number, _BEGUN).items()}
    words = Counter(word for text in texts for word in _words(text))
    for word, count in words.items():
        if count / number >= _WORDED:
            found[_plain(f"w:{word}")] = round(math.sqrt(count / number), 3)
    return {**found, **dict.fromkeys(_numbers(texts) | _years(texts), 1.0)}


def _parts(forms: Iterable[str], number: int, least: float) -> dict[str, float]:
    return {each: round(n / number, 3) for each, n in Counter(forms).items() if n / number >= least}


def _beginnings(texts: Iterable[str]) -> list[str]:
    return [text[:2] for text in texts]


def _plain(piece: str) -> str:
    return _BLANK.sub("␣", piece)


def _sign(sign: str) -> str:
    if "\u4e00" <= sign <= "\u9fff":
        return "H"
    return "9" if sign.isdigit() else ("A" if sign.isupper() else "a") if sign.isalpha() else sign


def _exact(text: str) -> str:
    """The form of a value with the length of its runs.

    >>> _exact("粤B12345")
    'HA95'
    """
    runs = [(sign, len(list(run))) for sign, run in groupby(map(_sign, text[:_LOOKED_AT]))]
    return "".join(sign + (str(length) if length > 1 else "") for sign, length in runs)


def _loose(text: str) -> str:
    return "".join(sign for sign, _ in groupby(map(_sign, text[:_LOOKED_AT])))


def _words(text: str) -> set[str]:
    """Characters and pairs of them, Latin words, and short values whole."""
    found = {word.lower() for word in _LATIN.findall(text)}
    for run in _HAN.findall(text):
        found |= set(run) | {run[at : at + 2] for at in range(len(run) - 1)}
    return found | ({f"={text}"} if len(text) <= _SHORT else set())


def _numbers(texts: Sequence[str]) -> set[str]:
    numbers = sorted(_number(text) for text in texts if _is_number(text))
    if len(numbers) < _MOST * len(texts) or not numbers:
        return set()
    least, middle, most = numbers[0], numbers[len(numbers) // 2], numbers[-1]
    places = Counter(len(text.partition(".")[2]) for text in texts).most_common(1)[0][0]
    whole = all(each == int(each) for each in numbers)
    spread = math.floor(math.log10((most - least) / (abs(middle) + 1e-9) + 1e-3))
    found = {f"n:least{_size(least)}", f"n:middle{_size(middle)}", f"n:most{_size(most)}"}
    found |= {f"n:places{places}", f"n:places{places}of{_size(middle)}"}
    found.add(f"n:spread{min(_WIDEST, max(_NARROWEST, spread))}")
    found |= {"n:year"} if whole and least >= _YEARS[0] and most <= _YEARS[1] else set()
    return found | ({"n:age"} if whole and least >= 0 and most <= _OLDEST else set())


def _is_number(text: str) -> bool:
    return bool(traits.NUMBER.match(text)) and len(text) <= _LOOKED_AT


def _number(text: str) -> float:
    return float(text)


def _size(value: float) -> str:
    """Half a power of ten."""
    return ("-" if value < 0 else "") + str(math.floor(2 * math.log10(abs(value) + 1)))


def _years(texts: Sequence[str]) -> set[str]:
    years = sorted(int(found[0]) for text in texts if (found := _YEAR.match(text)))
    if len(years) < _MOST * len(texts) or not years:
        return set()
    span = min(_MOST_SPANS, (years[-1] - years[0]) // _SPANS)
    return {f"y:{years[len(years) // 2] // _YEARS_APART * _YEARS_APART}", f"y:span{span}"}


def _of_rules(column: Column, known: Mapping[str, Scored], found: str) -> dict[str, float]:
    """What rules say of heading and values, for every kind they say something of."""
    meaning = column.meaning
    said = "other" if meaning.other else "known" if meaning.kinds else "silent"
    pieces = {f"found:{found}": 1.0, f"heading:{said}": 1.0}
    pieces |= {f"root:{kind}": 1.0 for kind in meaning.roots}
    pieces |= {f"means:{kind}": strength for kind, strength in meaning.kinds.items()}
    pieces |= {f"score:{kind}": each.score for kind, each in known.items() if kind != NONE}
    return pieces | {f"share:{kind}": round(each.share, 3) for kind, each in known.items()}
