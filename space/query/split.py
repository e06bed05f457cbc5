"""One SELECT over protected tables, split: what is aggregated there, and what follows on the figures.

Decides nothing about permission (``rules/`` do) and refuses what it cannot express. HAVING, ORDER BY,
LIMIT, windows, arithmetic and CASE over aggregates end up on the released side.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlglot import exp

from contracts.model import Use
from policies.terms import Mode
from space.query.bind import Scope
from space.query.domains import domain
from space.query.grammar.aggregates import AggregateForm, both, read_aggregate
from space.query.grammar.columns import plain, resolver
from space.query.grammar.keys import KeyForm, read_key
from space.query.grammar.measures import MeasureForm
from space.query.grammar.predicates import PredicateForm, read_predicate
from space.query.language import AGGREGATES
from space.query.plan import Aggregate, Key, Operation
from space.query.proofs import Reference, Relation
from space.query.reasons import Refused


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
        return "" if self.where is None else self.where.tree.sql(dialect="duckdb")

    def key(self, place: int) -> Key:
        """The key at a position, for the plan."""
        name, form = self.keys[place]
        return Key(name, form.tree.sql(dialect="duckdb"), domain(form))

    def condition(self, form: PredicateForm | None) -> int:
        """Index of a condition, added if it is new."""
        fixed = self.cases[0].fixed
        made = (
            Case("TRUE", fixed)
            if form is None
            else Case(form.tree.sql(dialect="duckdb"), fixed | form.fixed, form)
        )
        for place, known in enumerate(self.cases):
            if known.sql == made.sql:
                return place
        self.cases.append(made)
        return len(self.cases) - 1

    def aggregate(
        self, operation: Operation, condition: PredicateForm | None, measures: tuple[MeasureForm, ...] = ()
    ) -> exp.Expr:
        """The released column of an aggregate, added if it is new."""
        values = tuple(m.tree.sql(dialect="duckdb") for m in measures)
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
        self.aggregates.append(Aggregate(name, operation, condition, values, factor))
        self.measures[name] = measures
        return self.column(name)

    def column(self, name: str) -> exp.Expr:
        """A column of the released table."""
        return exp.column(name, table=self.name)


@dataclass(slots=True)
class Split:
    """The splitting of one scope; :meth:`run` rewrites its SELECT in place."""

    scope: Scope
    relation: Relation
    mode: Mode
    first: int
    drafts: list[Draft] = field(default_factory=list)

    def run(self) -> list[Draft]:
        """The base aggregates of the scope; the scope's SELECT now reads their released tables."""
        select, resolve = self.scope.select, resolver(self.scope)
        where = select.args.get("where")
        condition = None if where is None else read_predicate(where.this, resolve)
        draft = Draft(self.relation, condition, f"_b{self.first}")
        self.drafts.append(draft)
        expressions = group_expressions(select)
        for place, node in enumerate(expressions):
            form = read_key(node, resolve)
            check_groupable(form)
            draft.keys.append((f"k{place}", form))
        fixed = frozenset(f.bare.identity for _, f in draft.keys if f.bare is not None)
        draft.cases.append(Case("TRUE", fixed | (condition.fixed if condition else frozenset())))
        self._rewrite(expressions)
        return self.drafts

    def _rewrite(self, keys: list[exp.Expr]) -> None:
        select, draft = self.scope.select, self.drafts[0]
        names = {
            plain(node).sql(dialect="duckdb"): name for node, (name, _) in zip(keys, draft.keys, strict=True)
        }
        outputs = {e.alias_or_name for e in select.expressions}
        for item in select.expressions:
            item.replace(exp.alias_(self._released(item.unalias(), names), item.alias_or_name))
        having, order, chosen = (select.args.get(part) for part in ("having", "order", "qualify"))
        select.set("where", None if having is None else exp.Where(this=self._released(having.this, names)))
        if chosen is not None:
            chosen.set("this", self._released(chosen.this, names))
        for ordered in order.expressions if order is not None else ():
            if isinstance(ordered.this, exp.Var) or (
                isinstance(ordered.this, exp.Column)
                and not ordered.this.table
                and ordered.this.name in outputs
            ):
                continue
            ordered.set("this", self._released(ordered.this, names))
        select.set("from_", exp.From(this=exp.to_table(draft.name)))
        for part in ("joins", "group", "having"):
            select.set(part, None)

    def _released(self, node: exp.Expr, keys: dict[str, str]) -> exp.Expr:
        """The expression over released columns."""
        key = keys.get(plain(node).sql(dialect="duckdb"))
        if key is not None:
            return self.drafts[0].column(key)
        if is_aggregate(node):
            return exp.paren(self._figure(read_aggregate(node, resolver(self.scope))))
        if isinstance(node, exp.Column):
            raise Refused("query.ungrouped")
        if isinstance(node, exp.Query):
            raise Refused("query.subquery")
        made = node.copy()
        window = isinstance(node, exp.Window)
        for name, value in node.args.items():
            if window and name == "this":
                made.set(name, self._inside(value, keys))
            elif isinstance(value, list):
                made.set(name, [self._released(v, keys) if isinstance(v, exp.Expr) else v for v in value])
            elif isinstance(value, exp.Expr) and not isinstance(value, exp.DataType | exp.Identifier):
                made.set(name, self._released(value, keys))
        return made

    def _inside(self, function: exp.Expr, keys: dict[str, str]) -> exp.Expr:
        """A window's own function stays; what it reads is released."""
        made = function.copy()
        for name, value in function.args.items():
            if isinstance(value, list):
                made.set(name, [self._released(v, keys) if isinstance(v, exp.Expr) else v for v in value])
            elif isinstance(value, exp.Expr):
                made.set(name, self._released(value, keys))
        return made

    def _figure(self, form: AggregateForm) -> exp.Expr:
        """The released figure of an aggregate."""
        draft = self.drafts[0]
        if form.kind == "count":
            return draft.aggregate("count", form.condition)
        if form.kind == "units" and form.unit is not None:
            return draft.units(form.condition, form.unit)
        if form.kind == "share":
            return _ratio(draft.aggregate("count", form.condition), draft.aggregate("count", form.within))
        if form.kind in ("categories", "extreme"):
            return self._of_groups(form)
        if form.kind == "moment":
            if self.mode is Mode.DP:
                raise Refused("query.aggregate.mode")
            return draft.aggregate(_MOMENTS[form.name], form.condition, form.measures)
        measure = form.measures[0]
        if form.kind == "avg" and self.mode is Mode.DP:
            total = draft.aggregate("sum", form.condition, form.measures)
            made = _ratio(total, draft.aggregate("count", form.condition))
        else:
            made = draft.aggregate("avg" if form.kind == "avg" else "sum", form.condition, form.measures)
        if measure.multiplier == 1:
            return made
        return exp.Mul(this=made, expression=_decimal(measure.multiplier))

    def _of_groups(self, form: AggregateForm) -> exp.Expr:
        """A figure of which groups exist: distinct values, or the least or greatest, with k units each."""
        outer, key = self.drafts[0], form.key
        if key is None:
            raise Refused("query.aggregate")
        check_groupable(key)
        present = PredicateForm(exp.Not(this=exp.Is(this=key.tree.copy(), expression=exp.Null())), key.places)
        where = both(both(outer.where, form.condition), present)
        inner = Draft(self.relation, where, f"_b{self.first + len(self.drafts)}", keys_only=True)
        inner.keys = [*outer.keys, (f"k{len(outer.keys)}", key)]
        inner.cases.append(replace(outer.cases[0]))
        self.drafts.append(inner)
        value = inner.column(inner.keys[-1][0])
        figure: exp.Expr = exp.Count(this=value)
        if form.kind == "extreme":
            figure = exp.Min(this=value) if form.name == "MIN" else exp.Max(this=value)
        found = exp.select(figure).from_(exp.to_table(inner.name))
        for name, _ in outer.keys:
            found = found.where(exp.NullSafeEQ(this=inner.column(name), expression=outer.column(name)))
        return exp.Subquery(this=found)


def group_expressions(select: exp.Select) -> list[exp.Expr]:
    """What a SELECT groups by; constants group nothing.

    Raises:
        Refused: it neither groups nor aggregates.
    """
    group = select.args.get("group")
    outputs = [item.unalias() for item in select.expressions]
    if group is None:
        chosen: list[exp.Expr] = []
        if not any(is_aggregate(n) for e in outputs for n in e.walk()):
            raise Refused("query.rows")
    elif group.args.get("all"):
        chosen = [e for e in outputs if not any(is_aggregate(n) for n in e.walk())]
    else:
        chosen = list(group.expressions)
    varying = [e for e in chosen if e.find(exp.Column) is not None]
    return list({plain(e).sql(dialect="duckdb"): e for e in varying}.values())


def is_aggregate(node: exp.Expr) -> bool:
    """Whether the node is an aggregate over rows: not the function of a window."""
    if isinstance(node, exp.Filter):
        return not isinstance(node.parent, exp.Window)
    if not isinstance(node, (*AGGREGATES, exp.AggFunc)):
        return False
    above = node.parent
    if isinstance(above, exp.Filter):
        above = above.parent
    return not (isinstance(above, exp.Window) and above.this in (node, node.parent))


def check_groupable(form: KeyForm) -> None:
    """A column for filtering only can be compared, not shown."""
    if form.labels is None and any(p.column.use is Use.FILTER for p in form.places):
        raise Refused("query.key", form.places[0].column.name)


def _ratio(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    positive = exp.Case(
        ifs=[exp.If(this=exp.GT(this=below, expression=exp.Literal.number(0)), true=below.copy())]
    )
    return exp.Div(this=exp.cast(above, "DOUBLE"), expression=positive)


def _decimal(value: Decimal) -> exp.Expr:
    return exp.cast(exp.Literal.string(format(value.normalize(), "f")), "DOUBLE")


_MOMENTS: dict[str, Operation] = {
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
    "corr": "corr",
}
