"""Raw columns of text into typed Arrow columns, with a reason for every row that does not fit.

Decides the type of each value and which rows leave for it (reason ``cast:<type>``); whether a typed
value is *right* is :mod:`contracts.conditions`'s. Clean values go through Arrow in one pass, messy
ones through :mod:`contracts.spellings` once per distinct spelling. A value never appears in a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from contracts import spellings
from contracts.codes import MOBILE, UNIT_CODES, canonical_id, compact, mobile, to_half_width
from contracts.elements import inherit
from contracts.model import Contract, Field, FieldType

# How departments write "nothing", beside what a contract adds.
NULL_MARKERS: Final = ("", "-", "--", "—", "——", "－", "无", "NULL", "null")
PROVENANCE: Final = (("_file", pa.string()), ("_line", pa.int64()))
# What a row of a change log says happened: ``upsert`` or ``delete``.
OPERATION: Final = "_op"
REJECTED: Final = pa.schema([*PROVENANCE, ("field", pa.string()), ("reason", pa.string())])

_FULL_WIDTH: Final = "[\uff01-\uff5e\u3000]"
_GROUPED: Final = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
# Decimal places the fast way reads; 18 digits before the point then fit a decimal128.
_PLACES: Final = 16
_WHOLE: Final = r"^-?\d{1,18}$"
_PLAIN: Final = rf"^-?\d{{1,18}}(?:\.\d{{1,{_PLACES}}})?$"
# Two digits of a day and of an hour always follow in these; other spellings take the slow way.
_ISO_INSTANT: Final = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$"


@dataclass(frozen=True, slots=True)
class Cast:
    """What a cast made of the landed rows: ``typed.num_rows + rejected.num_rows`` is their number.

    Attributes:
        typed: the fields in order, then ``_file`` and ``_line``, and ``_op`` where the raw rows have it.
        rejected: one row per rejected row, by :data:`REJECTED`: its first reason.
        present: field → cells that hold a value.
        lost: field → masks over the raw rows: cells whose value does not fit, cells that hold one;
            fields that lost nothing are left out.
    """

    typed: pa.Table
    rejected: pa.Table
    present: Mapping[str, int]
    lost: Mapping[str, tuple[pa.Array, pa.Array]]


def cast(contract: Contract, raw: pa.Table) -> Cast:
    """Type the landed rows of a dataset.

    Args:
        contract: names, types and null markers of the fields.
        raw: text columns named by field (a missing one is all nulls), ``_file`` and ``_line``.

    Returns:
        Typed and rejected rows, both in the order they came.
    """
    columns: dict[str, pa.Array] = {}
    present: dict[str, int] = {}
    lost: dict[str, tuple[pa.Array, pa.Array]] = {}
    # Per row: 1 + the position of the first field that does not fit; 0 while all fit.
    fault = pa.array([0] * raw.num_rows, pa.int32())
    for place, stated in enumerate(contract.fields, start=1):
        field = inherit(stated)
        text = _present(_text_of(raw, field.name), field, contract)
        typed = _CASTS[field.type](text, field)
        columns[field.name] = typed
        present[field.name] = len(text) - text.null_count
        if typed.null_count == text.null_count:
            continue  # a value is never made out of nothing, so none was lost
        there = pc.is_valid(text)
        gone = pc.and_(there, pc.is_null(typed))
        lost[field.name] = (gone, there)
        fault = pc.if_else(pc.and_(gone, pc.equal(fault, 0)), place, fault)
    for name, kind in PROVENANCE:
        columns[name] = _whole(raw.column(name)).cast(kind)
    if OPERATION in raw.column_names:
        columns[OPERATION] = _whole(raw.column(OPERATION))
    typed_rows = pa.table(columns)
    if not lost:
        return Cast(typed_rows, REJECTED.empty_table(), present, lost)
    good = pc.equal(fault, 0)
    rejected = _rejected(contract, columns, fault, pc.invert(good))
    return Cast(typed_rows.filter(good), rejected, present, lost)


def typed_column(text: Any, field: Field) -> pa.Array:
    """One column of text in the type of a field; NULL where a value does not fit."""
    return _CASTS[field.type](_whole(text), field)


def arrow_type(field: Field) -> pa.DataType:
    """The Arrow type of a field's typed column."""
    if field.type is FieldType.NUMBER:
        return pa.decimal128(38, field.scale)
    return _TYPES[field.type]


def typed_schema(contract: Contract) -> pa.Schema:
    """The schema of :attr:`Cast.typed`."""
    return pa.schema([*((f.name, arrow_type(f)) for f in contract.fields), *PROVENANCE])


def _rejected(contract: Contract, columns: dict[str, Any], fault: pa.Array, bad: pa.Array) -> pa.Table:
    place = pc.subtract(fault.filter(bad), 1)
    names = pa.array([field.name for field in contract.fields])
    reasons = pa.array([f"cast:{field.type.value}" for field in contract.fields])
    parts = [
        columns["_file"].filter(bad),
        columns["_line"].filter(bad),
        names.take(place),
        reasons.take(place),
    ]
    return pa.table(parts, schema=REJECTED)


def _whole(column: Any) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _text_of(raw: pa.Table, name: str) -> pa.Array:
    if name not in raw.column_names:
        return pa.nulls(raw.num_rows, pa.string())
    return _whole(raw.column(name)).cast(pa.string())


def _present(text: pa.Array, field: Field, contract: Contract) -> pa.Array:
    """Trimmed text; markers of "nothing" as nulls, unless the field allows them as values."""
    trimmed = pc.utf8_trim_whitespace(text)
    markers = {*NULL_MARKERS, *contract.nulls, *field.nulls} - set(field.allowed)
    missing = pc.is_in(trimmed, value_set=pa.array(sorted(markers)))
    return pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)


def _only(text: pa.Array, wanted: pa.Array) -> pa.Array:
    return pc.if_else(wanted, text, pa.scalar(None, pa.string()))


def _by_spelling(text: pa.Array, parse: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """``parse`` applied once per distinct text."""
    if text.null_count == len(text):
        return pa.nulls(len(text), kind)
    coded = text.dictionary_encode()
    made: Sequence[Any] = [parse(value) for value in coded.dictionary.to_pylist()]
    return pa.array(made, kind).take(coded.indices)


def _two_ways(
    text: pa.Array,
    clean: pa.Array,
    fast: Callable[[pa.Array], pa.Array],
    slow: Callable[[str], Any],
    kind: pa.DataType,
) -> pa.Array:
    """Clean values by Arrow, the others by spelling."""
    done = fast(_only(text, clean))
    others = _only(text, pc.and_(pc.is_valid(text), pc.is_null(done)))
    if others.null_count == len(others):
        return done
    return pc.coalesce(done, _by_spelling(others, slow, kind))


def _strings(text: pa.Array, field: Field) -> pa.Array:
    """Text as it is; codes in the one spelling in which they are judged and compared."""
    if field.check == "mobile":
        messy = pc.invert(pc.match_substring_regex(text, MOBILE))
        tidy: Callable[[str], str] = _mobile
    elif field.unit is not None and field.unit.kind in UNIT_CODES:
        # Fifteen digits become eighteen: one person has one spelling in every dataset, so that they join.
        messy = pc.match_substring_regex(text, r"[^0-9A-Z]|^\d{15}$")
        tidy = partial(_unit_id, field.unit.kind)
    elif field.check:
        messy, tidy = pc.match_substring_regex(text, r"[^0-9A-Z]"), compact
    elif field.unit is not None or _is_coded(field):
        messy, tidy = pc.match_substring_regex(text, _FULL_WIDTH), to_half_width
    else:
        return text
    if not pc.any(messy).as_py():
        return text
    return pc.coalesce(_by_spelling(_only(text, messy), tidy, pa.string()), text)


def _unit_id(kind: str, text: str) -> str:
    """The canonical identifier of a unit; what is none is only tidied, for its rule to judge."""
    return canonical_id(kind, text) or compact(text)


def _mobile(text: str) -> str:
    """The number without its country prefix; what is no number is only tidied."""
    return mobile(text) or compact(text)


def _is_coded(field: Field) -> bool:
    """Whether a closed list or a pattern, itself written in half width, says what the values are."""
    said = "".join((*field.allowed, field.pattern or ""))
    return bool(said) and said == to_half_width(said)


def _without(text: pa.Array, where: str, pattern: str) -> pa.Array:
    """``text`` without what matches ``pattern``, in the values that match ``where``."""
    found = pc.match_substring_regex(text, where)
    if not pc.any(found).as_py():
        return text
    return pc.if_else(found, pc.replace_substring_regex(text, pattern, ""), text)


def _integers(text: pa.Array) -> pa.Array:
    if pc.all(pc.match_substring_regex(text, _WHOLE)).as_py():
        return text.cast(pa.int64())  # the usual case, found by one look
    text = _without(_without(text, _GROUPED, ","), r"^-?\d+\.0+$", r"\.0+$")
    clean = pc.match_substring_regex(text, _WHOLE)
    return _two_ways(text, clean, lambda plain: plain.cast(pa.int64()), spellings.integer, pa.int64())


def _numbers(text: pa.Array, field: Field) -> pa.Array:
    kind = arrow_type(field)
    slow = partial(spellings.decimal, scale=field.scale)
    if field.scale > _PLACES:
        return _by_spelling(_without(text, _GROUPED, ","), slow, kind)
    clean = pc.match_substring_regex(text, _PLAIN)
    if not pc.all(clean).as_py():
        text = _without(text, _GROUPED, ",")
        clean = pc.match_substring_regex(text, _PLAIN)
    return _two_ways(text, clean, lambda plain: _rounded(plain, field.scale), slow, kind)


def _rounded(text: pa.Array, scale: int) -> pa.Array:
    exact = text.cast(pa.decimal128(38, _PLACES))
    # Source: GB/T 8170-2008, half to even.
    return pc.round(exact, scale, round_mode="half_to_even").cast(pa.decimal128(38, scale))


def _dates(text: pa.Array, field: Field) -> pa.Array:
    return _by_spelling(text, partial(spellings.day, grain=field.grain, form=field.format), pa.date32())


def _timestamps(text: pa.Array, field: Field) -> pa.Array:
    clean = pc.match_substring_regex(text, _ISO_INSTANT)
    slow = partial(spellings.instant, form=field.format)
    return _two_ways(text, clean, _iso_instants, slow, pa.timestamp("us"))


def _iso_instants(text: pa.Array) -> pa.Array:
    spaced = pc.utf8_replace_slice(text, 10, 11, "T")
    parsed = pc.strptime(spaced, format="%Y-%m-%dT%H:%M:%S", unit="us", error_is_null=True)
    # A day the month does not have moves into the next one: such a value is not taken here.
    same_day = pc.equal(pc.day(parsed), pc.utf8_slice_codeunits(text, 8, 10).cast(pa.int64()))
    return pc.if_else(same_day, parsed, pa.scalar(None, pa.timestamp("us")))


def _booleans(text: pa.Array) -> pa.Array:
    return _by_spelling(text, spellings.boolean, pa.bool_())


_TYPES: Final = {
    FieldType.STRING: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.DATE: pa.date32(),
    FieldType.TIMESTAMP: pa.timestamp("us"),
    FieldType.BOOLEAN: pa.bool_(),
}
_CASTS: Final[dict[FieldType, Callable[[pa.Array, Field], pa.Array]]] = {
    FieldType.STRING: _strings,
    FieldType.INTEGER: lambda text, _: _integers(text),
    FieldType.NUMBER: _numbers,
    FieldType.DATE: _dates,
    FieldType.TIMESTAMP: _timestamps,
    FieldType.BOOLEAN: lambda text, _: _booleans(text),
}
