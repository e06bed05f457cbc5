"""The contract of a dataset as frozen values.

Decides what a well-formed contract is; an invalid one cannot be built. Does not read files
(:mod:`contracts.odcs.files` does) nor judge data (:mod:`contracts.cast` and
:mod:`contracts.conditions` do).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.attribution import MEANINGS, AttributionRule, Telling
from contracts.catalogue import Area, Entry, Join, Party, ResourceFormat, Sharing
from contracts.delivery import Cleaning, Drift, Load, Source, Unpivot
from contracts.errors import ContractError
from contracts.fields import SAFE_NAME, Field, UnitRef, UnitRule
from contracts.quality_rule import Rule
from contracts.vocabulary import (
    Action,
    CleaningKind,
    Composition,
    Dimension,
    DriftAction,
    FieldType,
    FormatCategory,
    ItemType,
    LoadKind,
    Readers,
    RuleKind,
    Secrecy,
    ShareMethod,
    ShareType,
    SourceFormat,
    UpdateCycle,
    Use,
)

__all__ = [
    "SAFE_NAME",
    "Action",
    "Area",
    "AttributionRule",
    "Cleaning",
    "CleaningKind",
    "Composed",
    "Composition",
    "Contract",
    "ContractError",
    "Dimension",
    "Drift",
    "DriftAction",
    "Entry",
    "Field",
    "FieldType",
    "FormatCategory",
    "ItemType",
    "Join",
    "Load",
    "LoadKind",
    "Party",
    "Readers",
    "ResourceFormat",
    "Rule",
    "RuleKind",
    "Secrecy",
    "ShareMethod",
    "ShareType",
    "Sharing",
    "Source",
    "SourceFormat",
    "Telling",
    "UnitRef",
    "UnitRule",
    "Unpivot",
    "UpdateCycle",
    "Use",
]


@dataclass(frozen=True, slots=True)
class Composed:
    """A dataset made by SQL over other ledger names.

    Attributes:
        kind: what a row stands for.
        sql: DuckDB SELECT over ``schema.table`` names of the ledger.
        readers: who a statistical dataset is made for.
        rho: privacy loss (zCDP) of one build with noise; None takes the rule's.
    """

    kind: Composition
    sql: str
    readers: Readers = Readers.ADMINISTRATION
    rho: float | None = None

    def __post_init__(self) -> None:
        if self.readers is Readers.OPERATORS and self.kind is not Composition.STATISTICAL:
            raise ContractError(
                "only a statistical dataset is made for operators",
                where="composed",
                remedy="set kind: statistical, or leave readers out",
            )
        if self.rho is not None and (self.readers is not Readers.OPERATORS or not 0 < self.rho < 100):
            raise ContractError(
                "rho is no privacy loss of a build for operators",
                where="composed",
                remedy="write a number above 0 beside readers: operators, or leave it out",
            )


@dataclass(frozen=True, slots=True)
class Contract:
    """What one dataset promises.

    Attributes:
        id: stable identity of the contract (ODCS ``id``).
        title: name of the dataset as people say it 信息资源名称.
        schema, table: physical names; ``name`` joins them and is what commands take.
        version: of the contract, semantic.
        department: the source department 数源部门.
        fields: in order.
        rules: declared quality rules; rules implied by fields are made by :mod:`contracts.conditions`.
        sources: layouts; empty for composed datasets.
        load: what a delivery stands for; anything but a full one needs a primary key (append does not).
        drift: what a delivery that differs from its layout does.
        cleaning: steps over raw cells, in order, before they are typed.
        minimum_quality: score (0–1) below which the release stops, or None.
        entry: core items of the catalogue entry that nothing else here says.
        units: row bounds for every kind the rows are about.
        unique_keys: sets of fields declared unique (the primary key is one of them).
        unit_free: no row is about, or names, a person, household or enterprise.
        key: field names of the primary key, in order.
        attribution: further rules that say which area a row belongs to, after the column of ``area``.
    """

    id: str
    title: str
    schema: str
    table: str
    department: Party
    fields: tuple[Field, ...]
    version: str = "1.0.0"
    status: str = "draft"
    summary: str = ""
    domain: str = ""
    tags: tuple[str, ...] = ()
    classification: str = ""  # 信息资源分类, e.g. 基础/人口
    sharing: Sharing = field(default_factory=Sharing)
    open: bool = False
    open_condition: str = ""
    update_cycle: UpdateCycle = UpdateCycle.IRREGULAR
    retention: str = ""
    secrecy: Secrecy = Secrecy.NONE
    grade: int | None = None
    nulls: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    sources: tuple[Source, ...] = ()
    units: tuple[UnitRule, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    joins: tuple[Join, ...] = ()
    area: Area | None = None
    attribution: tuple[AttributionRule, ...] = ()
    period_field: str | None = None  # the field whose latest value says how fresh the data is
    composed: Composed | None = None
    unit_free: bool = False
    load: Load = field(default_factory=Load)
    drift: Drift = field(default_factory=Drift)
    cleaning: tuple[Cleaning, ...] = ()
    quarantine_limit: float = 0.2  # share of landed rows; above it the release stops
    minimum_quality: float | None = None
    entry: Entry = field(default_factory=Entry)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        where = f"{self.schema}.{self.table}"
        for part in (self.schema, self.table):
            if not SAFE_NAME.match(part):
                raise ContractError(
                    f"{part!r} is not a safe name",
                    where=where,
                    remedy="use lower-case letters, digits and underscores, a letter first",
                )
        names = [f.name for f in self.fields]
        if not names:
            raise ContractError("a contract needs at least one field", where=where)
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ContractError(f"field {twice[0]} is defined twice", where=where)
        self._check_references(where, set(names))
        self._check_units(where)
        self._check_load(where)

    def _check_references(self, where: str, known: set[str]) -> None:
        used: list[tuple[str, str]] = [
            *((f"rule {r.id}", f) for r in self.rules for f in r.fields),
            *((f"cleaning step {c.id}", f) for c in self.cleaning for f in c.fields),
            *((f"source {s.name}", f) for s in self.sources for f in s.absent),
            *((f"source {s.name}", f) for s in self.sources if s.unpivot for f in _unpivoted(s.unpivot)),
            *(("unique key", f) for key in self.unique_keys for f in key),
            *(("join", j.field) for j in self.joins),
        ]
        if self.area is not None:
            used.append(("area", self.area.field))
        used += [("attribution", name) for rule in self.attribution for name in rule.reads]
        if self.period_field is not None:
            used.append(("period", self.period_field))
        if self.load.watermark is not None:
            used.append(("watermark", self.load.watermark))
        for what, name in used:
            if name not in known:
                raise ContractError(
                    f"{what} names the field {name}, which does not exist",
                    where=where,
                    remedy="correct the name or add the field",
                )

    def _check_units(self, where: str) -> None:
        about = {f.unit.kind for f in self.fields if f.unit is not None and f.unit.about}
        bounded = {u.kind for u in self.units}
        for kind in sorted(about - bounded):
            raise ContractError(
                f"rows are about a {kind} but no max_rows is given for it",
                where=where,
                remedy=f"add units: [{{kind: {kind}, maxRows: …}}]",
            )
        for kind in sorted(bounded - about):
            raise ContractError(f"max_rows names {kind}, which no column identifies", where=where)
        if self.unit_free and any(f.unit is not None for f in self.fields):
            raise ContractError("a unit-free dataset cannot have unit columns", where=where)

    def _check_load(self, where: str) -> None:
        keyed = self.load.kind in (LoadKind.INCREMENTAL, LoadKind.CHANGES)
        if keyed and not self.key:
            raise ContractError(
                f"{self.load.kind} loads are merged by the primary key, which is missing",
                where=where,
                remedy="set primaryKey on the fields that identify a row",
            )
        if self.composed is not None and self.load.kind is not LoadKind.FULL:
            raise ContractError("a composed dataset is made whole", where=where, remedy="remove load")

    @property
    def name(self) -> str:
        """``schema.table``: what commands and composed SQL call this dataset."""
        return f"{self.schema}.{self.table}"

    @property
    def key(self) -> tuple[str, ...]:
        """Fields of the primary key, in order; empty where none is declared."""
        keyed = [f for f in self.fields if f.key_position is not None]
        return tuple(f.name for f in sorted(keyed, key=lambda f: f.key_position or 0))

    def field(self, name: str) -> Field:
        """The field called ``name``.

        Raises:
            KeyError: there is none.
        """
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    @property
    def attribution_rules(self) -> tuple[AttributionRule, ...]:
        """Every rule of attribution in priority order: the column of ``area`` first."""
        if self.area is None:
            return self.attribution
        meaning = self.area.meaning if self.area.meaning in MEANINGS else MEANINGS[0]
        column = AttributionRule(Telling.CODE, (self.area.field,), meaning)
        return (column, *(rule for rule in self.attribution if rule != column))

    @property
    def unit_fields(self) -> tuple[Field, ...]:
        """Fields that identify a unit, in order."""
        return tuple(f for f in self.fields if f.unit is not None)


def _unpivoted(unpivot: Unpivot) -> tuple[str, str]:
    return unpivot.label, unpivot.value
