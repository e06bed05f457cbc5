"""What a form is: its items, what they bind to, its rules; and how its file is read.

Decides the shape of a form alone. Whether it may be used is :mod:`space.wayback.forms.admission`'s, where
its values come from :mod:`space.wayback.forms.bindings`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

from contracts.model import FieldType, Rule, RuleKind, UpdateCycle
from space.errors import SpaceError

# Codes name folders: letters, digits, hyphen and underscore only.
CODE: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")

# What a form file says, for the person who wrote one that cannot be read.
KEYS: Final = (
    "code, title, issuer, basis, period, subjectKind, validFrom, validTo and items"
    " (name, title, and dataset, field, key where prefilled; element, compute, type, required, allowed …"
    " where not); issuerCode, roster, rules, temporary, assessment, answerWorkdays if wanted"
)


class FormUnreadable(SpaceError):
    """A form file that lacks something or says it wrongly."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form: prefilled, computed, or filled by hand.

    Attributes:
        name: within the form.
        title: as printed.
        dataset, field: the authoritative source; both empty where there is none, or where ``element``
            alone says which item is meant and its one source is looked up 一数一源.
        key: the field of that dataset that holds the identifier of whom the row is about.
        via: the item whose value is that identifier; the subject of the sheet where empty. A household's
            form reaches the person who heads it so.
        element: code of the standard element 数据元 it is.
        compute: formula over other items (:mod:`space.wayback.forms.formulas`); nobody types it.
        type, scale, required, allowed, minimum, maximum, min_length, max_length, pattern, check: as of
            :class:`contracts.model.Field`, for items without a source; of an item with one its source
            says them.
        grade, sensitive, category: how a collected answer is protected, where that is more than what its
            element, or what a formula reads, asks for.
    """

    name: str
    title: str
    dataset: str = ""
    field: str = ""
    key: str = ""
    via: str = ""
    element: str = ""
    compute: str = ""
    type: FieldType = FieldType.STRING
    scale: int = 0
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | int | str | None = None
    maximum: float | int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    check: str | None = None
    grade: int | None = None
    sensitive: bool = False
    category: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether the filler types it: it has no source and no formula."""
        return not self.dataset and not self.compute


@dataclass(frozen=True, slots=True)
class Roster:
    """Whom a form is filled for 填报对象: the rows of a dataset in the area of a body.

    Attributes:
        dataset: ``schema.table``.
        key: its field that identifies the subject.
        where: field → the values that count; empty for every row.
    """

    dataset: str
    key: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        code: of the list.
        title: as printed.
        issuer, issuer_code: the department that asks; the code may be empty.
        basis: legal basis.
        period: how often it is filled.
        subject_kind: what one sheet is about: person, household or enterprise.
        items: in order.
        valid_from, valid_to: days, both included.
        roster: whom it is filled for; None where the body says.
        rules: over several items, as a contract has them.
        temporary: a demand outside the yearly list 临时性报表.
        assessment: reference of the impact assessment of the collected dataset, where there is one.
        answer_workdays: working days a body has for it; None takes the rule's.
    """

    code: str
    title: str
    issuer: str
    basis: str
    period: UpdateCycle
    subject_kind: str
    items: tuple[Item, ...]
    valid_from: date
    valid_to: date
    issuer_code: str = ""
    roster: Roster | None = None
    rules: tuple[Rule, ...] = ()
    temporary: bool = False
    assessment: str = ""
    answer_workdays: int | None = None

    def item(self, name: str) -> Item:
        """The item of that name.

        Raises:
            KeyError: there is none.
        """
        for one in self.items:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Every dataset it reads, its roster's included."""
        named = [one.dataset for one in self.items if one.dataset]
        return tuple(dict.fromkeys([*named, *([self.roster.dataset] if self.roster else [])]))


# YAML's names of what Python spells otherwise.
_SPELT: Final = {"minLength": "min_length", "maxLength": "max_length"}
_PLAIN: Final = {one.name: one.default for one in fields(Item)}
# Always stored: others read these of an item.
_STORED: Final = ("name", "title", "dataset", "field", "key")


def read(path: Path) -> Form:
    """A form from its YAML or JSON file.

    Raises:
        FormUnreadable: a key is missing or holds something else.
    """
    from contracts.yaml_document import load

    try:
        return of_document(load(path.read_text(encoding="utf-8")))
    except KeyError as error:
        raise FormUnreadable(f"{path}: {error.args[0]} is missing") from error
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise FormUnreadable(f"{path}: not a form — its keys are {KEYS}") from error


def of_document(found: Any) -> Form:
    """A form from its plain document, as a file or a request has it.

    Raises:
        KeyError: a key is missing.
        TypeError, ValueError, AttributeError: one holds something else.
    """
    known = {"code", "title", "issuer", "issuerCode", "basis", "period", "subjectKind", "items", "roster",
             "rules", "temporary", "assessment", "answerWorkdays", "validFrom", "validTo"}  # fmt: skip
    if unknown := set(found) - known:
        raise TypeError(f"unknown keys {len(unknown)}")
    workdays = found.get("answerWorkdays")
    return Form(
        code=str(found["code"]),
        title=str(found["title"]),
        issuer=str(found["issuer"]),
        issuer_code=str(found.get("issuerCode") or ""),
        basis=str(found["basis"]),
        period=UpdateCycle(found["period"]),
        subject_kind=str(found["subjectKind"]),
        items=tuple(_item(item) for item in found["items"]),
        valid_from=_day(found["validFrom"]),
        valid_to=_day(found["validTo"]),
        roster=_roster(found["roster"]) if found.get("roster") else None,
        rules=tuple(_rule(rule) for rule in found.get("rules") or ()),
        temporary=bool(found.get("temporary", False)),
        assessment=str(found.get("assessment") or ""),
        answer_workdays=None if workdays is None else int(workdays),
    )


def to_document(form: Form) -> dict[str, Any]:
    """A form as its plain document; :func:`of_document` gives the same form."""
    roster = form.roster
    where = {} if roster is None else {name: list(values) for name, values in roster.where.items()}
    more = {
        "issuerCode": form.issuer_code,
        "roster": None if roster is None else {"dataset": roster.dataset, "key": roster.key, "where": where},
        "rules": [_rule_document(rule) for rule in form.rules],
        "temporary": form.temporary,
        "assessment": form.assessment,
        "answerWorkdays": form.answer_workdays,
    }
    return {
        "code": form.code,
        "title": form.title,
        "issuer": form.issuer,
        "basis": form.basis,
        "period": form.period.value,
        "subjectKind": form.subject_kind,
        "items": [stored(item) for item in form.items],
        "validFrom": form.valid_from.isoformat(),
        "validTo": form.valid_to.isoformat(),
        **{key: value for key, value in more.items() if value},
    }


def stored(item: Item) -> dict[str, Any]:
    """An item as its plain document: what is usual is left out."""
    values = {name: getattr(item, name) for name in _PLAIN}
    said = {name: value for name, value in values.items() if name in _STORED or value != _PLAIN[name]}
    return {
        name: list(value) if isinstance(value, tuple) else str(value) if name == "type" else value
        for name, value in said.items()
    }


def _item(given: Mapping[str, Any]) -> Item:
    said = {_SPELT.get(key, key): value for key, value in given.items()}
    if "allowed" in said:
        said["allowed"] = tuple(str(value) for value in said["allowed"])
    if "type" in said:
        said["type"] = FieldType(said["type"])
    made = Item(**said)
    if not all(isinstance(part, str) for part in (made.name, made.title, made.dataset, made.field, made.key)):
        raise TypeError("an item's words are texts")
    return made


def _roster(given: Mapping[str, Any]) -> Roster:
    where = given.get("where") or {}
    listed = {str(name): _texts(values) for name, values in where.items()}
    return Roster(str(given["dataset"]), str(given["key"]), listed)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in values) if isinstance(values, list | tuple) else (str(values),)


def _rule(given: Mapping[str, Any]) -> Rule:
    return Rule(
        id=str(given["id"]),
        kind=RuleKind(given["kind"]),
        fields=tuple(given["fields"]),
        args=dict(given.get("args") or {}),
        description=str(given.get("description") or ""),
    )


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id, "kind": rule.kind.value, "fields": list(rule.fields), "args": dict(rule.args),
        "description": rule.description,
    }  # fmt: skip


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
