"""What is found of a signed receipt: its signature, and its place in the evidence log of this installation.

Decides what each check found and in which words; a receipt that does not hold is told, never raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.evidence.prove import Inclusion, NotIntegrated, inclusion_holds, prove_inclusion
from catalog.keys import Ring
from catalog.store.tables.evidence import evidence_entries
from space.calls import jws
from space.calls.jws import SignatureInvalid
from space.calls.receipts import by_id, verify
from space.errors import Unknown
from space.granting.erasing import DELETION_TYPE
from space.supply.proofs import signed_at
from space.supply.receipts import DELIVERY_TYPE, STATEMENT_TYPE

# What is said of the log, from best to worst.
PROVED: Final = "its entry is in the evidence log, proved"
PENDING: Final = "its entry is recorded and waits for the next checkpoint"
BROKEN: Final = "its entry is not in this evidence log"


@dataclass(frozen=True, slots=True)
class Found:
    """What the log says of a receipt.

    Attributes:
        said: one of the words above.
        problem: why the receipt does not hold; None where it does.
        proof: that leads from its entry to a signed root; None where there is none yet.
    """

    said: str
    problem: str | None = None
    proof: Inclusion | None = None


def stated(text: str, ring: Ring) -> dict[str, Any]:
    """What a receipt of an answer states, one of a deletion, or one of a supply.

    Raises:
        SignatureInvalid: none of the keys signed it so, in its time.
    """
    for typ in (DELETION_TYPE, DELIVERY_TYPE, STATEMENT_TYPE):
        try:
            return jws.verify(text, ring, typ, signed_at)
        except SignatureInvalid:
            continue
    return verify(text, ring)


def in_the_log(connection: Connection, states: Mapping[str, Any], text: str, own: Ring) -> Found:
    """What the log of this installation says of a receipt whose signature holds.

    Args:
        connection: to read the log with.
        states: what it states.
        text: as it was signed.
        own: every key the installation signed with.
    """
    e = evidence_entries.c
    wanted = select(e.id, e.recorded_at).where(e.leaf_hash == str(states["evidence"]))
    row = connection.execute(wanted).first()
    if row is None:
        return Found(BROKEN, BROKEN)
    if states.get("entry", row.id) not in ("", row.id):
        return Found(BROKEN, "the entry it names is another than the one its hash is of")
    signed_with = own.of(jws.key_of(text))
    problem = None if signed_with is None else signed_with.problem(row.recorded_at)
    if problem is not None:
        return Found(BROKEN, problem)
    if str(states["id"]).startswith("rct_") and _differs(connection, str(states["id"]), text):
        return Found(BROKEN, "the installation issued another receipt of this id")
    try:
        proof = prove_inclusion(connection, row.id)
    except NotIntegrated:
        return Found(PENDING)
    return Found(PROVED, None, proof) if inclusion_holds(proof, own) else Found(BROKEN, BROKEN)


def _differs(connection: Connection, receipt_id: str, text: str) -> bool:
    """Whether the installation keeps another receipt of that id; one dropped after its time is fine."""
    try:
        kept = by_id(connection, receipt_id).jws
    except Unknown:
        return False
    return kept != text.strip()
