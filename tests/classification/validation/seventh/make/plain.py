"""Makers of values that are about nothing in particular, and ways of writing any value worse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.classification.making import Col, Maker

Row = Mapping[str, Any]


def of(key: str) -> Maker:
    """What the row is about."""
    return lambda r, row, i: str(row[key])


def pick(*choices: str) -> Maker:
    return lambda r, row, i: r.choice(choices)


def split(choices: str) -> Maker:
    """One of the words between bars."""
    return pick(*choices.split("|"))


def num(low: int, high: int, unit: str = "") -> Maker:
    return lambda r, row, i: f"{r.randint(low, high)}{unit}"


def real(low: float, high: float, places: int = 2, unit: str = "") -> Maker:
    return lambda r, row, i: f"{r.uniform(low, high):.{places}f}{unit}"


def money(low: float, high: float) -> Maker:
    """An amount with commas between thousands."""
    return lambda r, row, i: f"{r.uniform(low, high):,.2f}"


def serial(front: str, start: int = 1, width: int = 4) -> Maker:
    return lambda r, row, i: f"{front}{start + i:0{width}d}"


def code(pattern: str) -> Maker:
    """Of a pattern: # is a digit, @ a capital, ? a lower-case hexadecimal digit, the rest stands."""

    def make(r: Random, row: Row, i: int) -> str:
        sets = {"#": "0123456789", "@": "ABCDEFGHJKLMNPQRSTUVWXYZ", "?": "0123456789abcdef"}
        return "".join(r.choice(sets[c]) if c in sets else c for c in pattern)

    return make


def written(day: date, form: str) -> str:
    """A date in a form of strftime, or: excel (days), ms (epoch), ora, short (no zeros)."""
    if form == "excel":
        return str((day - date(1899, 12, 30)).days)
    if form == "ms":
        return str((day - date(1970, 1, 1)).days * 86_400_000)
    if form == "ora":
        return f"{day.day:02d}-{day.month}月 -{day.year % 100:02d}"
    if form == "short":
        return f"{day.year}/{day.month}/{day.day}"
    return day.strftime(form)


def day(form: str = "%Y-%m-%d", first: int = 2019, last: int = 2025) -> Maker:
    """A day of business."""

    def make(r: Random, row: Row, i: int) -> str:
        return written(date(first, 1, 1) + timedelta(r.randrange(365 * (last - first) + 300)), form)

    return make


def moment(form: str = "%Y-%m-%d %H:%M:%S", first: int = 2022, last: int = 2025) -> Maker:
    """A moment of business; "ms" gives milliseconds since 1970."""

    def make(r: Random, row: Row, i: int) -> str:
        at = datetime(first, 1, 1) + timedelta(seconds=r.randrange(31_000_000 * (last - first + 1)))
        seconds = int((at - datetime(1970, 1, 1)).total_seconds())
        return str(seconds * 1000 + r.randrange(1000)) if form == "ms" else at.strftime(form)

    return make


def text(*forms: str) -> Maker:
    """A sentence, with what the row is about put into its braces; a # becomes a digit."""

    def make(r: Random, row: Row, i: int) -> str:
        said = r.choice(forms).format_map(row)
        return "".join(r.choice("0123456789") if c == "#" else c for c in said)

    return make


def mix(share: float, first: Maker, other: Maker) -> Maker:
    """The first maker for that share of the cells."""
    return lambda r, row, i: (first if r.random() < share else other)(r, row, i)


def join(*parts: Maker, by: str = "") -> Maker:
    return lambda r, row, i: by.join(part(r, row, i) for part in parts)


def mask(make: Maker, front: int, back: int, stars: int = 0) -> Maker:
    """Stars between the first and the last characters."""

    def made(r: Random, row: Row, i: int) -> str:
        value = make(r, row, i)
        hidden = stars or max(1, len(value) - front - back)
        return value[:front] + "*" * hidden + (value[-back:] if back else "")

    return made


def wide(make: Maker, share: float = 0.6) -> Maker:
    """Digits and letters in full width, in most cells."""

    def made(r: Random, row: Row, i: int) -> str:
        value = make(r, row, i)
        if r.random() >= share:
            return value
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)

    return made


def dirt(make: Maker, *junk: str, share: float = 0.2) -> Maker:
    """Blanks around values, and words that stand for a missing one."""
    words = junk or ("无", "/", "不详", "-", "NULL")

    def made(r: Random, row: Row, i: int) -> str:
        value = make(r, row, i)
        if r.random() >= share:
            return value
        return r.choice((f" {value}", f"{value} ", f"'{value}", r.choice(words)))

    return made


def same(value: str) -> Maker:
    return lambda r, row, i: value


def upper(make: Maker) -> Maker:
    return lambda r, row, i: make(r, row, i).upper()


def none(heading: str, make: Maker, challenge: str = "", missing: float = 0.03) -> Col:
    """A column that holds nothing of any class."""
    return Col(heading, "none", make, challenge, missing=missing)


def own(heading: str, make: Maker, challenge: str = "", missing: float = 0.03) -> Col:
    """A number of a person that no class names."""
    return Col(heading, "none", make, challenge, personal=True, missing=missing)


def empty(heading: str) -> Col:
    return Col(heading, "none", same(""), "empty")
