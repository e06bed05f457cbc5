"""A base aggregate while it is written down: keys, conditions and figures, each once.

Decides names of released columns and that equal conditions and figures are one. What may stand in it is
decided by :mod:`space.query.grammar`, how it is made safe by :mod:`space.query.planning.blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from space.query.grammar.key_form import KeyForm
from space.query.grammar.measures import MeasureForm
from space.query.grammar.predicates import PredicateForm
from space.query.grammar.written import written
from space.query.plan import Aggregate, Key, Operation
from space.query.planning.domains import domain
from space.query.planning.proofs import Reference, Relation


@dataclass(frozen=True, slots=True)
class Case:
    """A condition of the draft: its SQL, the columns it fixes, and its form if it is not every row."""

    sql: str
    fixed: frozenset[Reference]
    form: PredicateForm | None = None


@dataclass(slots=True)
class Draft:
    """A base aggregate being written down: see :class:`space.query.plan.Block`."""

    relation: Relation
    where: PredicateForm | None
    name: str
    keys: list[tuple[str, KeyForm]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    aggregates: list[Aggregate] = field(default_factory=list)
    measures: dict[str, tuple[MeasureForm, ...]] = field(default_factory=dict)
    keys_only: bool = False

    @property
    def where_sql(self) -> str:
        """WHERE of the relation, or empty."""
        return "" if self.where is None else written(self.where.tree)

    def fixed(self) -> frozenset[Reference]:
        """Columns that every cell holds constant."""
        bare = frozenset(form.bare.identity for _, form in self.keys if form.bare is not None)
        return bare | (self.where.fixed if self.where is not None else frozenset())

    def level(self, places: frozenset[int], name: str) -> Draft:
        """The same figures by some of the keys only."""
        made = replace(self, name=name, keys=[key for i, key in enumerate(self.keys) if i in places])
        fixed = made.fixed()
        made.cases = [
            replace(case, fixed=fixed | (case.form.fixed if case.form is not None else frozenset()))
            for case in self.cases
        ]
        return made

    def key(self, place: int) -> Key:
        """The key at a position, for the plan."""
        name, form = self.keys[place]
        return Key(name, written(form.tree), domain(form))

    def condition(self, form: PredicateForm | None) -> int:
        """Index of a condition, added if it is new."""
        fixed = self.cases[0].fixed
        made = Case("TRUE", fixed) if form is None else Case(written(form.tree), fixed | form.fixed, form)
        for place, known in enumerate(self.cases):
            if known.sql == made.sql:
                return place
        self.cases.append(made)
        return len(self.cases) - 1

    def aggregate(
        self, operation: Operation, condition: PredicateForm | None, measures: tuple[MeasureForm, ...] = ()
    ) -> exp.Expr:
        """The released column of an aggregate, added if it is new."""
        values = tuple(written(m.tree) for m in measures)
        return self._add(operation, self.condition(condition), values, measures)

    def units(self, condition: PredicateForm | None, unit: Reference) -> exp.Expr:
        """The released column of a distinct count of units."""
        return self._add("units", self.condition(condition), (f'"{unit[0]}"."{unit[1]}"',), ())

    def _add(
        self, operation: Operation, condition: int, values: tuple[str, ...], measures: tuple[MeasureForm, ...]
    ) -> exp.Expr:
        factor = measures[0].factor if measures else 1
        for known in self.aggregates:
            if (known.operation, known.condition, known.values) == (operation, condition, values):
                return self.column(known.name)
        name = f"a{len(self.aggregates)}"
        clamped = any(not m.identity for m in measures)
        self.aggregates.append(Aggregate(name, operation, condition, values, factor, clamped=clamped))
        self.measures[name] = measures
        return self.column(name)

    def column(self, name: str) -> exp.Expr:
        """A column of the released table."""
        return exp.column(name, table=self.name)
