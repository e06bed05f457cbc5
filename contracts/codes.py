"""Codes with a check digit, and the canonical form of identifiers.

Decides whether a text is a well-formed resident identity number, unified social credit code, bank
card, mobile number or region code, and which spelling of it is *the* spelling (so that a pseudonym
of it is the same in every dataset). Does not decide whether the person, firm or place exists, nor
whether a birth date lies in the future: that needs a clock, which is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import mul
from typing import Final

# Month and day of any year, 29 February left out.
_MONTH_DAY: Final = (
    r"(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)(?:0[1-9]|[12]\d|30)|02(?:0[1-9]|1\d|2[0-8]))"
)
# Last two digits of a leap year that is not a century.
_LEAP: Final = r"(?:0[48]|[2468][048]|[13579][26])"
# Real dates from 1880-01-01 to 2099-12-31 as eight digits.
_DATE_8: Final = (
    rf"(?:(?:18[89]|19\d|20\d)\d{_MONTH_DAY}|(?:18(?:8[048]|9[26])|19{_LEAP}|20{_LEAP}|2000)0229)"
)
# Real dates of 1900–1999 as six digits: the fifteen-digit number has no century.
_DATE_6: Final = rf"(?:\d\d{_MONTH_DAY}|{_LEAP}0229)"

# Shapes in RE2 syntax, anchored: :mod:`contracts.conditions` runs the same ones inside a database.
# Source: GB 11643-1999 (resident identity number; the 18-digit foreigner's permanent residence
# number begins with 9 and has the same layout).
RESIDENT_18: Final = rf"^[1-9]\d{{5}}{_DATE_8}\d{{3}}[0-9X]$"
RESIDENT_15: Final = rf"^[1-9]\d{{5}}{_DATE_6}\d{{3}}$"
# Source: GB 32100-2015; no I, O, S, V, Z.
USCC: Final = r"^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$"
BANK_CARD: Final = r"^\d{13,19}$"
MOBILE: Final = r"^1[3-9]\d{9}$"
# Source: GB/T 2260 (2, 4, 6 digits), GB/T 10114 (9), statistical division codes (12).
REGION: Final = r"^[1-9]\d(?:\d\d(?:\d\d(?:\d{3}(?:\d{3})?)?)?)?$"

# Source: GB 11643-1999, ISO 7064 MOD 11-2.
RESIDENT_WEIGHTS: Final = tuple(2 ** (17 - i) % 11 for i in range(17))
RESIDENT_CHECKS: Final = "10X98765432"
# Source: GB 32100-2015.
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS: Final = tuple(3**i % 31 for i in range(17))
# Places 9 to 17 of the code are an organisation code with a check digit of its own.
# Source: GB 11714-1997.
ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS: Final = "0X987654321"
ORGANISATION_PLACE: Final = 9

_SHAPES: Final = {
    shape: re.compile(shape, re.ASCII)
    for shape in (RESIDENT_18, RESIDENT_15, USCC, BANK_CARD, MOBILE, REGION)
}
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_COUNTRY_PREFIX: Final = re.compile(r"^(?:\+86|0086)")


def to_half_width(text: str) -> str:
    """``text`` with full-width forms 全角 (U+FF01–FF5E, U+3000) as their ASCII twins.

    >>> to_half_width("１１０１０５　Ｘ")
    '110105 X'
    """
    return text.translate(_HALF_WIDTH)


def compact(text: str) -> str:
    """The form in which codes are judged: half width, upper case, no white space.

    >>> compact(" 11010519491231002ｘ ")
    '11010519491231002X'
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(to_half_width(text).split()).upper()


def resident_check(first17: str) -> str:
    """Check character of an 18-digit identity number.

    >>> resident_check("11010519491231002")
    'X'

    Args:
        first17: seventeen ASCII digits.

    Source: GB 11643-1999, ISO 7064 MOD 11-2.
    """
    total = sum(map(mul, map(int, first17), RESIDENT_WEIGHTS))
    return RESIDENT_CHECKS[total % 11]


def uscc_check(first17: str) -> str:
    """Check character of a unified social credit code 统一社会信用代码.

    >>> uscc_check("91350100M000100Y4")
    '3'

    Args:
        first17: seventeen characters of the code's alphabet.

    Source: GB 32100-2015.
    """
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check(first8: str) -> str:
    """Check character of an organisation code 组织机构代码, the one inside a credit code.

    >>> organisation_check("M000100Y")
    '4'

    Args:
        first8: eight characters, digits and upper-case letters.

    Source: GB 11714-1997.
    """
    total = sum(ORGANISATION_ALPHABET.index(c) * w for c, w in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    return ORGANISATION_CHECKS[total % 11]


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before it.

    >>> luhn_holds("6222020200000000006"), luhn_holds("6222020200000000007")
    (True, False)
    """
    doubled = "0246813579"
    odd = sum(int(c) for c in digits[-1::-2])
    even = sum(int(doubled[int(c)]) for c in digits[-2::-2])
    return (odd + even) % 10 == 0


def resident_id(text: str) -> str | None:
    """The 18-character identity number in ``text``, or None if it is not one.

    A fifteen-digit number becomes the eighteen-digit one of the same person.

    >>> resident_id("130503670401001")
    '130503196704010016'
    """
    code = compact(text)
    if len(code) == 15 and _is(RESIDENT_15, code):
        code = f"{code[:6]}19{code[6:]}"
        return code + resident_check(code)
    if _is(RESIDENT_18, code) and resident_check(code[:17]) == code[17]:
        return code
    return None


def uscc(text: str) -> str | None:
    """The unified social credit code in ``text``, or None if it is not one."""
    code = compact(text)
    return code if _is(USCC, code) and uscc_check(code[:17]) == code[17] else None


def uscc_inner(text: str) -> str | None:
    """The code in ``text`` in the shape of a credit code, if the organisation code inside it holds.

    A second check beside that of :func:`uscc`, which it does not repeat.

    >>> uscc_inner("91350100M000100Y43"), uscc_inner("91350100M000100Y53")
    ('91350100M000100Y43', None)
    """
    code = compact(text)
    inner = code[ORGANISATION_PLACE - 1 : ORGANISATION_PLACE + 8]
    return code if _is(USCC, code) and organisation_check(inner[:8]) == inner[8] else None


def bank_card(text: str) -> str | None:
    """The bank card number in ``text`` (13–19 digits, Luhn), or None if it is not one."""
    code = compact(text)
    return code if _is(BANK_CARD, code) and luhn_holds(code) else None


def mobile(text: str) -> str | None:
    """The mainland mobile number in ``text`` without its country prefix, or None."""
    code = _COUNTRY_PREFIX.sub("", compact(text))
    return code if _is(MOBILE, code) else None


def region(text: str) -> str | None:
    """The division code in ``text`` (2, 4, 6, 9 or 12 digits), or None. Its existence is not judged."""
    code = compact(text)
    return code if _is(REGION, code) else None


CODES: Final[dict[str, Callable[[str], str | None]]] = {
    "resident_id": resident_id,
    "uscc": uscc,
    "uscc_inner": uscc_inner,
    "bank_card": bank_card,
    "mobile": mobile,
    "region": region,
}

# The code that identifies a unit of each kind; other kinds carry the source's own number.
UNIT_CODES: Final = {"person": "resident_id", "enterprise": "uscc"}


def valid(code: str, text: str) -> bool:
    """Whether ``text`` is a well-formed ``code``.

    Args:
        code: a key of :data:`CODES`.
        text: as found in a source; spaces, full-width forms and lower case are allowed.

    Raises:
        KeyError: there is no such code.
    """
    return CODES[code](text) is not None


def canonical_id(kind: str, text: str | None) -> str | None:
    """The one spelling of a unit's identifier, or None when it is missing or invalid.

    >>> canonical_id("person", "11010519491231002x")
    '11010519491231002X'
    >>> canonical_id("household", " H-001 ")
    'H-001'

    Args:
        kind: kind of unit: ``person``, ``enterprise``, or any other.
        text: as found in a source.
    """
    if text is None:
        return None
    if kind in UNIT_CODES:
        return CODES[UNIT_CODES[kind]](text)
    return to_half_width(text).strip() or None


def _is(shape: str, text: str) -> bool:
    return _SHAPES[shape].fullmatch(text) is not None
