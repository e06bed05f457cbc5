"""Check digits, computed from the published standards."""

ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, *range(2, 10)], strict=True)
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def identity(body: str) -> str:
    """GB 11643: seventeen digits to eighteen."""
    total = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(body))
    return body + "10X98765432"[total % 11]


def luhn(body: str) -> str:
    """Append the Luhn digit (bank cards, IMEI)."""
    total = 0
    for i, d in enumerate(reversed(body)):
        n = int(d) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return body + str(-total % 10)


def organisation(body: str) -> str:
    """GB 11714: eight characters to nine, without hyphen."""
    total = sum(ORG.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    n = 11 - total % 11
    return body + ("X" if n == 10 else "0" if n == 11 else str(n))


def uscc(body: str) -> str:
    """GB 32100: seventeen characters to eighteen."""
    total = sum(USC.index(c) * (3**i % 31) for i, c in enumerate(body))
    return body + USC[-total % 31]


def licence(body: str) -> str:
    """Registration number of a business: fourteen digits to fifteen (mod 11, 10)."""
    p = 10
    for d in body:
        s = (p + int(d)) % 10 or 10
        p = s * 2 % 11
    return body + str((1 - p) % 10)


def vin(body: str) -> str:
    """Put the ninth character into seventeen."""
    total = sum(
        (int(c) if c.isdigit() else VIN_VALUES[c]) * w for c, w in zip(body, VIN_WEIGHTS, strict=True)
    )
    n = total % 11
    return body[:8] + ("X" if n == 10 else str(n)) + body[9:]
