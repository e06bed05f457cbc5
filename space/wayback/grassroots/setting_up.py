"""Setting a ledger up: which dataset feeds which kind of record, and which items the body keeps of its own.

Decides that a dataset feeds records by a field that identifies them, once, and that a local item has a name
nothing else has.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from catalog import revisions
from catalog.evidence import record
from catalog.store import writing
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.grassroots import base_bindings, local_items
from contracts.model import SAFE_NAME, Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.items import Binding, Kind, LedgerItem, Type, bindings, items_of, kind_called


def bind(
    engine: Engine, body_code: str, dataset: str, kind: str, key_field: str, *, by: str, now: datetime
) -> Binding:
    """Let what flows back of a dataset feed one kind of record.

    Args:
        engine: the store.
        body_code: whose ledger.
        dataset: the body subscribes to it.
        kind: of the records.
        key_field: the field that identifies them; the first that names the kind's unit where empty.
        by: the person who binds.
        now: aware instant.

    Raises:
        Unknown, UnknownDataset: no such body, dataset or active subscription.
        Refused: the field does not identify such a record, or the dataset is bound.
    """
    on = local_date(now)
    wanted = kind_called(kind, on)
    with writing(engine) as connection:
        body(connection, body_code)
        _subscribed(connection, body_code, dataset)
        contract = revisions.current(connection, dataset).contract
        key_field = key_field or _key_of(contract, wanted)
        if key_field not in {f.name for f in contract.fields} or not _identifies(contract, key_field, wanted):
            raise Refused(Deny((_key_reason(dataset, wanted),)))
        b = base_bindings.c
        if connection.execute(select(b.kind).where(b.body == body_code, b.dataset == dataset)).first():
            raise Refused(
                Deny((Reason("grassroots.binding.twice", "the dataset is bound already", dataset),))
            )
        household = _household_of(contract) if kind != "household" else None
        told = {"dataset": dataset, "kind": kind, "key_field": key_field, "by": by}
        evidence_id = record(
            connection, event="grassroots:binding:open", subject=body_code, body=told, now=now
        )
        connection.execute(
            insert(base_bindings).values(
                body=body_code,
                dataset=dataset,
                kind=kind,
                key_field=key_field,
                household_field=household,
                bound_by=by,
                bound_at=now,
                evidence_id=evidence_id,
            )
        )
        return next(one for one in bindings(connection, body_code) if one.dataset == dataset)


def add_item(
    engine: Engine, body_code: str, kind: str, item: LedgerItem, *, by: str, now: datetime
) -> LedgerItem:
    """Keep one more local item; the body answers for it from now on.

    Args:
        engine: the store.
        body_code: whose ledger.
        kind: of the records.
        item: its name, title, type and allowed values.
        by: the person who adds it.
        now: aware instant.

    Raises:
        Unknown: there is no such body.
        Refused: the name is not safe or taken, or a choice names no values.
    """
    kind_called(kind, local_date(now))
    with writing(engine) as connection:
        known = items_of(connection, body(connection, body_code), kind, local_date(now))
        if not SAFE_NAME.match(item.name) or item.name in known:
            raise Refused(
                Deny((Reason("grassroots.item.name", "not a safe name, or taken", item.name[:63]),))
            )
        if (item.type is Type.CHOICE) != bool(item.allowed):
            raise Refused(
                Deny((Reason("grassroots.item.allowed", "a choice, and only a choice, names its values"),))
            )
        told = {"kind": kind, "name": item.name, "type": item.type.value, "by": by}
        evidence_id = record(connection, event="grassroots:item:add", subject=body_code, body=told, now=now)
        connection.execute(
            insert(local_items).values(
                body=body_code,
                kind=kind,
                name=item.name,
                title=item.title,
                type=item.type.value,
                allowed=list(item.allowed),
                added_by=by,
                added_at=now,
                evidence_id=evidence_id,
            )
        )
        return items_of(connection, body(connection, body_code), kind, local_date(now))[item.name]


def _subscribed(connection: Connection, body_code: str, dataset: str) -> None:
    s = subscriptions.c
    mine = select(s.id).where(s.subscriber == body_code, s.dataset == dataset, s.state == "active")
    if connection.execute(mine).first() is None:
        raise Unknown("active subscription to", dataset, "open it with `ybz backflow subscribe`")


def _key_of(contract: Contract, kind: Kind) -> str:
    named = [f.name for f in contract.unit_fields if f.unit is not None and f.unit.kind == kind.unit]
    return next((name for name in named if name in contract.key), next(iter(named), ""))


def _identifies(contract: Contract, name: str, kind: Kind) -> bool:
    unit = contract.field(name).unit
    if kind.unit:
        return unit is not None and unit.kind == kind.unit
    return unit is None and contract.key == (name,)


def _household_of(contract: Contract) -> str | None:
    named = (f.name for f in contract.unit_fields if f.unit is not None and f.unit.kind == "household")
    return next(named, None)


def _key_reason(dataset: str, kind: Kind) -> Reason:
    needed = f"a field that names a {kind.unit}" if kind.unit else "the only field of the primary key"
    return Reason(
        "grassroots.binding.key", f"no such field identifies a {kind.name}", dataset, f"name {needed}"
    )
