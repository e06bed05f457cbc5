"""How far a figure may lie from the truth, by the mechanism alone: known before anything runs.

Decides nothing and looks at no row: it follows from the plan's noise and rounding. Private figures are moved
to agree with one another once they are noisy; how far at most comes with the answer and is added there. A
column that is computed from several figures names them; their errors are not added up for it.

Source: normal tails of the discrete Gaussian (Canonne, Kamath, Steinke 2020).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlglot
from sqlglot import exp

from policies.terms import Mode
from space.query.plan import MOVED, Aggregate, Block, Plan

if TYPE_CHECKING:
    import pyarrow as pa

# Two-sided 95 % of a normal distribution, in standard deviations.
_Z95: Final = 1.959964
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What is known of a column's error.

    Attributes:
        column: of the answer.
        within: the truth lies at most so far away, in units of the column; None where that depends on values.
        confidence: with this probability; 1 for rounding, which is certain.
        relative: the same as a share of the figure; None where the error is absolute.
        made_of: the base figures a computed column rests on; empty where it is one itself.
        note: in words.
    """

    column: str
    within: float | None
    confidence: float
    relative: float | None = None
    made_of: tuple[str, ...] = ()
    note: str = ""

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "column": self.column,
            "within": self.within,
            "relative": self.relative,
            "confidence": self.confidence,
            "made_of": list(self.made_of),
            "note": self.note,
        }

    def told(self) -> str:
        """The error in one phrase."""
        if self.made_of:
            return f"computed from {', '.join(self.made_of)}"
        if self.within == 0:
            return "exact"
        error = f"±{self.within:.6g}" if self.within is not None else f"±{100 * (self.relative or 0):.3g} %"
        return error if self.confidence == 1 else f"{error} with {100 * self.confidence:.0f} % confidence"


def of_answer(plan: Plan, answer: pa.Table) -> tuple[Accuracy, ...]:
    """The error of every column with the answer there: what its figures were moved by is part of it.

    A figure lay within its noise of the truth before it was moved, so it lies within noise and move after.
    """
    stated = (answer.schema.metadata or {}).get(MOVED)
    return accuracy(plan, json.loads(stated) if stated is not None else {})


def accuracy(plan: Plan, moved: Mapping[str, Mapping[str, float]] | None = None) -> tuple[Accuracy, ...]:
    """The error of every column that shows a noisy or rounded figure, or is computed from one.

    Args:
        plan: of the query.
        moved: by block and figure, how far it was moved at most; None before the run, where nobody knows.
    """
    if plan.mode is Mode.PLAIN:
        return ()
    figures = {
        (b.name, a.name): (b, a, None if moved is None else moved.get(b.name, {}).get(a.name, 0.0))
        for b in plan.blocks
        for a in b.aggregates
    }
    tree = sqlglot.parse_one(plan.post_sql, read="duckdb")
    found = []
    for place, column in enumerate(plan.columns):
        used = sorted(set(_used(tree, place, figures)))
        if not used:
            continue
        alone = _alone(tree, place, figures)
        if alone:
            each = [_of_figure(column.name, *figures[key], plan) for key in sorted(alone)]
            found.append(max(each, key=lambda one: (one.within or 0, one.relative or 0)))
        else:
            made_of = tuple(_named(*figures[key], plan) for key in used)
            note = "computed from figures with errors of their own"
            found.append(Accuracy(column.name, None, CONFIDENCE, made_of=made_of, note=note))
    return tuple(found)


# A base figure, its block, and how far it was moved; None before the run.
_Figure = tuple[Block, Aggregate, float | None]
_Figures = Mapping[tuple[str, str], _Figure]


def _of_figure(column: str, block: Block, figure: Aggregate, moved: float | None, plan: Plan) -> Accuracy:
    if block.kind == "dp":
        return _noisy(column, block, figure, moved, plan)
    if block.kind == "plain":
        return Accuracy(column, 0.0, 1.0, note="exact")
    if figure.operation in ("count", "units"):
        base = plan.limits.rounding_base
        return Accuracy(column, base / 2, 1.0, note=f"rounded to the nearest multiple of {base}")
    relative = 0.5 * 10.0 ** (1 - plan.limits.digits)
    return Accuracy(
        column, None, 1.0, relative=relative, note=f"rounded to {plan.limits.digits} significant digits"
    )


def _noisy(column: str, block: Block, figure: Aggregate, moved: float | None, plan: Plan) -> Accuracy:
    sigma = figure.sigma or block.keys_sigma
    note = "noise of standard deviation sigma = " + f"{sigma / figure.factor:.6g}"
    if moved:
        note += f"; moved by at most {moved / figure.factor:.6g} to agree with other figures"
    elif moved is None and _agrees(block, figure, plan):
        note += "; then moved to agree with other figures, by what the answer says"
    # Noise is made of whole steps: a bound between two of them would hold less often than it says.
    within = math.ceil(_Z95 * sigma) + math.ceil(moved or 0)
    return Accuracy(column, within / figure.factor, CONFIDENCE, note=note)


def _agrees(block: Block, figure: Aggregate, plan: Plan) -> bool:
    """Whether other figures of the query bear on this one."""
    mine = (block.name, figure.condition)
    tied = [tie for tie in plan.ties if mine in {(name, place) for name, place, _ in tie.members}]
    if any(len(tie.members) > 1 for tie in tied):
        return True
    return figure.operation == "sum" and any(
        a.condition == figure.condition and a.operation == "count" for a in block.aggregates
    )


def _named(block: Block, figure: Aggregate, moved: float | None, plan: Plan) -> str:
    return f"{figure.operation} {_of_figure('', block, figure, moved, plan).told()}"


def _selects(query: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose columns a query gives: one, or each side of a UNION ALL."""
    if isinstance(query, exp.Subquery):
        yield from _selects(query.this)
    elif isinstance(query, exp.Union):
        yield from _selects(query.left)
        yield from _selects(query.right)
    elif isinstance(query, exp.Select):
        yield query


def _alone(query: exp.Expr, place: int, figures: _Figures) -> set[tuple[str, str]]:
    """The base figures that a column is, unchanged, one in every branch; none where one is computed."""
    found: set[tuple[str, str]] = set()
    for select in _selects(query):
        bare = _bare(select, select.selects[place], figures)
        if not bare:
            return set()
        found |= bare
    return found


def _bare(select: exp.Select, node: exp.Expr, figures: _Figures) -> set[tuple[str, str]]:
    node = node.unalias() if isinstance(node, exp.Alias) else node
    while isinstance(node, exp.Paren):
        node = node.this
    if not isinstance(node, exp.Column):
        return set()
    source = _source(select, node.table)
    if isinstance(source, str):
        return {(source, node.name)} & set(figures)
    if source is None or node.name not in source.named_selects:
        return set()
    return _alone(source, source.named_selects.index(node.name), figures)


def _used(query: exp.Expr, place: int, figures: _Figures) -> Iterator[tuple[str, str]]:
    """Every base figure a column rests on."""
    for select in _selects(query):
        for column in select.selects[place].find_all(exp.Column):
            source = _source(select, column.table)
            if isinstance(source, str):
                if (source, column.name) in figures:
                    yield source, column.name
            elif source is not None and column.name in source.named_selects:
                yield from _used(source, source.named_selects.index(column.name), figures)


def _source(select: exp.Select, name: str) -> exp.Query | str | None:
    """What a table name of a SELECT stands for: a block, a query in FROM or WITH, or nothing known."""
    parts = [select.args.get("from_"), *(select.args.get("joins") or ())]
    for part in parts:
        item = part.this if part is not None else None
        if item is None or item.alias_or_name != name:
            continue
        if isinstance(item, exp.Subquery):
            inner: exp.Query = item.this
            return inner
        if isinstance(item, exp.Table):
            return _common(select, item.name) or item.name
    return None


def _common(select: exp.Expr, name: str) -> exp.Query | None:
    """The query a WITH of this or an outer SELECT calls by that name."""
    node: exp.Expr | None = select
    while node is not None:
        given = node.args.get("with_")
        for cte in given.expressions if given is not None else ():
            if cte.alias == name:
                found: exp.Query = cte.this
                return found
        node = node.parent
    return None
