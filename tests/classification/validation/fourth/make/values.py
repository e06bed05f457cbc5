"""Makers of values: those of numbers and names; the general ones are passed on."""

from . import checks, words
from .people import Row, digits
from .shapes import (
    age as age,
)
from .shapes import (
    birth as birth,
)
from .shapes import (
    births as births,
)
from .shapes import (
    coded as coded,
)
from .shapes import (
    const as const,
)
from .shapes import (
    day as day,
)
from .shapes import (
    decimal as decimal,
)
from .shapes import (
    join as join,
)
from .shapes import (
    later as later,
)
from .shapes import (
    mask as mask,
)
from .shapes import (
    messy as messy,
)
from .shapes import (
    number as number,
)
from .shapes import (
    nums as nums,
)
from .shapes import (
    of as of,
)
from .shapes import (
    pick as pick,
)
from .shapes import (
    serial as serial,
)
from .shapes import (
    some as some,
)
from .shapes import (
    text as text,
)
from .shapes import (
    time as time,
)
from .shapes import (
    wide as wide,
)
from .tables import Maker

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"

name, idno, mobile, address = of("name"), of("idno"), of("mobile"), of("address")
name2, idno2, mobile2 = of("name", "q"), of("idno", "q"), of("mobile", "q")
permit, foreign = of("permit"), of("foreign")


def partner(field: str, male: bool) -> Maker:
    """A field of the man or of the woman among the two persons of a row."""
    return lambda r: getattr(r.p if r.p.male == male else r.q, field)


def sex(male: object = "男", female: object = "女") -> Maker:
    """The sex, in the words or codes of the system."""
    return lambda r: male if r.p.male else female


def firm(r: Row) -> str:
    """The enterprise of the row."""
    return r.firm


def landline(r: Row) -> str:
    """A number of a fixed line."""
    return r.rng.choice(["0716-{}", "0716-{}", "{}", "(0716){}", "0716{}"]).format(
        r.rng.choice("48") + digits(r.rng, 6)
    )


def email(r: Row) -> str:
    """An e-mail address."""
    head = r.rng.choice(
        [digits(r.rng, 9), "".join(r.rng.choice("abdehjlmqswxyz") for _ in range(6)) + digits(r.rng, 3)]
    )
    return head + "@" + r.rng.choice(words.MAIL_HOSTS)


def plate(r: Row) -> str:
    """A plate, sometimes of a new-energy vehicle."""
    place, tail = r.rng.choice(["鄂D", "鄂D", "鄂D", "鄂A", "湘F", "鄂H"]), digits(r.rng, 3)
    letters = "".join(r.rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
    return (
        f"{place}{r.rng.choice('DF')}{letters[0]}{tail}{r.rng.randint(0, 9)}"
        if r.rng.random() < 0.2
        else f"{place}{letters}{tail}"
    )


def vin(r: Row) -> str:
    """A vehicle identification number."""
    head = r.rng.choice(["LGA", "LSV", "LFV", "LS5", "LGX", "LZW", "LVS", "LFM"])
    body = (
        head
        + "".join(r.rng.choice(VIN_LETTERS) for _ in range(6))
        + r.rng.choice("KLMNPR")
        + "A"
        + digits(r.rng, 6)
    )
    return checks.vin(body)


def imei(r: Row) -> str:
    """The number of a telephone set."""
    body = r.rng.choice(["86", "35"]) + digits(r.rng, 12)
    return body + checks.luhn(body)


def mac(by: str = ":", upper: bool = True) -> Maker:
    """A hardware address."""

    def inner(r: Row) -> str:
        text = by.join(f"{r.rng.randint(0, 255):02x}" for _ in range(6))
        return text.upper() if upper else text

    return inner


def ip(r: Row) -> str:
    """An IPv4 address, sometimes an IPv6 one."""
    if r.rng.random() < 0.08:
        return f"240e:{r.rng.randint(256, 4095):x}:{r.rng.randint(1, 4095):x}::{r.rng.randint(1, 4095):x}"
    return (
        r.rng.choice(["59.175", "111.176", "27.21", "10.68", "192.168", "171.43"])
        + f".{r.rng.randint(0, 254)}.{r.rng.randint(1, 254)}"
    )


def card(r: Row) -> str:
    """A bank card."""
    body = r.rng.choice(words.BANK_BINS)
    body += digits(r.rng, 9 if body == "625858" or body == "622588" else 12)
    return body + checks.luhn(body)


def groups(make: Maker, size: int = 4) -> Maker:
    """The value in groups."""

    def inner(r: Row) -> str:
        text = str(make(r))
        return " ".join(text[at : at + size] for at in range(0, len(text), size))

    return inner


def firm_account(r: Row) -> str:
    """The account of an enterprise."""
    return r.rng.choice(["1805", "4205", "17210", "8201"]) + digits(r.rng, r.rng.choice([13, 15]))


def orgcode(dash: bool = True) -> Maker:
    """An organisation code."""

    def inner(r: Row) -> str:
        body = r.rng.choice("1234567M") + digits(r.rng, 7)
        return body + ("-" if dash else "") + checks.gb11714(body)

    return inner


def uscc(r: Row) -> str:
    """A unified social credit code."""
    org = r.rng.choice(
        [
            "M" + r.rng.choice("A") + digits(r.rng, 1) + r.rng.choice("CDEFGK") + digits(r.rng, 4),
            digits(r.rng, 8),
        ]
    )
    head = "92" if any(shop in r.firm for shop in words.SHOPS) else "91"
    body = head + r.county[0] + org + checks.gb11714(org)
    return body + checks.gb32100(body)


def licence(r: Row) -> str:
    """The 15 digits of an old registration number."""
    body = r.county[0] + r.rng.choice("12346") + digits(r.rng, 7)
    return body + checks.mod11_10(body)


def passport(r: Row) -> str:
    """A Chinese passport."""
    head = r.rng.choice(["E", "E", "G", "EA", "EB", "EJ"])
    return head + digits(r.rng, 9 - len(head))


def alien_passport(r: Row) -> str:
    """A passport of another state."""
    return r.rng.choice(["", "M", "C0", "AB", "K"]) + digits(r.rng, r.rng.choice([7, 8]))


def hkm(r: Row) -> str:
    """The permit of somebody from Hong Kong or Macao."""
    return r.rng.choice("HHM") + digits(r.rng, 8) + r.rng.choice(["", "", "01"])


def exit_hkm(r: Row) -> str:
    """The mainlander's permit for Hong Kong and Macao."""
    head = r.rng.choice(["C", "C", "CA", "CB", "CD"])
    return head + digits(r.rng, 9 - len(head))


def soldier(r: Row) -> str:
    """The number of an officer's or a soldier's card."""
    head = r.rng.choice(["军字第", "士字第", "军字第", "文字第", "武字第", "南字第", "空字第"])
    return head + digits(r.rng, r.rng.choice([7, 7, 8])) + r.rng.choice(["号", "号", ""])


def social(r: Row) -> str:
    """The number on a social security card."""
    return r.rng.choice("ABDGKR") + digits(r.rng, 8)


def estate_certificate(r: Row) -> str:
    """A certificate of a dwelling, of the new sort or the old."""
    where, year = r.county[1], r.rng.randint(2016, 2025)
    if r.rng.random() < 0.65:
        return r.rng.choice(["鄂({y}){w}不动产权第{n}号", "鄂（{y}）{w}不动产权第{n}号"]).format(
            y=year, w=where, n="00" + digits(r.rng, 5)
        )
    return f"{r.rng.choice(['荆州房权证', '荆房权证'])}{where[:2]}字第{digits(r.rng, 9)}号"


def lon(spread: float = 0.05, places: int = 6) -> Maker:
    """A longitude in the row's county."""
    return lambda r: f"{r.county[3] + r.rng.uniform(-spread, spread):.{places}f}"


def lat(spread: float = 0.05, places: int = 6) -> Maker:
    """A latitude in the row's county."""
    return lambda r: f"{r.county[4] + r.rng.uniform(-spread, spread):.{places}f}"


def county(at: int) -> Maker:
    """A field of the row's county."""
    return lambda r: r.county[at]


def template(size: int = 64) -> Maker:
    """The beginning of a stored template."""
    return lambda r: "".join(r.rng.choice(BASE64) for _ in range(size)) + "=="


MARITAL_CODES = {"10": "未婚", "20": "已婚", "21": "初婚", "30": "丧偶", "40": "离婚"}
EDUCATION_CODES = {
    "10": "研究生",
    "20": "大学本科",
    "30": "大学专科",
    "40": "中专",
    "60": "高中",
    "70": "初中",
    "80": "小学",
}
POLITICAL_CODES = {"01": "中共党员", "03": "共青团员", "12": "无党派", "13": "群众"}
ETHNIC_CODES = {"01": "汉族", "HA": "汉族", "03": "回族", "15": "土家族", "06": "苗族"}
