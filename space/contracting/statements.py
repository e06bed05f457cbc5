"""What each side signs: the statement of an agreement, and the row of a signature over it.

Decides the bytes. A statement names the contract, the side, its organisation, the person who signs for it
and the digest of the canonical agreement; changing any of them makes other bytes. It can be signed where the
installation is not: the bytes are all that is needed.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert

from catalog.evidence import record
from catalog.keys.encoding import NotCanonical, of_base64
from catalog.store.tables.contracting import contract_signatures
from contracts.canonical import canonical, digest
from space.contracting.values import DigitalContract, Side
from space.errors import SpaceError

STATEMENT: Final = "ybz-contract-signature/1"
PLATFORM: Final = "platform"  # stands for an organisation code on the platform's own statement


class SignatureUnreadable(SpaceError):
    """A signature that is not base64."""


def statement(contract: DigitalContract, side: Side, person: str) -> bytes:
    """The bytes a side signs.

    Args:
        contract: with its agreement.
        side: provider, consumer or platform.
        person: who signs for it.
    """
    organisation = PLATFORM if side is Side.PLATFORM else contract.party(side)
    return canonical(
        {
            "agreement": contract.agreement_digest,
            "contract": contract.id,
            "organisation": organisation,
            "side": side.value,
            "signer": person,
            "type": STATEMENT,
        }
    )


def encoded(signature: bytes) -> str:
    """A signature as it is stored and handed over."""
    return base64.b64encode(signature).decode("ascii")


def decoded(text: str) -> bytes:
    """A signature from its text.

    Raises:
        SignatureUnreadable: it is not base64.
    """
    try:
        return of_base64("".join(text.split()))
    except NotCanonical as error:
        raise SignatureUnreadable(
            "the signature is not base64 — hand in what `ybz contract seal` prints"
        ) from error


def keep_signature(
    connection: Connection,
    contract: DigitalContract,
    side: Side,
    *,
    person: str,
    key_id: str,
    algorithm: str,
    signature: bytes,
    signed: bytes,
    now: datetime,
) -> None:
    """Store a signature that was found to hold, with its evidence.

    Args:
        connection: a writing transaction.
        contract: it belongs to.
        side: that signed.
        person: who signed for it.
        key_id: of the key.
        algorithm: of the key.
        signature: over ``signed``.
        signed: the statement, see :func:`statement`.
        now: aware instant.
    """
    organisation = PLATFORM if side is Side.PLATFORM else contract.party(side)
    body = {"agreement": contract.agreement_digest, "key": key_id, "side": side.value,
            "signature": digest(encoded(signature))}  # fmt: skip
    evidence_id = record(
        connection, event="space:contract:keep_signature", subject=contract.id, body=body, now=now
    )
    connection.execute(
        insert(contract_signatures).values(
            contract_id=contract.id,
            side=side.value,
            organisation=organisation,
            signed_by=person,
            key_id=key_id,
            algorithm=algorithm,
            signature=encoded(signature),
            statement=signed.decode(),
            signed_at=now,
            evidence_id=evidence_id,
        )
    )
