"""What a grantee's SQL may name: the granted tables, their columns with use and type, the checked facts.

Decides which tables and columns exist for a grant; a column the terms do not name does not. Reads
contracts and releases, never rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contracts.model import Contract, Field, FieldType, Use
from policies.protection import ColumnRule, TableRule
from policies.terms import DatasetTerm, JoinTerm, Terms

if TYPE_CHECKING:
    from catalog.releases.facts import Facts
    from catalog.releases.published import Release


@dataclass(frozen=True, slots=True)
class Column:
    """A column as SQL sees it.

    Attributes:
        name: as the grantee writes it.
        physical: in the protected table.
        use, type: of the contract's field.
        domain: closed list of values, which is public; empty if there is none.
        minimum, maximum: public bounds, in units of the field.
        grain: of a time, or the step of the grid a number may be compared on.
        scale: a measure is stored in units of ``10**-scale``.
        nullable: whether a value may be missing.
        kind: of the unit it names, or None.
        rule: what owner and grant ask of it; None where nothing.
    """

    name: str
    physical: str
    use: Use
    type: FieldType
    domain: tuple[str, ...] = ()
    minimum: float | int | str | None = None
    maximum: float | int | str | None = None
    grain: str | None = None
    scale: int = 0
    nullable: bool = True
    kind: str | None = None
    rule: ColumnRule | None = None

    @property
    def factor(self) -> int:
        """What a stored measure is divided by to be in units of the field."""
        return int(10**self.scale) if self.use is Use.MEASURE else 1


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind the rows are about, as checked at release: see :class:`catalog.releases.facts.UnitFact`."""

    kind: str
    column: str
    number: str
    max_rows: int


@dataclass(frozen=True, slots=True)
class Table:
    """A granted dataset.

    Attributes:
        id: how it is called inside the compiler.
        schema, table: how SQL may name it.
        columns: granted columns.
        ungranted: the others, which only a row filter may name.
        units: kinds the rows are about.
        unique_keys: checked, by protected column.
        derived_from: kinds of unit behind a statistical dataset.
        noised: whether it is made of statistics whose noise hides units behind them.
        declared_free: whether its contract says that no row names or is about a unit.
        row_filter: condition of the grant, or None.
        rules: what owner and grant ask of the whole.
        own: whether an operator brought it; answers that read it are differentially private.
        graded: whether its grade asks for protection although no unit stands in it.
        added: further columns of its node in the plan, by their SQL over the protected table.
    """

    id: str
    schema: str
    table: str
    columns: tuple[Column, ...]
    ungranted: tuple[Column, ...] = ()
    units: tuple[Unit, ...] = ()
    unique_keys: tuple[frozenset[str], ...] = ()
    derived_from: tuple[str, ...] = ()
    noised: bool = False
    declared_free: bool = False
    row_filter: str | None = None
    rules: TableRule = field(default_factory=TableRule)
    own: bool = False
    graded: bool = False
    added: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.table}"

    @property
    def unit_free(self) -> bool:
        """Whether no unit stands in or behind its rows: declared or hidden, and nothing found against it.

        A table of which group sizes are asked, or whose grade asks for protection, is answered as if its
        rows were units.
        """
        named = any(c.kind is not None for c in (*self.columns, *self.ungranted))
        sized = self.graded or bool(
            self.rules.min_group or self.rules.min_distinct or self.rules.small_groups
        )
        free = self.declared_free or self.noised
        return free and not (self.units or self.derived_from or named or sized)

    def column(self, name: str) -> Column | None:
        """The granted column of that name (SQL names compare without case), or None."""
        return next((c for c in self.columns if c.name == name.lower()), None)

    def unique(self, physical: Iterable[str]) -> bool:
        """Whether a checked unique key is contained in these protected columns."""
        have = frozenset(physical)
        return any(key <= have for key in self.unique_keys)


@dataclass(frozen=True, slots=True)
class QuerySchema:
    """Everything a query under one grant may name.

    Attributes:
        tables: of the grant.
        joins: it declares.
        views: named SELECTs of the caller's workspace, by name in lower case; see
        :mod:`space.query.grammar.views`.
    """

    tables: tuple[Table, ...]
    joins: tuple[JoinTerm, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Terms, pairs: Iterable[tuple[Contract, Release]]) -> QuerySchema:
        """The schema of a grant.

        Args:
            terms: what is opened.
            pairs: contract and release of every dataset of the terms; others are left out.
        """
        return cls.from_facts(terms, ((contract, release.facts) for contract, release in pairs))

    @classmethod
    def from_facts(cls, terms: Terms, pairs: Iterable[tuple[Contract, Facts]]) -> QuerySchema:
        """The same, from the checked facts alone."""
        opened = {term.name: term for term in terms.datasets}
        tables = [
            _table(f"_d{place}", contract, facts, opened[contract.name])
            for place, (contract, facts) in enumerate(pairs)
            if contract.name in opened
        ]
        return cls(tuple(tables), terms.joins)

    def lookup(self, schema: str, table: str) -> Table | None:
        """The table SQL names; a plain name must be unambiguous."""
        found = [t for t in self.tables if t.table == table.lower() and schema.lower() in ("", t.schema)]
        return found[0] if len(found) == 1 else None

    def by_id(self, identity: str) -> Table:
        """The table with that :attr:`Table.id`."""
        return next(t for t in self.tables if t.id == identity)

    def may_join(self, left: tuple[str, str], right: tuple[str, str]) -> bool:
        """Whether the terms declare the join of two (dataset, field) pairs, in either order."""
        pair = {left, right}
        return any(
            {(j.left_dataset, j.left_field), (j.right_dataset, j.right_field)} == pair for j in self.joins
        )


def brought(identity: str, contract: Contract, facts: Facts) -> Table:
    """A table that the holder of the grant brought, all of its columns open to it."""
    term = DatasetTerm(contract.name, tuple(field.name for field in contract.fields))
    return replace(_table(identity, contract, facts, term), own=True)


def _table(identity: str, contract: Contract, facts: Facts, term: DatasetTerm) -> Table:
    columns = {f.name: _ruled(_column(f, facts), term) for f in contract.fields}
    return Table(
        id=identity,
        schema=contract.schema,
        table=contract.table,
        columns=tuple(c for name, c in columns.items() if name in term.columns),
        ungranted=tuple(c for name, c in columns.items() if name not in term.columns),
        units=tuple(Unit(u.kind, u.column, u.number, u.max_rows) for u in facts.units),
        unique_keys=tuple(frozenset(key) for key in facts.unique_keys),
        derived_from=tuple(sorted(facts.shown)),
        noised=facts.noise is not None,
        declared_free=contract.unit_free,
        row_filter=term.scope(None if contract.area is None else contract.area.field),
        rules=term.rules.table,
    )


def _ruled(column: Column, term: DatasetTerm) -> Column:
    """The column with what is asked of it."""
    asked = term.rules.column(column.name)
    return column if asked.silent else replace(column, rule=asked)


def _column(stated: Field, facts: Facts) -> Column:
    """A field as stored: a unit column under its pseudonym's name, others at the stored scale and grain."""
    unit = next((c for c in facts.unit_columns if c.field == stated.name), None)
    stored = next((c for c in facts.columns if c.field == stated.name), None)
    physical = unit.column if unit else stored.name if stored else ""
    return Column(
        name=stated.name,
        physical=physical,
        use=stated.use,
        type=stated.type,
        domain=stated.allowed,
        minimum=stated.minimum,
        maximum=stated.maximum,
        grain=_grain(stated),
        scale=stored.scale if stored else stated.scale,
        nullable=not stated.required,
        kind=unit.kind if unit else None,
    )


def _grain(stated: Field) -> str | None:
    """The declared grain; a time for grouping that declares none is stored by the day."""
    return stated.grain or ("day" if stated.use is Use.TIME else None)
