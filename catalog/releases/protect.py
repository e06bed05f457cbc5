"""Vault rows to the protected form: the analysis form a query worker may open.

Decides what of a row stays: units become keyed pseudonyms and row numbers, times and coordinates
are coarsened to their grain, measures become integers, identifiers and free text go. Does not
decide whether the result may be released (:mod:`catalog.releases.facts` does).

Row numbers are dense: a unit with n rows has the numbers 1…n. A row keeps its number between
releases as long as that holds; where rows of a unit vanished, the gaps are filled by the unit's
rows with the highest numbers, and by no other row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import CatalogError
from catalog.releases.matching import NOTHING, Former, Matched, match
from catalog.releases.unit_numbers import Numbers, numbered
from catalog.releases.units import pseudonyms
from contracts.model import Contract, Field, FieldType, LoadKind, Use

# Uses whose columns never leave the vault; a unit's identifier leaves as a pseudonym only.
HIDDEN: Final = frozenset({Use.IDENTIFIER, Use.FREE_TEXT, Use.NEVER})
# What a time is stored at when its contract does not say.
DEFAULT_GRAIN: Final = "day"
# Identity of a row in both forms of a dataset that is merged: the number of its first arrival. It says
# nothing of the row, is in no query's schema, and stays while the row's key stays.
ROW_ID: Final = "_r"
# Rows of a stretch of arrivals, within which the protected form of a merged dataset is sorted.
STRETCH_ROWS: Final = 250_000
# From so many rows on the vault keeps each row's pseudonyms: reading them costs less than hashing.
KEEP_PSEUDONYMS: Final = 200_000
# First rows of a column by which it is judged whether its texts repeat.
_LOOKED_AT: Final = 20_000


class NotAnInteger(CatalogError):
    """A measure that does not fit 64 bits at its scale."""


@dataclass(frozen=True, slots=True)
class Protected:
    """Both physical forms of a release.

    Attributes:
        vault: the rows as given, with ``_n_<kind>`` for every kind they are about.
        protected: the analysis form, sorted by its first unit.
    """

    vault: pa.Table
    protected: pa.Table


def protect(
    contract: Contract,
    rows: pa.Table,
    key: bytes,
    before: pa.Table | None = None,
    *,
    matched: Matched | None = None,
) -> Protected:
    """Make the two physical forms of a release.

    Args:
        contract: says what each column is.
        rows: typed, checked rows: the contract's fields and ``_file``, ``_line``, perhaps ``_r``.
        key: the pseudonym key.
        before: the vault of the previous release, or None; with a primary key its rows keep
            their numbers.
        matched: the rows beside those of the previous release, where the caller has matched them.

    Raises:
        NotAnInteger: a measure beyond 64 bits.
    """
    if matched is None:
        matched = NOTHING if before is None else match(contract, rows, Former.of(before))
    units: dict[str, pa.Array] = {}
    numbers: dict[str, pa.Array] = {}
    order: Numbers | None = None
    for field in _first_about(contract):
        assert field.unit is not None
        units[field.name] = _units(field.unit.kind, rows[field.name], key, matched.pseudonyms.get(field.name))
        if field.unit.about:
            name = f"_n_{field.unit.kind}"
            numbers[name], places = numbered(units[field.name], matched.numbers.get(name))
            order = places if order is None else order
    return Protected(
        vault_form(contract, rows, units, numbers),
        protected_form(contract, rows, units, numbers, order),
    )


def vault_form(
    contract: Contract, rows: pa.Table, units: Mapping[str, pa.Array], numbers: Mapping[str, pa.Array]
) -> pa.Table:
    """The rows with their numbers, and where there are many, the pseudonyms not to be hashed again."""
    vault = rows
    for name, values in numbers.items():
        vault = vault.append_column(name, values)
    snapshots = contract.load.kind is LoadKind.FULL and contract.key
    if rows.num_rows >= KEEP_PSEUDONYMS and snapshots:
        for name, values in units.items():
            vault = vault.append_column(f"_u_{name}", values)
    return vault


def protected_form(
    contract: Contract,
    rows: pa.Table,
    units: Mapping[str, pa.Array],
    numbers: Mapping[str, pa.Array],
    order: Numbers | None = None,
) -> pa.Table:
    """The analysis form of rows, sorted by their first unit.

    Args:
        contract: says what each column is.
        rows: typed rows; where they carry row identities, they are sorted within stretches of
            :data:`STRETCH_ROWS` identities, so that a row that changes lies in a small file.
        units: field → pseudonym of every row.
        numbers: ``_n_<kind>`` → number of every row.
        order: the rows by their first unit and number, where that is known.
    """
    columns: dict[str, Any] = {f"_u_{f.name}": units[f.name] for f in contract.unit_fields}
    columns |= numbers
    columns |= {f.name: _stored(f, rows[f.name]) for f in contract.fields if f.use not in HIDDEN}
    if ROW_ID in rows.column_names:
        columns[ROW_ID] = rows[ROW_ID]
    if not columns:
        return pa.table({"_row": pa.nulls(rows.num_rows, pa.int8())})
    protected = pa.table(columns)
    if order is None:
        order = _order(contract, protected)
    if ROW_ID in columns and order is not None:
        stretch = (np.asarray(rows[ROW_ID]) // STRETCH_ROWS).astype(np.int32)
        order = order[np.argsort(stretch[order], kind="stable")]
    return protected if order is None else taken(protected, order)


def taken(rows: pa.Table, order: Numbers) -> pa.Table:
    """Rows in another order; texts that repeat are moved as their codes, which is several times faster."""
    places = pa.array(order)
    columns: dict[str, Any] = {}
    for name in rows.column_names:
        column: Any = rows[name].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if _repeats(column):
            columns[name] = column.dictionary_encode().take(places).cast(column.type)
        else:
            columns[name] = column.take(places)
    return pa.table(columns)


def _repeats(column: pa.Array) -> bool:
    """Whether a long column holds few texts again and again, by its first rows."""
    if len(column) < KEEP_PSEUDONYMS or not pa.types.is_string(column.type):
        return False
    return len(column.slice(0, _LOOKED_AT).unique()) < _LOOKED_AT // 10


def _units(kind: str, ids: pa.ChunkedArray, key: bytes, former: pa.Array | None) -> pa.Array:
    """Pseudonym of every row, hashed only where the former release has none."""
    if former is None:
        return pseudonyms(kind, ids, key)
    if not former.null_count:
        return former
    fresh = pc.is_null(former)
    hashed = pseudonyms(kind, ids.filter(fresh), key)
    return pc.replace_with_mask(former, fresh, hashed)


def _first_about(contract: Contract) -> list[Field]:
    """Unit fields, those the rows are about first."""
    return sorted(contract.unit_fields, key=lambda f: not (f.unit is not None and f.unit.about))


def _order(contract: Contract, protected: pa.Table) -> Numbers | None:
    """Rows by first unit and number; None where no unit is named."""
    fields = _first_about(contract)
    if not fields or fields[0].unit is None:
        return None
    keys = [(f"_u_{fields[0].name}", "ascending")]
    if fields[0].unit.about:
        keys.append((f"_n_{fields[0].unit.kind}", "ascending"))
    order: Numbers = pc.sort_indices(protected, sort_keys=keys).to_numpy().astype(np.int64)
    return order


def _stored(field: Field, values: pa.ChunkedArray) -> Any:
    """A column as the protected table holds it."""
    if field.use is Use.MEASURE:
        return _as_integers(field, values)
    if field.type is FieldType.NUMBER and field.grain is not None:
        return _floored(field, values)
    if field.type in (FieldType.DATE, FieldType.TIMESTAMP) and (field.grain or field.use is Use.TIME):
        grain = field.grain or DEFAULT_GRAIN
        if field.type is FieldType.DATE and grain in ("day", "hour", "minute", "second"):
            return values
        return pc.floor_temporal(values, unit=grain).cast(values.type)
    return values


def _as_integers(field: Field, values: pa.ChunkedArray) -> pa.Array:
    """A measure in units of ``10**-scale``."""
    if field.type is FieldType.INTEGER and field.scale == 0:
        return values
    whole, mask = _unscaled(field, values)
    return pa.array(whole, mask=mask)


def _floored(field: Field, values: pa.ChunkedArray) -> pa.Array:
    """A coordinate at its grain, rounded towards minus infinity, still a decimal."""
    whole, mask = _unscaled(field, values)
    step = int(Decimal(field.grain or "1") * 10**field.scale)
    if step > 1:
        whole = whole - whole % step
    words = np.empty((len(whole), 2), dtype="<i8")
    words[:, 0], words[:, 1] = whole, whole >> 63  # a decimal is 128 bits, low word first
    validity = pa.array(~mask).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(38, field.scale), len(whole), [validity, pa.py_buffer(words.tobytes())]
    )


def _unscaled(field: Field, values: pa.ChunkedArray) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """A decimal column as integers of ``10**-scale``, and where it is missing."""
    decimals = values.cast(pa.decimal128(38, field.scale)).combine_chunks()
    if isinstance(decimals, pa.ChunkedArray):  # an empty column has no chunk to combine
        decimals = pa.concat_arrays(decimals.chunks) if decimals.num_chunks else pa.array([], decimals.type)
    mask = np.asarray(decimals.is_null())
    zero = pa.scalar(Decimal(0), decimals.type)
    buffer = decimals.fill_null(zero).buffers()[1]
    words = np.frombuffer(buffer, dtype="<i8").reshape(-1, 2)[decimals.offset :][: len(decimals)]
    if np.any(words[:, 1] != words[:, 0] >> 63):
        raise NotAnInteger(f"{field.name} has values beyond 64 bits at scale {field.scale} — lower the scale")
    return words[:, 0].copy(), mask
