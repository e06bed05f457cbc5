"""Check digits of the numbers in the set, each from its standard."""

GB32100 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VIN_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [*range(10), 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, *range(2, 10)],
        strict=True,
    )
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def mod11_2(body: str) -> str:
    """The check character of ISO 7064 MOD 11-2 (GB 11643)."""
    total = 0
    for digit in body:
        total = (total + int(digit)) * 2 % 11
    return "0123456789X"[(12 - total) % 11]


def mod11_10(body: str) -> str:
    """The check digit of ISO 7064 MOD 11,10 (old registration numbers of enterprises)."""
    state = 10
    for digit in body:
        state = (state + int(digit)) % 10 or 10
        state = state * 2 % 11
    return str((11 - state) % 10)


def luhn(body: str) -> str:
    """The check digit of bank cards and of IMEI."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def gb11714(body: str) -> str:
    """The check character of an organisation code."""
    total = sum(
        BASE36.index(char) * weight for char, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return "0123456789X0"[(11 - total % 11) % 11]


def gb32100(body: str) -> str:
    """The check character of a unified social credit code."""
    total = sum(GB32100.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return GB32100[-total % 31]


def vin(body: str) -> str:
    """A VIN whose ninth place is replaced by the right check digit."""
    rest = sum(VIN_VALUES[char] * weight for char, weight in zip(body, VIN_WEIGHTS, strict=True)) % 11
    return body[:8] + "0123456789X"[rest] + body[9:]


def icao(body: str) -> str:
    """The 7-3-1 check digit of travel documents, used by the older permits of foreigners."""
    return str(sum(BASE36.index(char) * (7, 3, 1)[place % 3] for place, char in enumerate(body)) % 10)
