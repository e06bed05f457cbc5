"""The keys of an installation: what signs, and what makes pseudonyms.

Decides how keys are created, kept and refused. Does not rotate them, and leaves a hardware module
(HSM, SM2 gateway) to another maker of the same :class:`Signer` values.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from catalog.errors import CatalogError
from catalog.home import Home
from contracts.canonical import canonical

SIGNING_FILE: Final = "signing.pem"
PSEUDONYM_FILE: Final = "pseudonym.key"

# HMAC-SHA-256 takes a key of its own output length (RFC 2104, section 3), in bytes.
PSEUDONYM_BYTES: Final = 32


class KeyTrouble(CatalogError):
    """A key that may not, or cannot, be used."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the installation's Ed25519 key.

    Attributes:
        key_id: first 8 bytes of SHA-256 over the raw public key, in hexadecimal.
        public_raw: the 32 bytes of the public key (RFC 8032).
    """

    key_id: str
    public_raw: bytes
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> Signer:
        """The signer that holds ``private``."""
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(key_id=key_id(raw), public_raw=raw, _private=private)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``."""
        return self._private.sign(message)

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key itself, for libraries that sign on their own (JWS)."""
        return self._private

    @property
    def public_pem(self) -> bytes:
        """The public key as SubjectPublicKeyInfo in PEM."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation.

    Attributes:
        signer: signs checkpoints, receipts and editions.
        pseudonym: 32 bytes for keyed hashes of identifiers; never leaves this process.
    """

    signer: Signer
    pseudonym: bytes = field(repr=False)


def load(home: Home) -> Keys:
    """Read the keys of ``home``; make them on first use.

    Args:
        home: the installation; its ``keys`` folder is created with mode 0700, the files with 0600.

    Returns:
        The keys, the same for every process however many start at once.

    Raises:
        KeyTrouble: others may read a key, a key file is damaged, or one of the two is lost.
    """
    home.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_loose(home.keys)
    signing, pseudonym = home.keys / SIGNING_FILE, home.keys / PSEUDONYM_FILE
    if signing.exists() and not pseudonym.exists():
        raise KeyTrouble(f"{pseudonym} is lost — restore it from escrow: a new one would break every join")
    # The pseudonym key first: where a start is killed between the two, the next one goes on.
    _create(pseudonym, secrets.token_bytes(PSEUDONYM_BYTES))
    _create(signing, _new_signing_pem())
    secret = _read(pseudonym)
    if len(secret) != PSEUDONYM_BYTES:
        raise KeyTrouble(f"{pseudonym} is not {PSEUDONYM_BYTES} bytes — restore it from escrow")
    return Keys(signer=Signer.of(_read_signing(signing)), pseudonym=secret)


def key_id(public_raw: bytes) -> str:
    """First 8 bytes of SHA-256 over a raw public key, in hexadecimal."""
    return hashlib.sha256(public_raw).digest()[:8].hex()


def public_from_pem(pem: bytes) -> bytes:
    """The raw 32 bytes of an Ed25519 public key in PEM.

    Raises:
        KeyTrouble: the text is not such a key.
    """
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyTrouble("the public key is not in PEM — take it from the signing installation") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyTrouble("the public key is not an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def row_reference(secret: bytes, dataset: str, key: Mapping[str, Any]) -> str:
    """How a row is named where its values may not appear: a keyed hash of its primary key.

    Args:
        secret: the pseudonym key.
        dataset: ``schema.table``.
        key: primary key field → value, as the release holds it.

    Returns:
        128 bits in hexadecimal, the same in every release that holds the row.
    """
    named = canonical([dataset, {name: None if v is None else str(v) for name, v in key.items()}])
    # The prefix keeps rows and units apart: no row's reference is a unit's pseudonym.
    return hmac.new(secret, b"row\x00" + named, hashlib.sha256).hexdigest()[:32]


def _new_signing_pem() -> bytes:
    fresh = Ed25519PrivateKey.generate()
    return fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _create(path: Path, content: bytes) -> None:
    """Write ``content`` unless the file exists; a reader never sees half a key."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)  # fails where another process was first: its key stands
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    _refuse_loose(path)
    return path.read_bytes()


def _read_signing(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError) as error:
        raise KeyTrouble(f"{path} is not a private key in PEM — restore it from backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{path} is not an Ed25519 key — restore it from backup")
    return key


def _refuse_loose(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        wanted = "0700" if path.is_dir() else "0600"
        raise KeyTrouble(f"{path} may be read by others (mode {mode:04o}) — run `chmod {wanted} {path}`")
