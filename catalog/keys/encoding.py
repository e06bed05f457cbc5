"""How keys and signatures are written as text: base64url in statements and key sets, base64 elsewhere.

Decides that one text alone stands for some bytes. The last character of most texts carries bits that no
byte takes up, which common decoders pass over: two texts that differ would then be one signature, and
what is kept, compared or counted by its text could be handed in once more as another.
Does not decide whether a signature holds (:mod:`catalog.keys.signers`).

Source: RFC 4648, 3.5 (canonical encoding) and 5 (base64url); RFC 7515, 2 (no padding).
"""

from __future__ import annotations

import base64
import binascii


class NotCanonical(ValueError):
    """A text that is no base64, or not the one text its bytes are written as."""


def base64url(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def of_base64url(text: str) -> bytes:
    """The bytes a text stands for.

    Raises:
        NotCanonical: it is not base64url without padding, or its last character has bits too many.

    >>> of_base64url("AA")
    b'\\x00'
    >>> of_base64url("AB")
    Traceback (most recent call last):
    catalog.keys.encoding.NotCanonical: is not base64url
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotCanonical("is not base64url") from error
    if base64url(raw) != text:
        raise NotCanonical("is not base64url")
    return raw


def of_base64(text: str | bytes) -> bytes:
    """The bytes a text of plain base64 stands for.

    Raises:
        NotCanonical: it is not base64 with its padding, or its last character has bits too many.
    """
    try:
        raw = base64.b64decode(text, validate=True)
        canonical = base64.b64encode(raw) == (text.encode("ascii") if isinstance(text, str) else text)
    except (binascii.Error, ValueError) as error:
        raise NotCanonical("is not base64") from error
    if not canonical:
        raise NotCanonical("is not base64")
    return raw
