"""Proofs of a supply's signed statements: each with its place in the evidence log.

Decides which statements there are: the delivery receipt, how the receiver counted, the deletion of the copy
kept here, and the receiver's own. Proving is :mod:`catalog.evidence.prove`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.evidence.prove import prove_inclusion
from catalog.keys import Ring
from catalog.store.tables.evidence import evidence_entries
from space.calls import jws
from space.granting.erasing import DELETION_TYPE
from space.supply.receipts import DELIVERY_TYPE, STATEMENT_TYPE
from space.supply.supplies import Supply

# Statement of a supply, and its kind.
_STATEMENTS: Final = {
    "receipt": DELIVERY_TYPE,
    "received": STATEMENT_TYPE,
    "deletion": DELETION_TYPE,
    "proof": STATEMENT_TYPE,
}


def proofs(connection: Connection, supply: Supply, ring: Ring) -> dict[str, dict[str, Any]]:
    """The inclusion proof of every statement of a supply, by its name.

    Args:
        connection: to read the log with.
        supply: with its statements.
        ring: every key of the installation.

    Raises:
        NotIntegrated: an entry has no place under a signed checkpoint yet.
        SignatureInvalid: a statement does not hold.
    """
    found = {}
    for name, typ in _STATEMENTS.items():
        signed = getattr(supply, name)
        if signed is not None:
            entry = _entry(connection, jws.verify(signed, ring, typ, signed_at))
            found[name] = prove_inclusion(connection, entry).document()
    return found


def signed_at(states: Mapping[str, Any]) -> jws.Span:
    """The minute in which a statement about a supply, or a deletion, was signed."""
    try:
        first = datetime.strptime(str(states.get("time")), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None, None
    return first, first + timedelta(minutes=1)


def _entry(connection: Connection, states: Mapping[str, Any]) -> str:
    """The entry a statement names; one of an earlier version names its hash alone."""
    named = states.get("entry")
    if named:
        return str(named)
    e = evidence_entries.c
    wanted = select(e.id).where(e.leaf_hash == str(states["evidence"]))
    return str(connection.execute(wanted).scalar_one())
