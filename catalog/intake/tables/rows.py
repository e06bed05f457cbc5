"""Rows of a table that are not data, each dropped under a named rule and counted.

Decides, row by row, whether a row is blank, a repeated heading, a total 合计, a signature 填表人,
a note 注, or a sub-heading such as ``北京市（92所）``. Does not decide which rules a source uses:
its contract does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from ruamel.yaml import YAML

# The rules a contract may name, in the order they are tried.
RULES: Final = ("blank", "repeated_header", "total", "signature", "note", "sub_header")
# How many leading cells may hold the word that makes a row a total.
TOTAL_CELLS: Final = 3
# A note or a signature fills at most this many cells.
REMARK_CELLS: Final = 4

# Statistical forms number their columns 甲, 乙, … for words and 1, 2, … for figures.
_FIRST_PLACE: Final = "甲"
_PLACES: Final = frozenset("甲乙丙丁戊己庚辛壬癸")

# Rules that look for a word.
_WORDED: Final = frozenset({"total", "signature", "note"})

_GAPS = re.compile(r"[\s\u3000]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of ``rows.yaml``, compiled."""

    total: re.Pattern[str]
    signature: re.Pattern[str]
    note: re.Pattern[str]

    @property
    def any_pattern(self) -> str:
        """One expression (RE2) that finds every cell one of the three might match."""
        return f"(?i){_re2(self.total)}|{_re2(self.signature)}|{_re2(self.note)}"


@lru_cache(maxsize=1)
def words() -> Words:
    """The row words, read once."""
    document: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("rows.yaml"))
    return Words(
        total=_exactly(document["total"]),
        signature=_beginning(document["signature"]),
        note=_beginning(document["note"]),
    )


def rule_of(cells: Sequence[str | None], headings: Sequence[str], rules: Collection[str]) -> str | None:
    """The first of ``rules`` that says this row is not data, or None.

    Args:
        cells: the row, trimmed, None where empty.
        headings: the table's headings, same width.
        rules: names out of :data:`RULES`.

    Returns:
        The name of the rule, or None for a row of data.

    >>> rule_of(["合 计", None, "12"], ["街道", "社区", "人数"], {"total"})
    'total'
    """
    filled = [c for c in cells if c]
    if not filled:
        return "blank" if "blank" in rules else None
    row = _Row(cells, filled, headings)
    for rule in RULES[1:]:
        if rule in rules and _TESTS[rule](row):
            return rule
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row under test: all cells, those that hold anything, and the headings above."""

    cells: Sequence[str | None]
    filled: Sequence[str]
    headings: Sequence[str]

    @property
    def is_remark(self) -> bool:
        """Whether few enough cells are filled for a note or a signature."""
        return len(self.filled) <= REMARK_CELLS

    @property
    def opening(self) -> str:
        """The first filled cell without blanks."""
        return _GAPS.sub("", self.filled[0])


def _is_repeated_header(row: _Row) -> bool:
    if len(row.filled) < 2:
        return False
    if row.filled[0] == _FIRST_PLACE:
        return all(c in _PLACES or c.isdigit() for c in row.filled)  # the line 甲 乙 1 2 3 under a heading
    printed = [h.split("/")[-1] for h in row.headings]
    return all(not c or c in (h, p) for c, h, p in zip(row.cells, row.headings, printed, strict=False))


def _is_total(row: _Row) -> bool:
    return any(c and words().total.match(_GAPS.sub("", c)) for c in row.cells[:TOTAL_CELLS])


def _is_signature(row: _Row) -> bool:
    return row.is_remark and bool(words().signature.match(row.opening))


def _is_note(row: _Row) -> bool:
    return row.is_remark and bool(words().note.match(row.opening))


def _is_sub_header(row: _Row) -> bool:
    wide = len([h for h in row.headings if not h.startswith("#")]) >= 3
    alone = len(row.filled) == 1 and bool(row.cells[0])
    return wide and alone and not row.filled[0][0].isdigit()


_TESTS = {
    "repeated_header": _is_repeated_header,
    "total": _is_total,
    "signature": _is_signature,
    "note": _is_note,
    "sub_header": _is_sub_header,
}


@dataclass(frozen=True, slots=True)
class Sifted:
    """Rows that are data, and what became of the others.

    Attributes:
        columns: text columns, None where empty.
        lines: 1-based record number of each row, int64.
        dropped: rows left out, by rule.
        sections: (record number, label) of every sub-heading met.
    """

    columns: list[pa.ChunkedArray]
    lines: pa.ChunkedArray
    dropped: Counter[str]
    sections: tuple[tuple[int, str], ...] = ()


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A text column without blanks at either end; empty text becomes null."""
    bare = pc.utf8_trim_whitespace(column)
    empty = pc.equal(pc.binary_length(bare), 0)
    if not pc.any(empty).as_py():
        return bare
    return pc.if_else(empty, pa.scalar(None, pa.string()), bare)


def sift(
    columns: Sequence[pa.ChunkedArray],
    lines: pa.ChunkedArray,
    headings: Sequence[str],
    rules: Collection[str],
) -> Sifted:
    """Drop the rows that are not data.

    Only rows that could match a rule are looked at one by one: empty ones, those with a single filled
    cell, with a word of ``rows.yaml`` in a leading cell, or that repeat a leading heading.

    Args:
        columns: trimmed text columns of equal length.
        lines: record number of each row.
        headings: heading of each column.
        rules: names out of :data:`RULES`.

    Returns:
        The rows kept and the count of each rule.
    """
    dropped: Counter[str] = Counter()
    if not columns or len(lines) == 0:
        return Sifted(list(columns), lines, dropped)
    candidates = _candidates(columns, headings, rules)
    if not len(candidates):
        return Sifted(list(columns), lines, dropped)
    out: list[int] = []
    sections: list[tuple[int, str]] = []
    rows = pa.table(list(columns), names=[str(i) for i in range(len(columns))]).take(candidates)
    cells_by_column = [c.to_pylist() for c in rows.columns]
    for place, cells in zip(candidates.to_pylist(), zip(*cells_by_column, strict=True), strict=True):
        rule = rule_of(cells, headings, rules)
        if rule is None:
            continue
        dropped[rule] += 1
        out.append(place)
        if rule == "sub_header":
            sections.append((lines[place].as_py(), str(cells[0])))
    if out:
        keep = pc.invert(pc.is_in(pa.array(range(len(lines)), pa.int64()), pa.array(out, pa.int64())))
        columns = [c.filter(keep) for c in columns]
        lines = lines.filter(keep)
    return Sifted(list(columns), lines, dropped, tuple(sections))


def _candidates(
    columns: Sequence[pa.ChunkedArray], headings: Sequence[str], rules: Collection[str]
) -> pa.Array:
    """Places of the rows worth a closer look under the rules."""
    mask = _nearly_empty(columns, 1 if "sub_header" in rules else 0)
    if not _WORDED.isdisjoint(rules):
        mask = pc.or_(mask, _worded(columns))
    if "repeated_header" in rules:
        for column, heading in list(zip(columns, headings, strict=True))[:TOTAL_CELLS]:
            for printed in {heading, heading.split("/")[-1]}:
                mask = pc.or_(mask, pc.fill_null(pc.equal(column, printed), False))
        # The line 甲 乙 1 2 3 under a heading.
        mask = pc.or_(mask, pc.fill_null(pc.equal(pc.coalesce(*columns), _FIRST_PLACE), False))
    if isinstance(mask, pa.ChunkedArray):
        mask = mask.combine_chunks()
    return pc.indices_nonzero(mask)


def _nearly_empty(columns: Sequence[pa.ChunkedArray], cells: int) -> pa.ChunkedArray:
    """Rows with at most so many filled cells."""
    if sum(column.null_count == 0 for column in columns) > cells:
        return pa.chunked_array([pa.repeat(False, len(columns[0]))])
    filled = None
    for column in columns:
        one = pc.cast(pc.is_valid(column), pa.int16())
        filled = one if filled is None else pc.add(filled, one)
    return pc.less_equal(filled, cells)


def _worded(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Rows with a word of ``rows.yaml`` in a leading cell, or in the first that is filled."""
    leading = [pc.coalesce(*columns), *columns[:TOTAL_CELLS]]
    # One call over all of them: compiling the expression costs more than matching it to a small file.
    cells = pa.concat_arrays([chunk for column in leading for chunk in column.chunks])
    found = pc.fill_null(pc.match_substring_regex(cells, words().any_pattern), False)
    rows = len(columns[0])
    mask = found.slice(0, rows)
    for place in range(1, len(leading)):
        mask = pc.or_(mask, found.slice(place * rows, rows))
    return pa.chunked_array([mask])


def _exactly(entries: Sequence[str]) -> re.Pattern[str]:
    choice = "|".join(re.escape(e.replace(" ", "")) for e in sorted(entries, key=len, reverse=True))
    return re.compile(rf"^(?:{choice})[:：]?$", re.IGNORECASE)


def _beginning(entries: Sequence[str]) -> re.Pattern[str]:
    choice = "|".join(re.escape(e.replace(" ", "")) for e in sorted(entries, key=len, reverse=True))
    return re.compile(rf"^[（(]?(?:{choice})[）)]?\d?[:：]", re.IGNORECASE)


def _re2(pattern: re.Pattern[str]) -> str:
    """The same pattern, with blanks allowed between any two characters of a Chinese word."""
    inner = pattern.pattern
    loose = re.sub(r"(?<=[\u4e00-\u9fffa-z])(?=[\u4e00-\u9fffa-z])", r"[\\s\\x{3000}]*", inner)
    return rf"(?:{loose})"
