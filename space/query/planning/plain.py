"""Data that holds no unit: the SELECT runs as it is, over the granted columns.

Decides how a scope over unit-free tables is written over protected tables. Names and functions have
passed the same allow-lists as everything else.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from space.query.bind import Scope
from space.query.grammar.columns import resolver
from space.query.grammar.written import statement
from space.query.plan import Block
from space.query.planning.proofs import Relation
from space.query.planning.relation import from_sql
from space.query.reasons import Refused

_MARK: Final = 'FROM "_"'


def plain_block(scope: Scope, relation: Relation, name: str) -> Block:
    """The block of a scope whose tables hold no unit; the scope's SELECT now reads its result."""
    select, resolve = scope.select, resolver(scope)
    outputs = [item.alias_or_name for item in select.expressions]

    def stored(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or not node.table:
            return exp.TryCast(this=node.this, to=node.args["to"]) if type(node) is exp.Cast else node
        place = resolve(node)
        factor = place.column.factor
        if factor == 1:
            return place.tree
        return exp.paren(exp.Div(this=exp.cast(place.tree, "DOUBLE"), expression=exp.Literal.number(factor)))

    body = select.copy()
    for part in ("from_", "joins", "with_"):
        body.set(part, None)
    made = body.transform(stored)
    made.set("from_", exp.From(this=exp.to_table("_")))
    sql = statement(made)
    if sql.count(_MARK) != 1:  # the mark also stands in a constant of the caller
        raise Refused("query.node")
    sql = sql.replace(_MARK, f"FROM {from_sql(relation)}")
    for part in ("joins", "where", "group", "having", "qualify", "order", "limit", "offset", "distinct"):
        select.set(part, None)
    select.set("expressions", [exp.alias_(exp.column(output, table=name), output) for output in outputs])
    select.set("from_", exp.From(this=exp.to_table(name)))
    return Block(name, "plain", "", "", (), (), (), plain_sql=sql)
