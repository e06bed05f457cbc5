"""Where in the text a refusal is at fault: the characters an editor marks.

Decides by the text alone, beside the names a grant opens, and never whether anything is refused: the reasons
are there already. A reason whose cause is the text as a whole has no place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from policies.decision import Reason
from space.query.grammar.language import is_listed
from space.query.grammar.written import DUCKDB
from space.query.parse import MAX_BYTES

# More places of one reason than these tell an editor nothing more.
MOST: Final = 50

# Words of a clause that a reason is about, by its code.
_CLAUSES: Final[dict[str, tuple[str, ...]]] = {
    "query.cte": ("WITH",),
    "query.grouping_sets": ("ROLLUP", "CUBE", "GROUPING", "GROUPING SETS"),
    "query.grouping_sets.private": ("ROLLUP", "CUBE", "GROUPING", "GROUPING SETS"),
    "query.join": ("JOIN",),
    "query.join.mixed": ("JOIN",),
    "query.join.multiplicity": ("JOIN",),
    "query.join.required": ("FROM",),
    "query.join.terms": ("JOIN",),
    "query.limit": ("LIMIT", "OFFSET"),
    "query.own_join": ("JOIN",),
    "query.predicate": ("WHERE",),
    "query.predicate.domain": ("WHERE",),
    "query.predicate.grid": ("WHERE",),
    "query.rows": ("SELECT",),
    "query.ungrouped": ("SELECT",),
    "query.union": ("UNION", "EXCEPT", "INTERSECT"),
    "query.window": ("OVER",),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a query may say, in lower case.

    Attributes:
        tables: with their schema and, where that is enough, without; views.
        columns: of any of them.
    """

    tables: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a text.

    Attributes:
        line, column: of the first, from 1 on.
        start: how many characters stand before it.
        length: how many they are.
    """

    line: int
    column: int
    start: int
    length: int

    def to_document(self) -> dict[str, int]:
        """Plain JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def places(sql: str, reason: Reason, opened: Names) -> tuple[Place, ...]:
    """Where a text is at fault, in its order; empty where its whole is.

    Args:
        sql: as the caller wrote it.
        reason: found against it.
        opened: to the caller.
    """
    if len(sql.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return ()
    if reason.code == "query.syntax":
        return _unread(sql)
    tokens = _tokens(sql)
    find = _FINDERS.get(reason.code)
    if reason.where:
        spans = _said(tokens, {reason.where.lower(), reason.where.lower().rpartition(".")[2]})
    elif find is not None:
        spans = find(sql, tokens, opened)
    else:
        spans = _clause(tokens, _CLAUSES.get(reason.code, ()))
    return tuple(_place(sql, start, end) for start, end in sorted(set(spans))[:MOST])


_Span = tuple[int, int]


def _tokens(sql: str) -> list[Token]:
    try:
        return DUCKDB.tokenize(sql)
    except SqlglotError:
        return []


def _tree(sql: str) -> exp.Expr | None:
    try:
        return next(iter(DUCKDB.parse(sql)), None)
    # Malformed text makes the parser fail in more ways than it declares; it then has no places.
    except Exception:
        return None


def _unread(sql: str) -> tuple[Place, ...]:
    """Where the parser could not go on."""
    try:
        DUCKDB.parse(sql)
    except ParseError as error:
        told: dict[str, Any] = error.errors[0] if error.errors else {}
        highlight = str(told.get("highlight") or "")
        line, last = int(told.get("line") or 1), int(told.get("col") or 1)
        before = sum(len(one) + 1 for one in sql.split("\n")[: line - 1])
        start = max(0, before + last - max(1, len(highlight)))
        return (_place(sql, start, start + max(1, len(highlight))),) if start < len(sql) else ()
    # A text that does not even fall into words: what is open at its end.
    except Exception:
        end = len(sql.rstrip())
        return (_place(sql, end - 1, end),) if end else ()
    return ()


def _said(tokens: list[Token], names: set[str]) -> Iterator[_Span]:
    """Wherever a name is said."""
    return ((one.start, one.end + 1) for one in tokens if one.text.lower() in names)


def _clause(tokens: list[Token], words: tuple[str, ...]) -> Iterator[_Span]:
    return ((one.start, one.end + 1) for one in tokens if one.text.upper() in words)


def _strange_names(sql: str, _tokens: list[Token], opened: Names) -> Iterator[_Span]:
    """Names that are neither opened nor given in the text itself."""
    tree = _tree(sql)
    if tree is None:
        return
    given = {one.alias.lower() for one in tree.find_all(exp.Alias, exp.Table, exp.Subquery, exp.CTE)}
    tables = opened.tables | given
    said = tables | opened.columns | {name.partition(".")[0] for name in opened.tables}
    for node in tree.find_all(exp.Identifier):
        meta, above = node._meta or {}, node.parent
        names_table = isinstance(above, exp.Table) and above.this is node
        known = node.name.lower() in (tables if names_table else said)
        if not known and "start" in meta and not isinstance(above, exp.Alias | exp.TableAlias):
            yield meta["start"], meta["end"] + 1


def _functions(aggregates: bool) -> Callable[[str, list[Token], Names], Iterator[_Span]]:
    """Names of functions that are not on the list."""

    def find(sql: str, tokens: list[Token], _opened: Names) -> Iterator[_Span]:
        tree = _tree(sql)
        wrong = set[str]()
        for node in () if tree is None else tree.find_all(exp.Func):
            shows = isinstance(node, exp.AggFunc) and not isinstance(node, exp.Anonymous)
            if not is_listed(node) and shows is aggregates:
                wrong |= {node.name.lower()} if isinstance(node, exp.Anonymous) else _called(node)
        for one, following in pairwise(tokens):
            if following.token_type is TokenType.L_PAREN and one.text.lower() in wrong:
                yield one.start, one.end + 1

    return find


def _called(node: exp.Func) -> set[str]:
    """What a function may be called, in lower case."""
    own = {name.lower() for name in node.sql_names()}
    written = DUCKDB.generate(node).partition("(")[0].lower()
    return own | {written, "string_agg" if isinstance(node, exp.GroupConcat) else written}


def _inner(_sql: str, tokens: list[Token], _opened: Names) -> Iterator[_Span]:
    """SELECTs within parentheses."""
    for before, one in pairwise(tokens):
        if before.token_type is TokenType.L_PAREN and one.token_type is TokenType.SELECT:
            yield one.start, one.end + 1


def _first(_sql: str, tokens: list[Token], _opened: Names) -> Iterator[_Span]:
    """The word a statement begins with, of each."""
    begins = True
    for one in tokens:
        if begins and (one is not tokens[0] or one.token_type is not TokenType.SELECT):
            yield one.start, one.end + 1
        begins = one.token_type is TokenType.SEMICOLON


_FINDERS: Final[dict[str, Callable[[str, list[Token], Names], Iterator[_Span]]]] = {
    "query.name": _strange_names,
    "query.function": _functions(False),
    "query.aggregate": _functions(True),
    "query.bucket": lambda _sql, tokens, _opened: _said(tokens, {"width_bucket"}),
    "query.subquery": _inner,
    "query.statement": _first,
}


def _place(sql: str, start: int, end: int) -> Place:
    line = sql.count("\n", 0, start) + 1
    return Place(line, start - (sql.rfind("\n", 0, start) + 1) + 1, start, end - start)
