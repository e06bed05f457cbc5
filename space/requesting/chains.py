"""Chains of approval as owners state them 审批链, and who stands in for an approver 委托审批.

Decides which chain holds for a dataset on a day: what the owner stated last for its sharing type and grade,
else the dated default; where two people are needed, a chain of one stage gets a second one. Whether a person
may act for a seat is decided here too.

Source: 政务数据共享条例 Arts 20–23; ``policies/rules/requests.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.clocks.owed import authority_on
from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.revisions import current
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.requesting import approval_chains, approval_delegations
from contracts.model import Contract
from policies.approval import Chain, Seat, Side, default_chain, needs_two
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown

SHARES: Final = ("any", "unconditional", "conditional", "withheld", "open")


@dataclass(frozen=True, slots=True)
class Stated:
    """What an owner states of one dataset.

    Attributes:
        dataset: ``schema.table``.
        share_type: for items of this sharing type, or ``any``.
        from_grade: for datasets of this grade and above.
        chain: who answers; None takes the statement back.
        basis: what it rests on.
        valid_from: first day.
    """

    dataset: str
    share_type: str
    from_grade: int
    chain: Chain | None
    basis: str
    valid_from: date


def state(connection: Connection, stated: Stated, *, by: str, now: datetime) -> str:
    """State the chain of a dataset; requests filed from its first day on take it.

    Args:
        connection: a writing transaction.
        stated: what the owner states.
        by: the person of the owner who states it.
        now: aware instant.

    Returns:
        Id of the statement.

    Raises:
        UnknownDataset: the ledger has no such entry.
        Refused: it would reach back, has no basis, or names nobody for data that is not unconditional.
    """
    owner = current(connection, stated.dataset).contract.department
    reasons = []
    if stated.valid_from < local_date(now):
        reasons.append(
            Reason("chain.past", "a chain does not reach back", "valid_from", "a day from today on")
        )
    if not stated.basis.strip():
        reasons.append(
            Reason("chain.basis", "a chain names the rule of the house it rests on", "basis", "name it")
        )
    at_once = stated.chain is not None and not stated.chain.seats
    if at_once and stated.share_type != "unconditional":
        reasons.append(
            Reason(
                "chain.at_once",
                "only what is shared without condition is given without anybody's answer",
                "seats",
                "name at least the stage first",
            )
        )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    c = approval_chains.c
    former = select(func.count()).select_from(approval_chains).where(c.dataset == stated.dataset)
    seats = None if stated.chain is None else stated.chain.to_document()
    body = {
        "dataset": stated.dataset, "share_type": stated.share_type, "from_grade": stated.from_grade,
        "seats": seats, "valid_from": stated.valid_from.isoformat(), "actor": by,
    }  # fmt: skip
    entry = record(connection, event="space:chain:state", subject=stated.dataset, body=body, now=now)
    chain_id = new_id("chn")
    connection.execute(
        insert(approval_chains).values(
            id=chain_id, dataset=stated.dataset, number=connection.execute(former).scalar_one() + 1,
            share_type=stated.share_type, from_grade=stated.from_grade, seats=seats,
            owner=owner.code or owner.name, basis=stated.basis.strip(), valid_from=stated.valid_from,
            set_by=by, set_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return chain_id


def statements(
    connection: Connection, dataset: str | None = None, part: Part | None = None
) -> tuple[Row[Any], ...]:
    """What owners stated, of one dataset or of all, by dataset and number; a part where one is named."""
    c, query = approval_chains.c, select(approval_chains)
    if dataset is not None:
        query = query.where(c.dataset == dataset)
    return tuple(connection.execute(parted(query, part, c.dataset, c.number)))


def chain_of(
    connection: Connection, contract: Contract, share_type: str, grade: int | None, on: date
) -> Chain:
    """The chain of items of a sharing type of a dataset, with every seat's organisation filled in."""
    level, place = grade or 0, place_on(connection, on)
    found = _stated(statements(connection, contract.name), share_type, level, on)
    chain = default_chain(share_type, level, on, place) if found is None else found
    if needs_two(share_type, level, on, place):
        chain = chain.with_second()
    owner = (contract.department.name, contract.department.code or contract.department.name)
    authority = authority_on(connection, on)
    return Chain(tuple(_seated(seat, owner, authority) for seat in chain.seats))


def delegate(
    connection: Connection,
    organisation: str,
    person: str,
    to: str,
    *,
    span: tuple[date, date],
    reason: str,
    by: str,
    now: datetime,
) -> str:
    """Let somebody stand in for an approver from the first to the last day of a span.

    Returns:
        Id of the delegation.

    Raises:
        Refused: it names one person twice, no reason, or a span that is over or turned about.
    """
    first_on, last_on = span
    if not (person.strip() and to.strip() and reason.strip()) or person == to:
        raise Refused(
            Deny((Reason("delegation.lacks", "a delegation names two people and a reason", "delegate"),))
        )
    if last_on < max(first_on, local_date(now)):
        raise Refused(
            Deny((Reason("delegation.span", "the span of the delegation is over or turned about", "until"),))
        )
    body = {
        "person": person, "delegate": to, "first_on": first_on.isoformat(), "last_on": last_on.isoformat(),
        "actor": by,
    }  # fmt: skip
    entry = record(connection, event="space:delegation:make", subject=organisation, body=body, now=now)
    delegation_id = new_id("dlg")
    connection.execute(
        insert(approval_delegations).values(
            id=delegation_id, organisation=organisation, person=person, delegate=to, first_on=first_on,
            last_on=last_on, reason=reason.strip(), made_by=by, made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return delegation_id


def undelegate(connection: Connection, delegation_id: str, *, by: str, now: datetime) -> None:
    """Take a delegation back from today on.

    Raises:
        Unknown: there is none of that id that is not taken back yet.
    """
    d = approval_delegations.c
    done = connection.execute(
        update(approval_delegations)
        .where(d.id == delegation_id, d.ended_on.is_(None))
        .values(ended_on=local_date(now), ended_by=by)
    )
    if done.rowcount != 1:
        raise Unknown("delegation in force", delegation_id, "`ybz request delegations` lists them")
    body = {"actor": by}
    record(connection, event="space:delegation:end", subject=delegation_id, body=body, now=now)


def delegations(
    connection: Connection, organisation: str | None = None, part: Part | None = None
) -> tuple[Row[Any], ...]:
    """Every delegation, the oldest first; of one organisation where given, a part by instant and id."""
    d, query = approval_delegations.c, select(approval_delegations)
    if organisation is not None:
        query = query.where(d.organisation == organisation)
    return tuple(connection.execute(parted(query, part, d.made_at, d.id)))


def acts_for(connection: Connection, seat: Seat, by: str, on: date) -> str | None:
    """Whose approval a person gives who acts for a seat.

    Returns:
        The person themselves, or whose delegate they are; None where they may not act for the seat.
    """
    if not seat.persons or by in seat.persons:
        return by
    d = approval_delegations.c
    named = select(d.person).where(
        d.organisation == seat.code, d.delegate == by, d.person.in_(seat.persons),
        d.first_on <= on, d.last_on >= on, d.ended_on.is_(None),
    )  # fmt: skip
    found: str | None = connection.execute(named.order_by(d.made_at).limit(1)).scalar()
    return found


def not_approver(seat: Seat, where: str) -> Reason:
    """Why a person does not act for a seat."""
    return Reason(
        "request.not_approver",
        f"the stage {seat.stage.value} is answered by others",
        where,
        f"{', '.join(seat.persons)}, or who stands in for them (`ybz request delegate`)",
    )


def read_seats(document: Sequence[Mapping[str, Any] | str] | None) -> Chain:
    """The chain people write: stages as words, or as {stage, code, name, persons}.

    Raises:
        Refused: it is none.
    """
    try:
        seats = [
            Seat(Side(each))
            if isinstance(each, str)
            else Seat(
                Side(str(each["stage"])), str(each.get("code") or ""), str(each.get("name") or ""),
                tuple(str(person) for person in each.get("persons") or ()),
            )
            for each in document or ()
        ]  # fmt: skip
        return Chain(tuple(seats))
    except (KeyError, TypeError, ValueError):
        raise Refused(
            Deny(
                (
                    Reason(
                        "chain.form",
                        "the chain does not read",
                        "seats",
                        "a list of stages: first, then any of second, region, authority, each"
                        " {stage, code, name, persons}",
                    ),
                )
            )
        ) from None


def _stated(rows: Sequence[Row[Any]], share_type: str, grade: int, on: date) -> Chain | None:
    """The newest statement for the nearest sharing type and the highest grade that fit."""
    held = {(row.share_type, row.from_grade): row.seats for row in rows if row.valid_from <= on}
    fitting = [
        key for key, seats in held.items()
        if seats is not None and key[0] in (share_type, "any") and key[1] <= grade
    ]  # fmt: skip
    if not fitting:
        return None
    return Chain.from_document(held[max(fitting, key=lambda key: (key[1], key[0] != "any"))])


def _seated(seat: Seat, owner: tuple[str, str], authority: tuple[str, str]) -> Seat:
    if seat.code or seat.name:
        return seat
    name, code = authority if seat.stage is Side.AUTHORITY else owner
    return replace(seat, name=name, code=code)
