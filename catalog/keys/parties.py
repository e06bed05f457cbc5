"""Keys of the parties 各方密钥: with what providers, consumers and others sign, registered with dates.

Decides who may be said to have signed: a key is registered with a signature that shows its private half is
held, belongs to one organisation for good, and counts from its first day to its last, or to its revocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.keys.signers import (
    Algorithm,
    KeyTrouble,
    Signer,
    algorithm_of,
    key_id,
    public_from_pem,
    public_to_pem,
    verify,
)
from catalog.store.parts import Part, parted
from catalog.store.tables.keys import party_keys as rows


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A registered key.

    Attributes:
        key_id: of the public key.
        organisation: whose it is.
        holder: the office or person that holds the private half.
        algorithm: how it signs.
        public_raw: the public key.
        valid_from, valid_to: first and last instant; no end where None.
        revoked_at: from then on nothing it signs counts; None where it was not revoked.
    """

    key_id: str
    organisation: str
    holder: str
    algorithm: Algorithm
    public_raw: bytes
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None

    def counts_at(self, instant: datetime) -> bool:
        """Whether what it signs at an instant counts."""
        return (
            self.valid_from <= instant
            and (self.valid_to is None or instant <= self.valid_to)
            and (self.revoked_at is None or instant < self.revoked_at)
        )


def possession(signer: Signer, organisation: str) -> bytes:
    """The proof a party gives with its key: its signature over who registers which key."""
    return signer.sign(_claim(organisation, signer.key_id))


def register_party_key(
    connection: Connection,
    *,
    organisation: str,
    holder: str,
    public_pem: bytes,
    proof: bytes,
    valid_from: datetime,
    valid_to: datetime | None = None,
    by: str,
    now: datetime,
) -> PartyKey:
    """Register the public key of a party.

    Args:
        connection: a writing transaction.
        organisation: its code.
        holder: the office or person that holds the private half.
        public_pem: Ed25519 or SM2, in PEM.
        proof: as :func:`possession` makes it.
        valid_from: first instant it counts.
        valid_to: last instant; without it, it counts until it is revoked.
        by: who registers it.
        now: aware instant.

    Raises:
        KeyTrouble: the proof does not hold, the dates are no span, or the key is registered already.
    """
    raw = public_from_pem(public_pem)
    named = key_id(raw)
    if not verify(algorithm_of(raw), raw, _claim(organisation, named), proof):
        raise KeyTrouble(
            f"the proof for key {named} does not hold — sign its registration with the key itself"
        )
    if valid_to is not None and valid_to <= valid_from:
        raise KeyTrouble(f"key {named} would end before it begins — give a later end")
    held = connection.execute(select(rows.c.organisation).where(rows.c.key_id == named)).scalar()
    if held is not None:
        raise KeyTrouble(f"key {named} is registered already — a key belongs to one party for good")
    body = {
        "algorithm": algorithm_of(raw).value, "by": by, "holder": holder, "key": named, "public": raw.hex(),
        "valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None,
    }  # fmt: skip
    entry = record(connection, event="key:party:register", subject=organisation, body=body, now=now)
    connection.execute(
        insert(rows).values(
            key_id=named, organisation=organisation, holder=holder, algorithm=algorithm_of(raw).value,
            public_pem=public_to_pem(raw).decode(), valid_from=valid_from, valid_to=valid_to,
            registered_by=by, registered_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return _key(connection, named)


def revoke_party_key(connection: Connection, named: str, *, reason: str, by: str, now: datetime) -> PartyKey:
    """Revoke a key: nothing it signs from now on counts; what it signed before stays.

    Raises:
        KeyTrouble: there is no such key, or it is revoked already.
    """
    held = _key(connection, named)
    if held.revoked_at is not None:
        raise KeyTrouble(f"key {named} is revoked already")
    if not reason.strip():
        raise KeyTrouble("a revocation needs its reason")
    body = {"by": by, "key": named, "reason": reason}
    entry = record(connection, event="key:party:revoke", subject=held.organisation, body=body, now=now)
    connection.execute(
        update(rows)
        .where(rows.c.key_id == named)
        .values(revoked_at=now, revoke_reason=reason, revoked_by=by, evidence_id=entry)
    )
    return _key(connection, named)


def party_keys(
    connection: Connection, organisation: str | None = None, at: datetime | None = None,
    part: Part | None = None,
) -> tuple[PartyKey, ...]:  # fmt: skip
    """Registered keys, oldest first.

    Args:
        connection: a transaction.
        organisation: only of this one.
        at: only those that count at this instant.
        part: of them, by id and in this order.
    """
    query, key = select(rows), (rows.c.key_id,) if part is not None else (rows.c.registered_at, rows.c.key_id)
    if organisation is not None:
        query = query.where(rows.c.organisation == organisation)
    found = tuple(_of(row) for row in connection.execute(parted(query, part, *key)))
    return found if at is None else tuple(key for key in found if key.counts_at(at))


def check_party_signature(
    connection: Connection,
    *,
    organisation: str,
    named: str,
    message: bytes,
    signature: bytes,
    at: datetime,
) -> PartyKey:
    """The key with which an organisation signed.

    Args:
        connection: a transaction.
        organisation: who is said to have signed.
        named: id of the key.
        message: what was signed.
        signature: of it.
        at: when it was signed: the instant it was received, not what the paper says.

    Raises:
        KeyTrouble: the key is not that organisation's, does not count then, or did not sign this.
    """
    key = _key(connection, named)
    if key.organisation != organisation:
        raise KeyTrouble(f"key {named} is not a key of {organisation}")
    if not key.counts_at(at):
        raise KeyTrouble(f"key {named} does not count at {at.isoformat()} — register a new one")
    if not verify(key.algorithm, key.public_raw, message, signature):
        raise KeyTrouble(f"the signature is not that of key {named}")
    return key


def _claim(organisation: str, named: str) -> bytes:
    return f"ybz party key\n{organisation}\n{named}\n".encode()


def _key(connection: Connection, named: str) -> PartyKey:
    row = connection.execute(select(rows).where(rows.c.key_id == named)).first()
    if row is None:
        raise KeyTrouble(f"no party key {named} — `ybz key list` shows those there are")
    return _of(row)


def _of(row: Row[tuple[object, ...]]) -> PartyKey:
    return PartyKey(
        key_id=row.key_id,
        organisation=row.organisation,
        holder=row.holder,
        algorithm=Algorithm(row.algorithm),
        public_raw=public_from_pem(row.public_pem.encode()),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_at=row.revoked_at,
    )
