"""What a contract does when its grant ends otherwise than through the contract.

Decides which step of the contract stands for it, and takes it in the transaction that ends the grant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from space.contracting import steps
from space.contracting.contracts import of_grant
from space.contracting.values import Side

# How the grant ended: the step of the contract, and who takes it.
_STEPS: Final = {
    "grantor": ("terminate", Side.PROVIDER),
    "grantee": ("complete", Side.CONSUMER),
    "term": ("complete", Side.CLOCK),
}


def grant_ended(
    connection: Connection, grant_id: str, *, side: str, by: str, why: str, now: datetime
) -> None:
    """Let the contract of a grant end with it; nothing where the contract ended before.

    Args:
        connection: the writing transaction that ends the grant.
        grant_id: of the grant.
        side: ``grantor``, ``grantee`` or ``term``.
        by: the person who ended it; empty where nobody did.
        why: as it was said.
        now: aware instant.
    """
    contract = of_grant(connection, grant_id, lock=True)
    if contract is None or not contract.living:
        return
    event, taken_by = _STEPS[side]
    steps.take(connection, contract, event, taken_by, by=by, why=why, now=now)
