"""Keys that are parts of a time: ``year(d)``, ``date_trunc('month', d)``, ages, formats.

Decides how fine a part may be: never finer than the grain the column is stored at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from contracts.model import FieldType
from space.query.grammar.columns import instant, instant_literal, text
from space.query.grammar.key_form import KeyForm
from space.query.grammar.language import DATE_PARTS, DIRECTIVES, GRAINS, TRUNCATIONS
from space.query.reasons import Refused

TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
FORMS: Final = (
    *DATE_PARTS,
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.Extract,
    exp.TimeToStr,
    exp.DateDiff,
)

Read = Callable[[exp.Expr], KeyForm]


def read_time(node: exp.Expr, read: Read) -> KeyForm:
    """A part of a time at or above its grain.

    Args:
        node: of one of the types in :data:`FORMS`.
        read: the form of the time within it.

    Raises:
        Refused: it is no time, or the part is finer than its grain.
    """
    if isinstance(node, exp.DateDiff):
        return _age(node, read)
    target = node.expression if isinstance(node, exp.Extract) else node.this
    form = read(target)
    if form.kind not in TIMES:
        raise Refused("query.key")
    part = _part(node)
    need(form, part)
    made = node.copy()
    made.set("expression" if isinstance(node, exp.Extract) else "this", form.tree)
    if isinstance(node, exp.TimeToStr):
        kind = FieldType.STRING
    else:
        kind = form.kind if isinstance(node, exp.TimestampTrunc | exp.DateTrunc) else FieldType.INTEGER
    return KeyForm(made, kind, form.places, part=part)


def _part(node: exp.Expr) -> str:
    """The finest part a function of a time shows."""
    if isinstance(node, exp.TimeToStr):
        return _finest(text(node.args["format"]))
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc | exp.Extract):
        unit = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
        name = unit.name.upper() if unit is not None else ""
        if name in TRUNCATIONS:
            return TRUNCATIONS[name]
        raise Refused("query.key")
    return DATE_PARTS[type(node)]


def _finest(template: str | None) -> str:
    if template is None:
        raise Refused("query.key")
    used, rest = [], template
    while "%" in rest:
        _, _, rest = rest.partition("%")
        if rest[:1] not in DIRECTIVES:
            raise Refused("query.key")
        used.append(DIRECTIVES[rest[:1]])
        rest = rest[1:]
    return max(used, key=GRAINS.index, default="year")


def need(form: KeyForm, part: str) -> None:
    """The date part must not be finer than what the key already shows."""
    if form.part is not None and GRAINS.index(part) > GRAINS.index(form.part):
        raise Refused("query.grain", form.places[0].column.name)


def _age(node: exp.DateDiff, read: Read) -> KeyForm:
    """``date_diff('year', column, DATE '…')``: whole periods between a time and a constant day."""
    unit = node.args.get("unit")
    part = TRUNCATIONS.get(unit.name.upper() if unit is not None else "")
    if part is None:
        raise Refused("query.key")
    made = node.copy()
    for side, other in (("expression", "this"), ("this", "expression")):
        moment = instant(node.args[other])
        if moment is not None:
            form = read(node.args[side])
            if form.kind not in TIMES:
                raise Refused("query.key")
            need(form, part)
            made.set(side, form.tree)
            made.set(other, instant_literal(moment, form.kind))
            return KeyForm(made, FieldType.INTEGER, form.places, part=part)
    raise Refused("query.key")
