"""Subscriptions 回流订阅: which rows of which dataset flow back to which body, on what legal basis.

Decides whether a subscription may be opened. The rows are attributed and delivered by the pipelines
after each release; the first delivery holds the whole area, so that a body starts with a full ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from catalog import revisions
from catalog.evidence import record
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.grants import grants
from contracts.codes import CODES
from contracts.model import Contract, ShareType
from policies.decision import Decision, Deny, Permit, Reason
from space.calls.budget import NOT_HELD
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import Body, body


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body asks to have back.

    Attributes:
        subscriber: code of the body.
        dataset: ``schema.table``.
        fields: field names; nothing else of a row leaves.
        basis: legal basis 使用依据.
        area: region code within the body's own; the body's own where empty.
        plain: of ``fields``: identity numbers delivered unmasked, because the duty needs them whole.
        grant_id: the grant it is opened under and ends with; empty where it rests on its basis alone.
    """

    subscriber: str
    dataset: str
    fields: tuple[str, ...]
    basis: str
    area: str = ""
    plain: tuple[str, ...] = ()
    grant_id: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """An open or ended subscription; fields as in :class:`Wanted`."""

    id: str
    subscriber: str
    area: str
    dataset: str
    fields: tuple[str, ...]
    plain: tuple[str, ...]
    basis: str
    state: str
    opened_at: datetime


def judge(wanted: Wanted, asker: Body, contract: Contract, *, published: bool = True) -> Decision:
    """Whether ``asker`` may have what it asks of the dataset of ``contract``; pure.

    Args:
        wanted: what is asked.
        asker: the body.
        contract: of the dataset.
        published: whether its entry is in force; what is a draft or withdrawn flows nowhere.

    Source: 政务数据共享条例（国务院令第809号）第24条 (no further conditions than these).
    """
    reasons = (*_of_area(wanted, asker), *_of_dataset(contract), *_of_fields(wanted, contract))
    if not published:
        reasons += (Reason("backflow.dataset.unpublished", "its entry is not published", wanted.dataset),)
    if not wanted.basis.strip():
        reasons += (Reason("backflow.basis.missing", "no legal basis is given", where="basis"),)
    return Deny(reasons) if reasons else Permit()


def subscribe(engine: Engine, wanted: Wanted, *, by: str, now: datetime) -> Subscription:
    """Open a subscription.

    Args:
        engine: the store.
        wanted: what flows back.
        by: the person who opens it.
        now: aware instant.

    Returns:
        The subscription; its first delivery comes with the next `ybz build`.

    Raises:
        Unknown, UnknownDataset: the body or the dataset is not there.
        Refused: with every reason.
    """
    with writing(engine) as connection:
        asker = body(connection, wanted.subscriber)
        found = revisions.current(connection, wanted.dataset)
        decision = judge(wanted, asker, found.contract, published=found.state == revisions.PUBLISHED)
        if isinstance(decision, Deny):
            raise Refused(decision)
        area = wanted.area or asker.area
        _refuse_second(connection, wanted, area)
        _require_grant(connection, wanted)
        made = Subscription(
            id=new_id("sub"),
            subscriber=wanted.subscriber,
            area=area,
            dataset=wanted.dataset,
            fields=wanted.fields,
            plain=wanted.plain,
            basis=wanted.basis,
            state="active",
            opened_at=now,
        )
        _insert(connection, made, by, wanted.grant_id or None)
    return made


def end(engine: Engine, subscription_id: str, *, by: str, now: datetime) -> None:
    """End a subscription; what was delivered stays delivered.

    Raises:
        Unknown: there is no active one of that id.
    """
    with writing(engine) as connection:
        ended = connection.execute(
            update(subscriptions)
            .where(subscriptions.c.id == subscription_id, subscriptions.c.state == "active")
            .values(state="ended", ended_at=now)
        )
        if ended.rowcount != 1:
            raise Unknown("active subscription", subscription_id)
        record(
            connection, event="backflow:subscription:end", subject=subscription_id, body={"by": by}, now=now
        )


def listing(connection: Connection, subscriber: str | None = None) -> tuple[Subscription, ...]:
    """Subscriptions of one body or of all, in the order they were opened."""
    s = subscriptions.c
    names = (s.id, s.subscriber, s.area, s.dataset, s.fields, s.plain, s.basis, s.state, s.opened_at)
    query = select(*names).order_by(s.opened_at, s.id)
    if subscriber is not None:
        query = query.where(s.subscriber == subscriber)
    return tuple(
        Subscription(**{**row._mapping, "fields": tuple(row.fields), "plain": tuple(row.plain)})
        for row in connection.execute(query)
    )


def _of_area(wanted: Wanted, asker: Body) -> Iterator[Reason]:
    area = wanted.area or asker.area
    if CODES["region"](area) != area or not area.startswith(asker.area):
        yield Reason(
            "backflow.area.outside",
            "the area does not lie within the body's own",
            where="area",
            allowed=f"a region code that begins with {asker.area}",
        )


def _of_dataset(contract: Contract) -> Iterator[Reason]:
    if contract.area is None:
        yield Reason("backflow.dataset.no_area", "its contract names no area field", where=contract.name)
    if not contract.key:
        yield Reason("backflow.dataset.no_key", "its contract names no primary key", where=contract.name)
    if contract.sharing.type is ShareType.WITHHELD:
        yield Reason("backflow.dataset.withheld", "it is not shared 不予共享", where=contract.name)


def _of_fields(wanted: Wanted, contract: Contract) -> Iterator[Reason]:
    if not wanted.fields:
        yield Reason("backflow.fields.none", "no field is named", where="fields")
    known = {field.name: field for field in contract.fields}
    for name in wanted.fields:
        if name not in known:
            yield Reason("backflow.field.unknown", "the dataset has no such field", where=name)
        elif known[name].sharing is ShareType.WITHHELD:
            yield Reason("backflow.field.withheld", "the field is not shared 不予共享", where=name)
    for name in _beyond(wanted.plain, wanted.fields):
        yield Reason("backflow.field.plain", "unmasked, but not among the fields", where=name)


def _beyond(names: Sequence[str], known: Sequence[str]) -> list[str]:
    return [name for name in names if name not in known]


def _refuse_second(connection: Connection, wanted: Wanted, area: str) -> None:
    s = subscriptions.c
    there = select(s.id).where(
        s.subscriber == wanted.subscriber, s.dataset == wanted.dataset, s.area == area, s.state == "active"
    )
    found = connection.execute(there).scalar()
    if found is not None:
        reason = Reason(
            "backflow.subscription.twice", f"{found} already covers it", allowed=f"end {found} first"
        )
        raise Refused(Deny((reason,)))


def _require_grant(connection: Connection, wanted: Wanted) -> None:
    """A subscription under a grant needs one of the subscriber that is in force."""
    g = grants.c
    mine = select(g.id).where(g.id == wanted.grant_id, g.grantee == wanted.subscriber, g.state == "in_force")
    if wanted.grant_id and connection.execute(mine).first() is None:
        raise Refused(Deny((NOT_HELD,)))


def _insert(connection: Connection, made: Subscription, by: str, grant_id: str | None) -> None:
    values = {
        "subscriber": made.subscriber,
        "area": made.area,
        "dataset": made.dataset,
        "fields": list(made.fields),
        "plain": list(made.plain),
        "basis": made.basis,
        "opened_by": by,
    }
    evidence_id = record(
        connection, event="backflow:subscription:open", subject=made.id, body=values, now=made.opened_at
    )
    connection.execute(
        insert(subscriptions).values(
            id=made.id,
            state="active",
            opened_at=made.opened_at,
            evidence_id=evidence_id,
            grant_id=grant_id,
            **values,
        )
    )
