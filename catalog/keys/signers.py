"""What signs, and what checks a signature: Ed25519, and SM2 with SM3 国密.

Decides the form of a key and of a signature under each algorithm, and that the algorithm follows from the
key, never from what a statement says of itself. Keeps no key: :mod:`catalog.keys.files` does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from catalog.keys import sm2
from catalog.keys.heads import Head
from catalog.keys.heads import KeyTrouble as KeyTrouble

# Length of a raw public key in bytes: RFC 8032, section 5.1.5; GB/T 32918.1, section 4.2.8 (uncompressed).
_LENGTHS: Final = {"Ed25519": 32, "sm2sig_sm3": 65}


class Algorithm(StrEnum):
    """How something is signed.

    Source: RFC 9864 (``Ed25519``); RFC 8998, section 3.2.1 (``sm2sig_sm3``: GB/T 32918.2 with GB/T 32905).
    """

    ED25519 = "Ed25519"
    SM2 = "sm2sig_sm3"


class Signer(Protocol):
    """Holds a private key and signs with it: a file, a hardware module, an SM2 gateway."""

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""

    @property
    def key_id(self) -> str:
        """First 8 bytes of SHA-256 over the raw public key, in hexadecimal."""

    @property
    def public_raw(self) -> bytes:
        """The public key: 32 bytes of Ed25519, or 65 of SM2 (04 ‖ x ‖ y)."""

    @property
    def public_pem(self) -> bytes:
        """The public key as SubjectPublicKeyInfo in PEM."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message`` (SM2: r ‖ s)."""

    def fixed(self) -> Signer:
        """The key of this moment, which stays the same whatever is rotated meanwhile."""

    def heads(self) -> tuple[Head, ...]:
        """What the log is known outside the store to have been, as far as whoever holds the key can tell."""

    def keep_head(self, size: int, root: str) -> None:
        """Remember, before it is signed, that the log of this size has this root.

        Raises:
            KeyTrouble: another root of that size, or a longer log, was signed before.
        """


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs with an Ed25519 key held in memory; see :class:`Signer`.

    Attributes:
        key_id, public_raw: as there.
    """

    key_id: str
    public_raw: bytes
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> Ed25519Signer:
        """The signer that holds ``private``."""
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(key_id=key_id(raw), public_raw=raw, _private=private)

    @property
    def algorithm(self) -> Algorithm:
        """``Ed25519``."""
        return Algorithm.ED25519

    @property
    def public_pem(self) -> bytes:
        """SubjectPublicKeyInfo in PEM."""
        return public_to_pem(self.public_raw)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``."""
        return self._private.sign(message)

    def fixed(self) -> Ed25519Signer:
        """Itself."""
        return self

    def heads(self) -> tuple[Head, ...]:
        """A key in memory remembers nothing."""
        return ()

    def keep_head(self, size: int, root: str) -> None:
        """A key in memory remembers nothing."""


@dataclass(frozen=True, slots=True)
class SM2Signer:
    """Signs with an SM2 key through OpenSSL's command line; see :class:`Signer`.

    Attributes:
        key_id, public_raw: as there.
    """

    key_id: str
    public_raw: bytes
    _pem: bytes = field(repr=False, compare=False)

    @classmethod
    def of(cls, private_pem: bytes) -> SM2Signer:
        """The signer that holds a private key in PEM (PKCS#8).

        Raises:
            KeyTrouble: it is not an SM2 key, or OpenSSL cannot do SM2 here.
        """
        try:
            raw = sm2.raw_of_pem(sm2.public_pem_of(private_pem))
        except sm2.SM2Trouble as error:
            raise KeyTrouble(str(error)) from error
        return cls(key_id=key_id(raw), public_raw=raw, _pem=private_pem)

    @property
    def algorithm(self) -> Algorithm:
        """``sm2sig_sm3``."""
        return Algorithm.SM2

    @property
    def public_pem(self) -> bytes:
        """SubjectPublicKeyInfo in PEM."""
        return public_to_pem(self.public_raw)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes r ‖ s over SM3(ZA ‖ message); never the same twice."""
        try:
            return sm2.sign(self._pem, message)
        except sm2.SM2Trouble as error:
            raise KeyTrouble(str(error)) from error

    def fixed(self) -> SM2Signer:
        """Itself."""
        return self

    def heads(self) -> tuple[Head, ...]:
        """A key in memory remembers nothing."""
        return ()

    def keep_head(self, size: int, root: str) -> None:
        """A key in memory remembers nothing."""


def verify(algorithm: str, public_raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is that of ``message`` by the key.

    Args:
        algorithm: what the statement says it is signed with; it must be that of the key.
        public_raw: the public key, see :class:`Signer`.
        message: the bytes signed.
        signature: 64 bytes.

    Returns:
        False also where the algorithm is not the key's, or the key is none.

    Raises:
        KeyTrouble: SM2 cannot be checked on this machine.
    """
    if len(signature) != 64 or len(public_raw) != _LENGTHS.get(algorithm, -1):
        return False
    if algorithm == Algorithm.SM2:
        try:
            return sm2.verify(public_raw, message, signature)
        except sm2.SM2Trouble as error:
            raise KeyTrouble(str(error)) from error
    try:
        _ed25519(public_raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _ed25519(public_raw: bytes) -> Ed25519PublicKey:
    # The same few keys signed every receipt and checkpoint of an installation.
    return Ed25519PublicKey.from_public_bytes(public_raw)


def algorithm_of(public_raw: bytes) -> Algorithm:
    """The algorithm a raw public key is of.

    Raises:
        KeyTrouble: of none we know.
    """
    for name, length in _LENGTHS.items():
        if len(public_raw) == length:
            return Algorithm(name)
    raise KeyTrouble("the public key is neither Ed25519 (32 bytes) nor SM2 (65 bytes)")


def key_id(public_raw: bytes) -> str:
    """First 8 bytes of SHA-256 over a raw public key, in hexadecimal."""
    return hashlib.sha256(public_raw).digest()[:8].hex()


def public_from_pem(pem: bytes) -> bytes:
    """The raw public key of a PEM: 32 bytes of Ed25519, or 65 of SM2.

    Raises:
        KeyTrouble: the text is not such a key.
    """
    if sm2.is_public_pem(pem):
        return sm2.raw_of_pem(pem)
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyTrouble("the public key is not in PEM — take it from the signing installation") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyTrouble("the public key is not an Ed25519 key, nor an SM2 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_to_pem(public_raw: bytes) -> bytes:
    """SubjectPublicKeyInfo in PEM of a raw public key.

    Raises:
        KeyTrouble: it is a key of no algorithm we know.
    """
    if algorithm_of(public_raw) is Algorithm.SM2:
        return sm2.pem_of_raw(public_raw)
    key = Ed25519PublicKey.from_public_bytes(public_raw)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def new_private_pem(algorithm: Algorithm) -> bytes:
    """A fresh private key in PEM (PKCS#8, not encrypted).

    Raises:
        KeyTrouble: OpenSSL cannot make an SM2 key here.
    """
    if algorithm is Algorithm.SM2:
        try:
            return sm2.new_private_pem()
        except sm2.SM2Trouble as error:
            raise KeyTrouble(str(error)) from error
    fresh = Ed25519PrivateKey.generate()
    return fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signer_of_pem(pem: bytes, where: str) -> Ed25519Signer | SM2Signer:
    """The signer of a private key in PEM.

    Args:
        pem: PKCS#8, not encrypted.
        where: what to name in an error.

    Raises:
        KeyTrouble: it is no key, or one of another kind.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # The library reads every form but SM2's: what it does not know may be that.
        if sm2.may_be_private_pem(pem):
            return SM2Signer.of(pem)
        raise KeyTrouble(f"{where} is not a private key in PEM — restore it from backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTrouble(f"{where} is not an Ed25519 key, nor an SM2 key — restore it from backup")
    return Ed25519Signer.of(key)
