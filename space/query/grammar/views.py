"""Named views of a workspace: a name in FROM is replaced by the SELECT it stands for, before names are bound.

Decides that a view can be written in place of its name: that it names tables of the grant, other views and
its own WITH only, hides no table, does not lead back to itself and stays small. Nothing is stored: the
text of a view passes the same gates as the query, and what is run and answered is the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from space.query.parse import check_shape, parse
from space.query.reasons import Refused
from space.query.schema import QuerySchema

# Views within views, and views in one query.
MAX_DEPTH: Final = 8
MAX_INLINED: Final = 64


def inline(tree: exp.Query, schema: QuerySchema) -> exp.Query:
    """The query with every view written out; the tree is rewritten in place.

    Args:
        tree: as parsed.
        schema: with ``views``: SQL by name, names in lower case.

    Raises:
        Refused: a view cannot be used, or the whole becomes too large.
    """
    if not schema.views:
        return tree
    made = _Inlining(schema)
    made.replace(tree, ())
    check_shape(tree)
    return tree


@dataclass(slots=True)
class _Inlining:
    schema: QuerySchema
    count: int = 0
    kept: list[str] = field(default_factory=list)

    def replace(self, tree: exp.Query, within: tuple[str, ...]) -> None:
        """Write out the views a text names.

        Args:
            tree: the query, or a view's SELECT.
            within: the views it stands in, outermost first.
        """
        own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        if own & self.schema.views.keys():
            raise Refused("query.cte")
        for node in list(_tables(tree)):
            name = node.name.lower()
            if name in self.schema.views and not node.db:
                self._write_out(node, name, within)
            elif within and name not in own and self.schema.lookup(node.db, name) is None:
                raise Refused("query.name")  # else a WITH of the caller could stand where a table is meant

    def _write_out(self, node: exp.Table, name: str, within: tuple[str, ...]) -> None:
        hides = self.schema.lookup("", name) is not None or name.startswith("_")
        self.count += 1
        if hides or name in within or len(within) >= MAX_DEPTH or self.count > MAX_INLINED:
            raise Refused("query.view")
        if any(value and key not in ("this", "alias") for key, value in node.args.items()):
            raise Refused("query.node")
        select = parse(self.schema.views[name])
        self.replace(select, (*within, name))
        _rename(select, f"{name}_{self.count}_")
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name))
        node.replace(exp.Subquery(this=select, alias=alias))


def _tables(tree: exp.Query) -> Iterator[exp.Table]:
    return (node for node in tree.find_all(exp.Table) if isinstance(node.this, exp.Identifier))


def _rename(select: exp.Query, prefix: str) -> None:
    """Give every WITH name of a view a name of its own, so that a view may stand twice in one query."""
    names = {cte.alias.lower() for cte in select.find_all(exp.CTE)}
    for cte in select.find_all(exp.CTE):
        cte.args["alias"].set("this", exp.to_identifier(prefix + cte.alias.lower()))
    for node in _tables(select):
        if not node.db and node.name.lower() in names:
            if not node.args.get("alias"):
                node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
            node.set("this", exp.to_identifier(prefix + node.name.lower()))
