"""Identity numbers and social credit codes with right check digits, many at once.

Decides the digits only; who bears which number is decided by the registers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# GB 11643-1999: weights of the 17 leading digits, and the check character by the sum modulo 11.
ID_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
ID_CHECKS: Final = "10X98765432"
# GB 32100-2015: 31 characters, weights of the 17 leading ones (powers of 3 modulo 31).
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS: Final = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
# GB 11714: weights of the 8 leading characters of the organisation code inside.
ORGANISATION_WEIGHTS: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)


def identity_numbers(regions: Ints, births: Ints, sequences: Ints) -> list[str]:
    """18-character identity numbers.

    Args:
        regions: 6-digit region codes.
        births: days of birth as ``yyyymmdd``.
        sequences: 0–999; odd for men, even for women.

    Source: GB 11643-1999.
    """
    stems = regions * 10**11 + births * 10**3 + sequences
    digits = stems[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    sums = digits @ ID_WEIGHTS % 11
    return [f"{stem}{ID_CHECKS[rest]}" for stem, rest in zip(stems.tolist(), sums.tolist(), strict=True)]


def distinct_sequences(regions: Ints, births: Ints, male: npt.NDArray[np.bool_]) -> Ints:
    """A sequence number for each person, different for all who share region and day of birth."""
    groups = regions * 10**8 + births
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    starts = np.r_[0, np.flatnonzero(np.diff(ranked)) + 1]
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
    if ranks.max() >= 500:
        raise ValueError("more than 500 persons share a region and a day of birth")
    # 137 and 500 have no common divisor, so ranks below 500 give different numbers.
    return (ranks * 137 + births * 31) % 500 * 2 + male


def with_check_digit(stem: str) -> str:
    """``stem`` (17 digits) and its check character."""
    total = sum(int(c) * int(w) for c, w in zip(stem, ID_WEIGHTS, strict=True))
    return stem + ID_CHECKS[total % 11]


def credit_codes(prefix: str, region: str, serials: Ints) -> list[str]:
    """18-character unified social credit codes 统一社会信用代码, one per serial number.

    Args:
        prefix: registering authority and kind of body, e.g. ``91`` for companies.
        region: 6-digit region code.
        serials: numbers below 31**6; different numbers give different codes.

    Source: GB 32100-2015, GB 11714-1997.
    """
    return [_credit_code(prefix, region, serial) for serial in serials.tolist()]


def _credit_code(prefix: str, region: str, serial: int) -> str:
    letters = []
    for _ in range(6):
        serial, rest = divmod(serial, 31)
        letters.append(USCC_ALPHABET[rest])
    body = "MA" + "".join(reversed(letters))
    inner = 11 - sum(int(c, 36) * int(w) for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    stem = prefix + region + body + {10: "X", 11: "0"}.get(inner, str(inner))
    total = sum(USCC_ALPHABET.index(c) * int(w) for c, w in zip(stem, USCC_WEIGHTS, strict=True))
    return stem + USCC_ALPHABET[(31 - total % 31) % 31]


def luhn(stem: str) -> str:
    """``stem`` and its Luhn digit, as on a bank card."""
    total = 0
    for place, digit in enumerate(reversed(stem)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return stem + str(-total % 10)
