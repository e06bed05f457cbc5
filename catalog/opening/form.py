"""The open form of a release: what of it a public file would hold.

Decides the columns, their order and the rounding of figures; it is made from the protected form alone,
never from the vault. Whether it may leave is :mod:`catalog.opening.checking`'s decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from catalog.home import Home
from catalog.lineage import columns as lineage
from catalog.releases import delta
from catalog.releases import published as releases
from catalog.releases.published import Release
from contracts.canonical import digest
from contracts.model import Composition, Contract, Field, FieldType, Use
from policies.disclosure import defaults, round_to, significant
from policies.rulebook import rule


class Kind(StrEnum):
    """What a row of an open file may stand for."""

    UNIT_FREE = "unit_free"  # a thing that is no person, household or enterprise, nor made from them
    STATISTICAL = "statistical"  # a cell of a statistic over units
    UNITS = "units"  # a unit: never open


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Rows as a public file would hold them.

    Attributes:
        kind: what a row stands for.
        rows: columns named as in the contract, in its order; sorted by key.
        fields: of the contract, by column.
        counts: columns that count units or rows of units.
        kinds: unit kinds behind the rows, sorted.
        rounding: how figures were rounded, in words; empty where they were not.
    """

    kind: Kind
    rows: pa.Table
    fields: tuple[Field, ...]
    counts: tuple[str, ...]
    kinds: tuple[str, ...]
    rounding: str


def kind_of(contract: Contract, contracts: Mapping[str, Contract]) -> Kind:
    """What a row of a dataset stands for.

    Args:
        contract: in force.
        contracts: of every dataset of the ledger, for the units behind a composed one.
    """
    behind = lineage.kinds_behind(contract.name, contracts)
    if not behind and contract.unit_free:
        return Kind.UNIT_FREE
    composed = contract.composed
    if composed is not None and composed.kind is Composition.STATISTICAL and not contract.unit_fields:
        return Kind.STATISTICAL
    return Kind.UNITS


def scope_of(contract: Contract) -> str:
    """Digest of what an opening opens: its columns, and how its rows are made; wording is no part of it."""
    composed = contract.composed
    columns = [
        [f.name, f.type.value, f.scale, None if f.use is None else f.use.value] for f in contract.fields
    ]
    made = None if composed is None else [composed.kind.value, composed.sql]
    return digest({"columns": columns, "made": made, "unit_free": contract.unit_free})


def protected_rows(home: Home, release: Release) -> pa.Table:
    """The protected form of a release, its own columns (``_u_…``, ``_n_…``, ``_r``) included."""
    return delta.read(releases.protected_folder(home, release.dataset), release.protected_version)


def open_form(
    home: Home, release: Release, contract: Contract, contracts: Mapping[str, Contract], on: date
) -> OpenForm:
    """The open form of a release, with figures over units rounded.

    Args:
        home: the installation.
        release: of the dataset.
        contract: it was built from.
        contracts: of every dataset of the ledger.
        on: day whose thresholds apply.
    """
    rows = protected_rows(home, release)
    fields = tuple(f for f in contract.fields if f.name in rows.column_names)
    kind = kind_of(contract, contracts)
    kinds = tuple(sorted(lineage.kinds_behind(contract.name, contracts)))
    counts = unit_counts(contract, contracts) if kinds else ()
    rows = _sorted(rows.select([f.name for f in fields]), contract)
    if not kinds or kind is not Kind.STATISTICAL:
        return OpenForm(kind, _plain(rows, fields), fields, counts, kinds, "")
    base, digits = defaults(on).rounding_base, int(rule("opening", "measure_digits", on).value)
    whole = _counts(contract)
    columns = []
    for item in fields:
        column = rows[item.name]
        if item.use is Use.MEASURE:
            values = column.to_pylist()
            rounded = [
                None if v is None else (round_to(v, base) if item.name in whole else significant(v, digits))
                for v in values
            ]
            column = pa.chunked_array([pa.array(rounded, pa.int64())])
        columns.append(column)
    words = f"counts to multiples of {base}, other figures to {digits} significant digits"
    made = pa.table(columns, names=[f.name for f in fields])
    return OpenForm(kind, _plain(made, fields), fields, counts, kinds, words)


def unit_counts(contract: Contract, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Columns of a statistical dataset that count units, or rows of units."""
    inputs = lineage.inputs_of(contract.composed.sql) if contract.composed else ()
    units = {f.name for name in inputs if name in contracts for f in contracts[name].unit_fields}
    return tuple(
        name
        for name, count in _counts(contract).items()
        if not (named := {column.name for column in count.find_all(exp.Column)}) or named & units
    )


def _counts(contract: Contract) -> dict[str, exp.AggFunc]:
    """Columns of a composed dataset that are counts, with how they are made."""
    made = {name: _bare(each) for name, each in _made(contract).items()}
    return {name: each for name, each in made.items() if isinstance(each, exp.AggFunc) and _is_count(each)}


def computed_of_counts(contract: Contract) -> tuple[str, ...]:
    """Columns that are no count but computed from one: a share, a product; they would tell it exactly."""
    counts = _counts(contract)
    return tuple(
        name
        for name, each in _made(contract).items()
        if name not in counts and any(_is_count(figure) for figure in each.find_all(exp.AggFunc))
    )


def _made(contract: Contract) -> dict[str, exp.Expression]:
    """Columns of a composed dataset, with how they are made."""
    if contract.composed is None:
        return {}
    tree = sqlglot.parse_one(contract.composed.sql, dialect="duckdb")
    return {each.alias_or_name: each.unalias() for each in getattr(tree, "expressions", ())}


def _bare(each: exp.Expression) -> exp.Expression:
    """An expression without the casts and parentheses around it."""
    while isinstance(each, exp.Cast | exp.Paren):
        each = each.this
    return each


def _is_count(figure: exp.AggFunc) -> bool:
    """Whether a figure counts: ``count`` does, and ``sum(1)``."""
    return isinstance(figure, exp.Count) or (isinstance(figure, exp.Sum) and figure.find(exp.Column) is None)


def _sorted(rows: pa.Table, contract: Contract) -> pa.Table:
    """In an order that says nothing of how the rows came: by key, else by every column."""
    by = [name for name in contract.key if name in rows.column_names]
    order = [(name, "ascending") for name in (*by, *(n for n in rows.column_names if n not in by))]
    return rows.take(pc.sort_indices(rows, sort_keys=order)) if rows.num_rows else rows


def _plain(rows: pa.Table, fields: Sequence[Field]) -> pa.Table:
    """Measures in the unit of their field again: the protected form holds them as integers."""
    columns: list[Any] = []
    for item in fields:
        column = rows[item.name]
        scaled = item.use is Use.MEASURE and item.scale and pa.types.is_integer(column.type)
        if scaled or (item.use is Use.MEASURE and item.type is FieldType.NUMBER):
            step = Decimal(1).scaleb(-item.scale)
            values = [None if v is None else Decimal(v) * step for v in column.to_pylist()]
            column = pa.chunked_array([pa.array(values, pa.decimal128(38, item.scale))])
        columns.append(column)
    return pa.table(columns, names=[f.name for f in fields])
