"""Columns of numbered documents, devices, vehicles, accounts, places and firms."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from tests.classification import digits
from tests.classification.making import Col
from tests.classification.validation.sixth.make import words
from tests.classification.validation.sixth.make.cols import code, of
from tests.classification.validation.sixth.make.people import Someone
from tests.classification.validation.sixth.make.plain import fill

_VIN_MAKERS = ["LSVNB", "LFV2A", "LGBF5", "LVSHF", "LBEHD", "L6T7Y", "LGXC1", "LHGCM", "LSGPC", "LZWAD"]
_TAXED = {"personal": False, "sensitive": False}
CITY: Final = "330102 330105 330106 330108 330109 330110"


def card(heading: str, bins: str = "621700 622848 621226 622202 621661", length: int = 19, **x: Any) -> Col:
    """Numbers of bank cards."""

    def give(r: Random, p: Someone) -> str:
        front = r.choice(bins.split())
        return digits.luhn(front + fill(r, "#" * (length - 1 - len(front))))

    return of(heading, "bank_card", give, **x)


def firm_card(heading: str, pattern: str = "12020~0109900######|3301040160000######", **x: Any) -> Col:
    """Bank accounts of firms."""
    return code(heading, "bank_card", pattern, **{**_TAXED, **x})


def wallet(heading: str, pattern: str = "13########~|wx_^^^^^^^^|@####^^^&qq.com", **x: Any) -> Col:
    """Payment accounts of persons."""
    return code(heading, "account", pattern, **{"personal": True, "sensitive": True, **x})


def login(heading: str, pattern: str, **x: Any) -> Col:
    """Login or chat accounts."""
    return code(heading, "account", pattern, **x)


def mail(heading: str, hosts: str = "163.com qq.com 126.com sina.com outlook.com", **x: Any) -> Col:
    """E-mail addresses."""

    def give(r: Random, p: Someone) -> str:
        front = (
            r.choice(words.PINYIN) + r.choice(("", ".", "_")) + r.choice(words.PINYIN) + fill(r, "##|####|")
        )
        return f"{front}@{r.choice(hosts.split())}"

    return of(heading, "email", give, **x)


def ip(heading: str, front: str = "", **x: Any) -> Col:
    """Addresses on the network, of version 4."""

    def give(r: Random, p: Someone) -> str:
        start = front or f"{r.choice((36, 60, 115, 183, 220))}.{r.randrange(1, 250)}."
        if start.count(".") == 1:
            start += f"{r.randrange(1, 250)}."
        return f"{start}{r.randrange(1, 250)}.{r.randrange(2, 254)}"

    return of(heading, "ip_address", give, **x)


def mac(heading: str, pattern: str = "%%:%%:%%:%%:%%:%%", **x: Any) -> Col:
    """Addresses of network cards."""
    return code(heading, "mac_address", pattern, **x)


def imei(heading: str, **x: Any) -> Col:
    """Numbers of telephones."""
    return of(heading, "imei", lambda r, p: digits.luhn(fill(r, "86~###0~######")), **x)


def plate(heading: str, pattern: str = "浙A@####~|浙A·####~@|浙AD#####|苏E~##@#", **x: Any) -> Col:
    """Number plates."""
    return code(heading, "plate", pattern, **x)


def vin(heading: str, **x: Any) -> Col:
    """Vehicle identification numbers."""

    def give(r: Random, p: Someone) -> str:
        return digits.vehicle(
            r.choice(_VIN_MAKERS) + fill(r, "~A##|~C##|~H##") + fill(r, "JE######|KP######")
        )

    return of(heading, "vin", give, **x)


def driver(heading: str, pattern: str = "3301########", **x: Any) -> Col:
    """File numbers of drivers."""
    return code(heading, "driver_file_number", pattern, **x)


def passport(heading: str, pattern: str = "E########|EA#######|G########|@@#######", **x: Any) -> Col:
    """Passports."""
    return code(heading, "passport", pattern, **x)


def hk(heading: str, pattern: str = "H########*3|M########|H##########", **x: Any) -> Col:
    """Permits of people of Hong Kong and Macao."""
    return code(heading, "hk_macao_permit", pattern, **x)


def taiwan(heading: str, pattern: str = "0#######", **x: Any) -> Col:
    """Permits of people of Taiwan."""
    return code(heading, "taiwan_permit", pattern, **x)


def foreign(heading: str, old: float = 0.4, **x: Any) -> Col:
    """Identity cards of foreigners who stay for good, of 15 or 18 characters."""

    def give(r: Random, p: Someone) -> str:
        if r.random() < old:
            return (
                r.choice(("USA", "KOR", "JPN", "DEU", "CAN"))
                + p.number[:4]
                + f"{p.born:%y%m%d}"
                + fill(r, "##")
            )
        return digits.resident(
            f"9{p.number[:2]}{r.choice(('840', '410', '392', '276'))}{p.born:%Y%m%d}" + fill(r, "###")
        )

    return of(heading, "foreign_resident_permit", give, **x)


def permit(heading: str, **x: Any) -> Col:
    """Residence permits of people of Hong Kong, Macao and Taiwan."""

    def give(r: Random, p: Someone) -> str:
        return digits.resident(r.choice(("810000", "820000", "830000", "830000")) + p.number[6:17])

    return of(heading, "residence_permit", give, **x)


def local_permit(heading: str, pattern: str = "330106##########", **x: Any) -> Col:
    """Residence permits a city numbers by itself."""
    return code(heading, "residence_permit", pattern, **x)


def social(heading: str, pattern: str = "A########|B########|C########", **x: Any) -> Col:
    """Social security cards and personal numbers."""
    return code(heading, "social_security_number", pattern, **x)


def deed(heading: str, pattern: str = "", **x: Any) -> Col:
    """Certificates of dwellings."""
    usual = "浙(202$)杭州市不动产权第0#####~号|浙（201~）杭州市不动产权第00####~号"
    return code(heading, "housing_certificate", pattern or usual, **x)


def soldier(heading: str, pattern: str = "军字第#######号|士字第2011######号", **x: Any) -> Col:
    """Papers of soldiers."""
    return code(heading, "military_id", pattern, **x)


def face(heading: str, length: int = 64, **x: Any) -> Col:
    """Templates of faces, fingers and voices, as base 64."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return of(heading, "biometric", lambda r, p: "".join(r.choices(signs, k=length - 2)) + "==", **x)


def vector(heading: str, size: int = 8, **x: Any) -> Col:
    """Templates as lists of numbers."""
    return of(
        heading,
        "biometric",
        lambda r, p: "[" + ",".join(f"{r.uniform(-1, 1):.4f}" for _ in range(size)) + "]",
        **x,
    )


def firm(heading: str, trades: str = "", **x: Any) -> Col:
    """Names of enterprises, of some trades."""
    lines = trades.split() or words.TRADES

    def give(r: Random, p: Someone) -> str:
        town = r.choice(("杭州", "宁波", "浙江", "杭州市西湖区", ""))
        return town + r.choice(words.BRANDS) + r.choice(lines) + r.choice(words.FIRM_ENDS)

    return of(heading, "enterprise_name", give, **x)


def _organisation(r: Random) -> str:
    newer = "MA#" + r.choice("BCDEFGHKL") + "####"
    return digits.organisation(fill(r, newer if r.random() < 0.4 else "########"))


def uscc(heading: str, front: str = "91", **x: Any) -> Col:
    """Unified social credit codes."""

    def give(r: Random, p: Someone) -> str:
        return digits.credit(front + r.choice(words.REGIONS) + _organisation(r))

    return of(heading, "uscc", give, **x)


def organisation(heading: str, dash: str = "-", **x: Any) -> Col:
    """Organisation codes of the time before 2015."""

    def give(r: Random, p: Someone) -> str:
        number = digits.organisation(fill(r, "########"))
        return number[:8] + dash + number[8:]

    return of(heading, "organisation_code", give, **x)


def licence(heading: str, front: str = "3301060000", **x: Any) -> Col:
    """Business licences of fifteen digits."""
    return of(heading, "business_licence", lambda r, p: digits.licence(front + fill(r, "####")), **x)


def region(heading: str, tail: str = "", base: str = "", **x: Any) -> Col:
    """Codes of counties, streets and communities, of a city or of the country."""
    counties = base.split() or words.REGIONS
    return of(heading, "division_code", lambda r, p: r.choice(counties) + fill(r, tail), **x)


def post(heading: str, pattern: str = "310###|315###|210###", **x: Any) -> Col:
    """Postcodes."""
    return code(heading, "postcode", pattern, **x)


def point(heading: str, form: str = "{lon:.6f},{lat:.6f}", track: bool = False, **x: Any) -> Col:
    """Coordinates; where a person was, if it is a track."""

    def give(r: Random, p: Someone) -> str:
        return form.format(lon=r.uniform(119.9, 120.4), lat=r.uniform(30.1, 30.45))

    return of(heading, "coordinates", give, **{"personal": track, "sensitive": track, **x})
