"""The words of search: one normal form of text, its bigrams, and what a person's query asks for.

Decides what counts as a word: runs of letters and digits in the half-width lower-case form. Two
characters in a row are a token, so that no dictionary is needed and every part of a run is found.
Does not look anything up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# What stands between quotes is one phrase; words are parted by white space.
_PART: Final = re.compile(r'["“”「」]([^"“”「」]*)["“”「」]|(\S+)')
_ASKED: Final = re.compile(r"(element|code)[:：](.*)", re.IGNORECASE | re.DOTALL)


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
    folded = unicodedata.normalize("NFKC", content).casefold()
    return "".join(c if c.isalnum() else " " for c in folded).split()


def code_form(code: str) -> str:
    """A resource code as codes are compared: half-width, without spaces, in small letters."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def tokens(content: str) -> str:
    """The bigrams of a text, a run's last character alone at its end, separated by spaces.

    >>> tokens("民政局 A1")
    '民政 政局 局 a1 1'
    """
    return " ".join(tokens_of(normal(content)))


def tokens_of(text: str) -> Iterator[str]:
    """The tokens of a text in the normal form, in their order."""
    for run in text.split(" "):
        yield from bigrams(run)
        yield run[-1:]


def bigrams(run: str) -> list[str]:
    """Every two characters in a row."""
    return [run[place : place + 2] for place in range(len(run) - 1)]


def asked_tokens(phrase: str) -> tuple[list[str], bool]:
    """The tokens a phrase asks for one after the other, and whether the last only begins one.

    >>> asked_tokens("民政局"), asked_tokens("a1 局")
    ((['民政', '政局'], False), (['a1', '1', '局'], True))
    """
    *before, last = phrase.split(" ")
    made = [token for run in before for token in tokens_of(run)]
    return (made + (bigrams(last) or [last]), len(last) == 1)
