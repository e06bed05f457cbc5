"""What a token that was issued for one grant opens: things of that grant, and no list of all of them.

Decides of which grant a thing is, for the kinds that are of one: a supply, a receipt, a standing query, a
contract. Which acts such a token is good for at all is the matrix's (``one_grant`` in ``access.yaml``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, or_, select

from catalog.store.tables.audits import standing_queries
from catalog.store.tables.contracting import digital_contracts
from catalog.store.tables.queries import receipts
from catalog.store.tables.supplies import supplies

_CONTRACT: Final = ((digital_contracts.c.id, digital_contracts.c.grant_id), digital_contracts.c.grant_id)
# Kind → the columns a caller names it by, and the one that holds its grant.
_OF: Final[Mapping[str, tuple[tuple[Column[Any], ...], Column[Any]]]] = {
    "contract": _CONTRACT,
    "contract-consumer": _CONTRACT,
    "contract-provider": _CONTRACT,
    "receipt": ((receipts.c.id,), receipts.c.grant_id),
    "standing": ((standing_queries.c.id,), standing_queries.c.grant_id),
    "supply": ((supplies.c.id,), supplies.c.grant_id),
}
_ITSELF: Final = frozenset({"grant", "held"})


def opens(connection: Connection, grant_id: str, kind: str, key: str) -> bool:
    """Whether a token of a grant opens a thing; one that is of no grant, or is not there, is not its matter.

    Args:
        connection: to read with.
        grant_id: the only grant of the token.
        kind: of the thing, as the doors' file names it.
        key: what it is named by.
    """
    if kind in _ITSELF:
        return key == grant_id
    if kind not in _OF:
        return True
    keys, column = _OF[kind]
    found = connection.execute(select(column).where(or_(*(each == key for each in keys)))).all()
    return not found or any(row[0] == grant_id for row in found)


def concerns(subject: ColumnElement[str], grant_id: str) -> ColumnElement[bool]:
    """Whether something told to an organisation, named by its subject alone, is of that grant."""
    mine = (
        subject.in_(select(key).where(column == grant_id))
        for keys, column in (_OF[kind] for kind in ("contract", "receipt", "standing", "supply"))
        for key in keys
    )
    return or_(subject == grant_id, *mine)
