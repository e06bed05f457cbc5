"""Deletion by the receiver 删除: how long it may keep answers, and the proof that they are gone.

Decides when a proof is due and what it covers: everything handed out up to an instant, stated with a key of
the receiver's own. While one is overdue no call is answered. Files that are supplied have proofs of their
own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select

from catalog.evidence import record
from catalog.evidence.append import instant_text
from catalog.keys import check_party_signature
from catalog.store.schema import new_id
from catalog.store.tables.contracting import deletion_proofs
from catalog.store.tables.queries import receipts
from contracts.canonical import canonical
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.terms import Terms
from space.contracting.statements import encoded
from space.errors import Refused

if TYPE_CHECKING:
    from space.granting.grants import Grant

STATEMENT = "ybz-deletion/1"


def to_sign(grant_id: str, organisation: str, person: str, covers: datetime) -> bytes:
    """The statement a receiver signs: that everything handed out up to an instant is deleted.

    Args:
        grant_id: of the grant.
        organisation: code of the receiver.
        person: who states it.
        covers: aware instant.
    """
    return canonical(
        {
            "covers": instant_text(covers),
            "grant": grant_id,
            "organisation": organisation,
            "signer": person,
            "type": STATEMENT,
        }
    )


def prove(
    connection: Connection,
    grant: Grant,
    *,
    covers: datetime,
    by: str,
    key_id: str,
    signature: bytes,
    now: datetime,
) -> str:
    """Hand in a proof of deletion; gives its id.

    Args:
        connection: a writing transaction.
        grant: under which was received.
        covers: everything handed out up to this instant, which is not in the future.
        by: who states it for the receiver.
        key_id: of a key the receiver has registered.
        signature: over the statement of :func:`to_sign`.
        now: aware instant.

    Raises:
        Refused: the proof speaks of the future.
        KeyTrouble: the key is not the receiver's, does not count now, or did not sign this.
    """
    if covers > now:
        raise Refused(Deny((_FUTURE,)))
    stated = to_sign(grant.id, grant.grantee, by, covers)
    key = check_party_signature(
        connection, organisation=grant.grantee, named=key_id, message=stated, signature=signature, at=now
    )
    proof = new_id("prf")
    body = {"grant": grant.id, "covers": covers.isoformat(), "key": key.key_id}
    evidence_id = record(connection, event="space:deletion:prove", subject=proof, body=body, now=now)
    connection.execute(
        insert(deletion_proofs).values(
            id=proof,
            grant_id=grant.id,
            covers=covers,
            statement=stated.decode(),
            signature=encoded(signature),
            key_id=key.key_id,
            made_by=by,
            made_at=now,
            evidence_id=evidence_id,
        )
    )
    return proof


def overdue(connection: Connection, grant_id: str, terms: Terms, now: datetime) -> Reason | None:
    """Why no further call is answered: a proof is overdue; None where none is.

    Args:
        connection: to read receipts and proofs with.
        grant_id: of the grant.
        terms: of the grant.
        now: aware instant.
    """
    retention = terms.retention
    if retention is None:
        return None
    oldest = _oldest(connection, grant_id)
    allowed = timedelta(days=retention.days + retention.proof_days)
    if oldest is None or local_date(now) <= local_date(oldest) + allowed:
        return None
    return Reason(
        "grant.deletion_overdue",
        "the proof of deletion of what was handed out earlier is overdue",
        "retention",
        "delete what is older than the terms allow and hand in the proof (`ybz contract deleted`)",
    )


def owed(connection: Connection, grant_id: str, terms: Terms) -> bool:
    """Whether something was handed out, under terms that ask for its deletion, that no proof covers."""
    return terms.retention is not None and _oldest(connection, grant_id) is not None


def _oldest(connection: Connection, grant_id: str) -> datetime | None:
    """When the oldest answer was handed out that no proof covers."""
    p, r = deletion_proofs.c, receipts.c
    covered = connection.execute(select(func.max(p.covers)).where(p.grant_id == grant_id)).scalar()
    wanted = select(r.issued_at).where(r.grant_id == grant_id).order_by(r.issued_at).limit(1)
    if covered is not None:
        wanted = wanted.where(r.issued_at > covered)
    return connection.execute(wanted).scalar()


_FUTURE = Reason("contract.deletion_future", "a proof covers what was handed out already", "covers",
                 "state an instant that is over")  # fmt: skip
