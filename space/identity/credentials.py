"""What machine clients prove themselves with: secrets and public keys, several at a time.

Decides what is kept: of a secret its hash, of a key its public half. When one is added or cut short is
:mod:`space.identity.clients`'s.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.machine_clients import client_credentials
from space.identity.public_keys import checked_key
from space.identity.sealing import sha256

# Says at a glance, and to secret scanners, what a leaked text is.
PREFIX: Final = "ybzc_"
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client proves itself with.

    Attributes:
        id: ``cre_…``.
        client: id of the client.
        kind: ``secret`` or ``key``.
        expires_at: no good from then on; None: until it is rotated.
        jwk: the public key; None of a secret.
    """

    id: str
    client: str
    kind: str
    expires_at: datetime | None
    jwk: dict[str, Any] | None = None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        ends = None if self.expires_at is None else self.expires_at.isoformat()
        return {"id": self.id, "kind": self.kind, "expires_at": ends, "jwk": self.jwk}


def add(
    connection: Connection, client_id: str, jwk: dict[str, Any] | None, *, by: str, now: datetime
) -> tuple[Credential, str | None]:
    """Give a client one more credential.

    Args:
        connection: a writing transaction.
        client_id: whose.
        jwk: its public key; a secret is made where None.
        by: who says so.
        now: aware instant.

    Returns:
        The credential, and the secret, which is shown once; None of a key.

    Raises:
        Refused: the key cannot be one.
    """
    secret = None if jwk is not None else PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    public = None if jwk is None else checked_key(jwk)
    made = Credential(new_id("cre"), client_id, "key" if secret is None else "secret", None, public)
    body = {"client": client_id, "credential": made.id, "kind": made.kind, "by": by}
    evidence_id = record(connection, event="space:client:credential", subject=client_id, body=body, now=now)
    connection.execute(
        insert(client_credentials).values(
            id=made.id,
            client_id=client_id,
            kind=made.kind,
            sha256=None if secret is None else sha256(secret),
            jwk=None if public is None else json.dumps(public, sort_keys=True),
            added_by=by,
            added_at=now,
            evidence_id=evidence_id,
        )
    )
    return made, secret


def cut_short(connection: Connection, client_id: str, until: datetime) -> None:
    """Let the credentials of a client be good until then at the longest."""
    c = client_credentials.c
    longer = or_(c.expires_at.is_(None), c.expires_at > until)
    changed = update(client_credentials).where(c.client_id == client_id, longer)
    connection.execute(changed.values(expires_at=until))


def of_client(connection: Connection, client_id: str, now: datetime) -> tuple[Credential, ...]:
    """What a client may prove itself with now, the first first; of secrets nothing but that they are."""
    c = client_credentials.c
    good = or_(c.expires_at.is_(None), c.expires_at > now)
    query = select(client_credentials).where(c.client_id == client_id, good)
    return tuple(
        Credential(row.id, client_id, row.kind, row.expires_at, json.loads(row.jwk) if row.jwk else None)
        for row in connection.execute(query.order_by(c.added_at, c.id))
    )


def is_secret(connection: Connection, client_id: str, secret: str, now: datetime) -> bool:
    """Whether that is a secret of a client now."""
    c = client_credentials.c
    good = or_(c.expires_at.is_(None), c.expires_at > now)
    query = select(c.id).where(c.client_id == client_id, c.sha256 == sha256(secret), good)
    return connection.execute(query).first() is not None
