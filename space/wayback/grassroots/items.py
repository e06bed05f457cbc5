"""Items of a ledger: what a body keeps of persons, households, houses and shops, and who answers for each.

Decides which items a kind of record has: those of the datasets the body subscribes to and has bound to the
kind (their authority is the source department), and local items 本地项 of the dated rules and of the body
itself (their authority is the body). An item of a department is named ``schema.table.field``, a local one
by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.grassroots import base_bindings, local_items
from policies.decision import Deny, Reason
from policies.masking import Mask
from policies.rulebook import rule, rules
from policies.showing import showing
from space.errors import Refused
from space.wayback.backflow.bodies import Body

RULES: Final = "grassroots"
_ITEM: Final = "item/"
_NUMBER: Final = re.compile(r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")
# Characters of one value.
MOST_CHARACTERS: Final = 500
YES_NO: Final = ("是", "否")


class Type(StrEnum):
    """What a local item holds."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record.

    Attributes:
        name: ``person``, ``household``, ``house`` or ``shop``.
        title: as people say it.
        unit: kind of unit its identifier names; empty where it names none.
        check: mask the identifier is shown by (``policies/rules/backflow.yaml``); empty: whole.
    """

    name: str
    title: str
    unit: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """One item of a kind of record.

    Attributes:
        name: ``schema.table.field``, or the name of a local item.
        title: as printed.
        authority, authority_code: who answers for it.
        dataset, field: where it comes from; both empty of a local item.
        type, allowed: what a local item holds.
        mask: how a person is shown its values where they flow back; None where they show whole.
    """

    name: str
    title: str
    authority: str
    authority_code: str
    dataset: str = ""
    field: str = ""
    type: Type = Type.TEXT
    allowed: tuple[str, ...] = ()
    mask: Mask | None = None

    @property
    def local(self) -> bool:
        """Whether the body itself answers for it."""
        return not self.dataset


@dataclass(frozen=True, slots=True)
class Binding:
    """A subscribed dataset that feeds a kind of record."""

    dataset: str
    kind: str
    key_field: str
    household_field: str | None
    fields: tuple[str, ...]


def kinds(on: date) -> dict[str, Kind]:
    """Kinds of records by name, as ruled on a day."""
    ruled: Mapping[str, Any] = rule(RULES, "kinds", on).value
    return {name: Kind(name, **told) for name, told in ruled.items()}


def kind_called(name: str, on: date) -> Kind:
    """The kind of that name.

    Raises:
        Refused: there is none.
    """
    known = kinds(on)
    if name not in known:
        reason = Reason(
            "grassroots.kind", "no such kind of record", name[:20], f"one of {', '.join(sorted(known))}"
        )
        raise Refused(Deny((reason,)))
    return known[name]


def bindings(connection: Connection, body_code: str) -> tuple[Binding, ...]:
    """What feeds the ledger of a body, with the fields its newest subscription names."""
    b, s = base_bindings.c, subscriptions.c
    fields: dict[str, tuple[str, ...]] = {}
    named = select(s.dataset, s.fields).where(s.subscriber == body_code)
    for row in connection.execute(named.order_by(s.opened_at)):
        fields[row.dataset] = tuple(row.fields)
    rows = connection.execute(select(base_bindings).where(b.body == body_code).order_by(b.dataset))
    return tuple(
        Binding(r.dataset, r.kind, r.key_field, r.household_field, fields.get(r.dataset, ())) for r in rows
    )


def items_of(connection: Connection, owner: Body, kind: str, on: date) -> dict[str, LedgerItem]:
    """The items of a kind of record in a body's ledger by name: the departments' first, then the local."""
    found: dict[str, LedgerItem] = {}
    bound = [one for one in bindings(connection, owner.code) if one.kind == kind]
    known = revisions.called(connection, [one.dataset for one in bound])
    for one in bound:
        contract = known[one.dataset].contract
        fields = {field.name: field for field in contract.fields}
        department, ruled = contract.department, showing(on)
        for field in one.fields:
            name = f"{one.dataset}.{field}"
            known_as = fields.get(field)
            title, mask = (known_as.business_name, ruled.mask_of(known_as)) if known_as else (field, None)
            found[name] = LedgerItem(
                name, title, department.name, department.code, one.dataset, field, mask=mask
            )
    prefix = f"{_ITEM}{kind}/"
    for row in rules(RULES, on):
        if row.name.startswith(prefix):
            name, told = row.name.removeprefix(prefix), row.value
            found[name] = _local(owner, name, told["title"], told["type"], told.get("allowed", ()))
    i = local_items.c
    own = select(local_items).where(i.body == owner.code, i.kind == kind).order_by(i.added_at, i.name)
    for kept in connection.execute(own):
        found[kept.name] = _local(owner, kept.name, kept.title, kept.type, kept.allowed)
    return found


def fitting(item: LedgerItem, text: str) -> str | None:
    """A value as the ledger keeps it; None where it does not fit a local item."""
    given = text.strip()
    if item.type is Type.DATE:
        try:
            return date.fromisoformat(given).isoformat()
        except ValueError:
            return None
    if item.type is Type.NUMBER:
        return given if _NUMBER.match(given) else None
    if item.type is Type.YES_NO:
        return given if given in YES_NO else None
    if item.type is Type.CHOICE:
        return given if given in item.allowed else None
    return given if 0 < len(given) <= MOST_CHARACTERS else None


def _local(owner: Body, name: str, title: str, holds: str, allowed: Any) -> LedgerItem:
    kept = Type(holds)
    values = YES_NO if kept is Type.YES_NO else tuple(allowed)
    return LedgerItem(name, title, owner.name, owner.code, type=kept, allowed=values)
