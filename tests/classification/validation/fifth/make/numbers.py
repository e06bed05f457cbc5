"""Numbers with their check digits, computed; each maker takes a source of chance."""

import datetime as dt

from .words import DISTRICTS, PROVINCE_LETTERS

LATIN = "ABCDEFGHJKLMNPQRSTUVWXYZ"
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def id_check(body):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def resident(r, birth: dt.date, male: bool, region=None):
    region = region or r.choice(DISTRICTS)[0]
    order = r.randrange(1, 500) * 2 - (1 if male else 0)
    return id_check(f"{region}{birth:%Y%m%d}{order:03d}")


def permit(r, birth, male):
    return resident(r, birth, male, r.choice(("810000", "820000", "830000")))


def foreign(r, birth):
    if r.random() < 0.4:
        return (
            r.choice(("KOR", "JPN", "USA", "RUS", "VNM", "DEU"))
            + r.choice(("3301", "4201", "5101"))
            + digits(r, 8)
        )
    country = r.choice(("410", "392", "840", "643", "704", "276"))
    return id_check("9" + r.choice(("33", "42", "51")) + country + f"{birth:%Y%m%d}" + digits(r, 3))


def luhn(body):
    total = 0
    for place, char in enumerate(reversed(body)):
        n = int(char) * (2 if place % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return body + str(-total % 10)


def card(r):
    head = r.choice(("622202", "622848", "621700", "622588", "621799", "623058", "622262", "621660"))
    return luhn(head + digits(r, r.choice((9, 12))))


def firm_account(r):
    return r.choice(("3301", "4201", "1202", "8111", "5790")) + digits(r, r.choice((12, 13, 15)))


def imei(r):
    return luhn("86" + digits(r, 12))


def mobile(r):
    return r.choice(
        ("135", "138", "139", "150", "152", "158", "166", "176", "177", "182", "187", "189", "191", "199")
    ) + digits(r, 8)


def landline(r):
    return r.choice(("0571", "027", "028", "029", "0532", "0731")) + "-" + r.choice("2345678") + digits(r, 7)


def org_code(r):
    body = "".join(r.choice("0123456789") for _ in range(8))
    check = 11 - sum(int(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def uscc(r):
    body = r.choice(("91", "92", "52", "12")) + r.choice(DISTRICTS)[0] + org_code(r)
    total = sum(USCC.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + USCC[-total % 31]


def licence(r):
    body = r.choice(DISTRICTS)[0] + r.choice("0123") + digits(r, 7)
    rest = 10
    for char in body:
        total = (rest + int(char)) % 10 or 10
        rest = total * 2 % 11
    return body + str((11 - rest) % 10)


def plate(r):
    head = r.choice(PROVINCE_LETTERS) + r.choice("ABCDEFG")
    if r.random() < 0.25:
        return head + r.choice("DF") + digits(r, 5)
    return head + "".join(r.choice(LATIN + "0123456789") for _ in range(2)) + digits(r, 3)


def vin(r):
    values = dict(zip("ABCDEFGH", range(1, 9), strict=True)) | dict(zip("JKLMN", range(1, 6), strict=True))
    values |= (
        {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True)) | {str(n): n for n in range(10)}
    )
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    body = r.choice(("LSV", "LFV", "LGB", "LVS", "LBE")) + "".join(r.choice(letters) for _ in range(5)) + "0"
    body += r.choice("JKLMNPR") + r.choice(letters) + digits(r, 6)
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    check = sum(values[c] * w for c, w in zip(body, weights, strict=True)) % 11
    return body[:8] + ("X" if check == 10 else str(check)) + body[9:]


def mac(r, sep=":"):
    return sep.join(f"{r.randrange(256):02X}" for _ in range(6))


def passport(r):
    head = r.choice(("E", "E", "G", "EA", "EB", "EJ"))
    return head + digits(r, 9 - len(head))


def hk_macao(r):
    return r.choice("HM") + digits(r, r.choice((8, 8, 10)))


def outward_hk(r):
    head = r.choice(("C", "C", "CA", "CB", "W"))
    return head + digits(r, 9 - len(head))


def outward_taiwan(r):
    return r.choice("LT") + digits(r, 8)


def soldier(r):
    return r.choice(("军", "士", "文", "武")) + "字第" + digits(r, r.choice((7, 8))) + "号"


def driver_file(r):
    return r.choice(DISTRICTS)[0][:4] + r.choice(("00", "01")) + digits(r, 6)
