"""What each kind of cleaning step does to a column of raw text.

Decides the new spelling of a cell, nothing else; a missing cell stays missing. Whether a step's
arguments are fit is :mod:`contracts.cleaning`'s. Columns are worked chunk by chunk through Arrow;
what Arrow has no kernel for is done once per distinct spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from contracts.cleaning import factor_of
from contracts.codes import to_half_width
from contracts.delivery import Cleaning
from contracts.vocabulary import CleaningKind

# Characters trimmed and collapsed: white space of Unicode 15.1, and the marks without width that
# spreadsheets leave behind (zero-width blank, byte order mark), which are trimmed only.
BLANKS: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
WITHOUT_WIDTH: Final = "\u200b\ufeff"
_RUN: Final = f"[{BLANKS}]+"
_GAP: Final = f"[{BLANKS}]*"
_FULL_WIDTH: Final = "[\uff01-\uff5e\u3000]"
_NUMBER: Final = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
# "651以上", "651及以上", "≥651", ">=651", "651+": a bound stated as a value.
_ABOVE: Final = rf"^{_GAP}(?:≥|≧|>=|＞=|>|＞|不低于|不少于|大于等于|大于|超过){_GAP}({_NUMBER}){_GAP}$"
_AND_MORE: Final = rf"^{_GAP}({_NUMBER}){_GAP}(?:及以上|或以上|以上|\+|＋){_GAP}$"
_FIRST: Final = r"\1"
# Digits enough for any number a cell can spell; the product of two is exact.
_EXACT: Final = Context(prec=400)

Step = Callable[[pa.Array], pa.Array]


def apply(step: Cleaning, fields: Sequence[str], table: pa.Table) -> tuple[pa.Table, int]:
    """Run one step over columns of a table.

    Args:
        step: whose arguments fit its kind.
        fields: columns of ``table`` it reads, text.
        table: is not changed.

    Returns:
        The table with the new columns, and how many cells differ.
    """
    work = _PLAIN[step.kind] if step.kind in _PLAIN else _MADE[step.kind](step.args)
    changed = 0
    for name in fields:
        place = table.column_names.index(name)
        made, cells = _column(table.column(place), work)
        if cells:
            changed += cells
            table = table.set_column(place, name, made)
    return table, changed


def _column(column: pa.ChunkedArray, work: Step) -> tuple[pa.ChunkedArray, int]:
    chunks, changed = [], 0
    for old in column.chunks:
        if old.null_count == len(old):  # nothing to read; also the untyped column of an absent field
            chunks.append(old)
            continue
        new = work(old).cast(old.type)
        differs = pc.fill_null(pc.not_equal(new, old), pc.and_(pc.is_valid(old), pc.is_null(new)))
        cells = pc.sum(differs).as_py() or 0
        chunks.append(new if cells else old)
        changed += cells
    return pa.chunked_array(chunks, column.type), changed


def _trim(text: pa.Array) -> pa.Array:
    return pc.utf8_trim(text, characters=BLANKS + WITHOUT_WIDTH)


def _collapse(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(text, pattern=_RUN, replacement=" ")


def _half_width(text: pa.Array) -> pa.Array:
    return _where(text, matches=_FULL_WIDTH, spell=to_half_width)


def _upper(text: pa.Array) -> pa.Array:
    return pc.utf8_upper(text)


def _top_code(text: pa.Array) -> pa.Array:
    above = pc.replace_substring_regex(text, pattern=_ABOVE, replacement=_FIRST)
    return pc.replace_substring_regex(above, pattern=_AND_MORE, replacement=_FIRST)


def _map(args: Mapping[str, Any]) -> Step:
    values = {
        str(read): None if written is None else str(written) for read, written in args["values"].items()
    }
    keys = pa.array(list(values), pa.string())
    written = pa.array(list(values.values()), pa.string())

    def work(text: pa.Array) -> pa.Array:
        plain = text.cast(pa.string())
        place = pc.index_in(plain, value_set=keys, skip_nulls=True)
        return pc.if_else(pc.is_valid(place), written.take(place), plain)

    return work


def _replace(args: Mapping[str, Any]) -> Step:
    return partial(pc.replace_substring_regex, pattern=args["pattern"], replacement=str(args.get("with", "")))


def _strip(args: Mapping[str, Any]) -> Step:
    prefix, suffix = args.get("prefix", ""), args.get("suffix", "")

    def work(text: pa.Array) -> pa.Array:
        if prefix:
            rest = pc.utf8_slice_codeunits(text, start=len(prefix))
            text = pc.if_else(pc.starts_with(text, pattern=prefix), rest, text)
        if suffix:
            rest = pc.utf8_slice_codeunits(text, start=0, stop=-len(suffix))
            text = pc.if_else(pc.ends_with(text, pattern=suffix), rest, text)
        return text

    return work


def _scale(args: Mapping[str, Any]) -> Step:
    factor = factor_of(args["factor"])
    pattern = rf"^{_GAP}({_NUMBER}){_GAP}{re.escape(args['suffix'].strip())}{_GAP}$"
    number = re.compile(pattern)

    def spell(text: str) -> str:
        found = number.match(text)
        # Arrow found it by the same pattern; both engines agree on it or the cell stays as it is.
        return text if found is None else _times(found[1], factor)

    return partial(_where, matches=pattern, spell=spell)


def _times(number: str, factor: Decimal) -> str:
    """The exact product as plain text: no exponent, no zeros that say nothing.

    >>> _times("3.20", Decimal(10000))
    '32000'
    """
    product = _EXACT.multiply(Decimal(number.replace(",", "")), factor)
    text = format(product, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _where(text: pa.Array, *, matches: str, spell: Callable[[str], str]) -> pa.Array:
    """``spell`` applied once per distinct text that matches, the others as they are."""
    concerned = pc.fill_null(pc.match_substring_regex(text, pattern=matches), False)
    if not pc.any(concerned).as_py():
        return text
    coded = text.filter(concerned).dictionary_encode()
    made = pa.array([spell(value) for value in coded.dictionary.to_pylist()], text.type)
    return pc.replace_with_mask(text, concerned, made.take(coded.indices))


# Kinds without arguments, and those that are made by theirs.
_PLAIN: Final[Mapping[CleaningKind, Step]] = {
    CleaningKind.TRIM: _trim,
    CleaningKind.COLLAPSE: _collapse,
    CleaningKind.HALF_WIDTH: _half_width,
    CleaningKind.UPPER: _upper,
    CleaningKind.TOP_CODE: _top_code,
}
_MADE: Final[Mapping[CleaningKind, Callable[[Mapping[str, Any]], Step]]] = {
    CleaningKind.MAP: _map,
    CleaningKind.REPLACE: _replace,
    CleaningKind.STRIP: _strip,
    CleaningKind.SCALE: _scale,
}
