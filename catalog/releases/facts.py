"""Checked facts of a release: what query plans may rely on.

Decides whether a protected table keeps what its contract declares about units and keys; a fact is
measured on the rows, never taken from the declaration. Does not make the table
(:mod:`catalog.releases.protect` does) nor say what a plan does with a fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import CatalogError
from catalog.releases.declared import declared_keys, is_coarsened, protected_columns, public_bounds
from catalog.releases.noise import Noise
from catalog.releases.proof import is_unique, unit_refusals
from contracts.model import Contract, Use


class FactsRefused(CatalogError):
    """A release that does not keep what its contract declares.

    Attributes:
        dataset: ``schema.table``.
        reasons: one sentence per broken fact; no data value.
    """

    def __init__(self, dataset: str, reasons: Sequence[str]) -> None:
        self.dataset, self.reasons = dataset, tuple(reasons)
        super().__init__(f"{dataset}: " + "; ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A kind of unit the rows are about.

    Attributes:
        kind: ``person``, ``household``, ``enterprise``, …
        column: protected column that holds its pseudonym, ``_u_<field>``.
        number: protected column that numbers the unit's rows 1…n, ``_n_<kind>``.
        max_rows: no unit of the kind has more rows than this.
    """

    kind: str
    column: str
    number: str
    max_rows: int


@dataclass(frozen=True, slots=True)
class UnitColumn:
    """A pseudonym column, whether or not the row is about the unit it names."""

    column: str
    field: str
    kind: str
    about: bool


@dataclass(frozen=True, slots=True)
class ProtectedColumn:
    """A column of the protected table that stands for a field.

    Attributes:
        name: in the protected table.
        field: of the contract.
        arrow_type: as Arrow prints it, e.g. ``int64``.
        use: what an analyst may do with it.
        scale: a measure is stored in units of ``10**-scale``.
        grain: at which times and coordinates are stored, or None.
    """

    name: str
    field: str
    arrow_type: str
    use: Use
    scale: int = 0
    grain: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was checked of a release.

    Attributes:
        units: kinds the rows are about.
        unit_columns: every pseudonym column.
        unique_keys: sets of protected columns, unique among the rows whose ``_u_`` columns of the
            set are not NULL (a NULL of another column counts as a value).
        columns: the other protected columns.
        size_class: public order of magnitude of the row count, e.g. ``<10^5``.
        derived_from: unit kinds behind a statistical composed dataset.
        noise: of a statistical dataset that was made with noise.
    """

    units: tuple[UnitFact, ...] = ()
    unit_columns: tuple[UnitColumn, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    columns: tuple[ProtectedColumn, ...] = ()
    size_class: str = "<10^1"
    derived_from: tuple[str, ...] = ()
    noise: Noise | None = None

    @property
    def shown(self) -> frozenset[str]:
        """Kinds of unit behind a statistical dataset for which its figures carry no noise."""
        return frozenset(self.derived_from) - self.hidden

    @property
    def hidden(self) -> frozenset[str]:
        """Kinds of unit behind a statistical dataset for which its figures carry noise."""
        return frozenset() if self.noise is None else frozenset(self.noise.kinds)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, as stored in ``releases.facts``."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Facts:
        """The facts :meth:`to_document` wrote."""
        return cls(
            units=tuple(UnitFact(**u) for u in document["units"]),
            unit_columns=tuple(UnitColumn(**c) for c in document["unit_columns"]),
            unique_keys=tuple(tuple(k) for k in document["unique_keys"]),
            columns=tuple(ProtectedColumn(**{**c, "use": Use(c["use"])}) for c in document["columns"]),
            size_class=document["size_class"],
            derived_from=tuple(document["derived_from"]),
            noise=None if document.get("noise") is None else Noise.from_document(document["noise"]),
        )


def size_class(rows: int) -> str:
    """Public order of magnitude of a row count.

    >>> size_class(50_000), size_class(0)
    ('<10^5', '<10^1')
    """
    return f"<10^{max(1, len(str(rows)))}"


def check(
    contract: Contract, vault: pa.Table, protected: pa.Table, derived_from: Sequence[str] = ()
) -> Facts:
    """Measure the facts of a release on its rows.

    Args:
        contract: what is declared.
        vault: the typed rows.
        protected: the analysis form of the same rows.
        derived_from: unit kinds behind a statistical composed dataset.

    Returns:
        Facts a query plan may rely on.

    Raises:
        FactsRefused: one of them does not hold.

    Source: architecture, "Checked facts".
    """
    reasons = [*declared_refusals(contract)]
    units = () if reasons else _unit_facts(contract)
    for unit in units:
        reasons += unit_refusals(unit, protected)
    reasons += bound_refusals(contract, protected)
    keys, broken = _keys(contract, vault, protected)
    reasons += broken
    if reasons:
        raise FactsRefused(contract.name, reasons)
    return Facts(
        units=units,
        unit_columns=tuple(
            UnitColumn(f"_u_{f.name}", f.name, f.unit.kind, f.unit.about)
            for f in contract.unit_fields
            if f.unit is not None
        ),
        unique_keys=keys,
        columns=_columns(contract, protected),
        size_class=size_class(protected.num_rows),
        derived_from=tuple(sorted(derived_from)),
    )


def declared_refusals(contract: Contract) -> tuple[str, ...]:
    """What a contract declares that no release could prove."""
    reasons = []
    about = [f.unit.kind for f in contract.unit_fields if f.unit is not None and f.unit.about]
    for kind in sorted({k for k in about if about.count(k) > 1}):
        reasons.append(
            f"two columns say that a row is about a {kind}: its rows cannot be numbered — "
            "give each its own kind or make one row per unit"
        )
    if contract.unit_fields:
        reasons += [
            f"{f.name} has use 'plain' but the rows name a unit — use dimension, measure, time or filter"
            for f in contract.fields
            if f.use is Use.PLAIN
        ]
    return tuple(reasons)


def _unit_facts(contract: Contract) -> tuple[UnitFact, ...]:
    bounds = {rule.kind: rule.max_rows for rule in contract.units}
    return tuple(
        UnitFact(f.unit.kind, f"_u_{f.name}", f"_n_{f.unit.kind}", bounds[f.unit.kind])
        for f in contract.unit_fields
        if f.unit is not None and f.unit.about
    )


def bound_refusals(contract: Contract, protected: pa.Table) -> list[str]:
    """Measures of which a row lies outside the public bounds."""
    reasons = []
    for f in contract.fields:
        if f.use is not Use.MEASURE or f.name not in protected.column_names:
            continue
        low, high = public_bounds(f)
        column = protected[f.name]
        outside = [
            pc.any(compare(column, bound)).as_py()
            for compare, bound in ((pc.less, low), (pc.greater, high))
            if bound is not None
        ]
        if any(outside):
            reasons.append(f"{f.name} has values outside its public bounds")
    return reasons


def _keys(
    contract: Contract, vault: pa.Table, protected: pa.Table
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """Declared keys in protected columns, and sentences for those that do not hold."""
    held: list[tuple[str, ...]] = []
    reasons: list[str] = []
    for key in declared_keys(contract):
        said = ", ".join(key)
        if key == contract.key and any(vault[name].null_count for name in key):
            reasons.append(f"the primary key ({said}) has missing values")
        elif not is_unique(_without_nulls(vault, key), key):
            reasons.append(f"the unique key ({said}) has duplicates")
        columns = protected_columns(contract, key)
        if any(name not in protected.column_names for name in columns):
            continue  # a part of the key stays in the vault: no plan can use the fact
        units = [name for name in columns if name.startswith("_u_")]
        if is_unique(_without_nulls(protected, units), columns):
            held.append(columns)
        elif not any(is_coarsened(contract.field(name)) for name in key):
            reasons.append(f"the unique key ({said}) names one unit twice under two spellings")
    return tuple(dict.fromkeys(held)), list(dict.fromkeys(reasons))


def _columns(contract: Contract, protected: pa.Table) -> tuple[ProtectedColumn, ...]:
    return tuple(
        ProtectedColumn(
            name=f.name,
            field=f.name,
            arrow_type=str(protected.schema.field(f.name).type),
            use=f.use,
            scale=f.scale if f.use is Use.MEASURE else 0,
            grain=f.grain,
        )
        for f in contract.fields
        if f.name in protected.column_names
    )


def _without_nulls(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    for name in columns:
        if rows[name].null_count:
            rows = rows.filter(pc.is_valid(rows[name]))
    return rows
