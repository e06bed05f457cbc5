"""Vault rows to the protected form: the analysis form a query worker may open.

Decides what of a row stays: units become keyed pseudonyms and row numbers, times and coordinates
are coarsened to their grain, measures become integers, identifiers and free text go. Does not
decide whether the result may be released (:mod:`catalog.facts` does).

Row numbers are dense: a unit with n rows has the numbers 1…n. A row keeps its number between
releases as long as that holds; where rows of a unit vanished, the gaps are filled by the unit's
rows with the highest numbers, and by no other row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import connect
from catalog.errors import CatalogError
from catalog.units import distinct_ids, pseudonym
from contracts.model import Contract, Field, FieldType, Use

Numbers = npt.NDArray[np.int64]

# Uses whose columns never leave the vault; a unit's identifier leaves as a pseudonym only.
HIDDEN: Final = frozenset({Use.IDENTIFIER, Use.FREE_TEXT, Use.NEVER})
# What a time is stored at when its contract does not say.
DEFAULT_GRAIN: Final = "day"


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


def protect(contract: Contract, rows: pa.Table, key: bytes, before: pa.Table | None = None) -> Protected:
    """Make the two physical forms of a release.

    Args:
        contract: says what each column is.
        rows: typed, checked rows: the contract's fields and ``_file``, ``_line``.
        key: the pseudonym key.
        before: the vault of the previous release, or None; with a primary key its rows keep
            their numbers.

    Raises:
        NotAnInteger: a measure beyond 64 bits.
    """
    columns: dict[str, Any] = {}
    numbers: dict[str, pa.Array] = {}
    for field in contract.unit_fields:
        assert field.unit is not None
        units = pseudonyms(field.unit.kind, rows[field.name], key)
        columns[f"_u_{field.name}"] = units
        if field.unit.about:
            name = f"_n_{field.unit.kind}"
            numbers[name] = number(units, _kept(contract, field, rows, before, name))
    vault = rows
    for name, values in numbers.items():
        vault = vault.append_column(name, values)
    columns |= numbers
    columns |= {f.name: _stored(f, rows[f.name]) for f in contract.fields if f.use not in HIDDEN}
    protected = pa.table(columns) if columns else pa.table({"_row": pa.nulls(rows.num_rows, pa.int8())})
    return Protected(vault, protected.take(_order(contract, protected)))


def pseudonyms(kind: str, ids: pa.ChunkedArray, key: bytes) -> pa.Array:
    """63 bits of HMAC-SHA-256(key, kind ‖ 0 ‖ canonical id), NULL for a missing or invalid id.

    Each distinct id is hashed once.
    """
    distinct, rows = distinct_ids(kind, ids)
    return pa.array([pseudonym(kind, each, key) for each in distinct], pa.int64()).take(rows)


def number(units: pa.Array, kept: Numbers | None = None) -> pa.Array:
    """Row numbers 1…n within each unit, NULL where the unit is.

    Args:
        units: pseudonym of every row.
        kept: the number each row had in the previous release, 0 where it had none.
    """
    known = np.flatnonzero(np.asarray(units.is_valid()))
    result = np.zeros(len(units), dtype=np.int64)
    if len(known):
        values = units.fill_null(0).to_numpy(zero_copy_only=False)[known]
        former = np.zeros(len(known), dtype=np.int64) if kept is None else kept[known]
        result[known] = _dense(values, former)
    return pa.array(result.astype(np.int32), mask=result == 0)


def _dense(units: Numbers, former: Numbers) -> Numbers:
    """Numbers 1…n per unit; a former number stays if it is at most n and nobody else has it."""
    _, code, count = np.unique(units, return_inverse=True, return_counts=True)
    start = np.cumsum(count) - count
    slot = start[code] + former - 1
    candidates = np.flatnonzero((former >= 1) & (former <= count[code]))
    _, first = np.unique(slot[candidates], return_index=True)
    staying = candidates[first]
    taken = np.zeros(len(units), dtype=bool)
    taken[slot[staying]] = True
    moving = np.ones(len(units), dtype=bool)
    moving[staying] = False
    rest = np.flatnonzero(moving)
    # Rows above a gap fill it in their old order; new rows come after them, as they landed.
    rank = np.where(former[rest] > 0, former[rest], np.iinfo(np.int64).max)
    rest = rest[np.lexsort((rest, rank, code[rest]))]
    slot[rest] = np.flatnonzero(~taken)
    numbers: Numbers = slot - start[code] + 1
    return numbers


def _kept(
    contract: Contract, field: Field, rows: pa.Table, before: pa.Table | None, number_column: str
) -> Numbers | None:
    """Former number of every row, matched by primary key; 0 where new or about another unit now."""
    if before is None or not contract.key:
        return None
    needed = {*contract.key, field.name, number_column}
    if not needed <= set(before.column_names):
        return None
    matching = list(dict.fromkeys((*contract.key, field.name)))
    same = " AND ".join(f'n."{k}" IS NOT DISTINCT FROM o."{k}"' for k in matching)
    now = rows.select(matching).append_column("_row", pa.array(np.arange(rows.num_rows)))
    old = before.select(sorted(needed))
    with connect() as connection:
        connection.register("now_rows", now)
        connection.register("old_rows", old)
        matched = connection.sql(
            f'SELECT coalesce(o."{number_column}", 0)::BIGINT AS kept '
            f"FROM now_rows n LEFT JOIN old_rows o ON {same} ORDER BY n._row"
        ).to_arrow_table()
    kept: Numbers = matched["kept"].to_numpy()
    return kept


def _order(contract: Contract, protected: pa.Table) -> Any:
    """Rows by first unit (one the rows are about, if any) and number."""
    fields = sorted(contract.unit_fields, key=lambda f: not (f.unit is not None and f.unit.about))
    if not fields or fields[0].unit is None:
        return pa.array(np.arange(protected.num_rows))
    keys = [(f"_u_{fields[0].name}", "ascending")]
    if fields[0].unit.about:
        keys.append((f"_n_{fields[0].unit.kind}", "ascending"))
    return pc.sort_indices(protected, sort_keys=keys)


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
