"""A YAML text as mappings and lists that know their lines.

Decides what a scalar is: YAML 1.2's core schema, so ``no`` and ``12:30`` are texts, and a day is the
text it was written as. Keys are texts as written. What would lose something on the way is named by
:func:`lossy`: a number with leading zeros (a code), or with more digits than JSON carries. A text that
stands for far more values than it has is refused.

Source: YAML 1.2.2, 10.3 (core schema).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

# Values a document may stand for once its aliases are followed. A contract of 2,000 fields has 40,000.
MOST_VALUES: Final = 1_000_000
# A contract is some eight deep; whoever walks over it stays far from the interpreter's limit.
_DEEPEST: Final = 60
# Source: RFC 8259, 6: beyond it other readers of JSON lose digits.
_MOST_EXACT: Final = 2**53
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = "tag:yaml.org,2002:"
# Source: YAML 1.2.2, 5.1 (characters), without the marks of encodings.
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT: Final = re.compile(r"[-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_PADDED: Final = re.compile(r"[-+]?0\d+", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?", re.ASCII)
_ENDLESS: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class NotYaml(ValueError):
    """A text that is not taken as a document.

    Attributes:
        line: 1-based.
        what, remedy: what is wrong, and what to do.
    """

    def __init__(self, line: int, what: str, remedy: str) -> None:
        self.line, self.what, self.remedy = line, what, remedy
        super().__init__(f"line {line}: {what} — {remedy}")


class Mapped(dict[str, Any]):
    """A mapping; ``lines`` says where each key stands."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}


class Listed(list[Any]):
    """A list; ``lines`` says where each entry stands."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[int] = []


class Spelt(int):
    """A whole number that is not written as its digits (``+1``, ``0x1F``): no text can be made of it."""

    __slots__ = ()


class Padded(Spelt):
    """A whole number with leading zeros: octal to readers of YAML 1.1, mostly a code."""

    __slots__ = ()


def load(text: str) -> Any:
    """The document in a text: :class:`Mapped`, :class:`Listed`, or one scalar; None of an empty one.

    Raises:
        NotYaml: it is none, or would lose something.

    >>> load("a: no\\nb: [2024-01-05, 1e3, '01']")
    {'a': 'no', 'b': ['2024-01-05', 1000.0, '01']}
    """
    text = text.removeprefix("\ufeff")
    bad = _UNPRINTABLE.search(text)
    if bad is not None:
        line = text.count("\n", 0, bad.start()) + 1
        raise NotYaml(line, "is not YAML: it holds a control character", "remove the character")
    try:
        return _Composer().compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else min(mark.line, text.count("\n")) + 1
        what = f"is not YAML: {error.problem or 'syntax error'}"
        raise NotYaml(line, what, "check indentation and quotes") from None
    except yaml.YAMLError:
        raise NotYaml(1, "is not YAML", "check special characters and nesting") from None


class _Composer:
    """Values made from events, innermost first; never deeper than :data:`_DEEPEST`."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._documents = 0

    def compose(self, events: Iterator[Any]) -> Any:
        made = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise NotYaml(
                        _line(event), "is not YAML: a second document begins", "keep one in each file"
                    )
            elif isinstance(event, yaml.NodeEvent):
                made, _ = self._node(event, events, 0)
        return made

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> tuple[Any, int]:
        """A value, and how many values it stands for."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            made, size = _scalar(event, line), 1
        elif depth >= _DEEPEST:
            raise NotYaml(line, "is not YAML: it is nested too deeply", f"keep within {_DEEPEST} levels")
        elif isinstance(event, yaml.MappingStartEvent):
            _check_tag(event.tag, "map", line)
            made, size = self._mapping(events, depth + 1)
        else:
            _check_tag(event.tag, "seq", line)
            made, size = self._list(events, depth + 1)
        if size > MOST_VALUES:
            raise NotYaml(line, "stands for too many values", "write out what its aliases repeat")
        if event.anchor is not None:
            self._anchors[event.anchor] = (made, size)
        return made, size

    def _alias(self, anchor: str, line: int) -> tuple[Any, int]:
        if anchor not in self._anchors:
            raise NotYaml(line, f"is not YAML: found undefined alias {anchor}", "write the value out")
        known = self._anchors[anchor]
        if known is None:  # of something that is not closed: it would hold itself
            raise NotYaml(line, "stands for too many values", "write out what its aliases repeat")
        return known

    def _list(self, events: Iterator[Any], depth: int) -> tuple[Listed, int]:
        made, total = Listed(), 1
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, size = self._node(event, events, depth)
            made.append(value)
            made.lines.append(event.start_mark.line + 1)
            total += size
        return made, total

    def _mapping(self, events: Iterator[Any], depth: int) -> tuple[Mapped, int]:
        made, total = Mapped(), 1
        merged: list[tuple[Any, int]] = []
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = event.start_mark.line + 1
            key = self._key(event, line)
            value, size = self._node(next(events), events, depth)
            total += size
            if key == "<<" and event.implicit[0]:
                merged += [(each, line) for each in (value if isinstance(value, list) else [value])]
            elif key in made:
                raise NotYaml(line, f"is not YAML: the key {key} is given twice", "keep one of the two")
            else:
                made[key], made.lines[key] = value, line
        for each, line in merged:
            if not isinstance(each, Mapped):
                raise NotYaml(line, "<< takes in what is no mapping", "name the anchor of a mapping")
            for key in each.keys() - made.keys():
                made[key], made.lines[key] = each[key], each.lines[key]
        return made, total

    def _key(self, event: Any, line: int) -> str:
        if isinstance(event, yaml.AliasEvent):
            key, _ = self._alias(str(event.anchor), line)
        elif isinstance(event, yaml.ScalarEvent):
            key = event.value
            if event.anchor is not None:
                self._anchors[event.anchor] = (key, 1)
        else:
            key = None
        if not isinstance(key, str):
            raise NotYaml(line, "a key is no text", "write one word before the colon")
        return key


def _check_tag(tag: str | None, usual: str, line: int) -> None:
    if tag not in (None, "!", _TAG + usual):
        raise NotYaml(line, "has a tag, which is not understood here", "remove the word that begins with !")


def _scalar(event: Any, line: int) -> Any:
    text: str = event.value
    if event.implicit[0]:
        return _resolved(text)
    if event.implicit[1] or event.tag in ("!", _TAG + "str"):
        return text
    if event.tag in (f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null")):
        return _resolved(text)
    return _check_tag(event.tag, "str", line)


def _resolved(text: str) -> Any:
    """What a plain scalar is."""
    if text in _WORDS:
        return _WORDS[text]
    if not text or text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        number = int(text, 0 if text[:2] in ("0o", "0x") else 10) if len(text) < 40 else _MOST_EXACT + 1
        plainly = int if str(number) == text or len(text) >= 40 else Spelt
        return Padded(number) if _PADDED.fullmatch(text) else plainly(number)
    if _ENDLESS.fullmatch(text):
        return math.inf
    return float(text) if _FLOAT.fullmatch(text) else text


def lossy(value: Any, path: str = "") -> Iterator[tuple[int, str, str, str]]:
    """Numbers that cannot be kept as they are written: line, path, what is wrong, what to do."""
    pairs = value.items() if isinstance(value, Mapped) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, Mapped | Listed):
            yield from lossy(inner, _below(path, key))
        elif isinstance(inner, int | float) and (fault := _fault(inner)) is not None:
            yield value.lines[key], _below(path, key), *fault


def _below(path: str, key: str | int) -> str:
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key


def _fault(number: float) -> tuple[str, str] | None:
    if isinstance(number, Padded):
        return "a number begins with 0, which a code would lose", "put the value in quotes"
    if not math.isfinite(number):
        return "is no finite number", "write digits, or put the word in quotes"
    if isinstance(number, int) and abs(number) > _MOST_EXACT:
        return "a number has more digits than can be kept", "put the value in quotes"
    return None


def _line(event: Any) -> int:
    """Line an event begins at, 1-based."""
    line: int = event.start_mark.line + 1
    return line
