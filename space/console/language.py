"""In which language a page is: Chinese, or English where the reader chose it.

Decides that words stand beside the place they are shown at, both languages in one look; a word nobody
translated cannot be left behind in another file.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from enum import StrEnum
from typing import Final

COOKIE: Final = "ybz-language"


class Language(StrEnum):
    """A language pages are in."""

    CHINESE = "zh"
    ENGLISH = "en"

    def __call__(self, chinese: str, english: str) -> str:
        """The words of this language.

        >>> Language.CHINESE("目录", "Catalogue")
        '目录'
        """
        return chinese if self is Language.CHINESE else english

    @property
    def tag(self) -> str:
        """As browsers and the components' own words name it. Source: BCP 47."""
        return "zh-CN" if self is Language.CHINESE else "en-US"

    @property
    def other(self) -> Language:
        """The one to switch to."""
        return Language.ENGLISH if self is Language.CHINESE else Language.CHINESE


# Of the request a page is made for; its template asks when the page leaves.
_now: ContextVar[Language] = ContextVar("console_language", default=Language.CHINESE)


def chosen(cookies: Mapping[str, str]) -> Language:
    """The language a browser's reader chose; Chinese where nobody chose."""
    return Language.ENGLISH if cookies.get(COOKIE) == Language.ENGLISH.value else Language.CHINESE


def speak(language: Language) -> None:
    """Let the page that is being made be in a language."""
    _now.set(language)


def spoken() -> Language:
    """The language of the page that is being made."""
    return _now.get()
