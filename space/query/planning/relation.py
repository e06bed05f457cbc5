"""What a base aggregate reads: its tables, joins and row filters, over protected columns.

Decides whether joins are those the grant declares. Does not look at what is selected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from contracts.model import Use
from space.query.bind import Scan, Scope
from space.query.grammar.columns import Place, plain
from space.query.grammar.language import ARGUMENTS, NODES
from space.query.grammar.predicates import PredicateForm, read_predicate
from space.query.grammar.written import written
from space.query.planning.proofs import Edge, Relation, unique_on
from space.query.reasons import Refused
from space.query.schema import QuerySchema


def read_relation(scope: Scope, schema: QuerySchema) -> Relation:
    """The relation of a base scope.

    Raises:
        Refused: a join is not declared, not on equality, or multiplies rows on both sides; or an answer is
            read beside the tables.
    """
    if scope.kind != "base":
        raise Refused("query.join.mixed")
    scans = {scan.name: scan.table for scan in scope.scans}
    edges: list[Edge] = []
    for scan, join in zip(scope.scans[1:], scope.select.args.get("joins") or (), strict=True):
        edges.append(_edge(scope, scan, join, schema))
    return _in_order(Relation(scans, tuple(edges)))


def _in_order(relation: Relation) -> Relation:
    """Inner joins in the order of the plan's names, whatever the order they are written in."""
    if any(edge.kind != "inner" for edge in relation.edges):
        return relation
    waiting, edges = [*relation.edges, *map(_turned, relation.edges)], list[Edge]()
    placed = [min(relation.scans)]
    while len(placed) < len(relation.scans):
        following = min(
            (edge for edge in waiting if edge.left in placed and edge.right not in placed),
            key=lambda edge: edge.right,
        )
        placed.append(following.right)
        edges.append(_nearest(following, edges))
    return replace(relation, scans={name: relation.scans[name] for name in placed}, edges=tuple(edges))


def _nearest(edge: Edge, before: list[Edge]) -> Edge:
    """The join with the first of the tables that are equal to its left side on its one column anyway."""
    for other in before:
        if len(edge.pairs) == len(other.pairs) == 1 and (edge.left, edge.pairs[0][0]) == (
            other.right, other.pairs[0][1]
        ):  # fmt: skip
            return replace(edge, left=other.left, pairs=((other.pairs[0][0], edge.pairs[0][1]),))
    return edge


def _turned(edge: Edge) -> Edge:
    """The same join, seen from its other side."""
    return Edge(edge.right, edge.left, tuple(sorted((b, a) for a, b in edge.pairs)), edge.kind)


def _edge(scope: Scope, right: Scan, join: exp.Join, schema: QuerySchema) -> Edge:
    kind: Literal["inner", "left"]
    if join.kind in ("", "INNER") and not join.side:
        kind = "inner"
    elif join.kind in ("", "OUTER") and join.side == "LEFT":
        kind = "left"
    else:
        raise Refused("query.join")
    condition = join.args.get("on")
    if condition is None:
        raise Refused("query.join")
    pairs: list[tuple[str, str]] = []
    lefts: set[str] = set()
    for part in plain(condition).flatten() if isinstance(plain(condition), exp.And) else [plain(condition)]:
        left, column, other = _pair(scope, right, plain(part), schema)
        lefts.add(left.name)
        pairs.append((column, other))
    if len(lefts) != 1:
        raise Refused("query.join")
    edge = Edge(lefts.pop(), right.name, tuple(sorted(pairs)), kind)
    _check_multiplicity(edge, scope)
    return edge


def _pair(scope: Scope, right: Scan, node: exp.Expr, schema: QuerySchema) -> tuple[Scan, str, str]:
    """One equality of a join: the other scan, its protected column, the right scan's."""
    if not isinstance(node, exp.EQ):
        raise Refused("query.join")
    sides = [plain(node.this), plain(node.expression)]
    found = [scope.column(side) for side in sides if isinstance(side, exp.Column)]
    if len(found) != len(sides):
        raise Refused("query.join")
    found.sort(key=lambda pair: pair[0] is right)
    (left, column), (there, other) = found
    if there is not right or left is right:
        raise Refused("query.join")
    for mine, key in ((left.table, column), (there.table, other)):
        if mine.own and not unique_on(mine, (key.physical,)):
            raise Refused("query.own_join", key.name)
    allowed = schema.may_join((left.table.name, column.name), (there.table.name, other.name))
    joinable = all(
        c.physical and c.use not in (Use.FREE_TEXT, Use.NEVER, Use.MEASURE) for c in (column, other)
    )
    if not allowed or not joinable or column.kind != other.kind:
        raise Refused("query.join", column.name)
    return left, column.physical, other.physical


def _check_multiplicity(edge: Edge, scope: Scope) -> None:
    """At least one side of a join is checked unique, so that rows are not multiplied both ways."""
    tables = {scan.name: scan.table for scan in scope.scans}
    left = unique_on(tables[edge.left], (a for a, _ in edge.pairs))
    right = unique_on(tables[edge.right], (b for _, b in edge.pairs))
    if not left and not right:
        raise Refused("query.join.multiplicity")


def from_sql(relation: Relation) -> str:
    """FROM of the relation, with every row filter of the grant in its table's place."""
    return _joined(relation, set(relation.scans))


def open_sql(relation: Relation) -> tuple[str, str]:
    """FROM of the relation without row filters, and these as one condition over its rows; empty if none.

    The filter of a table that a LEFT JOIN adds stays in its place: it takes no row away.
    """
    added = {edge.right for edge in relation.edges if edge.kind == "left"}
    forms = [_filter(relation, name) for name in relation.scans if name not in added]
    conditions = sorted(written(form.tree) for form in forms if form is not None)
    return _joined(relation, added), " AND ".join(f"({condition})" for condition in conditions)


def filters(relation: Relation) -> tuple[PredicateForm, ...]:
    """The forms of the row filters that :func:`open_sql` takes out."""
    added = {edge.right for edge in relation.edges if edge.kind == "left"}
    forms = (_filter(relation, name) for name in relation.scans if name not in added)
    return tuple(form for form in forms if form is not None)


def _joined(relation: Relation, filtered: set[str]) -> str:
    joins = {edge.right: edge for edge in relation.edges}
    parts = []
    for name in relation.scans:
        table = _table(relation, name, _filter(relation, name) if name in filtered else None)
        edge = joins.get(name)
        if edge is None:
            parts.append(table)
            continue
        on = " AND ".join(f'"{edge.left}"."{a}" = "{edge.right}"."{b}"' for a, b in edge.pairs)
        parts.append(f"{'LEFT' if edge.kind == 'left' else 'INNER'} JOIN {table} ON {on}")
    return " ".join(parts)


def _table(relation: Relation, name: str, form: PredicateForm | None) -> str:
    table = relation.scans[name]
    added = "".join(f', {sql} AS "{column}"' for column, sql in table.added)
    if form is None:
        return (
            f'(SELECT *{added} FROM "{table.name}") AS "{name}"' if added else f'"{table.name}" AS "{name}"'
        )
    return f'(SELECT *{added} FROM "{table.name}" AS "{name}" WHERE {written(form.tree)}) AS "{name}"'


def _filter(relation: Relation, name: str) -> PredicateForm | None:
    """The row filter of a scan, read like any condition of a query."""
    table = relation.scans[name]
    if table.row_filter is None:
        return None
    scan = Scan(name, name, table)
    try:
        tree = sqlglot.parse_one(table.row_filter, read="duckdb")
    except (SqlglotError, RecursionError):
        raise Refused("query.row_filter", table.name) from None
    if any(type(n) not in NODES or _extra(n) for n in tree.walk()):
        raise Refused("query.row_filter", table.name)

    def resolve(node: exp.Column) -> Place:
        found = [c for c in (*table.columns, *table.ungranted) if c.name == node.name.lower() and c.physical]
        if len(found) != 1 or node.table:
            raise Refused("query.row_filter", table.name)
        return Place(scan, found[0])

    try:
        return read_predicate(tree, resolve)
    except Refused:
        raise Refused("query.row_filter", table.name) from None


def _extra(node: exp.Expr) -> bool:
    allowed = ARGUMENTS.get(type(node))
    return allowed is not None and any(value and key not in allowed for key, value in node.args.items())
