"""Kinds of values, as far as Spark SQL must know them to count as DuckDB does.

Decides of what kind an expression of a base statement is: from the stored columns, through the names that
inner SELECTs give. What cannot be told is said so, and refused where it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlglot import exp


class Kind(StrEnum):
    """What a value is."""

    WHOLE = "whole"
    EXACT = "exact"  # decimal
    REAL = "real"
    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"  # of no time zone
    TRUTH = "truth"
    NOTHING = "nothing"  # NULL
    OTHER = "other"


# Under which an expression keeps its kind.
KIND: Final = "kind"
# Of two numbers the wider.
_ORDER: Final = (Kind.NOTHING, Kind.TRUTH, Kind.WHOLE, Kind.EXACT, Kind.REAL)
_CASTS: Final = {
    exp.DType.BIGINT: Kind.WHOLE, exp.DType.INT: Kind.WHOLE, exp.DType.SMALLINT: Kind.WHOLE,
    exp.DType.TINYINT: Kind.WHOLE, exp.DType.DOUBLE: Kind.REAL, exp.DType.FLOAT: Kind.REAL,
    exp.DType.DECIMAL: Kind.EXACT, exp.DType.DATE: Kind.DAY, exp.DType.TIMESTAMP: Kind.MOMENT,
    exp.DType.TIMESTAMPNTZ: Kind.MOMENT, exp.DType.BOOLEAN: Kind.TRUTH, exp.DType.VARCHAR: Kind.TEXT,
    exp.DType.TEXT: Kind.TEXT,
}  # fmt: skip
_WHOLE: Final = (
    exp.Count, exp.Length, exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Day,
    exp.DayOfMonth, exp.DayOfWeek, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour, exp.Extract, exp.DateDiff,
    exp.RowNumber, exp.BitwiseAnd, exp.BitwiseOrAgg,
)  # fmt: skip
_REAL: Final = (exp.Avg, exp.Pow, exp.Ln, exp.Sqrt, exp.Exp, exp.Div, exp.Floor, exp.Ceil)
_TEXT: Final = (exp.Left, exp.Right, exp.Concat, exp.DPipe, exp.Substring, exp.TimeToStr, exp.Repeat)
_TRUTH: Final = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Is, exp.Between,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Exists, exp.Boolean,
)  # fmt: skip
_CHOICES: Final = (
    exp.Paren, exp.Neg, exp.Abs, exp.Round, exp.Max, exp.Min, exp.Coalesce, exp.Greatest, exp.Least,
    exp.Nullif, exp.Sum, exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv, exp.AnyValue, exp.Window,
    exp.Distinct,
)  # fmt: skip


@dataclass(slots=True)
class Kinds:
    """The kinds of one statement.

    Attributes:
        stored: kind of every stored column, by name; of a name that tables give to different kinds, OTHER.
        named: what a name stands for that inner SELECTs give; several may give one name.
    """

    stored: Mapping[str, Kind]
    named: dict[str, list[exp.Expr]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, tree: exp.Expr, stored: Mapping[str, Kind]) -> Kinds:
        """The kinds of a statement whose trees have not been changed yet."""
        made = cls(stored)
        for alias in tree.find_all(exp.Alias):
            made.named.setdefault(alias.alias, []).append(alias.this.copy())
        return made

    def kind(self, node: exp.Expr) -> Kind:
        """The kind of an expression; of one that was written anew, what it was before."""
        noted: Kind | None = node.meta.get(KIND)
        return self._kind(node) if noted is None else noted

    def note(self, tree: exp.Expr) -> None:
        """Note the kind of every expression before any is written anew."""
        for node in tree.walk():
            node.meta[KIND] = self._kind(node)

    def _kind(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.Null):
            return Kind.NOTHING
        if isinstance(node, _TRUTH):
            return Kind.TRUTH
        if isinstance(node, exp.Literal):
            return Kind.TEXT if node.is_string else Kind.WHOLE if node.name.isdecimal() else Kind.EXACT
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Cast):
            return _CASTS.get(node.to.this, Kind.OTHER)
        for kind, types in ((Kind.WHOLE, _WHOLE), (Kind.REAL, _REAL), (Kind.TEXT, _TEXT)):
            if isinstance(node, types):
                return kind
        if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
            return self.kind(node.this)
        if isinstance(node, exp.Case | exp.If):
            return self._widest(_results(node))
        if isinstance(node, _CHOICES):
            return self._widest([node.this, *_others(node)])
        return Kind.OTHER

    def _column(self, node: exp.Column) -> Kind:
        if node.table and node.name in self.stored:
            return self.stored[node.name]
        known = self.named.get(node.name)
        if known is None:
            return self.stored.get(node.name, Kind.OTHER)
        if node.name in self._asked:  # a name passed on as it is adds nothing to what it is
            return self.stored.get(node.name, Kind.NOTHING)
        self._asked.add(node.name)
        try:
            return self._widest(known)
        finally:
            self._asked.discard(node.name)

    def _widest(self, nodes: list[exp.Expr]) -> Kind:
        kinds = (self.kind(node) for node in nodes if isinstance(node, exp.Expr))
        found = [kind for kind in kinds if kind is not Kind.NOTHING]
        if not found:
            return Kind.NOTHING
        if all(kind in _ORDER for kind in found):
            return max(found, key=_ORDER.index)
        return found[0] if len(set(found)) == 1 else Kind.OTHER


def _others(node: exp.Expr) -> list[exp.Expr]:
    """What an expression chooses from or computes with, beside its first part."""
    others = list(node.expressions)
    right = node.args.get("expression")
    if isinstance(right, exp.Expr) and not isinstance(node, exp.Nullif | exp.Round | exp.Window):
        others.append(right)
    return [] if isinstance(node, exp.Round | exp.Window) else others


def _results(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.If):
        return [node.args["true"], node.args.get("false") or exp.Null()]
    return [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default") or exp.Null()]
