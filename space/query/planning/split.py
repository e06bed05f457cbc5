"""One SELECT over protected tables, split: what is aggregated there, and what follows on the figures.

Decides nothing about permission (``rules/`` do) and refuses what it cannot express. HAVING, ORDER BY,
LIMIT, windows, arithmetic and CASE over aggregates end up on the released side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlglot import exp

from contracts.model import Use
from policies.terms import Mode
from space.query.bind import Scope
from space.query.grammar.aggregates import AggregateForm, both, read_aggregate
from space.query.grammar.columns import plain, resolver
from space.query.grammar.key_form import KeyForm
from space.query.grammar.keys import read_key
from space.query.grammar.language import GROUPINGS, is_aggregate, is_source
from space.query.grammar.levels import Grouping, read_grouping
from space.query.grammar.predicates import PredicateForm, read_predicate
from space.query.grammar.written import written
from space.query.planning import distribution
from space.query.planning.draft import Case, Draft
from space.query.planning.proofs import Relation
from space.query.reasons import Refused


@dataclass(slots=True)
class Split:
    """The splitting of one scope; :meth:`run` rewrites its SELECT in place."""

    scope: Scope
    relation: Relation
    mode: Mode
    first: int
    drafts: list[Draft] = field(default_factory=list)
    several: bool = False

    def run(self) -> list[Draft]:
        """The base aggregates of the scope; the scope's SELECT now reads their released tables."""
        select, resolve = self.scope.select, resolver(self.scope)
        where = select.args.get("where")
        condition = None if where is None else read_predicate(where.this, resolve)
        draft = Draft(self.relation, condition, f"_b{self.first}")
        self.drafts.append(draft)
        grouping = read_grouping(select)
        self.several = grouping.several
        if grouping.several and self.mode is Mode.DP:
            raise Refused("query.grouping_sets.private")
        for place, node in enumerate(grouping.keys):
            form = read_key(node, resolve)
            check_groupable(form)
            draft.keys.append((f"k{place}", form))
        draft.cases.append(Case("TRUE", draft.fixed()))
        self._rewrite(grouping.keys)
        if self.mode is not Mode.DP:
            self._mirror()
        if grouping.several:
            self._spread(grouping)
        return self.drafts

    def _spread(self, grouping: Grouping) -> None:
        """A block for every level; the scope reads all of them, each with NULL for the keys it lacks."""
        finest = self.drafts[0]
        if len(self.drafts) > 1:
            raise Refused("query.grouping_sets")
        branches: list[exp.Select] = []
        for level in grouping.levels:
            draft = finest
            if len(level) < len(finest.keys):
                draft = finest.level(level, f"_b{self.first + len(self.drafts)}")
                self.drafts.append(draft)
            branches.append(_branch(finest, draft, level))
        together: exp.Query = branches[0]
        for branch in branches[1:]:
            together = exp.Union(this=together, expression=branch, distinct=False)
        source = exp.Subquery(this=together, alias=exp.TableAlias(this=exp.to_identifier(finest.name)))
        self.scope.select.set("from_", exp.From(this=source))

    def _rewrite(self, keys: Sequence[exp.Expr]) -> None:
        select, draft = self.scope.select, self.drafts[0]
        names = {plain(node): name for node, (name, _) in zip(keys, draft.keys, strict=True)}
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

    def _released(self, node: exp.Expr, keys: dict[exp.Expr, str]) -> exp.Expr:
        """The expression over released columns."""
        key = keys.get(plain(node))
        if key is not None:
            return self.drafts[0].column(key)
        if isinstance(node, GROUPINGS):
            return self._level_of(node, keys)
        if is_aggregate(node):
            return exp.paren(self._figure(read_aggregate(node, resolver(self.scope))))
        if isinstance(node, exp.Column):
            raise Refused("query.ungrouped")
        if isinstance(node, exp.Query):
            if not is_source(node):
                raise Refused("query.subquery")
            return node  # an answer of its own
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

    def _level_of(self, node: exp.Expr, keys: dict[exp.Expr, str]) -> exp.Expr:
        """GROUPING(…): which of some keys a row is a total over, as bits; the first is the highest."""
        asked = [plain(e) for e in node.expressions]
        if not asked or any(e not in keys for e in asked):
            raise Refused("query.grouping_sets")
        made: exp.Expr = exp.Literal.number(0)
        for e in asked if self.several else ():
            twice = exp.paren(exp.Mul(this=exp.paren(made), expression=exp.Literal.number(2)))
            made = exp.Add(this=twice, expression=self.drafts[0].column(f"_g_{keys[e]}"))
        return exp.paren(made)

    def _inside(self, function: exp.Expr, keys: dict[exp.Expr, str]) -> exp.Expr:
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
        if form.kind in ("quantile", "histogram"):
            return self._of_bins(form)
        if form.kind == "moment":
            if self.mode is Mode.DP:
                raise Refused("query.aggregate.mode")
            return _moment(draft, form)
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
        if self.mode is not Mode.DP:
            figure = _without_doubt(inner, figure)
        return self._matched(exp.select(figure).from_(exp.to_table(inner.name)), inner.name)

    def _of_bins(self, form: AggregateForm) -> exp.Expr:
        """A figure of the counts of bins."""
        bins = form.bins
        if bins is None:
            raise Refused("query.aggregate")
        check_groupable(bins.key)
        outer, inner = self.drafts[0], self._binned(bins.key)
        count = inner.aggregate("count", form.condition).name
        table, keys, value = inner.name, [name for name, _ in outer.keys], inner.keys[-1][0]
        if form.kind == "histogram":
            found = distribution.histogram(table, keys, value, count)
        else:
            width = None if form.discrete else bins.width
            found = distribution.quantile(table, keys, value, count, form.share, width)
        return self._matched(found, "_h")

    def _binned(self, key: KeyForm) -> Draft:
        """The draft that counts the cells of the scope by a further key."""
        text = written(key.tree)
        for draft in self.drafts[1:]:
            if not draft.keys_only and written(draft.keys[-1][1].tree) == text:
                return draft
        outer = self.drafts[0]
        inner = Draft(self.relation, outer.where, f"_b{self.first + len(self.drafts)}")
        inner.keys = [*outer.keys, (f"k{len(outer.keys)}", key)]
        inner.cases.append(replace(outer.cases[0]))
        self.drafts.append(inner)
        return inner

    def _mirror(self) -> None:
        """Have cells and their bins rest on the same conditions, so that they can be judged as levels.

        Beside a figure of groups a cell shows whatever its other figures do: that it is there is a figure.
        """
        outer = self.drafts[0]
        counted = len(self.drafts) > 1 and any(draft.keys_only for draft in self.drafts)
        if counted and outer.keys and outer.aggregates:
            outer.aggregate("count", None)
        binned = [draft for draft in self.drafts[1:] if not draft.keys_only]
        for draft in binned:
            for a in list(draft.aggregates):
                outer.aggregate("count", draft.cases[a.condition].form)
        for draft in binned:
            for a in list(outer.aggregates):
                draft.aggregate("count", outer.cases[a.condition].form)

    def _matched(self, found: exp.Select, table: str) -> exp.Expr:
        """A figure of the groups, bins or values below a cell, for the cell that is read."""
        outer = self.drafts[0]
        for name, _ in outer.keys:
            inner = exp.column(name, table=table)
            found = found.where(exp.NullSafeEQ(this=inner, expression=outer.column(name)))
        return exp.Subquery(this=found)


def _branch(finest: Draft, draft: Draft, level: frozenset[int]) -> exp.Select:
    """The cells of one level with the columns of all: NULL for a key it lacks, and a flag that says so."""
    columns: list[exp.Expr] = []
    for place, (name, _) in enumerate(finest.keys):
        here = place in level
        columns.append(draft.column(name) if here else exp.alias_(exp.Null(), name))
        columns.append(exp.alias_(exp.Literal.number(0 if here else 1), f"_g_{name}"))
    columns += [draft.column(a.name) for a in finest.aggregates]
    return exp.select(*columns).from_(exp.to_table(draft.name))


def check_groupable(form: KeyForm) -> None:
    """A column for filtering only can be compared, not shown."""
    if form.labels is None and any(p.column.use is Use.FILTER for p in form.places):
        raise Refused("query.key", form.places[0].column.name)


def _without_doubt(groups: Draft, figure: exp.Expr) -> exp.Expr:
    """A figure of groups that are only counted: none where the audit leaves one of them in doubt."""
    doubt = exp.EQ(this=exp.Max(this=groups.column("_doubt")), expression=exp.Literal.number(1))
    return exp.Case(ifs=[exp.If(this=doubt, true=exp.Null())], default=figure)


def _ratio(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    positive = exp.Case(
        ifs=[exp.If(this=exp.GT(this=below, expression=exp.Literal.number(0)), true=below.copy())]
    )
    return exp.Div(this=exp.cast(above, "DOUBLE"), expression=positive)


def _decimal(value: Decimal) -> exp.Expr:
    return exp.cast(exp.Literal.string(format(value.normalize(), "f")), "DOUBLE")


def _moment(draft: Draft, form: AggregateForm) -> exp.Expr:
    """A moment in the unit of its measures; the engine gives it in that of the first."""
    if form.moment is None:
        raise Refused("query.aggregate")
    made = draft.aggregate(form.moment, form.condition, form.measures)
    scales = {
        "covar_pop": Decimal(1) / form.measures[-1].factor,
        "covar_samp": Decimal(1) / form.measures[-1].factor,
        "regr_slope": Decimal(form.measures[-1].factor),
    }
    scale = scales.get(form.moment, Decimal(1))
    return made if scale == 1 else exp.Mul(this=made, expression=_decimal(scale))
