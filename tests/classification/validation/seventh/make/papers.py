"""Makers of numbers on papers and in machines: cards, permits, vehicles, devices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Final

from tests.classification import digits
from tests.classification.making import Maker
from tests.classification.validation.seventh.make import words
from tests.classification.validation.seventh.make.plain import Row, code, mix, of, pick

_BINS: Final = ("622202", "622848", "621700", "622908", "621661", "621799", "623091", "621225")
_MAKES: Final = ("LSVAA", "LGXC1", "LFV2A", "LBEHD", "LZWAC", "LNBSC", "LVSHF", "L6T78")
_VIN: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def card(front: str = "", length: int = 19) -> Maker:
    """A bank card number."""

    def make(r: Random, row: Row, i: int) -> str:
        start = front or r.choice(_BINS)
        rest = length - 1 - len(start)
        return digits.luhn(start + f"{r.randrange(10**rest):0{rest}d}")

    return make


def corporate(r: Random, row: Row, i: int) -> str:
    """A bank account of a firm: no card, no check digit."""
    front = r.choice(("3301", "1202", "4402", "8110", "2010"))
    return front + f"{r.randrange(10**13):013d}"


def grouped(make: Maker) -> Maker:
    """A number in groups of four."""

    def made(r: Random, row: Row, i: int) -> str:
        value = make(r, row, i)
        return " ".join(value[n : n + 4] for n in range(0, len(value), 4))

    return made


def vin(r: Random, row: Row, i: int) -> str:
    body = r.choice(_MAKES) + "".join(r.choice(_VIN) for _ in range(3)) + "0" + r.choice("LMNPR")
    return digits.vehicle(body + "".join(r.choice(_VIN[:23]) for _ in range(1)) + f"{r.randrange(10**6):06d}")


def imei(r: Random, row: Row, i: int) -> str:
    return digits.luhn(r.choice(("8654", "8612", "8687", "3520")) + f"{r.randrange(10**10):010d}")


def mac(by: str = ":", upper: bool = True) -> Maker:
    def make(r: Random, row: Row, i: int) -> str:
        value = by.join(f"{r.randrange(256):02x}" for _ in range(6))
        return value.upper() if upper else value

    return make


def ip(r: Random, row: Row, i: int) -> str:
    front = r.choice(("10.36", "172.20", "192.168", "117.136", "223.104", "36.27"))
    return f"{front}.{r.randrange(256)}.{r.randint(1, 254)}"


def mail(*hosts: str) -> Maker:
    front = mix(0.5, code("########"), pick("lantian", "qingfeng", "yunduo", "xiaoshu", "banxia", "dongli"))
    numbered = code("##")

    def make(r: Random, row: Row, i: int) -> str:
        return (
            f"{front(r, row, i)}{numbered(r, row, i)}@{r.choice(hosts or ('qq.com', '163.com', '126.com'))}"
        )

    return make


def passport(r: Random, row: Row, i: int) -> str:
    """A Chinese passport."""
    return code(r.choice(("E########", "EA#######", "EJ#######", "G########")))(r, row, i)


FOREIGN_PASSPORT: Final = mix(0.5, code("@########"), mix(0.5, code("#########"), code("@@#######")))
HOME_RETURN: Final = mix(0.7, code("H########"), code("M########"))
TO_HK_MACAO: Final = code("C########")
TO_TAIWAN: Final = mix(0.8, code("L########"), code("T########"))
COMPATRIOT: Final = code("0#######")
FILE_NUMBER: Final = code("33########15")


def soldier(*forms: str) -> Maker:
    """The card of an officer or a soldier, of patterns."""
    return lambda r, row, i: code(r.choice(forms))(r, row, i)


SOLDIER: Final = mix(
    0.5, code("军字第#######号"), mix(0.5, code("士字第########号"), code("武字第#######号"))
)


def hukou_abroad(*fronts: str) -> Maker:
    """A residence permit of somebody of Hong Kong (81), Macao (82) or Taiwan (83)."""

    def make(r: Random, row: Row, i: int) -> str:
        front = r.choice(fronts or ("810000", "820000", "830000"))
        born = date(1955, 1, 1) + timedelta(r.randrange(365 * 48))
        return digits.resident(f"{front}{born:%Y%m%d}{r.randrange(1, 999):03d}")

    return make


def stay(old: bool) -> Maker:
    """A permanent residence card of a foreigner: the old form with letters, or the new one with 9."""

    def make(r: Random, row: Row, i: int) -> str:
        born = date(1955, 1, 1) + timedelta(r.randrange(365 * 45))
        if old:
            land = r.choice(("KOR", "JPN", "USA", "DEU", "GBR"))
            return f"{land}{row['area'][:4]}{born:%y%m%d}{r.randrange(100):02d}"
        land = r.choice(("410", "392", "840"))
        return digits.resident(f"9{row['area'][:2]}{land}{born:%Y%m%d}{r.randrange(1000):03d}")

    return make


def deed(form: str) -> Maker:
    """A housing certificate: the form's {year} and digits for #."""

    def make(r: Random, row: Row, i: int) -> str:
        province, city, *_ = words.AREAS[row["area"]]
        front = form.format(
            year=r.randint(2006, 2024), city=city or province, short=words.AREAS[row["area"]][4][0]
        )
        return code(front)(r, row, i)

    return make


ESTATE_DEED: Final = "{short}({year})" + "{city}不动产权第00#####号"


def feature(
    length: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
) -> Maker:
    """A template of a face or a finger, as its device writes it."""
    return lambda r, row, i: "".join(r.choice(alphabet) for _ in range(length))


def vector(length: int) -> Maker:
    """The first numbers of a feature vector."""
    return lambda r, row, i: "[" + ",".join(f"{r.uniform(-1, 1):.4f}" for _ in range(length)) + "]"


def organ_dash(r: Random, row: Row, i: int) -> str:
    """An organisation code with its dash."""
    value = str(row["org"])
    return f"{value[:8]}-{value[8]}"


ORG: Final = of("org")
LICENCE: Final = of("licence")


def older(make: Maker, cut: Callable[[str], str]) -> Maker:
    """The same value in an older form."""
    return lambda r, row, i: cut(make(r, row, i))


def fifteen(value: str) -> str:
    """An identity number of before 1999."""
    return value[:6] + value[8:17]
