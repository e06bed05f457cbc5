"""Whether a form may go on the admission list: pure checks of its items, roster, formulas and rules.

Decides permit or deny, with every reason at once. Who admits and what is written is
:mod:`space.wayback.forms.admission`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from contracts.elements import UnknownElement
from contracts.errors import ContractError
from contracts.model import SAFE_NAME, Contract, ShareType
from policies.decision import Decision, Deny, Permit, Reason
from space.wayback.forms.bindings import Bound, kind_of
from space.wayback.forms.contracting import NO_OWN, RESERVED, contract_of, field_of
from space.wayback.forms.definition import CODE, Form, Item
from space.wayback.forms.formulas import FormulaUnreadable, compiled


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
        *_of_roster(form, contracts),
        *(
            Reason("form.item.copy", "another field answers for the item", name, f"read {source}")
            for name, source in copies.items()
        ),
    )
    reasons = reasons or _of_rules(form, contracts)
    return Deny(reasons) if reasons else Permit()


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
    unfit = {n for n in names if names.count(n) > 1 or not SAFE_NAME.match(n) or n in RESERVED}
    for name in sorted(unfit):
        yield Reason("form.item.name", "not a safe name, or used twice", where=name)


def _of_item(item: Item, form: Form, contracts: Mapping[str, Contract]) -> Iterator[Reason]:
    if item.compute:
        yield from _of_formula(item, form)
        return
    if not item.dataset:
        if item.field or item.key or item.via:
            yield Reason("form.item.source", "a field without its dataset", where=item.name)
        try:
            field_of(item, None, NO_OWN)
        except UnknownElement:
            yield Reason("form.item.element", "no standard element has that code", where=item.name)
        except ContractError:
            yield Reason("form.item.rule", "its rules do not fit together", where=item.name)
        return
    contract = contracts.get(item.dataset)
    if contract is None:
        yield Reason("form.item.dataset", "no such dataset is published in the ledger", where=item.dataset)
        return
    yield from _of_sharing(contract, (item.field,))
    names = {field.name: field for field in contract.fields}
    if item.field not in names:
        yield Reason("form.item.field", "the dataset has no such field", where=f"{item.dataset}.{item.field}")
    kind = kind_of(form, item, contracts)
    if kind is None:
        yield Reason("form.item.via", "what it goes through identifies nobody", where=item.name)
        return
    unit = names[item.key].unit if item.key in names else None
    if unit is None or unit.kind != kind:
        yield Reason("form.item.key", f"it does not identify a {kind}", where=f"{item.dataset}.{item.key}")
    if not contract.attribution_rules or not contract.key:
        yield Reason("form.item.area", "its contract names no area or no primary key", where=item.dataset)


def _of_sharing(contract: Contract, fields: Sequence[str]) -> Iterator[Reason]:
    if contract.sharing.type is ShareType.WITHHELD:
        yield Reason("form.dataset.withheld", "it is not shared 不予共享", where=contract.name)
    for field in contract.fields:
        if field.name in fields and field.sharing is ShareType.WITHHELD:
            where = f"{contract.name}.{field.name}"
            yield Reason("form.field.withheld", "the field is not shared 不予共享", where=where)


def _of_formula(item: Item, form: Form) -> Iterator[Reason]:
    if item.dataset or item.field or item.key or item.via:
        yield Reason("form.item.compute", "an item is computed or prefilled, not both", where=item.name)
    before = {one.name for one in form.items[: form.items.index(item)] if one.compute}
    known = before | {one.name for one in form.items if not one.compute}
    try:
        read = compiled(item.compute).names
    except FormulaUnreadable:
        yield Reason("form.item.compute", "its formula cannot be read", item.name, "see docs/forms.md")
        return
    for name in sorted(read - known):
        yield Reason("form.item.compute", "its formula reads what comes later, or nothing", where=name)


def _of_roster(form: Form, contracts: Mapping[str, Contract]) -> Iterator[Reason]:
    if form.roster is None:
        return
    contract = contracts.get(form.roster.dataset)
    names = {} if contract is None else {field.name: field for field in contract.fields}
    if contract is not None:
        yield from _of_sharing(contract, (form.roster.key, *form.roster.where))
    unit = names[form.roster.key].unit if form.roster.key in names else None
    if contract is None or not contract.attribution_rules or unit is None or unit.kind != form.subject_kind:
        where = f"{form.roster.dataset}.{form.roster.key}"
        yield Reason("form.roster", f"it lists no {form.subject_kind} by area", where=where)
    elif unknown := [name for name in form.roster.where if name not in names]:
        yield Reason("form.roster", "the dataset has no such field", where=unknown[0])


def _of_rules(form: Form, contracts: Mapping[str, Contract]) -> tuple[Reason, ...]:
    """Whether the form makes a contract; asked only of a form that is in order item by item."""
    try:
        contract_of(Bound(form, contracts, {}), max(form.valid_from, form.valid_to))
    except ContractError as error:
        return (Reason("form.rule", "its rules do not fit its items", where=error.where or "rules"),)
    return ()
