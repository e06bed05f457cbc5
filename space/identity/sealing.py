"""Keys derived from the secret of the installation, each for one purpose, and digests made with them.

Decides that what a browser keeps for us can be checked to be ours, and that a value somebody is known by
elsewhere is found again without being kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@lru_cache(maxsize=256)
def derived(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes of a purpose.

    Source: RFC 5869.
    """
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)


def digest(secret: bytes, purpose: bytes, *parts: str) -> str:
    """A keyed digest of texts, hexadecimal; which text ends where is part of it."""
    whole = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(derived(secret, purpose), whole, hashlib.sha256).hexdigest()


def box(secret: bytes, purpose: bytes) -> Fernet:
    """Seals texts so that they can neither be read nor made elsewhere."""
    return Fernet(base64.urlsafe_b64encode(derived(secret, purpose)))


def sha256(text: str) -> str:
    """SHA-256 of a random text, hexadecimal: what the store keeps of a secret that is long enough."""
    return hashlib.sha256(text.encode()).hexdigest()
