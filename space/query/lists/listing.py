"""Lists 清单: rows as granted, to departments whose terms say so; identifiers masked where they say that.

Decides whether a query asks for rows of one table and nothing else, and how they are shown: columns as the
rules of owner and grant let them be seen, masked ones never in a condition or an order. A query that is no
such list goes the way of every other query, as if there were no lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlglot import exp
from sqlglot.errors import SqlglotError

from catalog.releases.release import Release
from contracts.model import Contract, Field, FieldType, Use
from policies import composition
from policies.access import Caller
from policies.decision import Deny
from policies.masking import Mask, masks
from policies.protection import Analysis, ColumnRule, OnBreach, Visibility
from policies.rulebook import rule
from policies.terms import Mode, Terms
from space.query.bind import Scope, bind
from space.query.grammar.rows import condition
from space.query.grammar.written import statement
from space.query.lists import vault
from space.query.parse import every, parse
from space.query.plan import Block, Limits, Plan
from space.query.planning.rehearsal import rehearse
from space.query.reasons import SOFT, Refused, reason
from space.query.rules.breaches import soften
from space.query.rules.functions import functions
from space.query.rules.join_terms import join_terms
from space.query.rules.limits import limits
from space.query.rules.nodes import nodes
from space.query.rules.roles import roles
from space.query.rules.templates import digest_of, templates
from space.query.rules.visibility import visibility
from space.query.schema import Column, QuerySchema, Table

# The analyses that give rows.
LISTS: Final = frozenset({Analysis.LIST, Analysis.MASKED_LIST})

_CLAUSES: Final = frozenset({"expressions", "from_", "where", "order", "limit", "offset"})
_BLOCK: Final = "_b0"
_MARK: Final = 'FROM "_"'
_ALL_HIDDEN: Final = Mask(0, 0)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that may be given.

    Attributes:
        plan: over vault rows.
        analysis: ``list`` or ``masked_list``.
    """

    plan: Plan
    analysis: Analysis


def list_rows(
    sql: str, terms: Terms, caller: Caller, pairs: Sequence[tuple[Contract, Release]], on: date
) -> Listing | Deny | None:
    """The list a query asks for, why it is refused, or None where it asks for none that terms open.

    Args:
        sql: as the caller wrote it.
        terms: of the grant, as the owners' rules leave them.
        caller: where the asking organisation stands; outside the administration no row is listed.
        pairs: contract and release of the grant's datasets.
        on: day whose rules apply.
    """
    if caller is not Caller.ADMINISTRATION or not terms.analyses & LISTS:
        return None
    try:
        tree = parse(sql)
        schema = QuerySchema.of(terms, pairs)
        table = _asked(tree, schema)
        analysis = None if table is None else _opened(terms, table.name, caller, on)
        if table is None or analysis is None:
            return None
        contract, release = next((c, r) for c, r in pairs if c.name == table.name)
        source = vault.rows(contract, release.facts, terms)
        shown = vault.whole(table, contract)
        if analysis is Analysis.MASKED_LIST:
            shown = _masked(shown, contract, on)
        return Listing(_plan(tree, shown, source, terms), analysis)
    except Refused as refusal:
        return Deny((refusal.reason,))
    except _Judged as judged:
        return judged.decision
    except (RecursionError, SqlglotError):
        return Deny((reason("query.text"),))


class _Judged(Exception):
    """Reasons of a rule on their way up."""

    def __init__(self, decision: Deny) -> None:
        self.decision = decision
        super().__init__()


def _asked(tree: exp.Query, schema: QuerySchema) -> Table | None:
    """The table a query lists rows of; None where it does anything else."""
    if not isinstance(tree, exp.Select) or any(
        value and key not in _CLAUSES for key, value in tree.args.items()
    ):
        return None
    source = tree.args.get("from_")
    named = None if source is None else source.this
    if not isinstance(named, exp.Table) or not isinstance(named.this, exp.Identifier):
        return None
    items = [item.this if isinstance(item, exp.Alias) else item for item in tree.expressions]
    if not items or not all(isinstance(item, exp.Column | exp.Star) for item in items):
        return None
    if any(True for _ in tree.find_all(exp.AggFunc, exp.Window, exp.Subquery)):
        return None
    return schema.lookup(named.db, named.name)


def _opened(terms: Terms, dataset: str, caller: Caller, on: date) -> Analysis | None:
    """The form in which terms and the dated rule open the rows of a dataset, if they do."""
    for analysis in Analysis:
        if analysis not in LISTS:
            continue
        callers = rule("grants", f"analysis/{analysis.value}", on).value
        if composition.allows(terms, dataset, analysis) and caller.value in callers:
            return analysis
    return None


def _masked(table: Table, contract: Contract, on: date) -> Table:
    """The table with every identifier behind its mask; without a mask of its own it is hidden whole."""
    forms = masks(on)
    fields = {field.name: field for field in contract.fields}
    return replace(table, columns=tuple(_behind(c, fields[c.name], forms) for c in table.columns))


def _behind(column: Column, field: Field, forms: dict[str, Mask]) -> Column:
    if field.unit is None and field.use is not Use.IDENTIFIER and not field.check:
        return column
    if column.type is FieldType.STRING:
        mask = forms.get(field.check or "", _ALL_HIDDEN)
        asked = ColumnRule(column.name, Visibility.DENY, on_breach=OnBreach.MASK, mask=mask)
    else:
        asked = ColumnRule(column.name, Visibility.DENY, on_breach=OnBreach.NULLIFY)
    stated = column.rule or ColumnRule(column.name)
    return replace(column, rule=composition.columns(stated, asked))


def _plan(tree: exp.Query, table: Table, source: str, terms: Terms) -> Plan:
    if not vault.row_level(table.rules):
        raise Refused("query.analysis", table.name)
    written = every(tree)
    for shape in (nodes, functions, limits):
        _check(shape(written))
    schema = QuerySchema((table,))
    template = digest_of(tree) if table.rules.templates is not None else ""
    bound = soften(replace(bind(tree, schema), template=template))
    for term_rule in (visibility, roles, templates, join_terms):
        _check(term_rule(bound))
    sql = _sql(bound.scopes[0], source, terms.max_rows)
    plan = Plan(
        mode=Mode.PLAIN,
        datasets=(table.name,),
        blocks=(Block(_BLOCK, "plain", "", "", (), (), (), plain_sql=sql),),
        margins=(),
        post_sql=f'SELECT * FROM "{_BLOCK}"',
        columns=(),
        rho=0.0,
        limits=Limits(
            k=terms.disclosure.k,
            dominance_share=terms.disclosure.dominance_share,
            p_percent=terms.disclosure.p_percent,
            rounding_base=terms.disclosure.rounding_base,
            digits=0,
            delta=0.0,
            max_rows=terms.max_rows,
        ),
    )
    return replace(plan, columns=rehearse(plan, schema))


def _check(decision: object) -> None:
    if isinstance(decision, Deny):
        raise _Judged(decision)


def _sql(scope: Scope, source: str, max_rows: int) -> str:
    """The list over the vault: written anew from the checked tree, every name quoted."""
    select, scan = scope.select, scope.scans[0]
    made = exp.Select(
        expressions=[exp.alias_(_shown(scope, item), item.alias_or_name) for item in select.expressions]
    )
    where = select.args.get("where")
    if where is not None:
        made.set("where", exp.Where(this=condition(where.this, lambda node: _open(scope, node))))
    order = select.args.get("order")
    if order is not None:
        made.set("order", exp.Order(expressions=[_ordered(scope, term) for term in order.expressions]))
    for part in ("limit", "offset"):
        made.set(part, select.args.get(part))
    asked = select.args.get("limit")
    if asked is None or int(asked.expression.name) > max_rows:
        made.set("limit", exp.Limit(expression=exp.Literal.number(max_rows)))
    made.set("from_", exp.From(this=exp.to_table("_")))
    sql = statement(made)
    if sql.count(_MARK) != 1:  # the mark also stands in a constant of the caller
        raise Refused("query.node")
    forms = "".join(f', {form} AS "{column}"' for column, form in scan.table.added)
    return sql.replace(_MARK, f'FROM (SELECT *{forms} FROM ({source}) AS "r") AS "t0"')


def _shown(scope: Scope, item: exp.Expr) -> exp.Expr:
    node = item.this if isinstance(item, exp.Alias) else item
    if not isinstance(node, exp.Column):
        raise Refused("query.rows")
    return _stored(scope, node)


def _ordered(scope: Scope, term: exp.Expr) -> exp.Expr:
    """One term of ORDER BY: an unmasked column, by its own name or by that of the answer."""
    node = term.this
    if not isinstance(term, exp.Ordered) or not isinstance(node, exp.Column):
        raise Refused("query.list.condition")
    if not node.table:
        items = [item for item in scope.select.expressions if item.alias_or_name == node.name]
        if len(items) != 1:
            raise Refused("query.name")
        node = items[0].this if isinstance(items[0], exp.Alias) else items[0]
    ordered = term.copy()
    ordered.set("this", _open(scope, node)[1])
    return ordered


def _open(scope: Scope, node: exp.Column) -> tuple[Column, exp.Expr]:
    """A column where rows are picked or put in order: one that is shown as it is."""
    _, column = scope.column(node)
    seen = column.rule is None or column.rule.visibility is Visibility.PLAIN
    if column.name.startswith(SOFT) or not seen:
        raise Refused("query.list.masked", column.name)
    return column, _stored(scope, node)


def _stored(scope: Scope, node: exp.Column) -> exp.Expr:
    _, column = scope.column(node)
    return exp.column(
        exp.to_identifier(column.physical, quoted=True), table=exp.to_identifier("t0", quoted=True)
    )
