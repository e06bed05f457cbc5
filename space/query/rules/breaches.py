"""What becomes of a column used otherwise than allowed: refused, or coarser at its table.

Decides nothing new: where visibility, role and functions say no and the rule of the column names another
form, the name is replaced by that form, which is made where the table is read. No alias and no outer query
can reach behind it. Units and join keys have no such form and stay refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from policies.masking import Mask
from policies.protection import ColumnRule, OnBreach, Role
from space.query.bind import Bound, Scan, Scope
from space.query.grammar.language import GRAINS
from space.query.grammar.uses import Occurrence, occurrences
from space.query.reasons import SOFT
from space.query.rules.roles import in_role
from space.query.rules.scalar_functions import passed_on
from space.query.rules.visibility import visible
from space.query.schema import Column

_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_TYPES: Final = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.BOOLEAN: "BOOLEAN",
}


def soften(bound: Bound) -> Bound:
    """The query with every breach replaced for which the rule of the column names a form."""
    made: dict[str, dict[str, tuple[Column, str]]] = {}
    for use in list(occurrences(bound)):
        form = None if _allowed(use) else soft(use.column)
        if form is None or use.role is Role.JOIN_KEY:
            continue
        made.setdefault(use.scan.table.id, {})[form[0].name] = form
        use.node.set("this", exp.to_identifier(form[0].name))
    if not made:
        return bound
    return replace(bound, scopes=tuple(_scope(scope, made) for scope in bound.scopes))


def soft(column: Column) -> tuple[Column, str] | None:
    """The other form of a column and its SQL over the protected table; None where there is none.

    The form is asked of nobody any more: it shows no more than the rule lets be seen.
    """
    rule = column.rule
    if rule is None or not column.physical or column.kind is not None or column.use is Use.IDENTIFIER:
        return None
    made = _form(column, rule)
    if made is None:
        return None
    changed, tree = made
    name = f"{SOFT}{column.name}"
    physical = f"{SOFT}{column.physical}"
    return replace(changed, name=name, physical=physical, rule=None, domain=()), tree.sql(dialect="duckdb")


def _allowed(use: Occurrence) -> bool:
    return visible(use) and in_role(use) and passed_on(use)


def _scope(scope: Scope, made: Mapping[str, Mapping[str, tuple[Column, str]]]) -> Scope:
    return replace(scope, scans=tuple(_scan(scan, made.get(scan.table.id, {})) for scan in scope.scans))


def _scan(scan: Scan, made: Mapping[str, tuple[Column, str]]) -> Scan:
    if not made:
        return scan
    forms = [made[name] for name in sorted(made)]
    table = replace(
        scan.table,
        columns=(*scan.table.columns, *(column for column, _ in forms)),
        added=tuple((column.physical, sql) for column, sql in forms),
    )
    return replace(scan, table=table)


def _form(column: Column, rule: ColumnRule) -> tuple[Column, exp.Expr] | None:
    value = exp.column(exp.to_identifier(column.physical, quoted=True))
    if rule.on_breach is OnBreach.NULLIFY:
        return column, exp.cast(exp.Null(), _sql_type(column))
    if rule.on_breach is OnBreach.MASK and rule.mask is not None and column.type is FieldType.STRING:
        return column, _masked(rule.mask, value)
    if rule.on_breach is not OnBreach.GENERALISE:
        return None
    if column.type in _TIMES:
        return _period(column, rule.generalise, value)
    if not rule.generalise.isdigit() or int(rule.generalise) < 1:
        return None
    if column.type is FieldType.STRING:
        return column, exp.Left(this=value, expression=exp.Literal.number(rule.generalise))
    if column.type in (FieldType.INTEGER, FieldType.NUMBER):
        return _stepped(column, int(rule.generalise), value)
    return None


def _masked(mask: Mask, value: exp.Expr) -> exp.Expr:
    """What :meth:`policies.masking.Mask.apply` does, for every row."""
    size = exp.Length(this=value)
    hidden = exp.Sub(this=size, expression=exp.Literal.number(mask.first + mask.last))

    def stars(count: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="repeat", expressions=[exp.Literal.string("*"), count])

    shown = exp.Concat(
        expressions=[
            exp.Left(this=value, expression=exp.Literal.number(mask.first)),
            stars(hidden),
            exp.Right(this=value, expression=exp.Literal.number(mask.last)),
        ]
    )
    enough = exp.GTE(this=hidden, expression=exp.Literal.number(1))
    missing = exp.Is(this=value, expression=exp.Null())
    ifs = [exp.If(this=missing, true=exp.Null()), exp.If(this=enough, true=shown)]
    return exp.Case(ifs=ifs, default=stars(size))


def _period(column: Column, grain: str, value: exp.Expr) -> tuple[Column, exp.Expr] | None:
    if grain not in GRAINS or column.grain not in GRAINS or GRAINS.index(grain) > GRAINS.index(column.grain):
        return None
    cut = exp.Anonymous(this="date_trunc", expressions=[exp.Literal.string(grain), value])
    changed = replace(column, grain=grain, minimum=_begin(column.minimum, grain))
    return changed, exp.cast(cut, _sql_type(column))


def _begin(stated: float | int | str | None, grain: str) -> str | None:
    """The first day of the period a public bound lies in; a bound that is no day is none."""
    if not isinstance(stated, str):
        return None
    try:
        day = date.fromisoformat(stated[:10])
    except ValueError:
        return None
    months = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1}
    first = day.replace(month=months.get(grain, day.month))
    return (first if GRAINS.index(grain) > GRAINS.index("month") else first.replace(day=1)).isoformat()


def _stepped(column: Column, step: int, value: exp.Expr) -> tuple[Column, exp.Expr]:
    stored = step * column.factor
    floor = exp.Floor(this=exp.Div(this=value, expression=exp.Literal.number(stored)))
    cut = exp.cast(exp.Mul(this=floor, expression=exp.Literal.number(stored)), _sql_type(column))
    low = None if column.minimum is None else int(float(column.minimum) // step) * step
    return replace(column, grain=str(step), minimum=low), cut


def _sql_type(column: Column) -> str:
    """The type of a protected column: measures are whole numbers."""
    if column.use is Use.MEASURE:
        return "BIGINT"
    return _TYPES.get(column.type, f"DECIMAL(38, {column.scale})")
