"""Keys of access tokens: one signs, those it replaced are accepted until their last token has ended.

Decides that access tokens have a key of their own, apart from the one of receipts, so that each is rotated by
itself. The private key is a file of the installation (``keys/tokens.pem``), the public ones are rows of the
store: every process and every reader of the key set sees a rotation at once.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from catalog.errors import NotInitialised
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Algorithm, KeyTrouble
from catalog.keys.encoding import base64url
from catalog.keys.signers import Ed25519Signer, new_private_pem, signer_of_pem
from catalog.lasting import write
from catalog.store.tables.machine_clients import token_keys
from policies.clocks import local_date
from space.identity import limits

FILE: Final = "tokens.pem"

_held: dict[Path, tuple[tuple[int, int], Ed25519Signer]] = {}


def signing(connection: Connection, home: Home, now: datetime) -> Ed25519Signer:
    """The key that signs now; made at the first token.

    Args:
        connection: a writing transaction: writers queue, so that two never make one each.
        home: of the installation.
        now: aware instant.

    Raises:
        KeyTrouble: the file is damaged, or others may read it.
    """
    path = home.keys / FILE
    if not path.exists():
        if not home.keys.is_dir():
            raise NotInitialised(f"no installation at {home.root} — run `ybz init` first")
        write(path, new_private_pem(Algorithm.ED25519))
    signer = _read(path)
    known = select(token_keys.c.kid).where(token_keys.c.kid == signer.key_id)
    if connection.execute(known).first() is None:
        _publish(connection, signer, "first use", now)
    return signer


def rotate(connection: Connection, home: Home, *, by: str, now: datetime, at_once: bool = False) -> str:
    """Let another key sign from now on.

    Args:
        connection: a writing transaction.
        home: of the installation.
        by: who says so.
        now: aware instant.
        at_once: the former keys' tokens are good for nothing any more: a key that others may have.

    Returns:
        The id of the new key.
    """
    t, on = token_keys.c, local_date(now)
    longest = limits.minutes("access_token_minutes", on)
    longest += timedelta(seconds=limits.whole("clock_skew_seconds", on))
    until = now if at_once else now + longest
    lasting = update(token_keys).where(or_(t.accepted_until.is_(None), t.accepted_until > until))
    connection.execute(lasting.values(accepted_until=until))
    pem = new_private_pem(Algorithm.ED25519)
    fresh = _of_pem(pem, FILE)
    _publish(connection, fresh, by, now)
    # Last: a process signs with it as soon as it is there, and finds its row once this commits.
    write(home.keys / FILE, pem)
    return fresh.key_id


def public_of(connection: Connection, kid: str, now: datetime) -> bytes | None:
    """The public key of an id, if its tokens are still accepted."""
    t = token_keys.c
    held = connection.execute(
        select(t.public_hex).where(t.kid == kid, or_(t.accepted_until.is_(None), t.accepted_until > now))
    ).scalar()
    return None if held is None else bytes.fromhex(held)


def key_set(connection: Connection, now: datetime) -> dict[str, Any]:
    """The accepted public keys as a JWK set.

    Source: RFC 7517, RFC 8037 (OKP).
    """
    t = token_keys.c
    accepted = or_(t.accepted_until.is_(None), t.accepted_until > now)
    rows = connection.execute(select(t.kid, t.public_hex).where(accepted).order_by(t.added_at, t.kid))
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "Ed25519",
                "kid": kid,
                "x": base64url(bytes.fromhex(held)),
            }
            for kid, held in rows
        ]
    }


def _publish(connection: Connection, signer: Ed25519Signer, by: str, now: datetime) -> None:
    body = {"key": signer.key_id, "by": by}
    evidence_id = record(connection, event="space:token_key:add", subject=signer.key_id, body=body, now=now)
    values = {"kid": signer.key_id, "public_hex": signer.public_raw.hex(), "added_at": now}
    connection.execute(insert(token_keys).values(**values, evidence_id=evidence_id))


def _read(path: Path) -> Ed25519Signer:
    """The signer of the file as it stands; it is read again when it was replaced."""
    found = path.stat()
    if found.st_mode & 0o077 and os.name == "posix":
        raise KeyTrouble(f"{path} may be read by others — make it `chmod 600`, and rotate the key")
    state = (found.st_ino, found.st_mtime_ns)
    kept = _held.get(path)
    if kept is None or kept[0] != state:
        kept = _held[path] = (state, _of_pem(path.read_bytes(), str(path)))
    return kept[1]


def _of_pem(pem: bytes, where: str) -> Ed25519Signer:
    signer = signer_of_pem(pem, where)
    if not isinstance(signer, Ed25519Signer):
        raise KeyTrouble(f"{where} is not an Ed25519 key — delete it: the next token makes another")
    return signer
