"""What the receiver of a supply states: how many rows it counted 对账, and that it has deleted them 删除证明.

Decides that a count which differs makes the supply disputed, that an agreed count stands, and that a deletion
is stated with day and person. Each is signed and told to the granting side.

Source: 政务数据共享条例 Arts 20–25; 个人信息保护法 Art 47.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog.keys import Signer
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.grants import grants
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.supply import receipts
from space.supply.ending import DELETED, ENDED, READY, end
from space.supply.supplies import Supply, by_id

ACKNOWLEDGED: Final = "acknowledged"
DISPUTED: Final = "disputed"


def acknowledge(
    connection: Connection,
    signer: Signer,
    supply_id: str,
    *,
    rows: int,
    by: str,
    receiver: str | None,
    now: datetime,
    sha256: str | None = None,
) -> Supply:
    """Count a supply back.

    Args:
        connection: a writing transaction.
        signer: signs the statement.
        supply_id: of the supply.
        rows: as the receiver counted them.
        by: the person who did.
        receiver: who asks; None for who works on the installation itself.
        now: aware instant.
        sha256: of the file as the receiver has it, where it looked.

    Returns:
        The supply: ``acknowledged`` where both sides count alike, else ``disputed``; a disputed one may be
        counted again.

    Raises:
        Unknown: there is none of that id.
        Refused: it was never handed over, or was acknowledged before with another count.
    """
    made = by_id(connection, supply_id, receiver)
    if made.state not in (READY, ENDED, DELETED) or made.rows is None:
        raise Refused(Deny((NOT_READY,)))
    agreed = rows == made.rows and sha256 in (None, made.sha256)
    if made.received_state == ACKNOWLEDGED:
        if not agreed:
            raise Refused(Deny((_COUNTED,)))
        return made
    state = ACKNOWLEDGED if agreed else DISPUTED
    said: dict[str, Any] = {"holder": made.receiver, "rows": rows, "handed_over": made.rows, "agreed": agreed}
    said |= {"person": by, "sha256": sha256}
    kept = {"grant": made.grant_id, "agreed": agreed, "by": by}
    signed = receipts.stated(
        connection, signer, supply_id=supply_id, verb="acknowledge", said=said, open_body=kept, now=now
    )
    values = {"received_rows": rows, "received_state": state, "received_by": by, "received_at": now}
    connection.execute(update(supplies).where(supplies.c.id == supply_id).values(**values, received=signed))
    if not agreed:
        _tell_grantor(connection, made, "was counted otherwise by its receiver", now)
    return by_id(connection, supply_id)


def prove_deletion(
    connection: Connection,
    signer: Signer,
    supply_id: str,
    *,
    on: date,
    by: str,
    receiver: str | None,
    now: datetime,
) -> Supply:
    """State that the receiver has deleted its copy; a supply that was still open ends with it.

    Args:
        connection: a writing transaction.
        signer: signs the statement.
        supply_id: of the supply.
        on: day of deletion.
        by: the person who answers for it.
        receiver: who asks; None for who works on the installation itself.
        now: aware instant.

    Raises:
        Unknown: there is none of that id.
        Refused: it was never handed over, the day lies ahead or before it, or deletion was stated before.
    """
    made = by_id(connection, supply_id, receiver)
    refused = _objections(made, on, local_date(now))
    if refused:
        raise Refused(Deny(refused))
    if made.state == READY:
        row = connection.execute(select(supplies).where(supplies.c.id == supply_id)).one()
        end(connection, row, reason="returned", now=now)
    late = made.proof_due_on is not None and on > made.proof_due_on
    said = {"holder": made.receiver, "deleted_on": on.isoformat(), "person": by, "late": late}
    kept = {"grant": made.grant_id, "deleted_on": on.isoformat(), "by": by, "late": late}
    signed = receipts.stated(
        connection, signer, supply_id=supply_id, verb="prove", said=said, open_body=kept, now=now
    )
    values = {"proved_on": on, "proved_by": by, "proved_at": now, "proof": signed}
    connection.execute(update(supplies).where(supplies.c.id == supply_id).values(**values))
    _tell_grantor(connection, made, "was deleted by its receiver", now)
    return by_id(connection, supply_id)


NOT_READY: Final = Reason(
    "supply.not_ready", "the supply was never handed over", "supply", "`ybz supply show` says where it stands"
)
_COUNTED: Final = Reason(
    "supply.counted",
    "the supply was acknowledged before with another count",
    "rows",
    "tell the granting side",
)


def _objections(made: Supply, on: date, today: date) -> tuple[Reason, ...]:
    if made.ready_at is None or made.state not in (READY, ENDED, DELETED):
        return (NOT_READY,)
    if made.proved_on is not None:
        return (Reason("supply.proved", "its deletion was stated already", "supply"),)
    if not local_date(made.ready_at) <= on <= today:
        return (
            Reason(
                "supply.deleted_on",
                "the day of deletion lies ahead, or before the supply",
                "on",
                "state the day it was deleted",
            ),
        )
    return ()


def _tell_grantor(connection: Connection, made: Supply, what: str, now: datetime) -> None:
    grantor = connection.execute(select(grants.c.grantor).where(grants.c.id == made.grant_id)).scalar_one()
    connection.execute(
        insert(notices).values(
            id=new_id("ntc"),
            organisation=grantor,
            kind="supply",
            subject=made.id,
            message=f"supply {made.id} of {made.dataset} {what}",
            sent_at=now,
        )
    )
