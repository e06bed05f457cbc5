"""Rotation and revocation of the signing key 密钥轮换与吊销.

Decides the order: the next key is announced in the log, the old key signs the log with that entry in it, and
only then the new key takes its place. So whoever trusts one key of the installation can follow to the next
through the log alone. Each step is safe to repeat; a rotation that was stopped goes on at the next try.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from catalog.evidence import record
from catalog.evidence.sequence import integrate
from catalog.home import Home
from catalog.keys import files
from catalog.keys.ring import KnownKey, ring_of
from catalog.keys.signers import Algorithm, KeyTrouble, Signer
from catalog.keys.succession import REVOKED, announce, complete
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from catalog.store.tables.keys import signing_keys


def rotate(engine: Engine, home: Home, *, algorithm: Algorithm, by: str, now: datetime) -> KnownKey:
    """Put a new signing key in use; the private half of the old one is gone from then on.

    Args:
        engine: of the store.
        home: of the installation, whose key files change.
        algorithm: of the new key.
        by: who does it.
        now: aware instant.

    Returns:
        The key in use from now on.

    Raises:
        KeyTrouble: the new key cannot be made here, or the log could not be signed.
    """
    signer = files.load(home).signer
    integrate(engine, signer, now)  # also finishes a switch that was stopped after the file changed
    fresh = files.announced(home, algorithm)
    with writing(engine) as connection:
        entry = announce(connection, signer.fixed(), fresh, by=by, now=now)
    integrate(engine, signer, now)
    with writing(engine) as connection:
        # Nobody signs anything stored while this transaction is open: what comes after is the new key's.
        _require_signed(connection, entry)
        files.put_in_place(home, fresh.key_id)
        complete(connection, fresh.key_id, now)
    with reading(engine) as connection:
        made = ring_of(connection, signer).of(fresh.key_id)
    assert made is not None  # put in use just now
    return made


def revoke(
    connection: Connection,
    signer: Signer,
    named: str,
    *,
    since: datetime,
    reason: str,
    by: str,
    now: datetime,
) -> KnownKey:
    """Revoke a former key: what it signed from ``since`` on does not count.

    Args:
        connection: a writing transaction.
        signer: of the key in use.
        named: id of the key.
        since: when it is taken to have been lost; not later than now.
        reason: why.
        by: who does it.
        now: aware instant.

    Raises:
        KeyTrouble: there is no such key, it is in use, it is revoked already, or the reason is missing.
    """
    key = ring_of(connection, signer).of(named)
    if key is None:
        raise KeyTrouble(f"no signing key {named} — `ybz key list` shows those there are")
    if named == signer.fixed().key_id:
        raise KeyTrouble(f"key {named} is in use — run `ybz key rotate` first")
    if key.revoked_at is not None:
        raise KeyTrouble(f"key {named} is revoked already")
    if not reason.strip() or since > now:
        raise KeyTrouble("a revocation needs its reason, and a time that is not in the future")
    body = {"by": by, "key": named, "reason": reason, "since": since.isoformat()}
    entry = record(connection, event=REVOKED, subject=named, body=body, now=now)
    connection.execute(
        update(signing_keys)
        .where(signing_keys.c.key_id == named)
        .values(revoked_at=since, revoke_reason=reason, revoked_by=by, evidence_id=entry)
    )
    return KnownKey(key.public_raw, key.valid_from, key.valid_to, since)


def _require_signed(connection: Connection, entry: str) -> None:
    """Refuse to go on unless the announcement stands under a signed checkpoint."""
    e = evidence_entries.c
    position = connection.execute(select(e.position).where(e.id == entry)).scalar()
    signed = select(checkpoints.c.size).where(checkpoints.c.note.is_not(None))
    newest = connection.execute(signed.order_by(checkpoints.c.size.desc()).limit(1)).scalar()
    if position is None or newest is None or position >= newest:
        raise KeyTrouble("the log with the new key in it is not signed yet — run `ybz key rotate` again")
