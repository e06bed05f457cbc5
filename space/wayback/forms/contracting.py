"""The contract a form stands for: what its answers are checked by, and what the collected dataset promises.

Decides the field of every item: a bound item's is its source's, so that one rule judges a value wherever
it is written; another item's is what the form and its element say. Beside the items a row says for which
period, by which body, about whom and when.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from catalog.cataloging.admission import ASSESSMENT_PROPERTY
from contracts.codes import UNIT_CODES
from contracts.elements import Element, elements, inherit
from contracts.model import (
    Area,
    Contract,
    Field,
    FieldType,
    Party,
    Sharing,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    Use,
)
from contracts.rules import check_rule
from policies.rulebook import rule
from space.wayback.forms.bindings import Bound
from space.wayback.forms.definition import Form, Item
from space.wayback.forms.formulas import compiled

SCHEMA: Final = "forms"
# Columns every collected dataset has; no item may be called so.
PERIOD, BODY, AREA, SUBJECT, DAY, CHALLENGED = (
    "report_period", "report_body", "report_area", "subject_id", "reported_on", "challenged_items",
)  # fmt: skip
RESERVED: Final = frozenset({PERIOD, BODY, AREA, SUBJECT, DAY, CHALLENGED})
# Kinds of subjects whose answers are personal information.
_PEOPLE: Final = ("person", "household")
_UNSAFE: Final = re.compile(r"[^a-z0-9]+")
NO_OWN: Final[Mapping[str, Element]] = MappingProxyType({})


def dataset_of(code: str) -> str:
    """Name of the dataset a form's answers are collected in.

    >>> dataset_of("SY-2026-01")
    'forms.f_sy_2026_01'
    """
    return f"{SCHEMA}.f_{_UNSAFE.sub('_', code.lower())[:60]}"


def contract_of(bound: Bound, on: date, own: Mapping[str, Element] = NO_OWN) -> Contract:
    """The contract of a form's answers.

    Args:
        bound: the form with its items bound.
        on: day of the rules.
        own: the city's own elements in force, by code.

    Raises:
        ContractError: an item's element is unknown, or a rule does not fit the items.
    """
    form = bound.form
    items = _protected(form, [field_of(item, bound.contracts.get(item.dataset), own) for item in form.items])
    made = Contract(
        id=f"form-{form.code.lower()}",
        title=form.title,
        schema=SCHEMA,
        table=dataset_of(form.code).partition(".")[2],
        status="active" if form.assessment else "draft",
        department=Party(form.issuer, form.issuer_code),
        summary=f"报表“{form.title}”的填报结果，一表一行。",
        domain="基层报表",
        tags=("一表通",),
        sharing=Sharing(condition="用于履行法定职责", basis=form.basis),
        update_cycle=form.period,
        fields=(*_own_fields(form), *items),
        rules=form.rules,
        units=(UnitRule(form.subject_kind, int(rule("forms", "result/rows_of_a_unit", on).value)),),
        unique_keys=((PERIOD, BODY, SUBJECT),),
        area=Area(AREA, "residence"),
        period_field=DAY,
        sources=(_source(form),),
        extra=_assessed(form),
    )
    for one in made.rules:
        check_rule(one, made)
    return made


def field_of(item: Item, contract: Contract | None, own: Mapping[str, Element] = NO_OWN) -> Field:
    """What may stand in an item.

    Raises:
        UnknownElement: its element is in no library.
    """
    named = None if contract is None else next((f for f in contract.fields if f.name == item.field), None)
    if named is not None:
        return _of_source(item, named)
    field = Field(
        name=item.name,
        business_name=item.title,
        type=item.type,
        scale=item.scale,
        required=item.required,
        element=item.element or None,
        allowed=item.allowed,
        minimum=item.minimum,
        maximum=item.maximum,
        min_length=item.min_length,
        max_length=item.max_length,
        pattern=item.pattern,
        check=item.check,
    )
    whole = inherit(field, own=own)
    element = own.get(item.element) or (elements().get(item.element) if item.element else None)
    if element is not None:
        whole = replace(
            whole, grade=element.grade, personal=element.personal, sensitive=element.sensitive,
            category=element.category,
        )  # fmt: skip
    return replace(whole, **_use(whole))


def _protected(form: Form, fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields with the protection each needs: a computed one at least that of what it is made from.

    What is written about a person or household is personal whatever the item.
    """
    made = {field.name: field for field in fields}
    # What is computed may read what comes after it, if that is not computed.
    for item in sorted(form.items, key=lambda each: bool(each.compute)):
        field = made[item.name]
        read = [made[name] for name in sorted(compiled(item.compute).names)] if item.compute else []
        own = field.personal or (not item.dataset and form.subject_kind in _PEOPLE)
        stated = (item.grade, field.grade, *(each.grade for each in read))
        made[item.name] = replace(
            field,
            grade=max((grade for grade in stated if grade is not None), default=None),
            personal=own or any(each.personal for each in read),
            sensitive=item.sensitive or field.sensitive or any(each.sensitive for each in read),
            category=item.category or field.category or next((each.category for each in read), ""),
        )
    return tuple(made.values())


def _of_source(item: Item, field: Field) -> Field:
    unit = None if field.unit is None else UnitRef(field.unit.kind, about=False)
    required = item.required and item.by_hand
    return replace(
        inherit(field), name=item.name, business_name=item.title, key_position=None, unique=False,
        required=required, unit=unit, format=None, nulls=field.nulls,
    )  # fmt: skip


def _use(field: Field) -> dict[str, Any]:
    """What an analyst may do with an item of hand: lists are dimensions, bounded numbers measures."""
    if field.type is FieldType.DATE:
        return {"use": Use.TIME, "grain": "month"}
    if field.type in (FieldType.INTEGER, FieldType.NUMBER):
        bounded = field.minimum is not None and field.maximum is not None
        return {"use": Use.MEASURE if bounded else Use.FILTER}
    return {"use": Use.DIMENSION if field.allowed else Use.NEVER}


def _own_fields(form: Form) -> tuple[Field, ...]:
    kind = form.subject_kind
    personal = kind in _PEOPLE
    return (
        Field(PERIOD, "报表期", required=True, key_position=1, use=Use.DIMENSION, grade=1),
        Field(BODY, "填报单位代码", required=True, key_position=2, use=Use.FILTER, grade=1),
        Field(
            SUBJECT, "填报对象标识", required=True, key_position=3, check=UNIT_CODES.get(kind),
            unit=UnitRef(kind), use=Use.IDENTIFIER, personal=personal, grade=3 if personal else 2,
        ),
        Field(AREA, "填报属地编码", required=True, check="region", use=Use.FILTER, grade=1),
        Field(DAY, "填报日期", type=FieldType.DATE, required=True, use=Use.TIME, grain="day", grade=1),
        Field(CHALLENGED, "校核中的数据项", grade=1),
    )  # fmt: skip


def _source(form: Form) -> Source:
    """Where the rows land, relative to the folder of contracts of the installation."""
    path = f"../lake/landing/forms/{form.code}/*/rows/*.jsonl"
    names = [PERIOD, BODY, SUBJECT, AREA, DAY, CHALLENGED, *(item.name for item in form.items)]
    return Source("answers", SourceFormat.JSONL, path, columns={name: name for name in names})


def _assessed(form: Form) -> dict[str, Any]:
    if not form.assessment:
        return {}
    return {"customProperties": [{"property": ASSESSMENT_PROPERTY, "value": form.assessment}]}
