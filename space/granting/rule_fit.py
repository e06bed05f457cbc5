"""Whether rules can be enforced on a dataset: checked before an owner or a grant states them.

Decides on the contract alone. A rule that names what is not there, or asks for a form a column cannot
have, would look agreed and hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.model import Contract, Field, FieldType, Use
from policies.decision import Reason
from policies.protection import ColumnRule, DatasetRules, OnBreach

_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_PERIODS: Final = ("year", "quarter", "month", "day")
_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)


def unfit(rules: DatasetRules, contract: Contract) -> Iterator[Reason]:
    """Every reason why rules cannot be enforced on a dataset."""
    fields = {field.name: field for field in contract.fields}
    named = {rule.name for rule in rules.columns}
    named |= {name for name, _ in rules.table.min_distinct} | (rules.table.join.keys or frozenset())
    for name in sorted(named - set(fields)):
        yield Reason(
            "grant.rules.field",
            "a rule names a field the dataset does not have",
            f"{contract.name}.{name}",
            "name fields of the dataset",
        )
    for rule in rules.columns:
        if rule.name in fields and not _has_form(rule, fields[rule.name]):
            yield Reason(
                "grant.rules.form",
                "the column has no such form to show instead",
                f"{contract.name}.{rule.name}",
                "mask texts; generalise times to a coarser period, texts to leading characters, numbers to "
                "steps; units and identifiers can only be refused",
            )


def _has_form(rule: ColumnRule, field: Field) -> bool:
    """Whether the column can be shown as the rule says where it is used otherwise than allowed."""
    if rule.on_breach is OnBreach.FAIL:
        return True
    if field.unit is not None or field.use in (Use.IDENTIFIER, Use.FREE_TEXT, Use.NEVER):
        return False
    if rule.on_breach is OnBreach.MASK:
        return field.type is FieldType.STRING
    if rule.on_breach is OnBreach.NULLIFY:
        return True
    if field.type in _TIMES:
        grain = field.grain or "day"
        known = rule.generalise in _PERIODS
        finest = _PERIODS.index(grain) if grain in _PERIODS else len(_PERIODS)
        return known and _PERIODS.index(rule.generalise) <= finest
    stepped = rule.generalise.isdigit() and int(rule.generalise) > 0
    return stepped and (field.type is FieldType.STRING or field.type in _NUMBERS)
