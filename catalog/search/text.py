"""The words of search: one normal form of text, its bigrams, and what a person's query asks for.

Decides what counts as a word: runs of letters and digits in the half-width lower-case form. Two
characters in a row are a token, so that no dictionary is needed and every part of a run is found.
Does not look anything up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from operator import add
from typing import Final

# What stands between quotes is one phrase; words are parted by white space.
_PART: Final = re.compile(r'["“”「」]([^"“”「」]*)["“”「」]|(\S+)')
_ASKED: Final = re.compile(r"(element|code)[:：](.*)", re.IGNORECASE | re.DOTALL)
# Letters and digits in a row, as `str.isalnum` knows them.
_RUN: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; everything must hold.

    Attributes:
        words: phrases in the normal form, each a run or several with one space between.
        elements: data elements asked for by code or name, as written.
        codes: resource codes or beginnings of them, in the form of :func:`code_form`.
    """

    words: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.words or self.elements or self.codes)


def parse(text: str) -> Query:
    """A query as people write it.

    Args:
        text: words; ``"…"`` keeps words together, ``element:`` and ``code:`` ask for those.

    >>> parse('民政局 "A1 名单" code:307')
    Query(words=('民政局', 'a1 名单'), elements=(), codes=('307',))
    """
    words: list[str] = []
    elements: list[str] = []
    codes: list[str] = []
    for part in _PART.finditer(text):
        phrase, word = part[1], part[2] or ""
        asked = _ASKED.fullmatch(unicodedata.normalize("NFKC", word))
        if phrase is not None:
            words += [joined] if (joined := normal(phrase)) else []
        elif asked is None:
            words += runs(word)
        elif asked[1].lower() == "element":
            elements += [asked[2]] if asked[2] else []
        else:
            codes += [form] if (form := code_form(asked[2])) else []
    return Query(tuple(dict.fromkeys(words)), tuple(elements), tuple(codes))


def normal(content: str) -> str:
    """The runs of a text with one space between: what a phrase must be a part of."""
    return " ".join(runs(content))


def runs(content: str) -> list[str]:
    """Runs of letters and digits, in the half-width lower-case form."""
    return _RUN.findall(unicodedata.normalize("NFKC", content).casefold())


def code_form(code: str) -> str:
    """A resource code as codes are compared: half-width, without spaces, in small letters."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def tokens(content: str) -> str:
    """The bigrams of a text, a run's last character alone at its end, separated by spaces.

    >>> tokens("民政局 A1")
    '民政 政局 局 a1 1'
    """
    return tokens_of(normal(content))


def tokens_of(text: str) -> str:
    """The tokens of a text in the normal form, in their order, separated by spaces."""
    return " ".join([" ".join((*map(add, run, run[1:]), run[-1:])) for run in text.split(" ")])


def bigrams(run: str) -> list[str]:
    """Every two characters in a row."""
    return list(map(add, run, run[1:]))


def grams_of(text: str) -> set[str]:
    """Every character of a text in the normal form, and every two in a row of one run.

    >>> sorted(grams_of("a1 局"))
    ['1', 'a', 'a1', '局']
    """
    made: set[str] = set()
    for run in text.split(" "):
        made.update(run, map(add, run, run[1:]))
    return made


def grams_asked(phrase: str) -> set[str]:
    """The grams a text must have to hold a phrase: for one of up to two characters they say it all.

    >>> sorted(grams_asked("民政局")), sorted(grams_asked("a1 局"))
    (['政局', '民政'], ['a1', '局'])
    """
    return {gram for run in phrase.split(" ") for gram in (bigrams(run) or [run])}


def asked_tokens(phrase: str) -> tuple[list[str], bool]:
    """The tokens a phrase asks for one after the other, and whether the last only begins one.

    >>> asked_tokens("民政局"), asked_tokens("a1 局")
    ((['民政', '政局'], False), (['a1', '1', '局'], True))
    """
    *before, last = phrase.split(" ")
    made = [token for run in before for token in tokens_of(run).split(" ")]
    return (made + (bigrams(last) or [last]), len(last) == 1)
