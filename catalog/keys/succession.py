"""Which key signs now: the statements behind a rotation, and the check before whatever is signed.

Decides that the key in place signs only while the store knows it to be in use, or announced next; a switch
that was stopped half way is finished before the next checkpoint. The steps of a rotation are
:mod:`catalog.keys.rotation`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys.signers import KeyTrouble, Signer
from catalog.store.engine import apart, engine_of
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
    trouble = out_of_use(connection, key.key_id)
    if trouble is not None:
        raise KeyTrouble(trouble)
    used = in_use(connection)
    if used is not None and used.key_id != key.key_id:
        complete(connection, key.key_id, now)
    return key


def out_of_use(connection: Connection, named: str, used: Row[Any] | None = None) -> str | None:
    """Why a key of the installation may sign nothing, in words; None where it is in use, or announced next.

    Args:
        connection: a transaction.
        named: id of the key in place.
        used: the row of the key in use; read where None.
    """
    used = in_use(connection) if used is None else used
    if used is None or used.key_id == named:
        return None
    key = connection.execute(select(signing_keys).where(signing_keys.c.key_id == named)).first()
    if key is not None and key.valid_from is None and key.number > used.number:
        return None
    was = "of which the ledger knows nothing" if key is None else "which was rotated out"
    return (
        f"the signing key in place is {named}, {was}; in use is {used.key_id} — nothing is signed; restore"
        " the `keys/` of now"
    )


def require_in_use(home: Home, named: str) -> None:
    """Refuse a key that the ledger of an installation knows to be out of use.

    Args:
        home: of the installation; where it has no ledger yet, any key is the first.
        named: id of the key in place.

    Raises:
        KeyTrouble: it was rotated out, or is none of the ledger's.
    """
    engine = engine_of(home)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        return
    # Whoever signs mostly holds a connection; what it has written of keys and not committed is not needed.
    with apart(engine) as connection:
        if not connection.dialect.has_table(connection, signing_keys.name):
            return
        trouble = out_of_use(connection, named)
    if trouble is not None:
        raise KeyTrouble(trouble)


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
