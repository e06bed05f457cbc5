"""Where the columns of a SELECT come from: a walk over its scopes, each scope once.

Decides the origins of output columns and of the rows. What cannot be followed is refused, never left out:
a grade that does not come down is worse than SQL that has to be written differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

# Weakest first: a column that is both summed and filtered by is shown as summed.
_RANK: Final = (
    "ROWS",
    "SORT",
    "GROUP_BY",
    "JOIN",
    "FILTER",
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
)
_CLAUSES: Final = (
    ("where", "FILTER"),
    ("having", "FILTER"),
    ("qualify", "FILTER"),
    ("distinct", "FILTER"),
    ("limit", "FILTER"),
    ("offset", "FILTER"),
    ("group", "GROUP_BY"),
    ("order", "SORT"),
)
# What names columns without naming them: where they come from cannot be read, so it is not guessed.
_REFUSED: Final[tuple[tuple[type[exp.Expr], str], ...]] = (
    (exp.Pivot, "PIVOT and UNPIVOT: write one aggregate with FILTER or CASE a column, or a UNION ALL"),
    (exp.Columns, "COLUMNS(…): name the columns"),
    (exp.PositionalColumn, "columns by their place: name them"),
    (exp.TableColumn, "whole rows as a value: name the columns"),
    (exp.Describe, "descriptions of tables"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """A source column and how it is used.

    Attributes:
        dataset: ``schema.table``.
        field: its column.
        subtype: see :class:`catalog.lineage.columns.Edge`.
    """

    dataset: str
    field: str
    subtype: str

    @property
    def rank(self) -> int:
        """Place in the order of subtypes, the weakest first."""
        return _RANK.index(self.subtype)


@dataclass(slots=True)
class Origins:
    """Origins of a SELECT: by output column, and of its rows."""

    fields: dict[str, frozenset[Origin]] = field(default_factory=dict)
    rows: frozenset[Origin] = frozenset()


class Unfollowed(Exception):
    """What of a SELECT cannot be followed."""


def check(tree: exp.Expr) -> None:
    """Refuse what names columns without naming them.

    Raises:
        Unfollowed: the tree holds such a thing.
    """
    for node in tree.walk():
        for kind, what in _REFUSED:
            if isinstance(node, kind):
                raise Unfollowed(what)
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            raise Unfollowed("a star whose columns are not known: name the columns")


class Walk:
    """Resolves scopes from the outside in, each one once."""

    def __init__(self, root: Scope, columns: Mapping[str, tuple[str, ...]]) -> None:
        self._columns = columns
        self._scopes = {id(scope.expression): scope for scope in root.traverse()}
        self._done: dict[int, Origins] = {}
        # Scopes being walked, and what is known so far of those that read themselves.
        self._open: dict[int, Origins] = {}
        self._recursive: set[int] = set()

    def of(self, scope: Scope) -> Origins:
        """Origins of a scope.

        Raises:
            Unfollowed: a column comes from nowhere.
        """
        key = id(scope.expression)
        if key in self._done:
            return self._done[key]
        if key in self._open:
            self._recursive.add(key)
            return self._open[key]
        found, before = Origins(), dict(self._done)
        while True:  # a recursive expression is walked until nothing new comes round
            self._open[key] = found
            again = self._union(scope) if scope.set_operation_scopes else self._select(scope)
            settled = key not in self._recursive or again == found
            found = again
            if settled:
                break
            self._done = dict(before)
        del self._open[key]
        self._done[key] = found
        return found

    def _read(self, source: Scope) -> tuple[Origins, bool]:
        """What is known of a scope that is read from, and whether it may still grow.

        A recursive expression that reads itself is given its first part; it reads the whole.
        """
        whole = source.expression
        while isinstance(whole.parent, exp.SetOperation):
            whole = whole.parent
        if id(whole) in self._open:
            self._recursive.add(id(whole))
            return self._open[id(whole)], True
        return self.of(source), False

    def _union(self, scope: Scope) -> Origins:
        parts = [self.of(part) for part in scope.set_operation_scopes]
        rows = frozenset[Origin]().union(*(part.rows for part in parts))
        if not isinstance(scope.expression, exp.Union):  # EXCEPT, INTERSECT: every column decides
            every = (each for part in parts for each in part.fields.values())
            rows |= {_combined(origin, "FILTER") for each in every for origin in each}
        fields = _side_by_side(parts, by_name=bool(scope.expression.args.get("by_name")))
        for clause, subtype in _CLAUSES:
            node = scope.expression.args.get(clause)
            if isinstance(node, exp.Expr):  # behind a set operation columns are those of all its parts
                if node.find(exp.Query) is not None:
                    raise Unfollowed(f"a SELECT within {clause.upper()} behind a UNION")
                for column in node.find_all(exp.Column):
                    rows |= {_combined(origin, subtype) for origin in fields.get(column.name, ())}
        return Origins(fields, rows)

    def _select(self, scope: Scope) -> Origins:
        expression = scope.expression
        if isinstance(expression, exp.Lateral) and isinstance(expression.this, exp.Subquery):
            nested = self._scopes.get(id(expression.this.unnest()))
            if nested is None:
                raise Unfollowed("LATERAL")
            return self.of(nested)
        if not isinstance(expression, exp.Select):  # UNNEST and the like: all that goes in
            inside = self._within(scope, expression, "TRANSFORMATION")
            return Origins(dict.fromkeys(expression.alias_column_names, inside), inside)
        found = Origins()
        for place, projection in enumerate(expression.selects):
            value = projection.unalias()
            name = projection.alias_or_name
            # Columns of a UNION's later parts may have no name, or the same one twice.
            name = name if name not in found.fields else f"{name}#{place}"
            found.fields[name] = self._within(scope, value, _subtype(value))
        found.rows = self._row_origins(scope)
        group = expression.args.get("group")
        if group is not None and group.args.get("all"):
            keys = [p for p in expression.selects if p.find(exp.AggFunc) is None]
            found.rows |= frozenset().union(*(self._within(scope, key, "GROUP_BY") for key in keys))
        return found

    def _row_origins(self, scope: Scope) -> frozenset[Origin]:
        rows: set[Origin] = set()
        for clause, subtype in _CLAUSES:
            node = scope.expression.args.get(clause)
            if node is not None:
                rows |= self._within(scope, node, subtype)
        for join in scope.expression.args.get("joins") or ():
            if join.args.get("on") is not None:
                rows |= self._within(scope, join.args["on"], "JOIN")
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                rows |= self._read(source)[0].rows
        return frozenset(rows)

    def _within(self, scope: Scope, node: exp.Expr, subtype: str) -> frozenset[Origin]:
        """Origins of every column under ``node``, nested SELECTs included."""
        found: set[Origin] = set()
        if any(window.alias for window in node.find_all(exp.Window)):
            for window in scope.expression.args.get("windows") or ():
                found |= self._within(scope, exp.Tuple(expressions=_of_window(window)), subtype)
        for part in _parts(node):
            if isinstance(part, exp.Column):
                found |= self._column(scope, part, subtype)
            else:
                nested = self._scopes.get(id(part))
                if nested is not None:
                    inner = self.of(nested)
                    for each in (*inner.fields.values(), inner.rows):
                        found |= {_combined(origin, subtype) for origin in each}
        return frozenset(found)

    def _column(self, scope: Scope, column: exp.Column, subtype: str) -> set[Origin]:
        owner = scope
        while column.table not in owner.sources and owner.parent is not None:
            owner = owner.parent  # a correlated column belongs to a SELECT around this one
        source: Any = owner.sources.get(column.table)
        if isinstance(source, exp.Table):
            name = f"{source.db}.{source.name}"
            if column.name in self._columns.get(name, ()) and not source.alias_column_names:
                return {Origin(name, column.name, subtype)}
        elif isinstance(source, Scope):
            inner, growing = self._read(source)
            if column.name in inner.fields or growing:
                known = inner.fields.get(column.name, frozenset())
                return {_combined(origin, subtype) for origin in known}
            if isinstance(source.expression, exp.UDTF):
                return {_combined(origin, subtype) for origin in inner.rows}
        elif _bound(column):
            return set()
        raise Unfollowed(f"the column {column.name}")


def _side_by_side(parts: list[Origins], *, by_name: bool) -> dict[str, frozenset[Origin]]:
    """The columns of a set operation: those of its parts at the same place, or of the same name."""
    none = frozenset[Origin]()
    if by_name:
        names = dict.fromkeys(name for part in parts for name in part.fields)
        return {name: none.union(*(part.fields.get(name, none) for part in parts)) for name in names}
    columns = [list(part.fields.values()) for part in parts if part.fields]
    if len({len(each) for each in columns}) > 1:
        raise Unfollowed("the parts of a UNION have not equally many columns")
    named = next((part.fields for part in parts if part.fields), {})
    return {name: none.union(*(each[place] for each in columns)) for place, name in enumerate(named)}


def _bound(column: exp.Column) -> bool:
    """Whether a name stands for the elements of a list, in a comprehension or a lambda."""
    node = column.parent
    while node is not None and not isinstance(node, exp.Query):
        if isinstance(node, exp.Comprehension | exp.Lambda):
            named = [node.args.get("expression"), *node.args.get("expressions", ())]
            if column.name in {each.name for each in named if each is not None}:
                return True
        node = node.parent
    return False


def _of_window(window: exp.Expr) -> list[exp.Expr]:
    """What a named window is partitioned and ordered by."""
    order = window.args.get("order")
    return [*(window.args.get("partition_by") or ()), *(() if order is None else (order,))]


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Columns under ``node`` and the SELECTs nested in it, without looking into these."""
    for part in node.walk(prune=lambda n: isinstance(n, exp.Select | exp.SetOperation)):
        if isinstance(part, exp.Column | exp.Select | exp.SetOperation):
            yield part


def _subtype(value: exp.Expr) -> str:
    if isinstance(value, exp.Column):
        return "IDENTITY"
    return "AGGREGATION" if value.find(exp.AggFunc) is not None else "TRANSFORMATION"


def _combined(origin: Origin, outer: str) -> Origin:
    """What an inner use becomes by an outer one: indirect stays indirect, else the stronger word."""
    direct = _RANK.index("IDENTITY")
    if _RANK.index(outer) < direct:
        return replace(origin, subtype=outer)
    return (
        origin
        if origin.rank < direct or origin.rank >= _RANK.index(outer)
        else replace(origin, subtype=outer)
    )
