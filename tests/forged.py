"""What was changed for sure: a forgery by putting other characters may put the ones that stand there.

Two characters put at random are the old ones once in some thousand times, and the last character of a
signature has bits that stand for nothing; a test that forges so fails now and then, or proves nothing.
"""

from __future__ import annotations

from pathlib import Path

from catalog.keys.encoding import base64url, of_base64url

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def other_bytes(raw: bytes) -> bytes:
    """The bytes with one bit of the last one turned."""
    return raw[:-1] + bytes([raw[-1] ^ 1])


def turned(path: Path) -> None:
    """Turn one bit of the last byte of a file."""
    path.write_bytes(other_bytes(path.read_bytes()))


def forged(statement: str) -> str:
    """A compact JWS with one bit of its signature turned."""
    signed, _, signature = statement.rpartition(".")
    return f"{signed}.{base64url(other_bytes(of_base64url(signature)))}"


def written_otherwise(text: str) -> str:
    """Base64url of which a common decoder makes the same bytes: one bit that no byte takes up is turned.

    >>> written_otherwise("AA")
    'AB'
    """
    assert len(text.rpartition(".")[2]) % 4 in (2, 3), "every bit of it stands for something"
    return text[:-1] + _ALPHABET[_ALPHABET.index(text[-1]) ^ 1]
