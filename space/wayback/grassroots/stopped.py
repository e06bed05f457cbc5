"""What of a ledger a stop 一键停用 closes: asked whenever its records are read.

Decides that a body nothing may be handed to reads no record at all, and that of a stopped dataset no value is
read while the rest of the record is.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from catalog.stops import closed
from policies.decision import Deny
from space.errors import Refused


def closed_of(connection: Connection, body_code: str, datasets: Collection[str]) -> frozenset[str]:
    """The datasets of which a body is shown nothing now.

    Args:
        connection: the transaction that reads the records.
        body_code: whose ledger.
        datasets: that have fed what is read.

    Raises:
        Refused: the body, or everything, is stopped.
    """
    if closed(connection, body_code, datasets) is None:
        return frozenset()
    if reason := closed(connection, body_code, ()):
        raise Refused(Deny((reason,)))
    return frozenset(one for one in datasets if closed(connection, body_code, (one,)) is not None)
