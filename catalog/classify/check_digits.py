"""Check digits by name: whether a well-formed code passes its own.

Decides nothing of the form. What :mod:`contracts.codes` computes is taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from contracts.codes import (
    ORGANISATION_CHECKS,
    luhn_holds,
    organisation_check,
    resident_check,
    uscc_check,
)

# Source: GB 16735-2019 Annex A: values of the letters, weights of the seventeen places.
_VIN_VALUES: Final = {str(digit): digit for digit in range(10)} | dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_CHECKS: Final = "0123456789X"


def vin_holds(code: str) -> bool:
    """Whether place nine of a vehicle identification number is its check digit.

    >>> vin_holds("1M8GDM9AXKP042788"), vin_holds("1M8GDM9A1KP042788")
    (True, False)

    Source: GB 16735-2019.
    """
    total = sum(_VIN_VALUES[c] * weight for c, weight in zip(code, _VIN_WEIGHTS, strict=True))
    return _VIN_CHECKS[total % 11] == code[8]


def mod_11_10_holds(digits: str) -> bool:
    """Whether a fifteen-digit licence number passes ISO 7064 MOD 11-10.

    >>> mod_11_10_holds("110108000000016"), mod_11_10_holds("110108000000017")
    (True, False)

    Source: GS 15-2006.
    """
    rest = 10
    for digit in digits[:-1]:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (rest + int(digits[-1])) % 10 == 1


def _organisation_holds(code: str) -> bool:
    plain = code.replace("-", "")
    return plain[8] in ORGANISATION_CHECKS and organisation_check(plain[:8]) == plain[8]


CHECK_DIGITS: Final[Mapping[str, Callable[[str], bool]]] = {
    "resident": lambda code: not code[:17].isdigit() or resident_check(code[:17]) == code[17],
    "uscc": lambda code: uscc_check(code[:17]) == code[17],
    "luhn": luhn_holds,
    "organisation": _organisation_holds,
    "vin": vin_holds,
    "mod_11_10": mod_11_10_holds,
}
