"""Typed access to a YAML or JSON document that knows its lines.

Decides what a wrong shape is called, where it is and what to do about it; notes every problem of a
document instead of stopping at the first. Does not know what the keys mean: :mod:`contracts.odcs.files`
does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from contracts.model import ContractError
from contracts.plain import is_list, kind_of, line_of, plain, text_of
from contracts.problems import Log
from contracts.spelled import nearest

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

NOT_TEXT = "put the value in quotes"
# Who we are in ``vendor`` of a custom property; none stands for us too.
VENDOR = "ybz"
_PAIR = ("property", "value")


class Node:
    """A mapping of the document; reading a key marks it as understood.

    Every reader returns the default when the key is absent or null, and notes a problem (and returns
    the default) when the value has the wrong shape.
    """

    __slots__ = ("_entries", "_lines", "_log", "_taken", "line", "path", "value")

    def __init__(
        self,
        value: Mapping[str, Any],
        path: str,
        line: int,
        log: Log,
        lines: Mapping[str, int] | None = None,
    ) -> None:
        self.value, self.path, self.line = value, path, line
        self._log, self._lines = log, lines
        self._taken: set[str] = set()
        self._entries: list[tuple[str, Node]] = []

    def __contains__(self, key: str) -> bool:
        return key in self.value

    @property
    def failures(self) -> int:
        """How many problems were noted so far, anywhere in the document."""
        return len(self._log.problems)

    @property
    def asks(self) -> bool:
        """Whether somebody wants to know what is merely missing."""
        return self._log.asks

    def where(self, key: str) -> str:
        """The dotted path of ``key``, as messages print it."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def line_of(self, key: str) -> int:
        """1-based line of ``key``; of this mapping where that is unknown; 0 for plain documents."""
        if self._lines is not None:
            return self._lines.get(key, self.line)
        return line_of(self.value, key) or self.line

    def fail(self, key: str, what: str, remedy: str = "") -> None:
        """Note a problem at ``key`` (empty: at this mapping)."""
        self._log.add(self.line_of(key), self.where(key), what, remedy)

    def warn(self, key: str, what: str, remedy: str) -> None:
        """Note what is missing at ``key`` (empty: at this mapping) but keeps nothing from working."""
        self._log.warn(self.line_of(key), self.where(key), what, remedy)

    def take(self, key: str) -> Any:
        """The raw value of ``key``, marked as understood."""
        self._taken.add(key)
        return self.value.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text; a whole number without leading zeros is taken as its digits."""
        found = self.maybe(key)
        return default if found is None else found

    def maybe(self, key: str) -> str | None:
        """A text, or None when absent or null."""
        self._taken.add(key)  # as `take` does; very many keys are asked for
        raw = self.value.get(key)
        if raw is None or type(raw) is str:
            return raw
        text = text_of(raw)
        if text is None:
            nested = isinstance(raw, Mapping) or is_list(raw)
            remedy = "write one text" if nested else NOT_TEXT
            self.fail(key, f"text is expected, found {kind_of(raw)}", remedy)
        return text

    def needed(self, key: str, remedy: str = "") -> str:
        """A text that must be there."""
        known = self.failures
        found = self.maybe(key)
        if not found and self.failures == known:
            self.fail(key, "is missing", remedy or f"add {key}: …")
        return found or ""

    def flag(self, key: str, default: bool = False) -> bool:
        """``true`` or ``false``."""
        raw = self.take(key)
        if raw is None or isinstance(raw, bool):
            return default if raw is None else raw
        self.fail(key, f"true or false is expected, found {kind_of(raw)}", "write true or false, unquoted")
        return default

    def whole(self, key: str) -> int | None:
        """A whole number, or None."""
        raw = self.take(key)
        if raw is None:
            return None
        if isinstance(raw, int) and not isinstance(raw, bool):
            return int(raw)
        self.fail(key, f"a whole number is expected, found {kind_of(raw)}", "write digits, unquoted")
        return None

    def number(self, key: str) -> float | int | None:
        """A number, or None."""
        raw = self.take(key)
        if raw is None:
            return None
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return int(raw) if isinstance(raw, int) else float(raw)
        self.fail(key, f"a number is expected, found {kind_of(raw)}", "write digits, unquoted")
        return None

    def choice(self, key: str, choices: type[E], default: E) -> E:
        """One value of a closed set."""
        raw = self.maybe(key)
        if raw is None:
            return default
        try:
            return choices(raw)
        except ValueError:
            self.fail(key, f"{raw!r} is not known here", f"write one of {', '.join(choices)}")
            return default

    def choices(self, key: str, choices: type[E]) -> tuple[E, ...]:
        """Values of a closed set, in a list."""
        made: list[E] = []
        for raw in self.texts(key):
            if raw in list(choices):
                made.append(choices(raw))
            else:
                self.fail(key, f"{raw!r} is not known here", f"write one of {', '.join(choices)}")
        return tuple(made)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        raw = self.take(key)
        if raw is None:
            return ()
        if not is_list(raw):
            self.fail(key, f"a list is expected, found {kind_of(raw)}", f"write {key}: [a, b]")
            return ()
        made = [text_of(item) for item in raw]
        if None in made:
            self.fail(key, f"a list of texts is expected, entry {made.index(None) + 1} is not", NOT_TEXT)
        return tuple(text for text in made if text is not None)

    def pairs(self, key: str) -> dict[str, str]:
        """A mapping of text to text."""
        inner = self.child(key)
        return {str(name): inner.text(name) for name in inner.value}

    def child(self, key: str) -> Node:
        """The mapping under ``key``; an empty one when absent."""
        raw = self.take(key)
        if raw is not None and not isinstance(raw, Mapping):
            self.fail(key, f"a mapping is expected, found {kind_of(raw)}", "indent its keys below it")
            raw = None
        return Node(raw or {}, self.where(key), self.line_of(key), self._log)

    def children(self, key: str) -> tuple[Node, ...]:
        """The mappings in the list under ``key``."""
        raw = self.take(key)
        if raw is None:
            return ()
        if not is_list(raw):
            self.fail(key, f"a list is expected, found {kind_of(raw)}", "begin each entry with '- '")
            return ()
        made = []
        for place, item in enumerate(raw):
            line, path = line_of(raw, place) or self.line_of(key), f"{self.where(key)}[{place}]"
            if isinstance(item, Mapping):
                made.append(Node(item, path, line, self._log))
            else:
                self._log.add(line, path, f"a mapping is expected, found {kind_of(item)}", "write key: value")
        return tuple(made)

    def custom(self) -> Node:
        """``customProperties`` as one mapping; entries of another ``vendor`` are not in it."""
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        held: list[tuple[str, Node]] = []
        for entry in self.children("customProperties"):
            name = entry.needed("property")
            held.append((name, entry))
            if entry.value.get("vendor", VENDOR) != VENDOR:
                continue
            if name and "value" not in entry:
                entry.fail("value", "is missing", "add value: …")
            values[name], lines[name] = entry.take("value"), entry.line_of("value")
        node = Node(values, self.path, self.line, self._log, lines)
        node._entries = held
        return node

    def optional(self, key: str, choices: type[E]) -> E | None:
        """One value of a closed set, or None when absent or null."""
        if self.value.get(key) is None:
            return None
        return self.choice(key, choices, next(iter(choices)))

    def text_lists(self, key: str) -> list[tuple[str, ...]]:
        """A list of lists of texts."""
        raw = self.take(key)
        if raw is None:
            return []
        if not is_list(raw) or not all(is_list(item) for item in raw):
            self.fail(key, "a list of lists is expected", f"write {key}: [[a], [a, b]]")
            return []
        held = Node({key: [text for item in raw for text in item]}, self.path, self.line_of(key), self._log)
        held.texts(key)
        return [tuple(text for part in item if (text := text_of(part)) is not None) for item in raw]

    def unknown(self, elsewhere: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """What no reader has taken of ``customProperties``.

        Entries of others whole; of ours, what stands beside their value (a ``description``, an ``id``),
        without a value. One that looks like a slip of ours, is given twice or belongs to another level
        is a problem, unless it names another ``vendor``.

        Args:
            elsewhere: names of ours that have their place on another level → that place.
        """
        kept: list[dict[str, Any]] = []
        seen: set[str] = set()
        places = elsewhere or {}
        for name, entry in self._entries:
            foreign = entry.value.get("vendor", VENDOR) != VENDOR
            if foreign or name not in self._taken:
                kept.append(plain(entry.value))
                if not foreign and name in places:
                    entry.fail("property", f"{name} says nothing here", f"move it to {places[name]}")
                elif not foreign:
                    self.misspelt([name])
                continue
            if name in seen:
                entry.fail("property", f"{name} is given twice", "keep one of them")
            elif beside := {key: plain(value) for key, value in entry.value.items() if key not in _PAIR}:
                kept.append({"property": name, **beside})
            seen.add(name)
        return kept

    def misspelt(self, keys: Iterable[str] | None = None) -> None:
        """Note keys no reader has taken that look like one a reader has: a promise silently lost."""
        for key in self.rest() if keys is None else keys:
            if near := nearest(key, self._taken):
                self.fail(key, "is not known here", f"did you mean {near}?")

    def only(self) -> None:
        """Note every key no reader has taken: in a mapping of ours there are no others."""
        for key in self.rest():
            near = get_close_matches(key, self._taken, 1)
            remedy = f"did you mean {near[0]}?" if near else f"use {', '.join(sorted(self._taken))}"
            self.fail(key, "is not known here", remedy)

    def rest(self) -> dict[str, Any]:
        """What no reader has taken, as plain values."""
        return {str(key): plain(value) for key, value in self.value.items() if key not in self._taken}


def built(node: Node, make: Callable[..., T], values: Mapping[str, Any], key: str = "") -> T | None:
    """``make(**values)``; a value it refuses becomes a problem at ``key`` of ``node``."""
    try:
        return make(**values)
    except ContractError as error:
        node.fail(key, error.what, error.remedy or "correct it")
        return None
