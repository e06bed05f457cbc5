"""Numbers with check digits, each by the standard that sets it."""

from random import Random

BASE31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def some_digits(g: Random, n: int) -> str:
    """As many digits as asked."""
    return "".join(g.choice("0123456789") for _ in range(n))


def mod_11_2(body: str) -> str:
    """The body of 17 digits with the check sign of ISO 7064 MOD 11-2."""
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - rest) % 11]


def luhn(body: str) -> str:
    """The body with its Luhn digit."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


def organisation_code(g: Random) -> str:
    """Nine signs of GB 11714."""
    body = some_digits(g, 8) if g.random() < 0.8 else "MA" + "".join(g.choice(BASE31) for _ in range(6))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(BASE36.index(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(rest, str(rest))


def uscc(g: Random, division: str, organ: str) -> str:
    """Eighteen signs of GB 32100 around a code of an organisation."""
    body = g.choice(("91", "91", "91", "91", "91", "91", "92", "93")) + division + organ
    rest = sum(BASE31.index(sign) * pow(3, place, 31) for place, sign in enumerate(body)) % 31
    return body + BASE31[-rest % 31]


def licence(g: Random, division: str) -> str:
    """Fifteen digits of a business licence (ISO 7064 MOD 11,10)."""
    body = division + some_digits(g, 8)
    rest = 10
    for digit in body:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return body + str((11 - rest) % 10)


def vin(g: Random) -> str:
    """Seventeen signs of a vehicle, the ninth of them its check."""
    signs = list(g.choice(("LSV", "LFV", "LGX", "LVS", "LBV", "LHG", "LJD")))
    signs += [g.choice(VIN_LETTERS) for _ in range(8)] + list(some_digits(g, 6))
    total = sum(
        (VIN_VALUES[sign] if sign in VIN_VALUES else int(sign)) * weight
        for sign, weight in zip(signs, VIN_WEIGHTS, strict=True)
    )
    signs[8] = "0123456789X"[total % 11]
    return "".join(signs)
