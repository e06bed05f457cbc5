"""Forms on the admission list 报表准入清单: who may ask grass-roots bodies for what, until when.

Decides which forms may be used and where each item comes from: an item bound to ``dataset.field`` of
its authoritative source is prefilled, never collected again (政务数据共享条例第19条). Filling is
:mod:`space.wayback.forms.filling`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select

from catalog.authority.reading import instead_of
from catalog.evidence import record
from catalog.store import writing
from catalog.store.tables.forms import forms
from contracts.model import SAFE_NAME, Contract, UpdateCycle
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit, Reason
from space.errors import Refused, SpaceError
from space.granting.kinds import published

# Codes name folders: letters, digits, hyphen and underscore only.
CODE: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")

# What a form file says, for the person who wrote one that cannot be read.
KEYS: Final = (
    "code, title, issuer, basis, period, subjectKind, validFrom, validTo and items"
    " (name, title, and dataset, field, key where prefilled)"
)


class NotAdmitted(SpaceError):
    """The form is not on the admission list, or not in force: nobody has to fill it."""


class FormUnreadable(SpaceError):
    """A form file that lacks something or says it wrongly."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form.

    Attributes:
        name: within the form.
        title: as printed.
        dataset, field: the authoritative source; both empty where the item is filled by hand.
        key: the field of that dataset that holds the subject's identifier.
    """

    name: str
    title: str
    dataset: str = ""
    field: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        code: of the list.
        title: as printed.
        issuer: the department that asks.
        basis: legal basis.
        period: how often it is filled.
        subject_kind: what one sheet is about: person, household or enterprise.
        items: in order.
        valid_from, valid_to: days, both included.
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


def read(path: Path) -> Form:
    """A form from its YAML file.

    Raises:
        FormUnreadable: a key is missing or holds something else.
    """
    from contracts.yaml_document import load

    try:
        found: Any = load(path.read_text(encoding="utf-8"))
        return Form(
            code=str(found["code"]),
            title=str(found["title"]),
            issuer=str(found["issuer"]),
            basis=str(found["basis"]),
            period=UpdateCycle(found["period"]),
            subject_kind=str(found["subjectKind"]),
            items=tuple(Item(**item) for item in found["items"]),
            valid_from=_day(found["validFrom"]),
            valid_to=_day(found["validTo"]),
        )
    except KeyError as error:
        raise FormUnreadable(f"{path}: {error.args[0]} is missing") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise FormUnreadable(f"{path}: not a form — its keys are {KEYS}") from error


def judge(
    form: Form, contracts: Mapping[str, Contract], copies: Mapping[str, str] = MappingProxyType({})
) -> Decision:
    """Whether a form may go on the list; pure.

    Args:
        form: as asked for.
        contracts: dataset name → contract, for the datasets of the ledger its items name.
        copies: name of an item that reads a copy → the field that answers for it 一数一源.
    """
    reasons = (
        *_of_form(form),
        *(r for item in form.items for r in _of_item(item, form, contracts)),
        *(
            Reason("form.item.copy", "another field answers for the item", name, f"read {source}")
            for name, source in copies.items()
        ),
    )
    return Deny(reasons) if reasons else Permit()


def admit(engine: Engine, form: Form, *, by: str, now: datetime) -> Form:
    """Put a form on the admission list.

    Args:
        engine: the store.
        form: the form.
        by: the person who admits it.
        now: aware instant.

    Raises:
        Refused: with every reason, also where the code is on the list already.
    """
    with writing(engine) as connection:
        contracts = _contracts(connection, form)
        decision = judge(form, contracts, _copies(connection, form, contracts))
        if isinstance(decision, Deny):
            raise Refused(decision)
        if connection.execute(select(forms.c.code).where(forms.c.code == form.code)).first():
            raise Refused(Deny((Reason("form.code.taken", "the code is on the list", where=form.code),)))
        values = {
            "title": form.title,
            "issuer": form.issuer,
            "basis": form.basis,
            "period": form.period.value,
            "subject_kind": form.subject_kind,
            "items": [asdict(item) for item in form.items],
        }
        days = {"valid_from": form.valid_from, "valid_to": form.valid_to}
        told = {**values, **{name: day.isoformat() for name, day in days.items()}, "by": by}
        evidence_id = record(connection, event="form:form:admit", subject=form.code, body=told, now=now)
        connection.execute(
            insert(forms).values(
                code=form.code, admitted_by=by, admitted_at=now, evidence_id=evidence_id, **values, **days
            )
        )
    return form


def in_force(connection: Connection, code: str, now: datetime) -> Form:
    """The form of that code, if it may be used now.

    Raises:
        NotAdmitted: it is not on the list, or its term is over or not begun.
    """
    row = connection.execute(select(forms).where(forms.c.code == code)).first()
    if row is None:
        raise NotAdmitted(f"form {code} is not on the admission list — it need not be filled")
    if not row.valid_from <= local_date(now) <= row.valid_to:
        raise NotAdmitted(f"form {code} is in force from {row.valid_from} to {row.valid_to} only")
    return _form(row)


def listing(connection: Connection) -> tuple[Form, ...]:
    """Every form of the list, by code."""
    return tuple(_form(row) for row in connection.execute(select(forms).order_by(forms.c.code)))


def _contracts(connection: Connection, form: Form) -> dict[str, Contract]:
    # What lacks here is judged item by item, with the others.
    return published(connection, (item.dataset for item in form.items if item.dataset))


def _of_form(form: Form) -> Iterator[Reason]:
    if not CODE.match(form.code):
        yield Reason("form.code", "letters, digits, hyphen and underscore only", where="code")
    if not form.basis.strip():
        yield Reason("form.basis", "no legal basis is given", where="basis")
    if form.valid_to < form.valid_from:
        yield Reason("form.term", "it ends before it begins", where="validTo")
    if not form.items:
        yield Reason("form.items", "it has no item", where="items")
    names = [item.name for item in form.items]
    for name in sorted({n for n in names if names.count(n) > 1 or not SAFE_NAME.match(n)}):
        yield Reason("form.item.name", "not a safe name, or used twice", where=name)


def _of_item(item: Item, form: Form, contracts: Mapping[str, Contract]) -> Iterator[Reason]:
    if not item.dataset:
        if item.field or item.key:
            yield Reason("form.item.source", "a field without its dataset", where=item.name)
        return
    contract = contracts.get(item.dataset)
    if contract is None:
        yield Reason("form.item.dataset", "no such dataset is published in the ledger", where=item.dataset)
        return
    names = {field.name: field for field in contract.fields}
    if item.field not in names:
        yield Reason("form.item.field", "the dataset has no such field", where=f"{item.dataset}.{item.field}")
    unit = names[item.key].unit if item.key in names else None
    if unit is None or unit.kind != form.subject_kind:
        yield Reason(
            "form.item.key", f"it does not identify a {form.subject_kind}", where=f"{item.dataset}.{item.key}"
        )
    if contract.area is None or not contract.key:
        yield Reason("form.item.area", "its contract names no area or no primary key", where=item.dataset)


def _copies(connection: Connection, form: Form, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Items that read a copy, each with the authoritative field."""
    found = {}
    for item in form.items:
        contract = contracts.get(item.dataset)
        source = None if contract is None else instead_of(connection, contract, item.field)
        if source is not None:
            found[item.name] = source.place
    return found


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _form(row: Any) -> Form:
    return Form(
        code=row.code,
        title=row.title,
        issuer=row.issuer,
        basis=row.basis,
        period=UpdateCycle(row.period),
        subject_kind=row.subject_kind,
        items=tuple(Item(**item) for item in row.items),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
