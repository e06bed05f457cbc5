"""Keys and secrets of an installation in one file that a passphrase opens.

Decides how: the key from the passphrase by Argon2id, the content by AES-256-GCM, the parameters in the clear
and covered by the seal. Whoever has the backup without the passphrase has data, but can sign nothing and take
back no pseudonym.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.backup.errors import BackupDamaged, NotBackedUp, NotRestored
from policies.rulebook import rule

FILE: Final = "keys.sealed"
# Lengths in bytes. Source: RFC 9106, section 3.1 (salt); NIST SP 800-38D, section 5.2.1.1 (nonce).
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32


def require_passphrase(passphrase: str, on: date) -> None:
    """Refuse a passphrase that is too short.

    Raises:
        NotBackedUp: it is.
    """
    least = int(rule("backup", "passphrase_least", on).value)
    if len(passphrase) < least:
        raise NotBackedUp(f"a passphrase has at least {least} characters — nothing was written")


def seal(root: Path, members: Iterable[Path], passphrase: str, on: date) -> bytes:
    """Files of an installation, sealed.

    Args:
        root: of the installation.
        members: files inside it.
        passphrase: that opens them again.
        on: day whose rules hold.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    parameters = rule("identity", "argon2id", on).value
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    heading = {
        "kdf": "argon2id",
        "cipher": "AES-256-GCM",
        "time_cost": int(parameters["time_cost"]),
        "memory_kib": int(parameters["memory_kib"]),
        "lanes": int(parameters["parallelism"]),
        "salt": base64.b64encode(salt).decode(),
        "nonce": base64.b64encode(nonce).decode(),
    }
    clear = json.dumps(heading, sort_keys=True).encode() + b"\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in members:
            tar.add(path, arcname=path.relative_to(root).as_posix(), recursive=False)
    return clear + AESGCM(_key(passphrase, heading)).encrypt(nonce, packed.getvalue(), clear)


def unseal(sealed: bytes, passphrase: str, root: Path) -> None:
    """Put the sealed files back.

    Args:
        sealed: of :func:`seal`.
        passphrase: of then.
        root: of the new installation.

    Raises:
        NotRestored: the passphrase is another.
        BackupDamaged: the file is no such seal.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    clear, _, covered = sealed.partition(b"\n")
    try:
        heading = json.loads(clear)
        nonce = base64.b64decode(heading["nonce"], validate=True)
        key = _key(passphrase, heading)
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(f"{FILE} cannot be read — take another backup of the keys") from error
    try:
        packed = AESGCM(key).decrypt(nonce, covered, clear + b"\n")
    except InvalidTag:
        raise NotRestored("the passphrase does not open the keys — nothing was restored") from None
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for member in tar.getmembers():
            _put(tar, member, root)


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    path = (root / member.name).resolve()
    content = tar.extractfile(member)
    if content is None or not path.is_relative_to(root.resolve()):
        raise BackupDamaged(
            f"{FILE} holds what is no file of an installation — take another backup of the keys"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content.read())


def _key(passphrase: str, heading: dict[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    made: bytes = hash_secret_raw(
        passphrase.encode(),
        base64.b64decode(heading["salt"], validate=True),
        time_cost=int(heading["time_cost"]),
        memory_cost=int(heading["memory_kib"]),
        parallelism=int(heading["lanes"]),
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )
    return made
