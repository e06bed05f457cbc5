"""Which key signs now: the statements behind a rotation, and the check before every checkpoint.

Decides that the key in place is the one the store knows to be in use; a switch that was stopped half way
is finished here. The steps of a rotation are :mod:`catalog.keys.rotation`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.evidence import record
from catalog.keys.signers import KeyTrouble, Signer
from catalog.store.tables.keys import signing_keys

# The event that names the next key; `catalog.evidence.verify` follows it.
ROTATED = "key:signing:rotate"
REVOKED = "key:signing:revoke"


def key_to_sign(connection: Connection, signer: Signer, now: datetime) -> Signer:
    """The key that signs the next checkpoint.

    Args:
        connection: the writing transaction that stores the signature.
        signer: of the key in place.
        now: aware instant: when a switch that was stopped is taken to be done.

    Raises:
        KeyTrouble: the key in place is not the one in use.
    """
    key = signer.fixed()
    used = in_use(connection)
    if used is None or used.key_id == key.key_id:
        return key
    k = signing_keys.c
    next_one = connection.execute(select(signing_keys).where(k.key_id == key.key_id)).first()
    if next_one is None or next_one.valid_from is not None or next_one.number < used.number:
        raise KeyTrouble(
            f"the signing key in place is {key.key_id}, in use is {used.key_id} — restore the `keys/` of now"
        )
    complete(connection, key.key_id, now)
    return key


def in_use(connection: Connection) -> Row[Any] | None:
    """The row of the key in use; None before the first rotation."""
    k = signing_keys.c
    used = (k.valid_to.is_(None), (k.number == 1) | k.valid_from.is_not(None))
    return connection.execute(select(signing_keys).where(*used).order_by(k.number.desc()).limit(1)).first()


def announce(connection: Connection, old: Signer, new: Signer, *, by: str, now: datetime) -> str:
    """Write down which key comes next, in the log the old key signs.

    Returns:
        Id of the evidence entry.
    """
    k = signing_keys.c
    if in_use(connection) is None:
        connection.execute(insert(signing_keys).values(_row(old, 1)))
    known = connection.execute(select(k.evidence_id).where(k.key_id == new.key_id)).scalar()
    if known is not None:  # a rotation that was stopped goes on
        return str(known)
    body = {
        "algorithm": new.algorithm.value, "by": by, "key": new.key_id, "old": old.key_id,
        "public": new.public_raw.hex(),
    }  # fmt: skip
    entry = record(connection, event=ROTATED, subject=new.key_id, body=body, now=now)
    number = int(connection.execute(select(func.max(k.number))).scalar_one()) + 1
    row = _row(new, number) | {"announced_at": now, "evidence_id": entry}
    connection.execute(insert(signing_keys).values(row))
    return entry


def complete(connection: Connection, named: str, now: datetime) -> None:
    """Have the announced key be the one in use from now on."""
    k = signing_keys.c
    entry = connection.execute(select(k.evidence_id).where(k.key_id == named)).scalar_one()
    used = in_use(connection)
    if used is not None:
        ended = update(signing_keys).where(k.key_id == used.key_id)
        connection.execute(ended.values(valid_to=now, evidence_id=entry))
    connection.execute(update(signing_keys).where(k.key_id == named).values(valid_from=now))


def _row(key: Signer, number: int) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "number": number,
        "algorithm": key.algorithm.value,
        "public_pem": key.public_pem.decode(),
    }
