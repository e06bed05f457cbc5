"""Makers of cells that work on other makers, and plain ones of numbers, days and words."""

import datetime
from collections.abc import Callable

from . import numbers
from .people import Row

Cell = Callable[[Row], str]
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
DIRTY = (" {}", "{} ", "{}\t", "　{}", "'{}", "{}\n")


def one(*words: str) -> Cell:
    """One of the words."""
    return lambda r: r.g.choice(words)


def some(cell: Cell, share: float, empty: str = "") -> Cell:
    """The cell in a share of the rows, elsewhere the word for nothing."""
    return lambda r: cell(r) if r.g.random() < share else empty


def mixed(*cells: Cell) -> Cell:
    """One of the makers; a maker given twice is as likely again."""
    return lambda r: r.g.choice(cells)(r)


def kin(cell: Cell) -> Cell:
    """The cell of somebody else in the row."""
    return lambda r: cell(r.other())


def wide(cell: Cell) -> Cell:
    """Full-width forms."""
    return lambda r: cell(r).translate(WIDE)


def dirty(cell: Cell, share: float = 0.5) -> Cell:
    """With blanks, tabs and quotation marks around in a share of the cells."""
    return lambda r: r.g.choice(DIRTY).format(cell(r)) if r.g.random() < share else cell(r)


def mask(cell: Cell, head: int, tail: int, sign: str = "*") -> Cell:
    """Only the first and the last signs stand."""

    def make(r: Row) -> str:
        value = cell(r)
        middle = max(len(value) - head - tail, 1)
        return value[:head] + sign * middle + (value[-tail:] if tail else "")

    return make


def join(between: str, *cells: Cell) -> Cell:
    """Several values in a cell."""
    return lambda r: between.join(cell(r) for cell in cells)


def fill(text: str, *cells: Cell) -> Cell:
    """A text with values in it."""
    return lambda r: text.format(*(cell(r) for cell in cells))


def pat(*patterns: str) -> Cell:
    """A pattern: # is a digit, @ a capital, ~ a hexadecimal sign."""

    def make(r: Row) -> str:
        signs = {"#": "0123456789", "@": "ABCDEFGHJKLMNPQRSTUVWXYZ", "~": "0123456789abcdef"}
        return "".join(r.g.choice(signs[sign]) if sign in signs else sign for sign in r.g.choice(patterns))

    return make


def count(first: int, step: int = 1, text: str = "{}") -> Cell:
    """A running number."""
    return lambda r: text.format(first + step * r.i)


def num(low: int, high: int, text: str = "{}") -> Cell:
    """A whole number."""
    return lambda r: text.format(r.g.randint(low, high))


def real(low: float, high: float, places: int = 2) -> Cell:
    """A number with a fraction."""
    return lambda r: f"{r.g.uniform(low, high):.{places}f}"


def day(form: str = "%Y-%m-%d", first: int = 2019, last: int = 2024) -> Cell:
    """A day or a moment between two years."""

    def make(r: Row) -> str:
        start = datetime.datetime(first, 1, 1)
        seconds = r.g.randrange(((last - first + 1) * 365 - 100) * 86400)
        return (start + datetime.timedelta(seconds=seconds)).strftime(form)

    return make


def birth(form: str = "%Y-%m-%d") -> Cell:
    """The day of birth; `{0.month}` forms are of format, others of strftime."""
    return lambda r: form.format(r.p.birth) if "{" in form else r.p.birth.strftime(form)


def by_luhn(*patterns: str) -> Cell:
    """A pattern of digits with its Luhn digit after it."""
    body = pat(*patterns)
    return lambda r: numbers.luhn(body(r))


def nothing(_: Row) -> str:
    """An empty cell."""
    return ""
