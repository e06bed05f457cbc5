"""Check digits of the numbers in the set, computed apart from the project's own."""

from __future__ import annotations

from typing import Final

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
# Letters of a vehicle number (no I, O, Q) and what each counts as (ISO 3779).
_VEHICLE: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_VEHICLE_VALUES: Final = "12345678123457923456789"


def resident(front: str) -> str:
    """The 18 characters of an identity number from its first 17 (GB 11643)."""
    rest = sum(int(c) * w for c, w in zip(front, _ID_WEIGHTS, strict=True)) % 11
    return front + "10X98765432"[rest]


def credit(front: str) -> str:
    """The 18 characters of a unified social credit code from its first 17 (GB 32100)."""
    total = sum(_CREDIT.index(c) * w for c, w in zip(front, _CREDIT_WEIGHTS, strict=True))
    return front + _CREDIT[-total % 31]


def organisation(front: str) -> str:
    """The nine characters of an organisation code from its first eight (GB 11714)."""
    rest = 11 - sum(int(c, 36) * w for c, w in zip(front, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return front + {10: "X", 11: "0"}.get(rest, str(rest))


def luhn(front: str) -> str:
    """A number with the last digit that bank cards carry."""
    total = 0
    for place, c in enumerate(reversed(front)):
        value = int(c) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return front + str(-total % 10)


def licence(front: str) -> str:
    """The 15 digits of an old business licence number from its first 14 (MOD 11,10)."""
    rest = 10
    for c in front:
        rest = (rest + int(c)) % 10 or 10
        rest = rest * 2 % 11
    return front + str((11 - rest) % 10)


def vehicle(front: str) -> str:
    """A vehicle identification number with its ninth character, the check digit (ISO 3779, GB 16735)."""
    values = {letter: int(digit) for letter, digit in zip(_VEHICLE, _VEHICLE_VALUES, strict=True)}
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum((int(c) if c.isdigit() else values[c]) * w for c, w in zip(front, weights, strict=True))
    check = "0123456789X"[total % 11]
    return front[:8] + check + front[9:]
