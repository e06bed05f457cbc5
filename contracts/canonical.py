"""Canonical JSON bytes (RFC 8785) and digests over them.

Only what our values hold: objects with text keys, arrays, text, integers, floats, booleans, null.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _text
from typing import Any


class NotCanonical(TypeError):
    """A value JSON cannot carry exactly."""


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of ``value`` as UTF-8 bytes.

    >>> canonical({"b": 1.0, "a": [True, None, "账"]}).decode()
    '{"a":[true,null,"账"],"b":1}'

    Raises:
        NotCanonical: a float that is not finite, an integer beyond 2**53, or a foreign type.

    Source: RFC 8785.
    """
    return _encode(value).encode("utf-8")


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _encode(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > 2**53:
            raise NotCanonical("integer beyond 2**53: carry it as text")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda k: k.encode("utf-16-be"))
        return "{" + ",".join([f"{_text(str(k))}:{_encode(value[k])}" for k in keys]) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join([_encode(item) for item in value]) + "]"
    raise NotCanonical(f"{type(value).__name__} has no canonical JSON form")


def _number(value: float) -> str:
    """ECMAScript ``Number::toString`` of a finite double."""
    if not math.isfinite(value):
        raise NotCanonical("a number must be finite")
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return sign + mantissa
    power = int(exponent)
    if -7 < power < 0:  # ECMAScript writes these without an exponent, Python with one
        return f"{sign}0.{'0' * (-power - 1)}{mantissa.replace('.', '')}"
    return f"{sign}{mantissa}e{power:+d}"
