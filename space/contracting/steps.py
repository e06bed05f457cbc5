"""Taking a step of a contract: the one place where a contract changes its state.

Decides by the table ``policies/rules/procedures/contract.csv`` alone; what else a step needs is checked
before it by whoever takes it. State, row of the step and evidence are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from catalog.evidence import record
from catalog.store.tables.contracting import contract_steps, digital_contracts
from policies.decision import Deny, Reason
from policies.machine import IllegalStep
from space.contracting.contracts import by_id
from space.contracting.values import DigitalContract, Side, procedure
from space.errors import Refused


def take(
    connection: Connection,
    contract: DigitalContract,
    event: str,
    side: Side,
    *,
    by: str,
    why: str,
    now: datetime,
    stated: Mapping[str, Any] | None = None,
    **changed: Any,
) -> DigitalContract:
    """Take a step and give the contract as it then stands.

    Args:
        connection: a writing transaction that holds the contract's row (``by_id(…, lock=True)``).
        contract: as it stands.
        event: of the table.
        side: who takes it.
        by: the person.
        why: kept with the contract, never in the evidence log.
        now: aware instant.
        stated: what the evidence says beside: digests, numbers, codes.
        changed: further columns of the contract.

    Raises:
        Refused: no row of the table allows it; the reason names the steps that are open.
    """
    after = allowed(contract, event, side)
    body = {"event": event, "side": side.value, "from": contract.state, "to": after, "by": by}
    evidence_id = record(
        connection,
        event=f"space:contract:{event}",
        subject=contract.id,
        body=body | dict(stated or {}),
        now=now,
    )
    c, s = digital_contracts.c, contract_steps.c
    last = select(func.max(s.number)).where(s.contract_id == contract.id)
    connection.execute(
        insert(contract_steps).values(
            contract_id=contract.id,
            number=(connection.execute(last).scalar() or 0) + 1,
            event=event,
            side=side.value,
            state=contract.state,
            next=after,
            made_by=by,
            why=why.strip(),
            made_at=now,
            evidence_id=evidence_id,
        )
    )
    connection.execute(
        update(digital_contracts)
        .where(c.id == contract.id, c.state == contract.state)
        .values(state=after, changed_at=now, **changed)
    )
    return by_id(connection, contract.id)


def allowed(contract: DigitalContract, event: str, side: Side) -> str:
    """The state a step leads to.

    Raises:
        Refused: no row of the table allows it; the reason names the steps that are open.
    """
    try:
        return procedure().after(contract.state, event, side, contract.id)
    except IllegalStep as illegal:
        raise Refused(illegal.denial) from illegal


def needs_reason(why: str) -> None:
    """Refuse an act that says nothing of why it is done.

    Raises:
        Refused: no reason is given.
    """
    if not why.strip():
        raise Refused(Deny((Reason("contract.reason", "the step states its reason", "why", "say why"),)))
