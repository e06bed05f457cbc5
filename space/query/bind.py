"""Names to columns: the tree, with every name resolved against the grant and nothing else.

Decides which table or answer every name means, and which SELECTs read protected tables (*base*) and
which read answers (*released*). A name that is not granted is refused in the same words whether it
exists elsewhere or not. Does not judge what a column may be used for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from contracts.model import FieldType
from space.query.grammar.language import is_listed
from space.query.grammar.written import DUCKDB
from space.query.parse import Nodes, every
from space.query.reasons import Refused
from space.query.schema import Column, QuerySchema, Table

ScopeKind = Literal["base", "released", "mixed", "constant"]

# SELECTs a query may stand for with its WITH names written out; a choice of ours, seconds of binding at most.
MAX_WRITTEN_OUT: Final = 1_000

_SQL_TYPES = {
    kind: exp.DataType.build(name)
    for kind, name in {
        FieldType.STRING: "TEXT",
        FieldType.INTEGER: "BIGINT",
        FieldType.NUMBER: "DOUBLE",
        FieldType.DATE: "DATE",
        FieldType.TIMESTAMP: "TIMESTAMP",
        FieldType.BOOLEAN: "BOOLEAN",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One occurrence of a table in a FROM clause.

    Attributes:
        alias: as the bound tree calls it.
        name: as the plan calls it: the same whatever the caller's alias.
    """

    alias: str
    name: str
    table: Table


@dataclass(frozen=True, slots=True)
class Scope:
    """One SELECT of the tree.

    Attributes:
        kind: what its FROM reads.
        scans: the protected tables it reads, in order.
        nodes: its nodes as they were bound, without those inside its FROM.
        read: what readers of the grammar found in it: rules and plan ask for the same.
    """

    select: exp.Select
    kind: ScopeKind
    scans: tuple[Scan, ...]
    nodes: Nodes = field(repr=False)
    read: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def column(self, node: exp.Column) -> tuple[Scan, Column]:
        """The scan and granted column a name of this scope means.

        Raises:
            Refused: it means none.
        """
        for scan in self.scans:
            if scan.alias == node.table:
                found = scan.table.column(node.name)
                if found is not None:
                    return scan, found
        raise Refused("query.name")

    def own(self, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
        """Nodes of some types that belong to this SELECT, not to one inside its FROM."""
        return (node for node in self.nodes if isinstance(node, kinds))


@dataclass(frozen=True, slots=True)
class Bound:
    """The qualified tree and its SELECTs, innermost last.

    Attributes:
        template: digest by which rules list the query as it was written; empty where nobody asks for it.
    """

    tree: exp.Query
    schema: QuerySchema
    scopes: tuple[Scope, ...]
    template: str = ""

    def base(self) -> Iterator[Scope]:
        """The scopes that read protected tables."""
        return (s for s in self.scopes if s.kind in ("base", "mixed"))

    def scope(self, select: exp.Select) -> Scope:
        """The scope of a SELECT of the tree."""
        return next(s for s in self.scopes if s.select is select)


def bind(tree: exp.Query, schema: QuerySchema) -> Bound:
    """Resolve every name of ``tree``, which is rewritten in place.

    Raises:
        Refused: a name is not granted, ambiguous, or a WITH name hides a table.
    """
    written = every(tree)
    _check_ctes(written, schema)
    named = _resolve_tables(written, schema)
    # The names of contracts are in lower case already, as the qualifier makes those of the query.
    known = MappingSchema(
        {t.id: {c.name: _SQL_TYPES[c.type] for c in t.columns} for t in named},
        dialect=DUCKDB,
        normalize=False,
    )
    try:
        bound = qualify(tree, schema=known, dialect=DUCKDB, quote_identifiers=False)
    # The qualifier fails in more ways than it declares; what it cannot resolve is not a name of the grant.
    except Exception:
        raise Refused("query.name") from None
    if not isinstance(bound, exp.Query):
        raise Refused("query.statement")
    nodes = every(bound)
    _check_columns(nodes)
    _check_forms(nodes)
    for node in nodes:
        node._meta = None  # where a name was written is of no use, and costs with every copy
    return Bound(bound, schema, tuple(_scope(n, schema) for n in nodes if isinstance(n, exp.Select)))


def _check_ctes(nodes: Nodes, schema: QuerySchema) -> None:
    names = [node.alias.lower() for node in nodes if isinstance(node, exp.CTE)]
    recursive = any(isinstance(node, exp.With) and node.args.get("recursive") for node in nodes)
    # Names with a leading underscore are the compiler's own.
    hiding = any(n.startswith("_") or schema.lookup("", n) is not None for n in names)
    if recursive or hiding or len(set(names)) != len(names):
        raise Refused("query.cte")
    if names and _written_out(nodes, frozenset(names)) > MAX_WRITTEN_OUT:
        raise Refused("query.text")


def _written_out(nodes: Nodes, names: frozenset[str]) -> int:
    """How many times a SELECT is read once every WITH name stands for its text, as the engine binds it.

    Names that stand twice in one another double with each: a short text would never be done.
    """
    within: dict[str, list[str]] = {name: [] for name in (*names, "")}
    for node in nodes:
        if isinstance(node, exp.Table) and not node.db and node.name.lower() in names:
            inside = node.find_ancestor(exp.CTE)
            within[inside.alias.lower() if isinstance(inside, exp.CTE) else ""].append(node.name.lower())
    sizes = dict.fromkeys(within, 1)
    for _ in names:
        former = dict(sizes)
        for name, read in within.items():
            sizes[name] = min(1 + sum(sizes[each] for each in read), MAX_WRITTEN_OUT + 1)
        if sizes == former:
            break
    return sizes[""]


def _resolve_tables(nodes: Nodes, schema: QuerySchema) -> list[Table]:
    """Replace every table name by the identity of the granted table; WITH names stay. The tables named."""
    named: dict[str, Table] = {}
    ctes = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    for node in nodes:
        if not isinstance(node, exp.Table):
            continue
        if not isinstance(node.this, exp.Identifier) or node.args.get("catalog"):
            raise Refused("query.name")
        if not node.db and node.name.lower() in ctes:
            continue
        table = schema.lookup(node.db, node.name)
        if table is None:
            raise Refused("query.name")
        if not node.args.get("alias"):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(table.table)))
        node.set("db", None)
        node.set("this", exp.to_identifier(table.id))
        named[table.id] = table
    return list(named.values())


def _check_columns(bound: Nodes) -> None:
    """A column without a table can only be an output name used in ORDER BY."""
    for node in bound:
        if not isinstance(node, exp.Column) or node.table:
            continue
        if not isinstance(node.find_ancestor(exp.Order, exp.Select), exp.Order):
            raise Refused("query.name")


def _check_forms(bound: Nodes) -> None:
    """Resolving names may have made other forms, such as a table where a value should stand."""
    for node in bound:
        star = isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count)
        if not is_listed(node) or star:
            raise Refused("query.node")
        if isinstance(node, exp.Union) and len(node.left.selects) != len(node.right.selects):
            raise Refused("query.union")


def _scope(select: exp.Select, schema: QuerySchema) -> Scope:
    identities = {t.id for t in schema.tables}
    read: list[tuple[str, Table]] = []
    answers = 0
    for source in _sources(select):
        if isinstance(source, exp.Table) and source.name in identities:
            read.append((source.alias_or_name, schema.by_id(source.name)))
        else:
            answers += 1
    scans = tuple(
        Scan(alias, f"t{place}", table)
        for (alias, table), place in zip(
            read, _places(select, [table.name for _, table in read]), strict=True
        )
    )
    kind: ScopeKind = "mixed" if scans and answers else "base" if scans else "released"
    return Scope(select, kind if scans or answers else "constant", scans, _own(select))


def _places(select: exp.Select, tables: list[str]) -> list[int]:
    """What the plan calls each table by: inner joins mean the same in any order, and are called the same."""
    every = range(len(tables))
    if len(set(tables)) < len(tables) or any(join.side for join in select.args.get("joins") or ()):
        return list(every)
    return [sorted(tables).index(table) for table in tables]


def _own(select: exp.Select) -> Nodes:
    """The nodes of a SELECT down to the queries inside it."""
    found: list[exp.Expr] = [select]
    for node in found:  # grows while it is read
        if node is select or not isinstance(node, exp.Query):
            found += node.iter_expressions()
    return found


def _sources(select: exp.Select) -> list[exp.Expr]:
    """What stands in FROM and JOIN."""
    first = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    return ([first.this] if first is not None else []) + joined
