"""Rules as they would be had nobody seen one source: what only that source shows is taken out of them.

Words, roots and dictionaries were written after looking at the labelled sources, so rules judge those too
well. For each source every word, and every part of an expression, that matches one of its headings (or its
values) and none of any other source's is left out, though it may be a word anybody would have listed. What is
left judges a source much as rules judge one they have not seen.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

import catalog.classify as package
from catalog.classify.headings import normalised
from catalog.classify.kinds import listing
from catalog.classify.labelled import Label
from catalog.classify.pinyin import syllables
from policies import rulebook
from policies.grading import IN_FORCE
from policies.rulebook import NATIONAL, DatedRule

Tables = Sequence[tuple[Mapping[str, Sequence[str | None]], tuple[Label, ...]]]

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_FILES: Final = ("detectors", "headings", "values", "roots")
_SETTINGS: Final = frozenset({"scoring", "minors", "divisions", "given_characters", "organisations"})
_LISTS: Final = ("words", "hints", "latin", "not")
_LONGEST: Final = 14
_INITIALS: Final = 3
_GROUP: Final = re.compile(r"((?:\(\?:\^\|_\))?\(\?:)(.*)(\)(?:\(\?:_\|\$\)|\$)?)", re.S)
# Tables that are made anew where rules change.
_KEPT: Final = frozenset({"syllables", "_readings", "_places", "_compiled"})


def _plain(word: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", word.lower())


class Shown:
    """Which sources show a word in a heading or a value."""

    def __init__(self, tables: Tables) -> None:
        self.parts: dict[str, set[str]] = defaultdict(set)
        self.headings: dict[bool, dict[str, set[str]]] = {True: defaultdict(set), False: defaultdict(set)}
        texts: dict[str, set[str]] = defaultdict(set)
        for columns, labels in tables:
            source = labels[0].source
            for heading in (*columns, labels[0].table):
                self._add(normalised(heading), source)
            texts[source] |= {value.upper() for values in columns.values() for value in values if value}
        self.texts = {source: "\n".join(sorted(values)) for source, values in texts.items()}
        self.of_word: Callable[[str], frozenset[str]] = lru_cache(None)(self._of_word)
        self.of_value: Callable[[str], frozenset[str]] = lru_cache(None)(self._of_value)
        self.of_form: Callable[[str, bool], frozenset[str]] = lru_cache(None)(self._of_form)

    def _add(self, heading: str, source: str) -> None:
        latin = not _HAN.search(heading)
        plain = _plain(heading)
        self.headings[latin][heading if latin else plain].add(source)
        if not latin:
            spans = (
                (i, j) for i in range(len(plain)) for j in range(i + 1, min(len(plain), i + _LONGEST) + 1)
            )
            parts = {plain[i:j] for i, j in spans}
        else:
            tokens = [token.strip("0123456789") or token for token in heading.split("_") if token]
            parts = {"".join(tokens[i:j]) for i in range(len(tokens)) for j in range(i + 1, len(tokens) + 1)}
            parts |= {token[i:] for token in tokens for i in range(1, len(token) - 1)}
        for part in parts:
            self.parts[part].add(source)

    def _of_word(self, word: str) -> frozenset[str]:
        plain = _plain(word)
        found = set(self.parts.get(plain, ()))
        if not word.isascii():
            read = syllables(plain)
            found |= self.parts.get("".join(read), set())
            if len(read) >= _INITIALS:
                found |= self.parts.get("".join(each[0] for each in read), set())
        return frozenset(found)

    def _of_value(self, word: str) -> frozenset[str]:
        return frozenset(source for source, text in self.texts.items() if word.upper() in text)

    def _of_form(self, form: str, latin: bool) -> frozenset[str]:
        search = re.compile(form).search
        shown = (sources for heading, sources in self.headings[latin].items() if search(heading))
        return frozenset(source for sources in shown for source in sources)


class Withheld:
    """Rule rows without what only one source shows.

    Args:
        shown: by every source.
        source: that is withheld.
    """

    def __init__(self, shown: Shown, source: str) -> None:
        self.shown, self.source = shown, source

    def row(self, file: str, row: DatedRule) -> DatedRule:
        """The row without it."""
        value = row.value
        if not isinstance(value, dict) or row.name in _SETTINGS or row.name == "qualifiers":
            return row
        if row.name == "topics":
            return replace(row, value={name: self._topic(each) for name, each in value.items()})
        return replace(row, value={key: self._part(file, key, part) for key, part in value.items()})

    def _part(self, file: str, key: str, part: Any) -> Any:
        words, values = self.shown.of_word, self.shown.of_value
        if file == "roots" and key in ("roots", "chinese", "latin"):
            return self._form(part, latin=key == "latin")
        if key in ("topical", "not_topical"):
            return self._form(part, latin=False)
        if key in _LISTS or key == "topical_latin":
            return [word for word in listing(part) if self._stays(words(word))]
        if key in ("dictionary", "telling"):
            return [word for word in listing(part) if self._stays(values(word))]
        if key == "holds":
            return " ".join(word for word in str(part).split() if self._stays(values(word)))
        if key == "contains":
            kept = [
                form
                for form in alternatives(part)
                if not re.fullmatch(r"\w+", form) or self._stays(values(form))
            ]
            return "|".join(kept)
        return part

    def _topic(self, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        latin = [word for word in row["latin"] if self._stays(self.shown.of_word(word))]
        return {**row, "words": self._form(row["words"], latin=False), "latin": latin}

    def _form(self, form: str, *, latin: bool) -> str:
        before, inner, behind = "", form, ""
        if len(alternatives(form)) == 1 and (group := _GROUP.fullmatch(form)):
            before, inner, behind = group.groups()
        kept = [
            each
            for each in alternatives(inner)
            if self._stays(self.shown.of_form(before + each + behind, latin))
        ]
        return before + "|".join(kept or ["\ufffe"]) + behind

    def _stays(self, sources: frozenset[str]) -> bool:
        return sources != {self.source}


def alternatives(form: str) -> list[str]:
    """The parts of an expression that its outermost bars divide.

    >>> alternatives("a|b(?:c|d)|[|]")
    ['a', 'b(?:c|d)', '[|]']
    """
    parts, depth, in_class, at = [""], 0, False, 0
    while at < len(form):
        sign = form[at : at + 2] if form[at] == "\\" else form[at]
        if in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        else:
            depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth and not in_class:
            parts.append("")
        else:
            parts[-1] += sign
        at += len(sign)
    return parts


@contextmanager
def withheld(by: Withheld) -> Iterator[None]:
    """Judge with the rules that are left, as long as it lasts."""

    @cache
    def rows(file: str) -> tuple[DatedRule, ...]:
        whole = rulebook.rules(file, IN_FORCE)
        return tuple(by.row(file, row) for row in whole) if file in _FILES else whole

    def rules(file: str, on: date, place: str = NATIONAL) -> Iterable[DatedRule]:
        return rows(file) if file in _FILES else rulebook.rules(file, on, place)

    def rule(file: str, name: str, on: date, place: str = NATIONAL) -> DatedRule:
        if file not in _FILES:
            return rulebook.rule(file, name, on, place)
        return next(row for row in rows(file) if row.name == name)

    modules = [
        importlib.import_module(f"{package.__name__}.{each.name}")
        for each in pkgutil.iter_modules(package.__path__)
    ]
    names = [("rules", rulebook.rules, rules), ("rule", rulebook.rule, rule)]
    changed = [
        (module, name, real, put)
        for module in modules
        for name, real, put in names
        if vars(module).get(name) is real
    ]
    try:
        for module, name, _, put in changed:
            setattr(module, name, put)
        _forget(modules)
        yield
    finally:
        for module, name, real, _ in changed:
            setattr(module, name, real)
        _forget(modules)


def _forget(modules: Iterable[Any]) -> None:
    for module in modules:
        for name, each in vars(module).items():
            if name not in _KEPT and hasattr(each, "cache_clear"):
                each.cache_clear()
